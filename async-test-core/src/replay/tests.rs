use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::claim::{Detail, Figure, Panic, Problem};
use crate::error::{Error, ErrorKind};
use crate::ids::{JobId, SuiteId};
use crate::outcome::BodyFailure;
use crate::place::Place;
use crate::record::{SuiteEnd, Tally, Verdict};
use crate::report::every::{every, golden, written};
use crate::report::script::Script;
use crate::report::{BUILTIN, Style};
use crate::stage::Stage;

fn events(records: &[Record]) -> String {
    written("events", &Style::default(), records)
}

fn told(stream: &[u8]) -> Result<(Vec<Record>, Retold), ReplayError> {
    let mut records = Vec::new();
    let retold = replay(stream, |record| records.push(record.clone()))?;
    Ok((records, retold))
}

fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_record_is_told_again_as_it_was() {
    for bails_out in [false, true] {
        let records = every(bails_out);
        let stream = events(&records);
        let (again, retold) = told(stream.as_bytes()).unwrap();
        assert_eq!(events(&again), stream);
        assert!(!retold.is_cut && retold.unknown.is_none());
        for (format, _) in BUILTIN {
            for style in [
                Style::default(),
                Style {
                    color: true,
                    times: true,
                    show_output: true,
                    ..Style::default()
                },
            ] {
                assert_eq!(
                    written(format, &style, &again),
                    written(format, &style, &records),
                    "{format}"
                );
            }
        }
    }
}

/// One of each kind; the match holds this list to it.
fn every_misuse() -> Vec<ErrorKind> {
    let all = vec![
        ErrorKind::NoSuite,
        ErrorKind::PlanTooLate,
        ErrorKind::ImpossiblePlan("it is 0 \u{1b}".to_owned()),
        ErrorKind::NoPlan,
        ErrorKind::SuiteEnded,
        ErrorKind::StageTransition {
            from: Stage::Fatality,
            to: Stage::Dismissed,
        },
        ErrorKind::NoSuchJob(JobId(u64::MAX)),
        ErrorKind::JobState {
            job: JobId(3),
            state: "running".into(),
        },
        ErrorKind::PostponedJobs(2),
        ErrorKind::OutsideEventLoop,
        ErrorKind::UnknownCommand("audit".to_owned()),
        ErrorKind::QueueFull,
        ErrorKind::Verifier { state: "idle".into() },
        ErrorKind::Other("so".to_owned()),
    ];
    let numbers: BTreeSet<u8> = all
        .iter()
        .map(|kind| match kind {
            ErrorKind::NoSuite => 0,
            ErrorKind::PlanTooLate => 1,
            ErrorKind::ImpossiblePlan(_) => 2,
            ErrorKind::NoPlan => 3,
            ErrorKind::SuiteEnded => 4,
            ErrorKind::StageTransition { .. } => 5,
            ErrorKind::NoSuchJob(_) => 6,
            ErrorKind::JobState { .. } => 7,
            ErrorKind::PostponedJobs(_) => 8,
            ErrorKind::OutsideEventLoop => 9,
            ErrorKind::UnknownCommand(_) => 10,
            ErrorKind::QueueFull => 11,
            ErrorKind::Verifier { .. } => 12,
            ErrorKind::Other(_) => 13,
        })
        .collect();
    assert_eq!(numbers.len(), 14);
    all
}

#[test]
fn the_rare_sides_of_problems_and_details() {
    let place = Place::new("tests/ü.rs", u32::MAX, 0);
    let misuse = |kind| Problem::Misuse(place.clone(), Error::new("a/b", "send_command", kind));
    let mut problems: Vec<Problem> = every_misuse().into_iter().map(misuse).collect();
    problems.push(Problem::Panicked(Panic {
        message: "a\0\u{85}\u{2028}\u{10ffff}\\\"".to_owned(),
        at: None,
        thread: None,
        backtrace: None,
    }));
    problems.push(Problem::Returned(BodyFailure {
        message: None,
        debug: String::new(),
        sources: Vec::new(),
        at: None,
    }));
    problems.push(Problem::TimedOut {
        limit: Duration::from_nanos(u64::MAX),
        running: Vec::new(),
    });
    let details = [
        Detail::new(),
        Detail::new().figure("share", Figure::Share(f64::NAN)),
        Detail::new().figure("share", Figure::Share(1e-30)),
        Detail::new().figure("none", Figure::List(Vec::new())),
        Detail {
            diff: Some("-a\n+b\n".to_owned()),
            ..Detail::new()
        },
    ];
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "rare");
    for problem in &problems {
        script.problem(1, problem.clone());
    }
    for detail in details {
        script.check(1, "", Verdict::Failed, Some(detail));
    }
    script.end(1, 0, None);
    script.run_ended(None, Vec::new());
    let stream = events(&script.records);
    // The schema is held against it.
    golden("events_rare.jsonl", &stream);
    let (again, _) = told(stream.as_bytes()).unwrap();
    assert_eq!(events(&again), stream);
    let back = again.iter().filter_map(|record| match record {
        Record::Problem(_, problem) => Some((**problem).clone()),
        _ => None,
    });
    assert_eq!(back.collect::<Vec<_>>(), problems);
}

