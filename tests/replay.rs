//! `--replay`: a run shown again from its events, whole or cut short. By running this very binary again over the suites
//! in `fixture`.

#[path = "formats/kit.rs"]
mod kit;

use std::fs;
use std::path::Path;

use async_test_suite::prelude::*;

use kit::{Folder, Run};

async_test_suite::main!();

/// Suites that only run when this binary is run by itself. They run nothing themselves.
#[expect(clippy::print_stdout, reason = "what tests print is part of a run")]
mod fixture {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use async_test_suite::prelude::*;

    #[suite(plan = 4, tags("net", "slow"), when = env("REPLAY_FIXTURE"))]
    async fn storage() {
        println!("opened \u{1b}[32mdb.log\u{1b}[0m");
        ok!(true, "opens");
        subtest!("reads", {
            diag!("cache is cold\n\"quoted\" <&>]]> \u{1b}[31mred\u{1b}[0m \u{1}\u{2028}\u{e9}");
            for n in 0..30 {
                ok!(n < 30, "row {n}");
            }
        });
        subtest!("writes", plan = 2, {
            ok!(true, "first");
            is!("a\nb", "a\nc", "both lines");
        });
        subtest!("compaction", todo = "not built yet", { flunk!("no compactor") });
    }

    #[suite(when = env("REPLAY_FIXTURE"))]
    async fn passes() {
        println!("all is well");
        skip!("no disk");
        ok!(true, "fine");
    }

    #[suite(when = env("REPLAY_FIXTURE"))]
    async fn panics() {
        panic!("at the disco");
    }

    #[suite(when = env("REPLAY_FIXTURE"), timeout = "20ms")]
    async fn hangs(t: Suite) {
        subtest!("waits", spawned, { std::future::pending::<()>().await });
        t.spawn(std::future::pending::<()>());
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }

    #[suite(retries = 2, when = env("REPLAY_FIXTURE"))]
    async fn flaky() {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        is!(run, 3, "the third attempt");
    }

    #[suite(when = env("REPLAY_FIXTURE"))]
    async fn misused() {
        ok!(true);
        plan!(3);
        test_flunks!("promised", 1);
        todo_next!("later", 1);
        flunk!("so");
    }

    #[suite(when = env("REPLAY_FIXTURE"))]
    #[ignore = "too slow"]
    async fn ignored() {
        ok!(true);
    }

    #[suite(when = env("REPLAY_BAIL"))]
    async fn bails() {
        subtest!("inner", {
            bail_out!("no disk");
            std::future::pending::<()>().await;
        });
    }

    /// Nobody can put a run in order after this.
    #[suite(when = env("REPLAY_ABORT"))]
    async fn dies() {
        subtest!("inner", {
            ok!(true);
            Suite::top().sync_events().await;
            std::process::abort();
        });
    }
}

/// Runs the suites of the fixture, and nothing else.
fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    assert!(std::env::var_os("REPLAY_FIXTURE").is_none(), "a child runs no children");
    kit::run(args, &[vars, &[("REPLAY_FIXTURE", "1")]].concat())
}

/// Runs no suite at all.
fn replay(file: &Path, args: &[&str]) -> Run {
    let file = file.to_str().expect("a path in Unicode");
    run(&[&["--replay", file], args].concat(), &[])
}

fn formats() -> Vec<&'static str> {
    let all = ["pretty", "terse", "tap", "json", "events", "github", "junit"];
    let there = |format: &&str| *format != "junit" || cfg!(feature = "junit");
    all.into_iter().filter(there).collect()
}

