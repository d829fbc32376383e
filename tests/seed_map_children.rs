//! The seed map, row A12: child processes.
#![cfg(unix)]

mod seed_map;

use async_test_suite::prelude::*;
use async_test_suite::{Intercept, Program};
use seed_map::{all_fail, labels, letters, shown};
use std::process::Command;
use std::time::Duration;

#[suite]
async fn a12_input_output_arguments_variables_and_exit_code() {
    let script = "read line; echo \"$line $GREETING $1\"; echo oops >&2; exit 3";
    ok!(is_run!(
        "sh",
        args = ["-c", script, "sh", "arg"],
        in = "one\n",
        env = [("GREETING", "two")],
        out = "^one two arg\n$",
        err = "^oops\n$",
        exitcode = 3,
        "a shell"
    ));
    let seen = Intercept::new()
        .run("failing", |_| async {
            let held = [
                is_run!("sh", args = ["-c", "echo got; exit 2"], out = "^want", "out and code"),
                is_run!("surely-no-such-program", "missing"),
            ];
            assert_eq!(held, [false; 2]);
        })
        .await;
    all_fail(
        &seen,
        file!(),
        &[
            ("out and code", &["expected 0, got 2", "/^want/", "got"]),
            ("missing", &["cannot be started"]),
        ],
    );
}

#[suite]
async fn a12_a_child_of_a_plain_thread() {
    let seen = Intercept::new()
        .run("failing", |t| async move {
            let thread = std::thread::spawn(move || {
                let script = "read line; echo \"$line $GREETING $1\"; echo oops >&2; exit 3";
                let shell = || {
                    let args = ["-c", script, "sh", "arg"];
                    Program::new("sh").args(args).env([("GREETING", "two")]).input("one\n")
                };
                let expected = shell().out("^one two arg\n$").err("^oops\n$").exitcode(3);
                (
                    t.is_run(expected.timeout(Duration::from_secs(50)), "a shell"),
                    t.is_run(shell().out("^want"), "out and code"),
                )
            });
            assert_eq!(thread.join().unwrap(), (true, false));
        })
        .await;
    is!(letters(&seen, "failing"), "PF");
    let text = shown(seen.checks("failing")[1]);
    for word in ["expected 0, got 3", "/^want/", "one two arg"] {
        ok!(text.contains(word), "{word:?} is in {text:?}");
    }
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn a12_a_child_that_outlives_its_limit_is_killed() {
    let seen = Intercept::new()
        .run("failing", |_| async {
            let mut command = Command::new("sh");
            command.args(["-c", "echo $$; exec sleep 1000"]);
            assert!(!is_run!(
                command,
                timeout = Duration::from_secs(1),
                out = "no",
                "sleeps"
            ));
        })
        .await;
    is!(
        (labels(&seen, "failing"), letters(&seen, "failing")),
        (vec!["sleeps".to_owned()], "F".to_owned())
    );
    let text = shown(seen.checks("failing")[0]);
    like!(text, "longer than 1s and was killed");
    let pid = text
        .lines()
        .filter_map(|line| line.trim_start_matches('+').trim().parse::<u32>().ok())
        .next();
    let Some(pid) = pid else {
        flunk!("the output of the child is shown: {text}");
        return;
    };
    let alive = Command::new("sh").args(["-c", &format!("kill -0 {pid}")]).output();
    nok!(alive.is_ok_and(|it| it.status.success()), "process {pid} is gone");
}
