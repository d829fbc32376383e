//! Running this very program again, over suites that only run then.
#![allow(dead_code, reason = "every test program uses another part of it")]

use std::process::{Command, Output};

/// How a run ended and what it said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The names of the suites that ran, in the order of their rows; with each name, whether it held.
    pub(crate) fn rows(&self) -> Vec<(String, bool)> {
        let row = |line: &str| {
            let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
            match result.split(' ').next()? {
                "ok" => Some((name.to_owned(), true)),
                "FAILED" => Some((name.to_owned(), false)),
                _ => None,
            }
        };
        self.out.lines().filter_map(row).collect()
    }

    /// The names of the suites that ran, sorted.
    pub(crate) fn ran(&self) -> Vec<String> {
        let mut names: Vec<String> = self.rows().into_iter().map(|(name, _)| name).collect();
        names.sort();
        names
    }
}

/// This program, with nothing of the surroundings that would change what it does.
///
/// # Panics
///
/// In a program that was started by this: a filter that means more than it should must not run the tests in the tests.
pub(crate) fn this_program() -> Command {
    const AGAIN: &str = "SUPPORT_RUNS_AGAIN";
    assert!(std::env::var_os(AGAIN).is_none(), "the program runs itself in itself");
    let mut command = Command::new(std::env::current_exe().expect("a test knows its program"));
    let foreign = |name: &str| {
        ["ASYNC_TEST", "RUST_TEST", "NEXTEST", "RUST_BACKTRACE"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    command
        .env_remove("GITHUB_ACTIONS")
        .env("NO_COLOR", "1")
        .env(AGAIN, "1");
    command
}

pub(crate) fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the program can be run");
    Run {
        code: status.code(),
        out: String::from_utf8(stdout).expect("the output is UTF-8"),
        err: String::from_utf8(stderr).expect("the error stream is UTF-8"),
    }
}