#[suite]
fn what_a_run_wrote_is_written_again() {
    for (name, args, vars) in [
        (
            "plain",
            &["fixture::", "--seed", "7"] as &[&str],
            &[] as &[(&str, &str)],
        ),
        (
            "much",
            &[
                "fixture::",
                "--random",
                "--report-time",
                "--show-output",
                "--color",
                "always",
            ],
            &[],
        ),
        ("passing", &["--exact", "fixture::passes"], &[]),
        ("twice", &["fixture::", "--repeat", "2", "--shard", "1/2"], &[]),
        ("bail", &["fixture::bails", "fixture::passes"], &[("REPLAY_BAIL", "1")]),
        ("nothing", &["no_such_suite"], &[]),
    ] {
        for format in formats() {
            let folder = Folder::new(&format!("replay-{name}-{format}"));
            let show: Vec<&str> = args
                .iter()
                .copied()
                .filter(|arg| ["--report-time", "--show-output", "--color", "always"].contains(arg))
                .chain(["--format", format])
                .collect();
            let events = folder.report("events");
            // The times are in the events, so the two agree to the last digit.
            let seen = run(&[args, &["--format", format, "--report", &events]].concat(), vars);
            let again = replay(&folder.path("events"), &show);
            is!(again.out, seen.out, "{name} as {format}");
            is!(again.code, seen.code, "{name} as {format}");
            is!(again.err, "", "{name} as {format}");
        }
    }
}

#[suite]
fn it_writes_reports_as_a_run_does() {
    let folder = Folder::new("replay-reports");
    let reports: Vec<String> = formats().iter().map(|format| folder.report(format)).collect();
    let mut args = vec!["fixture::"];
    args.extend(reports.iter().flat_map(|report| ["--report", report]));
    run(&args, &[]);
    let copies = Folder::new("replay-copies");
    let copied: Vec<String> = formats().iter().map(|format| copies.report(format)).collect();
    let args: Vec<&str> = copied.iter().flat_map(|report| ["--report", report]).collect();
    is!(replay(&folder.path("events"), &args).code, Some(101));
    for format in formats() {
        ok!(folder.read(format).len() > 500, "{format} is a report");
        is!(copies.read(format), folder.read(format), "{format}");
    }
}

#[suite]
#[cfg(unix)]
fn a_pipe_will_do() {
    let folder = Folder::new("replay-pipe");
    let report = folder.report("events");
    let seen = run(&["fixture::", "--report", &report], &[]);
    let exe = std::env::current_exe().expect("a test knows its program");
    let output = std::process::Command::new("sh")
        .args(["-c", "cat \"$EVENTS\" | \"$EXE\" --replay /dev/stdin"])
        .env("EVENTS", folder.path("events"))
        .env("EXE", exe)
        .env("REPLAY_FIXTURE", "1")
        .env("NO_COLOR", "1")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("there is a shell");
    is!(String::from_utf8_lossy(&output.stdout), seen.out);
    is!(output.status.code(), Some(101));
}

/// The events of a run that a test has ended.
fn cut_short(folder: &Folder) -> String {
    let report = folder.report("events");
    run(
        &["fixture::dies", "--test-threads", "1", "--report", &report],
        &[("REPLAY_ABORT", "1")],
    );
    let events = folder.read("events");
    assert!(
        events.contains("suite_started") && !events.contains("run_ended"),
        "{events}"
    );
    events
}

#[suite]
fn a_run_that_was_cut_short_failed_whatever_its_exit_code() {
    let folder = Folder::new("replay-cut");
    let events = cut_short(&folder);
    let file = folder.path("events");
    let complaint = format!(
        "error: `{}` does not reach the end of its run: it was cut short\n",
        file.display()
    );
    for (torn, what) in [(0, "after a line"), (20, "in a line")] {
        fs::write(&file, &events[..events.len() - torn]).expect("the file can be written");
        let pretty = replay(&file, &[]);
        is!(pretty.code, Some(101), "{what}");
        is!(pretty.err, complaint, "{what}");
        for part in [
            r"(?m)^test fixture::dies \.\.\. FAILED$",
            r"(?m)^  ✗ inner",
            r"stopped: it was running when the run was cut short",
            r"stopped: the run was cut short after 0 of 1 suites; running: fixture::dies\n",
            r"(?m)^test result: FAILED\. 0 passed; 1 failed; 0 ignored; 0 measured; \d+ filtered out; finished in 0\.00s$",
        ] {
            like!(pretty.out, part, "{what}");
        }
        let tap = replay(&file, &["--format", "tap"]);
        is!(tap.code, Some(255), "{what}");
        like!(tap.out, r"(?m)^not ok 1 - fixture::dies$", "{what}");
        like!(tap.out, r"(?m)^not ok 2 - the run$", "{what}");
        like!(tap.out, r"(?m)^1\.\.2$", "{what}");
        let json = replay(&file, &["--format", "json"]);
        like!(
            json.out,
            r#"\{ "type": "suite", "event": "failed", "passed": 0, "failed": 1, "#
        );
    }
    #[cfg(feature = "junit")]
    {
        let junit = replay(&file, &["--format", "junit"]).out;
        like!(
            junit,
            r#"<testcase name="fixture::dies" [^>]*>\s*<error message="stopped: it was running "#
        );
        like!(
            junit,
            "message=\"stopped: the run was cut short after 0 of 1 suites; running: fixture::dies\""
        );
        ok!(junit.ends_with("</testsuites>\n"));
    }
}