/// The paths of the suites whose end a stream tells, each with whether it failed before it was judged.
fn ended(stream: &[Value]) -> BTreeSet<(u64, String, bool)> {
    let ended = stream.iter().filter(|event| event["event"] == "suite_ended");
    ended
        .map(|end| {
            let suite = &end["suite"];
            let failed = end["failed"].as_bool().unwrap();
            (
                suite["id"].as_u64().unwrap(),
                suite["path"].as_str().unwrap().to_owned(),
                failed,
            )
        })
        .collect()
}

/// Where a stream is cut: after each line, before its line end, and somewhere in it.
fn cuts(stream: &str) -> Vec<usize> {
    let mut random = fastrand::Rng::with_seed(0xc07);
    let mut cuts = Vec::new();
    let mut at = 0;
    for (n, line) in stream.split_inclusive('\n').enumerate() {
        cuts.push(at + random.usize(..line.len()));
        cuts.extend((n % 5 == 0).then_some(at + line.len() - 1));
        at += line.len();
        cuts.push(at);
    }
    cuts.retain(|cut| (1..stream.len() - 1).contains(cut));
    cuts
}

#[test]
fn a_stream_that_is_cut_anywhere_is_a_run_that_failed_and_has_an_end() {
    for bails_out in [false, true] {
        let stream = events(&every(bails_out));
        let first = stream.lines().next().unwrap().len();
        for cut in cuts(&stream) {
            let prefix = &stream.as_bytes()[..cut];
            if cut < first {
                assert!(matches!(told(prefix), Err(ReplayError::Empty)), "{cut}");
                continue;
            }
            let (records, retold) = told(prefix).unwrap_or_else(|error| panic!("at {cut}: {error}"));
            assert!(retold.is_cut && !retold.end.is_ok(), "{cut}");
            let again = events(&records);
            // A line without its line end is whole as well.
            let whole = match serde_json::from_slice::<Value>(prefix.rsplit(|byte| *byte == b'\n').next().unwrap()) {
                Ok(_) => cut,
                Err(_) => prefix.iter().rposition(|byte| *byte == b'\n').unwrap() + 1,
            };
            assert_eq!(&again.as_bytes()[..whole], &prefix[..whole], "{cut}");
            let (known, all) = (values(&stream[..whole]), values(&again));
            assert!(ended(&known).is_subset(&ended(&all)), "{cut}");
            let new: Vec<_> = ended(&all).difference(&ended(&known)).cloned().collect();
            assert!(new.iter().all(|(.., failed)| *failed), "{cut}: {new:?}");
            let begun = known
                .iter()
                .filter(|it| it["event"] == "suite_started" && it["suite"]["id"] != 0);
            for suite in begun {
                let id = suite["suite"]["id"].as_u64().unwrap();
                let ends = all
                    .iter()
                    .filter(|it| it["event"] == "suite_ended" && it["suite"]["id"] == id);
                let points = all
                    .iter()
                    .filter(|it| it["event"] == "check" && it["child"]["id"] == id);
                assert_eq!((ends.count(), points.count()), (1, 1), "{cut}: {suite}");
            }
            assert_eq!(all.last().unwrap()["event"], "run_ended");
            // What has been made up is a stream itself.
            let (_, twice) = told(again.as_bytes()).unwrap();
            assert!(!twice.is_cut && !twice.end.is_ok(), "{cut}");
            assert_eq!(twice.failed_points, retold.failed_points);
        }
    }
}

#[test]
fn every_format_tells_what_was_cut_short() {
    let stream = events(&every(false));
    let at = stream
        .find("\"one_leader\",\"at\"")
        .expect("a check of the suite `cluster`");
    let (records, retold) = told(&stream.as_bytes()[..at]).unwrap();
    assert_eq!(
        retold.end.problems,
        [Arc::new(Problem::Stopped(
            "the run was cut short after 2 of 10 suites; running: cluster".to_owned()
        ))]
    );
    for (format, _) in BUILTIN {
        let text = written(format, &Style::default(), &records);
        assert!(
            text.contains("after 2 of 10 suites; running: cluster"),
            "{format}: {text}"
        );
        assert!(
            text.contains("it was running when the run was cut short"),
            "{format}: {text}"
        );
    }
    let terse = written("terse", &Style::default(), &records);
    let result = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.00s\n";
    assert!(terse.contains(result), "{terse}");
}

