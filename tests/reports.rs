//! Reports in files and pipes: opened before any test runs, written as they grow, and closed on every way out. By running
//! this very binary again over the suites in `fixture`.

#[path = "formats/kit.rs"]
mod kit;

use std::path::Path;

use async_test_suite::prelude::*;

use kit::{Folder, lines, run};

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use async_test_suite::prelude::*;

    #[suite(when = env("REPORTS"))]
    async fn passes() {
        ok!(true);
    }

    #[suite(when = env("REPORTS_FAIL"))]
    async fn fails() {
        flunk!("no luck");
    }

    /// Far more than a pipe holds, so that whoever writes it meets the end of the reader.
    #[suite(when = env("REPORTS_MUCH"))]
    async fn says_much() {
        for n in 0..3000 {
            diag!("{n} {}", "x".repeat(100));
        }
        ok!(true);
    }
}

const ON: (&str, &str) = ("REPORTS", "1");

/// Runs this binary in a shell; the answer is its own exit code, and what the whole line printed.
#[cfg(unix)]
fn shell(line: &str, vars: &[(&str, &str)]) -> (Option<i32>, String, String) {
    static LINES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = LINES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = Folder::new(&format!("reports-shell-{number}"));
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = std::process::Command::new("sh");
    command
        .arg("-c")
        .arg(line)
        .env("EXE", exe)
        .env("CODE", folder.path("code"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ASYNC_TEST") || name == "GITHUB_ACTIONS") {
        command.env_remove(name);
    }
    let output = command
        .env("NO_COLOR", "1")
        .envs(vars.iter().copied())
        .output()
        .expect("sh can be run");
    (
        folder.read("code").trim().parse().ok(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[cfg(unix)]
#[suite]
fn a_reader_that_goes_away_changes_no_result() {
    const MUCH: (&str, &str) = ("REPORTS_MUCH", "1");
    const FAIL: (&str, &str) = ("REPORTS_FAIL", "1");
    // arguments, variables, the exit code of the program, its first line
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], i32, &'a str);
    let rows: &[Row<'_>] = &[
        ("--format tap fixture::", &[ON, MUCH], 0, "TAP version 13\n"),
        ("--format tap fixture::", &[ON, MUCH, FAIL], 1, "TAP version 13\n"),
        (
            "--format events fixture::",
            &[ON, MUCH],
            0,
            "{\"v\":1,\"event\":\"run_started\"",
        ),
        (
            "--format events fixture::",
            &[ON, MUCH, FAIL],
            101,
            "{\"v\":1,\"event\":\"run_started\"",
        ),
        ("-q fixture:: --report events=/dev/stdout", &[ON, MUCH], 0, ""),
        ("-q fixture:: --report events=/dev/stdout", &[ON, MUCH, FAIL], 101, ""),
        (
            "--list",
            &[ON],
            0,
            "a_link_to_the_file_of_another_report_is_that_file: test\n",
        ),
    ];
    for (args, vars, code, first) in rows {
        let line = format!("{{ \"$EXE\" {args}; echo $? >\"$CODE\"; }} | head -n 1");
        let (seen, out, err) = shell(&line, vars);
        is!(seen, Some(*code), "{args}");
        is!(err, "", "quietly: {args}");
        ok!(out.starts_with(first) && out.lines().count() <= 1, "{args}: {out}");
    }
}

#[cfg(unix)]
#[suite]
fn a_report_can_go_where_the_output_goes_if_that_is_a_stream() {
    let (code, out, err) = shell(
        "{ \"$EXE\" fixture:: --report tap=/dev/stdout; echo $? >\"$CODE\"; } | cat",
        &[ON],
    );
    is!((code, err.as_str()), (Some(0), ""));
    like!(out, r"(?m)^ok \d+ - fixture::passes$");
    like!(out, r"(?m)^test fixture::passes \.\.\. ok$");
    let folder = Folder::new("reports-output");
    let file = folder.path("out").display().to_string();
    for stream in ["/dev/stdout", &file] {
        let line = format!("\"$EXE\" fixture:: --report tap={stream} >'{file}'; echo $? >\"$CODE\"");
        let (code, _, err) = shell(&line, &[ON]);
        is!(code, Some(101));
        like!(
            err,
            "^error: the tap report cannot be written to .*: the process writes there already; .*\n$"
        );
        is!(
            std::fs::read_to_string(&file).unwrap_or_default(),
            "",
            "no test has run"
        );
    }
}

#[suite]
fn several_reports_are_written_at_once() {
    let folder = Folder::new("reports-several");
    let reports = ["tap", "json", "events", "terse", "pretty"].map(|format| folder.report(format));
    let args: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).collect();
    let seen = run(&[&["fixture::"], &*args].concat(), &[ON]);
    is!((seen.code, seen.err.as_str()), (Some(0), ""));
    like!(folder.read("tap"), r"(?m)^1\.\.3$");
    is!(
        lines(&folder.read("json")).last().map(|it| it["passed"].clone()),
        Some(1.into())
    );
    is!(
        lines(&folder.read("events")).last().map(|it| it["passed"].clone()),
        Some(1.into())
    );
    for format in ["terse", "pretty"] {
        like!(folder.read(format), "(?m)^test result: ok. 1 passed; ");
    }
    is!(
        std::fs::read_dir(&folder.0).map(Iterator::count).ok(),
        Some(5),
        "nothing else is left"
    );
}

#[suite]
fn what_cannot_be_written_is_told_before_any_test_has_run() {
    let folder = Folder::new("reports-bad");
    let path = |name: &str| folder.path(name).display().to_string();
    let (file, deep, dots) = (path("a"), path("no/such/a"), path("./x/../a"));
    std::fs::create_dir(folder.path("x")).expect("a folder can be made");
    std::fs::write(folder.path("plain"), "").expect("a file can be made");
    let below_a_file = path("plain/a");
    let there = folder.0.display().to_string();
    // the files of two reports, what the error says
    let rows: &[(&str, &str, &str)] = &[
        (
            &deep,
            "",
            "the directory `.*no/such` does not exist; directories are not made",
        ),
        (&there, "", "it is a directory"),
        (&below_a_file, "", "`.*plain` is not a directory"),
        (
            &file,
            &dots,
            "it is the file of the tap report in `.*a`; name another file for each report",
        ),
        (
            &file,
            &file,
            "names the file of the tap report again; name another file for each report",
        ),
    ];
    for (first, second, problem) in rows {
        let (first, second) = (format!("tap={first}"), format!("json={second}"));
        let mut args = vec!["fixture::", "--report", &first];
        if second != "json=" {
            args.extend(["--report", &second]);
        }
        let seen = run(&args, &[ON]);
        is!((seen.code, seen.out.as_str()), (Some(101), ""), "{first} {second}");
        is!(seen.err.lines().count(), 1, "one line: {}", seen.err);
        like!(seen.err, format!("^error: .*{problem}\n$"));
        ok!(!folder.path("a").exists(), "nothing is left behind");
    }
    is!(
        std::fs::read_dir(&folder.0).map(Iterator::count).ok(),
        Some(2),
        "nothing is left behind"
    );
}

#[cfg(unix)]
#[suite]
fn a_link_to_the_file_of_another_report_is_that_file() {
    let folder = Folder::new("reports-link");
    std::fs::write(folder.path("a"), "old").expect("a file can be made");
    std::os::unix::fs::symlink(folder.path("a"), folder.path("b")).expect("a link can be made");
    let (first, second) = (
        format!("tap={}", folder.path("a").display()),
        format!("json={}", folder.path("b").display()),
    );
    let seen = run(&["fixture::", "--report", &first, "--report", &second], &[ON]);
    is!(seen.code, Some(101));
    like!(seen.err, "it is the file of the tap report in ");
    is!(folder.read("a"), "old");
}

#[suite]
fn a_report_that_is_lost_fails_the_run() {
    if !Path::new("/dev/full").exists() {
        skip!("no /dev/full");
        return;
    }
    for (args, code) in [
        (&["--report", "tap=/dev/full"] as &[&str], 101),
        (&["--report", "junit-of-mine=/dev/full"], 101),
        (&["--format", "tap", "--report", "json=/dev/full"], 255),
    ] {
        let seen = run(&[&["fixture::"], args].concat(), &[ON]);
        is!(seen.code, Some(code), "{args:?}");
        like!(seen.err, "(?m)^error: ");
    }
}

mod late {
    //! A report that has nothing to say before the end.

    use std::io::{self, Write};

    use async_test_suite::record::Record;
    use async_test_suite::{Reporter, register_reporter};

    #[derive(Default)]
    struct Late;

    impl Reporter for Late {
        fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
            match record {
                Record::RunEnded(_) => out.write_all(b"the end\n"),
                _ => Ok(()),
            }
        }
    }

    register_reporter!("junit-of-mine", Late);
}
