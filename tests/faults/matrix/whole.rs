//! What can go wrong with a whole run, once for each entry point.

use std::time::Duration;

use super::cell::{BEFORE, BESIDE};
use super::seen::{Ends, Outcome, Seen, Verdict};
use super::whole_suites::{EVENTS, LETTERS, SUBTESTS};
use super::{Door, farm, page, table};
use crate::faults::{Ended, Process};

/// The largest of them take a while where the processor has much to do. Nothing depends on how much.
const HARD: Duration = Duration::from_secs(240);

const FILES: [&str; 4] = ["--report", "events=FOLDER/out.jsonl", "--report", "tap=FOLDER/out.tap"];
const IN_A_FOLDER: [&str; 4] = [
    "--report",
    "events=FOLDER/reports/out.jsonl",
    "--report",
    "tap=FOLDER/out.tap",
];

/// A way in which a run goes wrong.
#[derive(Clone, Copy)]
struct Trouble {
    name: &'static str,
    suite: &'static str,
    /// What a shell does before.
    first: &'static str,
    /// The reports under `main!`.
    reports: &'static [&'static str],
    /// What is done to the process when all but the suite have ended.
    act: fn(Process) -> Process,
    /// Whether the run passes all the same, since nothing is lost.
    passes: bool,
    /// Why it means nothing under the built-in harness.
    only_main: Option<&'static str>,
    /// What else there has to be.
    has: fn(&Ended, Door) -> Result<(), String>,
}

impl Default for Trouble {
    fn default() -> Trouble {
        Trouble {
            name: "",
            suite: "",
            first: "true",
            reports: &FILES,
            act: |process| process,
            passes: false,
            only_main: None,
            has: |_, _| Ok(()),
        }
    }
}

const NO_FILES: Option<&str> = Some("it writes no reports");

/// The suite runs, and the others have ended.
fn alone(process: Process) -> Process {
    process.until_line(|line| is_ok(line, BESIDE)).until("ready", 1)
}

fn is_ok(line: &str, suite: &str) -> bool {
    line.starts_with(&format!("test {suite} .")) && line.ends_with(". ok")
}

fn troubles() -> Vec<Trouble> {
    let waits = "matrix::whole_suites::waits";
    vec![
        Trouble {
            name: "SIGINT",
            suite: waits,
            act: |process| alone(process).signal("INT"),
            ..Trouble::default()
        },
        Trouble {
            name: "SIGINT, twice",
            suite: "matrix::whole_suites::cleans_up_for_ever",
            act: |process| {
                let process = alone(process).signal("INT").until("cleaning up", 1);
                process.pause(Duration::from_millis(200)).signal("INT")
            },
            ..Trouble::default()
        },
        Trouble {
            name: "SIGTERM",
            suite: waits,
            act: |process| alone(process).signal("TERM"),
            ..Trouble::default()
        },
        Trouble {
            name: "a stdout that is closed",
            suite: "matrix::whole_suites::fails",
            first: "exec >&-",
            ..Trouble::default()
        },
        Trouble {
            name: "a stdout that nobody reads any more",
            suite: "matrix::whole_suites::fails",
            first: r#"p="$FAULTS_FOLDER/pipe"; mkfifo "$p"; : < "$p" & exec > "$p"; wait"#,
            ..Trouble::default()
        },
        Trouble {
            name: "a stdout on a full disk",
            suite: "matrix::whole_suites::is_patient",
            first: "exec > /dev/full",
            ..Trouble::default()
        },
        Trouble {
            name: "a report on a full disk",
            suite: "matrix::whole_suites::is_patient",
            reports: &["--report", "events=FOLDER/out.jsonl", "--report", "tap=/dev/full"],
            only_main: NO_FILES,
            ..Trouble::default()
        },
        Trouble {
            name: "a report that may not grow any more",
            suite: "matrix::whole_suites::says_much",
            first: "trap '' XFSZ; ulimit -f 48",
            only_main: NO_FILES,
            ..Trouble::default()
        },
        Trouble {
            name: "a report whose folder is removed",
            suite: "matrix::whole_suites::removes_the_reports",
            first: r#"mkdir "$FAULTS_FOLDER/reports""#,
            reports: &IN_A_FOLDER,
            only_main: NO_FILES,
            ..Trouble::default()
        },
        Trouble {
            name: "1,000,000 checks in a burst",
            suite: "matrix::whole_suites::bursts",
            passes: true,
            reports: &["--report", "tap=FOLDER/out.tap"],
            has: |ended, door| match door {
                // The plan of the suite counts them.
                Door::Builtin => Ok(()),
                Door::Main => counted(&ended.file("out.tap"), EVENTS),
            },
            ..Trouble::default()
        },
        Trouble {
            name: "a message of 100 MB",
            suite: "matrix::whole_suites::says_a_lot_at_once",
            has: |ended, door| {
                // The text for people is cut.
                if door == Door::Builtin {
                    return Ok(());
                }
                let letters = |text: &str| text.bytes().filter(|it| *it == b'x').count();
                let there = letters(&ended.file("out.tap")).min(letters(&ended.file("out.jsonl")));
                if there < LETTERS {
                    Err(format!("{there} letters of it"))
                } else {
                    Ok(())
                }
            },
            ..Trouble::default()
        },
        Trouble {
            name: "bytes that are no UTF-8, from a child",
            suite: "matrix::whole_suites::has_a_child_that_prints_bytes",
            has: |ended, door| {
                // What a child prints goes past the built-in harness, as it is.
                let line = match door {
                    Door::Builtin => "bytes: \u{fffd}\u{fffd} and text",
                    Door::Main => r"bytes: \xff\xfe and text",
                };
                match ended.out.contains(line) {
                    true => Ok(()),
                    false => Err("the line is not there".to_owned()),
                }
            },
            ..Trouble::default()
        },
        Trouble {
            name: "100,000 subtests",
            suite: "matrix::whole_suites::has_many_subtests",
            passes: true,
            reports: &["--report", "tap=FOLDER/out.tap"],
            has: |ended, door| match door {
                Door::Builtin => Ok(()),
                Door::Main => counted(&ended.file("out.tap"), SUBTESTS),
            },
            ..Trouble::default()
        },
        Trouble {
            name: "a task, a blocked and a busy thread that nobody waits for",
            suite: "matrix::whole_suites::leaves_work_behind",
            passes: true,
            ..Trouble::default()
        },
        Trouble {
            name: "no more file descriptors",
            suite: "matrix::whole_suites::opens_all_files",
            first: "ulimit -n 64",
            ..Trouble::default()
        },
        Trouble {
            name: "too few file descriptors to begin with",
            suite: "matrix::whole_suites::is_patient",
            first: "ulimit -n 7",
            ..Trouble::default()
        },
    ]
}

