//! One of every record, verdict and problem, as a run might send them; what each format makes of it is in `golden/`.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::script::Script;
use super::{BUILTIN, Style};
use crate::claim::{Detail, Figure, LastSeen, Panic, Problem, Running};
use crate::error::{Error, ErrorKind};
use crate::event::Telemetry;
use crate::ids::SuiteId;
use crate::options::{LogLevel, Shard};
use crate::outcome::BodyFailure;
use crate::place::Place;
use crate::record::{Attempt, Log, LogLine, Output, Record, RunStart, SuiteInfo, Verdict};
use crate::stage::Stage;

fn panic(message: &str) -> Panic {
    Panic {
        message: message.to_owned(),
        at: Some(Place::new("src/store.rs", 88, 13)),
        thread: Some("tokio-runtime-worker".to_owned()),
        backtrace: None,
    }
}

fn running(name: &str, doing: Option<&str>) -> Running {
    Running {
        age: Duration::from_millis(59_900),
        doing: doing.map(str::to_owned),
        ..Running::new(name.to_owned(), Place::new("tests/store.rs", 31, 5))
    }
}

pub(crate) fn every_problem() -> Vec<Problem> {
    let at = Place::new("tests/store.rs", 77, 5);
    vec![
        Problem::Panicked(Panic {
            backtrace: Some("   0: store::put\n             at ./src/store.rs:88:13".to_owned()),
            ..panic("assertion `left == right` failed: sizes\n  left: 1\n right: 2")
        }),
        Problem::Returned(BodyFailure {
            message: Some("no port".to_owned()),
            debug: "Config(ParseIntError { kind: InvalidDigit })".to_owned(),
            sources: vec![
                "invalid digit found in string".to_owned(),
                "and another: one".to_owned(),
            ],
            at: Some(at.clone()),
        }),
        Problem::TimedOut {
            limit: Duration::from_secs(60),
            running: vec![
                running("store/writes", Some("waiting for a place")),
                running("job 3", None),
            ],
        },
        Problem::JobsTimedOut {
            limit: Duration::from_secs(30),
            running: vec![running("job: 4", None)],
        },
        Problem::Stuck {
            grace: Duration::from_secs(5),
            running: vec![Running {
                suite: Some(SuiteId(21)),
                last: Some(LastSeen {
                    what: "check 4".to_owned(),
                    at: at.clone(),
                    ago: Duration::from_secs(7),
                }),
                ..running("store/reads", Some("has blocked its thread for 6.5s"))
            }],
        },
        Problem::StrayPanic {
            panic: panic("no leader"),
            is_task: true,
            suspects: vec!["store".to_owned(), "cluster".to_owned()],
        },
        Problem::StrayPanic {
            panic: panic("no disk"),
            is_task: false,
            suspects: Vec::new(),
        },
        Problem::JobPanicked {
            job: "flusher".to_owned(),
            panic: panic("disk \u{1b}[31mfull\u{1b}[0m"),
        },
        Problem::CleanUp {
            at: at.clone(),
            what: "panicked: no such file".to_owned(),
        },
        Problem::PlanMismatch { planned: 3, ran: 2 },
        Problem::Misuse(at.clone(), Error::new("store", "plan!", ErrorKind::PlanTooLate)),
        Problem::DidNotPanic("it returned".to_owned()),
        Problem::LateCheck {
            suite: "store/reads".to_owned(),
            label: "x == 1".to_owned(),
            at,
        },
        Problem::NoSubtest {
            filter: "storage/wrties".to_owned(),
            beside: vec!["reads".to_owned(), r"two\nlines".to_owned()],
        },
        Problem::TooSlow {
            took: Duration::from_millis(120),
            limit: Duration::from_millis(100),
        },
        Problem::Stopped("the run was ended by `cluster`".to_owned()),
        Problem::Extension {
            name: "audit".to_owned(),
            what: "panicked: boom".to_owned(),
        },
    ]
}

fn config(port: u32, last: &str) -> String {
    let mut text: String = (0..20).map(|n| format!("key{n} = {n}\n")).collect();
    text.push_str(&format!("port = {port}\nhost = \"localhost\"\n{last}\n"));
    text
}

