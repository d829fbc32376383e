//! The suites that look at what became of the output of others.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use async_test_suite::prelude::*;
use serde_json::Value;

use super::fixture;

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn command(args: &[&str]) -> Command {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    let foreign =
        |name: &str| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_TEST") || name == "GITHUB_ACTIONS";
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    command
        .env("OUTPUT_FIXTURE", "1")
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .args(args);
    command
}

/// Runs the suites of one module of the fixture.
fn run(wanted: &str, args: &[&str]) -> Run {
    let path = format!("fixture::{wanted}::");
    let output = command(&[&[path.as_str()], args].concat())
        .output()
        .expect("this program can be run again");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
    }
}

fn lines(text: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(line).collect()
}

/// What was printed, by the names of those it may be of.
fn printed(events: &[Value]) -> Vec<(Vec<String>, String)> {
    let name = |suite: &Value| {
        let path = suite["path"].as_str().unwrap_or_default();
        path.rsplit("::").next().unwrap_or_default().to_owned()
    };
    let outputs = events.iter().filter(|event| event["event"] == "output");
    outputs
        .map(|output| {
            let mut names = match output.get("suite") {
                Some(suite) => vec![name(suite)],
                None => output["candidates"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(name)
                    .collect(),
            };
            names.sort();
            (names, output["text"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

/// All that was printed, whoever it may be of.
fn all_of(printed: &[(Vec<String>, String)]) -> String {
    printed.iter().map(|(_, text)| text.as_str()).collect()
}

const FORMATS: &[&str] = &["pretty", "terse", "github", "tap", "json", "events"];

/// Whether a line may stand in the report of a format; nothing that the fixture prints may by itself.
fn belongs(format: &str, line: &str) -> bool {
    match format {
        "json" | "events" => serde_json::from_str::<Value>(line)
            .is_ok_and(|line| line["name"] != "forged" && (format == "json" || line["v"] == 1)),
        "tap" => line.trim_start().starts_with('#') || !line.contains("forged"),
        _ => line.trim_start().starts_with('│') || !line.contains("forged"),
    }
}

#[suite]
fn no_report_is_torn_apart() {
    for format in FORMATS {
        for more in [&[] as &[&str], &["--show-output"], &["--test-jobs", "1"]] {
            let seen = run("noise", &[&["--format", format], more].concat());
            let wrong: Vec<&str> = seen.out.lines().filter(|line| !belongs(format, line)).collect();
            is!(wrong, Vec::<&str>::new(), "{format} {more:?}");
            ok!(seen.out.ends_with('\n'), "{format} ends with a line");
            let code = if *format == "tap" { 2 } else { 101 };
            is!(seen.code, Some(code), "{format} {more:?}");
        }
    }
}

#[suite]
fn a_tap_stream_has_the_points_that_it_planned() {
    let seen = run("noise", &["--format", "tap"]);
    let points = |line: &&str| line.starts_with("ok ") || line.starts_with("not ok ");
    let numbers = seen.out.lines().filter(points).filter_map(|line| {
        let number = line.trim_start_matches("not ").trim_start_matches("ok ");
        number.split(' ').next()?.parse::<usize>().ok()
    });
    let numbers: Vec<usize> = numbers.collect();
    is!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    let plan = format!("\n1..{}\n", numbers.len());
    ok!(seen.out.ends_with(&plan), "the plan is {plan:?}");
    ok!(!seen.out.contains("\nBail out!"));
}

#[suite]
fn everything_that_was_printed_is_told_in_the_order_of_each_printer() {
    let events = lines(&run("noise", &["--format", "events"]).out);
    let all = all_of(&printed(&events));
    for printer in ["task", "thread", "child", "raw", "device"] {
        let numbers = all.lines().filter_map(|line| {
            let (_, rest) = line.rsplit_once("ok 1 - forged ")?;
            let rest = rest.strip_prefix(printer)?;
            rest.trim().parse::<u32>().ok()
        });
        is!(
            numbers.collect::<Vec<_>>(),
            (0..fixture::LINES).collect::<Vec<_>>(),
            "{printer}"
        );
    }
    ok!(all.contains("bytes \\xff\\xfe\\x00 end") || all.contains("bytes \\xff\\xfe\u{0} end"));
}

#[suite]
fn what_is_printed_while_one_suite_runs_is_of_that_suite() {
    let seen = run("alone", &["--test-jobs", "1", "--format", "events"]);
    let printed = printed(&lines(&seen.out));
    for name in ["first", "second", "third"] {
        let of_it = printed.iter().filter(|(names, _)| names == &[name]);
        let text: String = of_it.map(|(_, text)| text.as_str()).collect();
        is!(
            text,
            format!("{name} begins\n{name} goes on\n{name} ends without a line end"),
            "what {name} printed"
        );
    }
    ok!(
        printed.iter().all(|(names, _)| names.len() == 1),
        "nothing else was printed"
    );
}

#[suite]
fn what_was_printed_stands_with_the_failure() {
    let seen = run("alone", &["--test-jobs", "1"]);
    let (_, failures) = seen.out.split_once("\nfailures:\n").expect("one fails");
    like!(
        failures,
        r"(?m)^✗ fixture::alone::second .*\n(  .*\n)*  printed:\n  │ second begins\n  │ second goes on\n  │ second ends without a line end\n"
    );
    ok!(!seen.out.contains("first begins"), "a suite that passed is quiet");
    let shown = run("alone", &["--test-jobs", "1", "--show-output"]);
    like!(
        shown.out,
        r"\nsuccesses:\n\nfixture::alone::first printed:\n│ first begins\n│ first goes on\n│ first ends without a line end\n\nfixture::alone::third printed:\n"
    );
    let json = lines(&run("alone", &["--test-jobs", "1", "--format", "json"]).out);
    let of = |name: &str| {
        json.iter()
            .find(|line| line["name"] == name && line["event"] != "started")
    };
    let second = of("fixture::alone::second").expect("it is there");
    like!(second["stdout"].as_str().unwrap_or_default(), "second begins");
    is!(of("fixture::alone::first").expect("it is there").get("stdout"), None);
    let tap = run("alone", &["--test-jobs", "1", "--format", "tap"]);
    like!(
        tap.out,
        r"(?m)^    # printed:\n    #   second begins\n    #   second goes on\n    #   second ends without a line end\nnot ok 2 - "
    );
}

#[suite]
fn what_may_be_of_several_suites_is_told_with_their_names() {
    let seen = run("together", &["--format", "events"]);
    let printed = printed(&lines(&seen.out));
    let of: BTreeSet<_> = printed
        .iter()
        .filter(|(_, text)| text.contains("by whom?"))
        .map(|(names, _)| names.clone())
        .collect();
    is!(of, BTreeSet::from([vec!["left".to_owned(), "right".to_owned()]]));
    let pretty = run("together", &[]);
    like!(
        pretty.out,
        r"\nprinted while fixture::together::(left and fixture::together::right|right and fixture::together::left) were running:\n│ by whom\?\n"
    );
    is!(
        pretty.out.matches("by whom?").count(),
        1,
        "it stands with neither of them"
    );
    let passing = run("together_passing", &[]);
    is!(passing.code, Some(0));
    ok!(!passing.out.contains("by whom?"), "nobody failed");
    like!(run("together_passing", &["--show-output"]).out, r"by whom\?");
}

#[suite]
fn a_flood_neither_fills_the_memory_nor_hides_the_end() {
    let seen = run("flood", &[]);
    is!(seen.code, Some(101));
    ok!(seen.out.len() < 400_000, "{} bytes are shown of it", seen.out.len());
    like!(seen.out, r"(?m)^  │ line 0 x+$");
    like!(seen.out, r"(?m)^  │ \.\.\. \(9\d{7} bytes are left out\)$");
    like!(seen.out, r"(?m)^  │ line 999999 x+$");
    if let Some(most) = seen.out.lines().find_map(|line| line.split_once("most memory: ")) {
        let kilobytes: u64 = most.1.parse().expect("a number");
        ok!(kilobytes < 150_000, "{kilobytes} kB of memory");
    } else {
        skip!("this system does not tell how much memory was used");
    }
}

#[suite]
fn a_flood_is_told_in_full_to_those_who_want_everything() {
    let mut child = command(&["fixture::flood::", "--format", "events"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be run again");
    let mut bytes = 0;
    let out = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    for line in std::io::BufRead::lines(out) {
        let event: Value = serde_json::from_str(&line.expect("the output is UTF-8")).expect("it is JSON");
        if event["event"] == "output" {
            is!(event.get("lost_bytes"), None);
            bytes += event["text"].as_str().unwrap_or_default().len();
        }
    }
    is!(child.wait().expect("it ends").code(), Some(101));
    is!(bytes, fixture::flood::BYTES);
}

#[suite]
fn nobody_waits_for_a_child_that_stays() {
    let seen = run("daemon", &["--format", "json"]);
    is!(seen.code, Some(101));
    let lines = lines(&seen.out);
    let told = lines.iter().find_map(|line| line["stdout"].as_str());
    let told = told.expect("it failed").to_owned();
    let pid = told
        .lines()
        .find_map(|line| line.split_once("daemon "))
        .expect("its number")
        .1;
    let killed = Command::new("kill").arg(pid).status();
    ok!(killed.is_ok_and(|it| it.success()), "it was still there");
}

#[suite]
fn a_thread_that_goes_on_printing_does_not_spoil_the_end() {
    for _ in 0..5 {
        let seen = run("left_behind", &["--format", "json"]);
        is!(seen.code, Some(0));
        is!(lines(&seen.out).last().expect("a line")["event"], "ok");
    }
}

#[suite]
fn nobody_waits_for_ever_for_the_lock_of_the_standard_output() {
    let seen = run("lock", &["--format", "json", "--show-output", "--test-jobs", "1"]);
    is!(seen.code, Some(0));
    is!(lines(&seen.out).last().expect("a line")["passed"], 2);
    like!(seen.out, "beside it");
}

#[suite]
fn the_last_words_of_a_process_are_seen() {
    for (wanted, suite, says) in [
        ("overflow", "its_stack", "has overflowed its stack"),
        ("abort", "at_once", "the last words"),
        ("kill", "from_outside", "the last words"),
    ] {
        let seen = run(wanted, &[]);
        is!(seen.code, None, "{wanted} ends by a signal");
        let report = format!(
            "\nasync-test-suite: the process ended in the middle of the run\nrunning then:\n    \
             fixture::{wanted}::{suite}\nprinted last:\n"
        );
        ok!(seen.err.starts_with(&report), "{wanted}: {:?}", seen.err);
        ok!(seen.err.contains(says), "{wanted}: {:?}", seen.err);
        ok!(!seen.out.contains(says), "{wanted}: {:?}", seen.out);
    }
}

#[suite]
fn what_a_suite_printed_that_ends_the_process_stands_with_its_failure() {
    let seen = run("exit", &[]);
    is!(seen.code, Some(101));
    like!(
        seen.out,
        r"(?m)^✗ fixture::exit::at_once .*\n(  .*\n)*  printed:\n  │ the last words\n  │ without a line end\n"
    );
    ok!(!seen.err.contains("in the middle of the run"), "{:?}", seen.err);
}

#[suite]
fn the_error_stream_is_captured_as_the_output_is() {
    for format in FORMATS {
        let seen = run("noise", &["--format", format]);
        is!(seen.err, "", "{format}");
    }
    let seen = run("no_such_module", &[]);
    like!(seen.err, "^warning: no suite matches `fixture::no_such_module::`");
}

#[suite]
fn without_capturing_everything_goes_straight_through() {
    for flag in ["--nocapture", "--no-capture"] {
        let seen = run("alone", &["--test-jobs", "1", flag]);
        for order in [
            [
                "first begins",
                "first ends",
                "second begins",
                "second ends",
                "third begins",
            ],
            [
                "first begins",
                "::first ... ok",
                "::second ... FAILED",
                "::third ... ok",
                "failures:",
            ],
        ] {
            let places: Vec<_> = order.iter().map(|text| seen.out.find(text)).collect();
            ok!(
                places.iter().all(Option::is_some) && places.is_sorted(),
                "{places:?}: {}",
                seen.out
            );
        }
        ok!(!seen.out.contains("printed:"));
        is!(seen.err, "first goes on\nsecond goes on\nthird goes on\n", "{flag}");
        let died = run("abort", &[flag]);
        is!(died.err, "the last words\n", "{flag}");
    }
}

/// Without its file the program cannot be started a second time, so there is nobody to tell the last words.
#[cfg(target_os = "linux")]
#[suite]
fn where_nobody_can_keep_it_the_error_stream_stays_as_it_is() {
    let copy = std::env::temp_dir().join(format!("async-test-suite-output-{}", std::process::id()));
    let program = std::env::current_exe().expect("a test knows its program");
    let run = |wanted: &str| {
        let path = format!("fixture::{wanted}::");
        let mut shell = Command::new("sh");
        shell
            .env("OUTPUT_FIXTURE", "1")
            // Copied there and not here: what another thread of this process starts at that moment would inherit the open
            // file, and a program that somebody may write to cannot be run.
            .args([
                "-c",
                "cp \"$PROGRAM\" \"$0\"; exec 3<\"$0\"; rm \"$0\"; exec /proc/self/fd/3 \"$@\"",
            ])
            .env("PROGRAM", &program)
            .arg(&copy)
            .args([&path, "--format", "json", "--test-jobs", "1"]);
        shell.output().expect("there is a shell")
    };
    let seen = run("alone");
    is!(
        String::from_utf8_lossy(&seen.stderr),
        "first goes on\nsecond goes on\nthird goes on\n"
    );
    let lines = lines(&String::from_utf8(seen.stdout).expect("the output is UTF-8"));
    is!(lines.last().expect("a line")["failed"], 1);
    ok!(!copy.exists(), "it ran without its file");
}