/// Whether the report has so many tests that are not `#[suite]`s, beside those of the two others.
fn counted(tap: &str, wanted: u64) -> Result<(), String> {
    let there = tap.lines().filter(|line| line.starts_with("    ok ")).count() as u64 - 2;
    match there == wanted {
        true => Ok(()),
        false => Err(format!("{there} of {wanted} are in the report")),
    }
}

fn run(door: Door, trouble: &Trouble) -> (Result<Outcome, &'static str>, Vec<String>) {
    if let (Door::Builtin, Some(why)) = (door, trouble.only_main) {
        return (Err(why), Vec::new());
    }
    let mut args = vec!["--ignored", "--exact", "--test-threads", "2"];
    args.extend([BEFORE, trouble.suite, BESIDE]);
    if door == Door::Main {
        args.extend(trouble.reports);
    }
    let vars = [
        ("ASYNC_TEST_TIMEOUT", "1h"),
        ("ASYNC_TEST_JOB_TIMEOUT", "1h"),
        ("ASYNC_TEST_GRACE_PERIOD", "1h"),
    ];
    let first = format!("ulimit -c 0; {}", trouble.first);
    let mut process = Process::after(&first, &args, &vars);
    if !trouble.name.contains("stdout") {
        process = process.until_line(|line| is_ok(line, BEFORE));
    }
    let ended = (trouble.act)(process.go_on()).end_within(HARD);
    let seen = Seen::new(door, &ended, trouble.suite, [BEFORE, BESIDE]);
    let outcome = seen.outcome();
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            let (out, err) = (clip(&ended.out), clip(&ended.err));
            wrong.push(format!("{what}: {}: {outcome:?}\n{out}\n{err}", trouble.name));
        }
    };
    check(!ended.was_killed, "hang");
    check(ended.status.success() == trouble.passes, "green");
    check(outcome.ends == Ends::AtOnce, "too late");
    if trouble.passes {
        check(outcome.verdict == Verdict::SuitePasses, "it does not pass");
    }
    if let Err(what) = (trouble.has)(&ended, door) {
        check(false, &what);
    }
    (Ok(outcome), wrong)
}

fn clip(text: &str) -> String {
    text.chars().take(4000).collect()
}

pub(crate) fn holds(door: Door, section: &str) {
    let troubles = troubles();
    let seen = farm::all(&troubles, |trouble| run(door, trouble));
    let wrong: Vec<&str> = seen.iter().flat_map(|(_, wrong)| wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rows: Vec<_> = troubles
        .iter()
        .map(|it| it.name)
        .zip(seen.into_iter().map(|it| it.0))
        .collect();
    page::compare(section, &table::of_whole_runs(&rows));
}