fn storage(script: &mut Script) {
    script.start_with(2, 0, "storage", Some(12), false);
    let store = script.of(2);
    script
        .records
        .push(Record::Stage(store.clone(), Stage::Initializing, Stage::InProgress));
    script.passes(2, &["the store opens"]);
    printed(script, &[2], 0, 0, "opened \u{1b}[32mdb.log\u{1b}[0m\n");
    script.start(3, 2, "reads");
    script.passes(3, &["a", "b", "c"]);
    script
        .records
        .push(Record::Diag(script.of(3), "cache is cold\nSubtest: not one".into()));
    script.end(3, 2, None);
    script.start(4, 2, "writes # 1 {");
    script.passes(4, &["first", "second", "third", "fourth", "fifth"]);
    script.check(
        4,
        "one key",
        Verdict::Failed,
        Some(
            Detail {
                expression: Some("store.len() == 1".into()),
                ..Detail::new()
            }
            .expected_got("1", "2"),
        ),
    );
    script.check(
        4,
        "store.put(\"k\", 1)\n    .await",
        Verdict::Failed,
        Some(Detail::new().expected_got("None", "None")),
    );
    script.end(4, 2, None);
    let long = Detail::new().expected_got(config(8080, "end"), config(8081, "end "));
    script.check(2, "the configuration is kept", Verdict::Failed, Some(long));
    let user = |name: &str| {
        format!(
            "User {{ name: \"{name}\", mail: Some(\"somebody@example.org\"), roles: [\"admin\", \"dba\"], active: true }}"
        )
    };
    script.check(
        2,
        "the user is kept",
        Verdict::Failed,
        Some(
            Detail::new()
                .expected_got(user("ann"), user("bob"))
                .note(".name: expected \"ann\", got \"bob\""),
        ),
    );
    for label in ["fsync", "trim", "defrag"] {
        script.check(2, label, Verdict::Skipped("no disk here".into()), None);
    }
    script.check(
        2,
        "compaction",
        Verdict::Todo("not built yet".into()),
        Some(Detail::new().note("no compactor")),
    );
    script.check(2, "repair", Verdict::UnexpectedPass("not built # yet".into()), None);
    script.check(2, "a flaw", Verdict::Flunked("issue 17".into()), None);
    script.check(2, "a fixed flaw", Verdict::Unflunked("issue 18".into()), None);
    script
        .records
        .push(Record::Warning(store.clone(), "a verifier was never started".into()));
    script.records.push(Record::Telemetry(
        store,
        Telemetry::Span {
            name: "open".into(),
            took: Duration::from_millis(3),
        },
    ));
    let line = |level, target, message| LogLine::new(level, target, message);
    let mut lines = vec![
        line(LogLevel::Info, "store", "opened path=\"db.log\""),
        line(
            LogLevel::Warn,
            "store::net",
            "slow: 1 \u{1b}[31m>\u{1b}[0m 0\nok 1 - no point",
        )
        .span("run")
        .span("put{key=\"k\"}"),
    ];
    lines[1].age = Duration::from_micros(24_500);
    script.log(2, Log { lines, left_out: 3 });
    script.end(2, 0, None);
}

/// Something printed while these were running.
pub(crate) fn printed(script: &mut Script, candidates: &[u64], others: u64, lost: u64, text: &str) {
    let candidates = candidates.iter().map(|id| script.of(*id)).collect();
    script.records.push(Record::Output(Arc::new(Output {
        candidates,
        others,
        text: text.to_owned(),
        lost,
    })));
}

fn cluster(script: &mut Script) {
    script.start(10, 0, "cluster");
    printed(script, &[10], 0, 0, "node 1 is up\nok 1 - not a test\n");
    printed(
        script,
        &[10],
        0,
        4711,
        "::error file=x::not an annotation\n\n  \\xff<]]>\n",
    );
    script.start(11, 10, "elections");
    script.start(12, 10, "partitions");
    script.passes(11, &["a leader"]);
    script.check(
        12,
        "heals",
        Verdict::Failed,
        Some(Detail {
            panic: Some(panic("index out of bounds: the len is 3 but the index is 7")),
            ..Detail::new()
        }),
    );
    script.passes(11, &["a follower"]);
    script.end(12, 10, None);
    script.end(11, 10, None);
    let telemetry = Telemetry::Rounds {
        verifier: "one_leader".into(),
        rounds: 100,
        failed: 1,
        unknown: 0,
    };
    script.records.push(Record::Telemetry(script.of(10), telemetry));
    let broken = Detail::new()
        .expected_got("at most one leader", "2 leaders in term 7")
        .note("broken in round 412, 2.06s after the suite began")
        .figure("rounds", Figure::Count(1042))
        .figure("failed", Figure::Count(1))
        .figure("p50", Figure::Time(Duration::from_micros(812)))
        .figure("p99", Figure::Time(Duration::from_micros(9_400)))
        .figure("longest gap", Figure::Time(Duration::from_millis(15)))
        .figure("coverage", Figure::Share(0.9975))
        .figure("error", Figure::Text("SplitBrain { term: 7 }".to_owned()))
        .figure(
            "running",
            Figure::List(vec!["cluster/elections".to_owned(), "cluster/partitions".to_owned()]),
        );
    script.check(10, "one_leader", Verdict::Failed, Some(broken));
    script.end(10, 0, None);
}