#[test]
fn the_counters_of_what_was_cut_are_those_of_its_lines() {
    let records = every(false);
    let stream = events(&records);
    let at = stream
        .find(r#""event":"check","suite":{"id":10,"path":"cluster"}"#)
        .unwrap();
    let (again, _) = told(&stream.as_bytes()[..at]).unwrap();
    let end_of = |id: u64| -> Arc<SuiteEnd> {
        let end = again.iter().find_map(|record| match record {
            Record::SuiteEnded(end) if end.suite.id == SuiteId(id) => Some(end.clone()),
            _ => None,
        });
        end.unwrap()
    };
    // The first check of `cluster` in the stream is the end of `partitions`, which is cut off: told, but not judged.
    assert_eq!(
        end_of(12).tally,
        Tally {
            run: 1,
            failed: 1,
            ..Tally::default()
        }
    );
    assert!(end_of(12).problems.is_empty(), "it had ended");
    assert_eq!(end_of(11).tally.run, 2);
    assert_eq!(end_of(11).problems.len(), 1, "it had not");
    assert_eq!(
        end_of(10).tally,
        Tally {
            run: 2,
            failed: 2,
            ..Tally::default()
        }
    );
}

#[test]
fn an_end_without_its_judgement_counts_as_it_is() {
    let stream = events(&every(false));
    let stream: Vec<&str> = stream.split_inclusive('\n').collect();
    let mut seen = BTreeSet::new();
    for (n, line) in stream.iter().enumerate() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["event"] != "suite_ended" || event["suite"]["id"] == 0 {
            continue;
        }
        let (records, _) = told(stream[..=n].concat().as_bytes()).unwrap();
        let verdict = records.iter().find_map(|record| match record {
            Record::Check(check) => {
                let child = check.child.as_ref()?;
                (Some(child.suite.id.0) == event["suite"]["id"].as_u64()).then(|| check.verdict.clone())
            }
            _ => None,
        });
        let verdict = verdict.expect("it is judged");
        let is_followed = event["suite"]["path"] == "flaky" || event["suite"]["path"] == "unlucky";
        match event["failed"].as_bool().unwrap() {
            true if is_followed => assert!(matches!(verdict, Verdict::Failed | Verdict::Retried), "{line}"),
            true => assert_eq!(verdict, Verdict::Failed, "{line}"),
            false if event.get("skipped").is_some() => assert!(matches!(verdict, Verdict::Skipped(_)), "{line}"),
            false => assert_eq!(verdict, Verdict::Passed, "{line}"),
        }
        seen.insert(format!("{verdict:?}"));
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[test]
fn what_is_no_stream_is_told_with_its_line() {
    let stream = events(&every(false));
    let lines: Vec<&str> = stream.lines().collect();
    let begin = lines[0];
    let check = r#"{"v":1,"event":"check","suite":{"id":0,"path":""},"number":1,"verdict":"passed","label":"a","at":{"file":"a","line":1,"column":1}}"#;
    let (root, of_one) = (lines[1], lines[2]);
    for (text, expected) in [
        (String::new(), "there is no whole event in it"),
        ("\n \r\n".to_owned(), "there is no whole event in it"),
        (begin[..20].to_owned(), "there is no whole event in it"),
        ("ok 1\n".to_owned(), "line 1 is no event: at column 1 is no value"),
        (
            format!("{begin}\n\nok 1\n{root}\n"),
            "line 3 is no event: at column 1 is no value",
        ),
        (
            format!("{}\n{root}\n", &begin[..20]),
            "line 1 is no event: at column 21 is no end of the text",
        ),
        ("[1]\n".to_owned(), "line 1 is no event: it is no object"),
        ("[1]".to_owned(), "line 1 is no event: it is no object"),
        (
            "{\"type\":\"suite\"}\n".to_owned(),
            "line 1 is no event: it lacks `v` or `event`",
        ),
        (
            begin.replace("\"v\":1", "\"v\":2"),
            "line 1 is of version 2 of the event stream, and this program knows version 1; replay it with the release \
             that wrote it",
        ),
        (
            begin.replace("\"v\":1", "\"v\":\"1\""),
            "line 1 has a field `v` that is no whole number",
        ),
        (begin.replace("\"suites\":10,", ""), "line 1 lacks the field `suites`"),
        (
            begin.replace("\"suites\":10", "\"suites\":-1"),
            "line 1 has a field `suites` that is no whole number",
        ),
        (
            begin.replace("\"4711\"", "4711"),
            "line 1 has a field `seed` that is no number in a text",
        ),
        (
            begin.replace("1/4", "5/4"),
            "line 1 has a field `shard` that is no shard like `2/4`",
        ),
        (
            begin.replace("false", "0"),
            "line 1 has a field `random` that is no `true` or `false`",
        ),
        (
            root.to_owned(),
            "line 1 comes before the begin of the run; a stream begins with `run_started`, as the format `events` \
             writes it under `main!`",
        ),
        (
            format!("{begin}\n{begin}\n"),
            "line 2 begins another run; replay each run from a file of its own",
        ),
        (
            format!("{stream}{begin}"),
            &format!(
                "line {} comes after the end of the run; replay each run from a file of its own",
                lines.len() + 1
            ),
        ),
        (
            format!("{begin}\n{check}\n"),
            "line 2 names suite 0, which no line before it describes",
        ),
        (
            format!("{begin}\n{root}\n{}\n", check.replace("\"passed\"", "\"fine\"")),
            "line 3 has an unknown verdict `fine`",
        ),
        (
            format!(
                "{begin}\n{root}\n{}\n",
                check.replace("\"line\":1", "\"line\":4294967296")
            ),
            "line 3 has a field `line` that is too large",
        ),
        (
            format!(
                "{begin}\n{root}\n{}\n",
                check.replace("}}", "},\"child\":{\"id\":7,\"path\":\"a\"}}")
            ),
            "line 3 judges suite 7, which no line before it ends",
        ),
        // A suite that is inside of itself would never come to an end.
        (
            format!("{begin}\n{root}\n{}\n", of_one.replace("\"parent\":0", "\"parent\":1")),
            "line 3 has suite 1 in suite 1, which is not older",
        ),
        (
            format!("{begin}\n{root}\n{}\n", of_one.replace("\"parent\":0", "\"parent\":2")),
            "line 3 has suite 1 in suite 2, which is not older",
        ),
        (
            format!("{begin}\n{root}\n{of_one}\n{of_one}\n"),
            "line 4 describes suite 1 a second time",
        ),
        // What is in a file goes to no terminal as it is.
        (
            format!(
                "{begin}\n{root}\n{}\n",
                check.replace("\"passed\"", "\"\\u001b]0;x\\u0007\u{9b}2J\\n\"")
            ),
            "line 3 has an unknown verdict `\\u{1b}]0;x\\u{7}\\u{9b}2J\\n`",
        ),
        (
            format!("{begin}\n{root}\n{}\n", check.replace("passed", &"é".repeat(1000))),
            &format!("line 3 has an unknown verdict `{}...`", "é".repeat(60)),
        ),
    ] {
        let error = told(text.as_bytes()).expect_err(&text).to_string();
        assert_eq!(error, expected, "{text}");
    }
    let error = told(b"{\"v\":1,\"event\":\"\xff\"}\n").unwrap_err().to_string();
    assert_eq!(error, "line 1 is no event: it is not UTF-8");
}

#[test]
fn what_a_later_release_adds_is_passed_over() {
    let stream = events(&every(false));
    let (begin, rest) = stream.split_once('\n').unwrap();
    let news = r#"{"v":1,"event":"weather","suite":{"id":99,"path":"x"},"rain":true}"#;
    let begin_with_more = begin.replace("\"v\":1", "\"more\":{\"a\":[]},\"v\":1");
    let (records, retold) = told(format!("{begin_with_more}\n{news}\n{news}\n{rest}").as_bytes()).unwrap();
    assert_eq!(events(&records), stream);
    assert_eq!(retold.unknown, Some((2, "weather".to_owned())));
    let odd = news.replace("weather", "a\\u001b[2J");
    let (_, retold) = told(format!("{begin}\n{odd}\n{rest}").as_bytes()).unwrap();
    assert_eq!(retold.unknown, Some((2, "a\\u{1b}[2J".to_owned())));
}

/// Whatever somebody has done to a stream, there is an answer.
#[test]
fn a_damaged_stream_gives_an_error_or_a_run() {
    let stream = events(&every(false)).into_bytes();
    let mut random = fastrand::Rng::with_seed(0xdada);
    let (mut runs, mut errors) = (0, 0);
    for _ in 0..300 {
        let mut damaged = stream.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..damaged.len());
            match random.u8(..3) {
                0 => damaged[at] = b"0{}[]\",:\\\n\xff"[random.usize(..11)],
                1 => drop(damaged.drain(at..(at + random.usize(1..200)).min(stream.len()).min(damaged.len()))),
                _ => damaged.truncate(at.max(200)),
            }
        }
        match told(&damaged) {
            Err(_) => errors += 1,
            Ok((records, _)) => {
                runs += 1;
                for (format, _) in BUILTIN {
                    written(format, &Style::default(), &records);
                }
            }
        }
    }
    assert!(runs > 20 && errors > 20, "{runs} runs, {errors} errors");
}
