//! What the tests of the seed map share. Each of them is a program of its own and uses its part.
#![allow(dead_code, reason = "every test program uses another part of it")]

use std::process::Command;

use async_test_suite::claim::Problem;
use async_test_suite::prelude::*;
use async_test_suite::record::{Check, Verdict};
use async_test_suite::{Intercept, Intercepted, Plan};

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs this very program again with other arguments and variables, without those that this run was given.
pub(crate) fn again(args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let program = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_setting = ["ASYNC_TEST_", "RUST_TEST_", "NEXTEST", "TEST_SHARD_"]
            .iter()
            .any(|start| text.starts_with(start));
        if is_setting || text == "RUST_BACKTRACE" {
            command.env_remove(&name);
        }
    }
    command.env("NO_COLOR", "1").args(args).envs(variables.iter().copied());
    let output = command.output().expect("this program can be run again");
    Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs one ignored test of this program, under the built-in harness.
pub(crate) fn fixture(name: &str, variables: &[(&str, &str)]) -> Ended {
    let ended = again(
        &["--exact", "--ignored", "--nocapture", &format!("fixture::{name}")],
        variables,
    );
    assert!(
        ended.out.contains("running 1 test\n"),
        "no fixture {name}: {}",
        ended.out
    );
    ended
}

/// The verdicts of a suite's checks, in order.
pub(crate) fn verdicts(seen: &Intercepted, path: &str) -> Vec<Verdict> {
    seen.checks(path).iter().map(|check| check.verdict.clone()).collect()
}

/// The verdicts by the first letters of their names: `P`, `F`, `T`odo, `U`nexpected, `S`kipped, `I`nverted failure,
/// `N`ot inverted, `R`etried.
pub(crate) fn letters(seen: &Intercepted, path: &str) -> String {
    verdicts(seen, path).iter().map(letter).collect()
}

fn letter(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Passed => 'P',
        Verdict::Failed => 'F',
        Verdict::Todo(_) => 'T',
        Verdict::UnexpectedPass(_) => 'U',
        Verdict::Skipped(_) => 'S',
        Verdict::Flunked(_) => 'I',
        Verdict::Unflunked(_) => 'N',
        Verdict::Retried => 'R',
    }
}

/// The labels of a suite's checks, in order.
pub(crate) fn labels(seen: &Intercepted, path: &str) -> Vec<String> {
    seen.checks(path).iter().map(|check| check.label.to_string()).collect()
}

/// What failed a suite beside its checks.
pub(crate) fn problems(seen: &Intercepted, path: &str) -> Vec<Problem> {
    let end = seen.suite(path).unwrap_or_else(|| panic!("`{path}` has not ended"));
    end.problems.iter().map(|problem| (**problem).clone()).collect()
}

/// The order in which eight subtests of a random suite are run, as a text.
pub(crate) async fn random_order() -> String {
    let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    for number in 0..8 {
        let order = order.clone();
        subtest!("{number}", { order.lock().unwrap().push(number) });
    }
    Suite::current().jobs().await_jobs().await;
    let order = order.lock().unwrap();
    format!("order: {order:?}")
}

/// What `random_order` is in a suite that is called `fixture::order`, under a seed.
pub(crate) async fn order_of_seed(seed: u64) -> String {
    let (sender, order) = tokio::sync::oneshot::channel();
    Intercept::new()
        .seed(seed)
        .plan(Plan::new().random())
        .run("fixture::order", |_| async {
            let _ = sender.send(random_order().await);
        })
        .await;
    order.await.expect("the body has been run")
}

/// All that a failed check shows, as one text.
pub(crate) fn shown(check: &Check) -> String {
    let Some(detail) = &check.detail else {
        return String::new();
    };
    let parts = [&detail.expected, &detail.got, &detail.diff]
        .into_iter()
        .flatten()
        .cloned();
    let panic = detail.panic.iter().map(|panic| panic.message.clone());
    parts
        .chain(panic)
        .chain(detail.notes.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every check failed, returned `false`, is from this file, and shows these words.
pub(crate) fn all_fail(seen: &Intercepted, file: &str, rows: &[(&str, &[&str])]) {
    is!(
        seen.end().problems.len(),
        0,
        "each returned `false`: {:?}",
        seen.end().problems
    );
    let checks = seen.checks("failing");
    is!(checks.len(), rows.len());
    for (check, (label, words)) in checks.iter().zip(rows) {
        is!(check.label, *label);
        is!(check.verdict, Verdict::Failed, "{label}");
        is!(
            (&*check.at.file, check.at.line > 0, check.at.column > 0),
            (file, true, true),
            "{label}: the place"
        );
        let text = shown(check);
        for word in *words {
            ok!(text.contains(word), "{label}: {word:?} is in {text:?}");
        }
    }
}