/// Attempts of a suite with a subtest, which holds only in the last one if `passes`.
fn attempts(script: &mut Script, first: u64, name: &str, of: u32, passes: bool) {
    for number in 1..=of {
        let id = first + 2 * u64::from(number);
        script.attempt = Some(Attempt { number, of });
        script.start(id, 0, name);
        script.passes(id, &["connects"]);
        script.start(id + 1, id, "reads # all");
        let verdict = match passes && number == of {
            true => Verdict::Passed,
            false => Verdict::Failed,
        };
        let detail = Detail::new().expected_got("3", number.to_string());
        script.check(id + 1, "three rows", verdict, Some(detail));
        script.end(id + 1, id, None);
        script.end(id, 0, None);
    }
    script.attempt = None;
}

/// A run without an early end, or one that is ended by a bail-out.
pub(crate) fn every(bails_out: bool) -> Vec<Record> {
    let mut script = Script::default();
    script.records.push(Record::RunStarted(Arc::new(RunStart {
        suites: 10,
        filtered_out: 2,
        shard: (!bails_out).then_some(Shard {
            number: NonZeroUsize::MIN,
            of: NonZeroUsize::MIN.saturating_add(3),
        }),
        seed: 4711,
        random: false,
    })));
    script.start(0, 0, "");
    script.start(1, 0, "models::parses");
    script.passes(1, &["x"]);
    script.check(1, "negative numbers", Verdict::UnexpectedPass("issue 5".into()), None);
    script.end(1, 0, None);
    storage(&mut script);
    cluster(&mut script);
    script.start(20, 0, "problems");
    for problem in every_problem() {
        script.problem(20, problem);
    }
    script.end(20, 0, None);
    printed(&mut script, &[], 0, 0, "a thread that was left behind\n");
    script.start(30, 0, "needs_docker");
    script.end(30, 0, Some(Verdict::Skipped("no command `docker` # here".into())));
    script.start(40, 0, "later");
    script.check(40, "x", Verdict::Failed, None);
    script.end(40, 0, Some(Verdict::Todo("next year".into())));
    script.start(50, 0, "login");
    printed(&mut script, &[50], 3, 0, "one of four\n");
    script.start_with(51, 50, "logged_in_ok!(user)", None, true);
    script.passes(51, &["has a session"]);
    script.check(
        51,
        "has a cookie",
        Verdict::Failed,
        Some(Detail::new().expected_got("Some(..)", "None")),
    );
    script.end(51, 50, None);
    script.end(50, 0, None);
    attempts(&mut script, 70, "flaky", 3, true);
    attempts(&mut script, 80, "unlucky", 2, false);
    script.start(60, 0, "last");
    if bails_out {
        // The bail-out keeps the second attempt from being made.
        script.attempt = Some(Attempt { number: 1, of: 2 });
        script.start(90, 0, "cut off");
        script.problem(90, Problem::Panicked(panic("no answer")));
        script.end(90, 0, None);
        script.attempt = None;
        script.start(61, 60, "database");
        script.passes(61, &["a host"]);
        script
            .records
            .push(Record::BailOut(script.of(61), "the database is gone # for ever".into()));
        script.problem(61, Problem::Stopped("the run was ended by `last/database`".to_owned()));
        script.end(61, 60, None);
        script.end(60, 0, None);
        script.end(0, 0, None);
        script.run_ended(Some("the database is gone # for ever"), Vec::new());
    } else {
        script.passes(60, &["all is well"]);
        script.passed(60, 3);
        script.end(60, 0, None);
        script.end(0, 0, None);
        let problem = Problem::Extension {
            name: "audit".to_owned(),
            what: "panicked: the log is full".to_owned(),
        };
        script.run_ended(None, vec![Arc::new(problem)]);
    }
    script.records
}

/// What a reporter hears of one `#[suite]` under the built-in harness.
pub(crate) fn one(id: u64) -> Vec<Record> {
    let below = |info: &SuiteInfo| info.top.0 == id;
    let is_its = |record: &Record| match record {
        Record::RunStarted(_) | Record::RunEnded(_) | Record::Output(_) => false,
        Record::Check(check) => check
            .child
            .as_ref()
            .map_or(below(&check.suite), |end| below(&end.suite)),
        Record::SuiteEnded(end) => below(&end.suite),
        Record::SuiteStarted(suite)
        | Record::Plan(suite, _)
        | Record::Diag(suite, _)
        | Record::Problem(suite, _)
        | Record::Warning(suite, _)
        | Record::Stage(suite, ..)
        | Record::Telemetry(suite, _)
        | Record::Passed { suite, .. }
        | Record::BailOut(suite, _) => below(suite),
    };
    every(false).into_iter().filter(is_its).collect()
}