#[suite]
fn what_cannot_be_replayed_is_refused_before_anything_is_written() {
    let folder = Folder::new("replay-refused");
    let events = cut_short(&folder);
    let of_yesterday = "of yesterday\n";
    let lines = events.lines().count();
    for (text, problem) in [
        (
            format!("{events}ok 1 - not an event\n"),
            format!("line {} is no event: at column 1 is no value", lines + 1),
        ),
        (
            events.replace("\"v\":1", "\"v\":3"),
            "line 1 is of version 3 of the event stream, and this program knows version 1; replay it with the release \
             that wrote it"
                .to_owned(),
        ),
        (
            format!("{events}{events}"),
            format!(
                "line {} begins another run; replay each run from a file of its own",
                lines + 1
            ),
        ),
        (String::new(), "there is no whole event in it".to_owned()),
        ("{\"v\":".to_owned(), "there is no whole event in it".to_owned()),
        (
            "<?xml version=\"1.0\"?>\n".to_owned(),
            "line 1 is no event: at column 1 is no value".to_owned(),
        ),
    ] {
        let file = folder.path("bad");
        fs::write(&file, text).expect("the file can be written");
        fs::write(folder.path("tap"), of_yesterday).expect("the file can be written");
        let seen = replay(&file, &["--report", &folder.report("tap")]);
        is!(seen.code, Some(101), "{problem}");
        is!(seen.out, "", "{problem}");
        is!(seen.err, format!("error: `--replay={}`: {problem}\n", file.display()));
        is!(folder.read("tap"), of_yesterday, "{problem}");
    }
}

#[suite]
fn a_bad_command_line_is_refused_in_one_line() {
    let folder = Folder::new("replay-line");
    let events = cut_short(&folder);
    let file = folder.path("events");
    let shown = file.to_str().expect("a path in Unicode");
    let onto_itself = format!("tap={shown}");
    for (args, problem) in [
        (
            vec!["--replay", "no/such.jsonl"],
            r"^error: `--replay=no/such\.jsonl`: it cannot be read: No such file",
        ),
        (
            vec!["--replay", "tests"],
            r"^error: `--replay=tests`: it is a folder; name an `events` report$",
        ),
        (
            vec!["--replay", shown, "fixture::"],
            r"^error: `--replay` runs no tests, so `fixture::` has no meaning",
        ),
        (
            vec!["--replay", shown, "--list"],
            r"^error: `--replay` runs no tests, so `--list` has no meaning",
        ),
        (
            vec!["--replay", shown, "--shard=1/2"],
            r"^error: `--replay` runs no tests, so `--shard` has no meaning",
        ),
        (
            vec!["--replay", shown, "--report", &onto_itself],
            r": the tap report would take its place; name another file$",
        ),
        (
            vec!["--replay", shown, "--logfile", shown],
            r": the log would take its place; name another file$",
        ),
        (vec!["--replay", shown, "--format", "xml"], r"^error: `--format=xml` "),
    ] {
        let seen = run(&args, &[]);
        is!(seen.code, Some(101), "{args:?}");
        is!(seen.out, "", "{args:?}");
        let errors: Vec<&str> = seen.err.lines().filter(|line| !line.starts_with("warning: ")).collect();
        is!(errors.len(), 1, "{args:?}: {errors:?}");
        like!(errors.concat(), problem, "{args:?}");
    }
    is!(folder.read("events"), events, "nothing has touched it");
}