/// What the format writes; panics when it writes more than once for a record.
pub(crate) fn written(format: &str, style: &Style, records: &[Record]) -> String {
    struct Once(Vec<u8>, usize);
    impl std::io::Write for Once {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.1 += 1;
            self.0.extend_from_slice(text);
            Ok(text.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (_, make) = BUILTIN.iter().find(|(name, _)| *name == format).expect("a format");
    let mut reporter = make(style);
    let mut out = Once(Vec::new(), 0);
    for record in records {
        out.1 = 0;
        reporter.record(record, &mut out).unwrap();
        assert!(out.1 <= 1, "{} writes for {record:?}", out.1);
    }
    String::from_utf8(out.0).unwrap()
}

/// Compares a text with a file in `golden/`; with `BLESS` set it writes the file instead.
#[track_caller]
pub(crate) fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/report/golden")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if let Some(diff) = crate::diff::expected_got(&expected, text) {
        panic!("{name} differs; run again with BLESS=1 to accept:\n{diff}");
    }
    assert_eq!(expected, text);
}

#[test]
fn each_format_tells_everything() {
    let style = Style::default();
    golden("pretty.txt", &written("pretty", &style, &every(false)));
    golden("pretty_bail.txt", &written("pretty", &style, &every(true)));
    golden("terse.txt", &written("terse", &style, &every(false)));
    golden("tap.txt", &written("tap", &style, &every(false)));
    golden(
        "tap_bail.txt",
        &written(
            "tap",
            &Style {
                tap_version: Some(14),
                ..style
            },
            &every(true),
        ),
    );
}

#[test]
fn pretty_without_unicode_is_plain_ascii() {
    let style = Style {
        unicode: false,
        width: 60,
        ..Style::default()
    };
    let text = written("pretty", &style, &every(false));
    assert!(
        text.is_ascii(),
        "{}",
        text.lines().find(|line| !line.is_ascii()).unwrap_or_default()
    );
    golden("pretty_ascii.txt", &text);
}

#[test]
fn pretty_in_colour() {
    let style = Style {
        color: true,
        ..Style::default()
    };
    golden("pretty_colour.txt", &written("pretty", &style, &one(2)));
}

#[test]
fn one_suite_under_the_built_in_harness() {
    let style = Style::default();
    for format in ["pretty", "terse"] {
        assert_eq!(written(format, &style, &one(60)), "", "{format}");
        golden("one.txt", &written(format, &style, &one(10)));
    }
    golden("one_tap.txt", &written("tap", &style, &one(10)));
}

#[test]
fn the_last_line_is_that_of_the_built_in_harness() {
    for format in ["pretty", "terse"] {
        let text = written(format, &Style::default(), &every(false));
        assert_eq!(
            text.lines().rfind(|line| !line.is_empty()),
            Some("test result: FAILED. 4 passed; 5 failed; 1 ignored; 0 measured; 2 filtered out; finished in 1.23s")
        );
    }
}

/// A new kind gets a number here, and a record of it in `every`.
#[test]
fn every_kind_is_there() {
    let records: Vec<Record> = [every(false), every(true)].concat();
    let kinds = records.iter().map(|record| match record {
        Record::RunStarted(_) => 0,
        Record::SuiteStarted(_) => 1,
        Record::Plan(..) => 2,
        Record::Check(_) => 3,
        Record::Diag(..) => 4,
        Record::Problem(..) => 5,
        Record::Warning(..) => 6,
        Record::Stage(..) => 7,
        Record::Telemetry(..) => 8,
        Record::SuiteEnded(_) => 9,
        Record::BailOut(..) => 10,
        Record::RunEnded(_) => 11,
        Record::Output(_) => 12,
        Record::Passed { .. } => 13,
    });
    assert_eq!(kinds.collect::<BTreeSet<_>>().len(), 14);
    let problems = every_problem();
    let kinds = problems.iter().map(|problem| match problem {
        Problem::Panicked(_) => 0,
        Problem::Returned(_) => 1,
        Problem::TimedOut { .. } => 2,
        Problem::JobsTimedOut { .. } => 3,
        Problem::JobPanicked { .. } => 4,
        Problem::CleanUp { .. } => 5,
        Problem::PlanMismatch { .. } => 6,
        Problem::Misuse(..) => 7,
        Problem::DidNotPanic(_) => 8,
        Problem::LateCheck { .. } => 9,
        Problem::Stopped(_) => 10,
        Problem::Extension { .. } => 11,
        Problem::NoSubtest { .. } => 12,
        Problem::TooSlow { .. } => 13,
        Problem::Stuck { .. } => 14,
        Problem::StrayPanic { .. } => 15,
    });
    assert_eq!(kinds.collect::<BTreeSet<_>>().len(), 16);
    let verdicts = records.iter().filter_map(|record| match record {
        Record::Check(check) => Some(std::mem::discriminant(&check.verdict)),
        _ => None,
    });
    assert_eq!(verdicts.collect::<std::collections::HashSet<_>>().len(), 8);
}
