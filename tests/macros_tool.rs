//! `#[test_tool]`: what a check of the user's own is to its suite.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_test_suite::Intercept;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;

#[test_tool]
fn is_even(number: u64) -> bool {
    number % 2 == 0
}

#[test_tool]
fn is_positive(number: i64) -> bool {
    ok!(number > 0, "{number} is positive")
}

#[test_tool]
fn is_percentage(number: i64) -> bool {
    let above = ok!(number >= 0, "not below");
    let below = ok!(number <= 100, "not above");
    above && below
}

#[test_tool(anchor)]
fn anchored(number: i64) {
    if number == 50 {
        return;
    }
    ok!(number >= 0, "not below");
    ok!(number <= 100, "not above");
}

#[test_tool]
fn is_small(number: i64) -> bool {
    is_positive(number) && ok!(number < 10, "below ten")
}

#[test_tool]
async fn soon(list: &[u8], name: &str) -> bool {
    tokio::task::yield_now().await;
    if list.is_empty() {
        return ok!(false, "{name} has elements");
    }
    ok!(list.len() < 3, "{name} is short")
}

#[suite]
async fn a_tool_without_checks_is_judged_by_its_value() {
    let line = line!() + 2;
    let seen = Intercept::new().run("inner", |_| async {
        ok!(is_even(2) && !is_even(3), "the value is returned");
    });
    let seen = seen.await;
    let checks = seen.checks("inner");
    let verdicts: Vec<_> = checks.iter().map(|check| check.verdict.clone()).collect();
    is!(verdicts, [Verdict::Passed, Verdict::Failed, Verdict::Passed]);
    is!(checks[1].label, "is_even");
    is!(checks[1].at.line, line);
    is!(checks[1].at.file, file!());
}

#[suite]
async fn one_check_is_told_with_its_words_at_the_line_of_the_caller() {
    let line = line!() + 2;
    let seen = Intercept::new().run("inner", |_| async {
        is_positive(-1);
    });
    let seen = seen.await;
    let checks = seen.checks("inner");
    is!(checks.len(), 1);
    is!(checks[0].label, "-1 is positive");
    is!(checks[0].at.line, line);
    is!(checks[0].verdict, Verdict::Failed);
}

#[suite]
async fn several_checks_are_one_hidden_subtest() {
    let line = line!() + 2;
    let seen = Intercept::new().run("inner", |_| async {
        is_percentage(101);
    });
    let seen = seen.await;
    let checks = seen.checks("inner");
    is!(checks.len(), 1);
    is!(checks[0].at.line, line);
    ok!(checks[0].child.as_ref().is_some_and(|child| child.suite.hidden));
    let parts = seen.checks("inner/is_percentage");
    let verdicts: Vec<_> = parts.iter().map(|check| check.verdict.clone()).collect();
    is!(verdicts, [Verdict::Passed, Verdict::Failed]);
    isnt!(parts[1].at.line, line, "a part is told at its own line");
}

#[suite]
async fn an_anchored_tool_has_no_line_of_its_own() {
    let line = line!() + 2;
    let seen = Intercept::new().run("inner", |_| async {
        anchored(101);
        anchored(50);
    });
    let seen = seen.await;
    is!(
        seen.checks("inner").len(),
        1,
        "a tool without a check and a value says nothing"
    );
    let parts = seen.checks("inner/anchored");
    is!(parts.len(), 2);
    ok!(parts.iter().all(|check| check.at.line == line));
}

#[test_tool]
fn of_handle(t: &Suite, number: i64) -> bool {
    let above = t.is(number.signum(), 1, "above");
    let below = t.ok(number < 10, "below") && t.proclaim(number < 9, "far below");
    above && below
}

#[test_tool]
async fn of_handle_later(t: Suite, number: i64) -> bool {
    tokio::task::yield_now().await;
    t.ok(number > 0, "above")
}

#[suite]
async fn a_method_of_the_handle_in_a_tool_is_one_of_its_checks() {
    let seen = Intercept::new()
        .run("inner", |t| async move {
            of_handle(&t, 11);
            of_handle_later(t.clone(), 1).await;
            subtest!("below", async |_| {
                of_handle(&t, 1);
                of_handle_later(t.clone(), 1).await;
            });
        })
        .await;
    let labels: Vec<_> = seen.checks("inner").iter().map(|check| check.label.clone()).collect();
    // What the subtest checks with the handle of its parent is the parent's, part for part.
    is!(
        labels,
        ["of_handle", "above", "above", "below", "far below", "above", "below"]
    );
    is!(seen.checks("inner/of_handle").len(), 2);
    is!(seen.checks("inner/below").len(), 2, "each tool by its value");
}

#[suite]
async fn a_tool_in_a_tool_is_one_of_its_checks() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            is_small(11);
            is_small(-1);
        })
        .await;
    is!(seen.end().tally.run, 2);
    is!(seen.end().tally.failed, 2);
    let labels: Vec<_> = seen
        .checks("inner/is_small")
        .iter()
        .map(|check| check.label.to_string())
        .collect();
    is!(labels, ["11 is positive", "below ten"]);
}

#[suite]
async fn skip_remaining_skips_tools() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);

    #[test_tool]
    fn counts() -> bool {
        RUNS.fetch_add(1, Ordering::SeqCst) > 100
    }
    #[test_tool(skippable = false)]
    fn always_counts() -> bool {
        RUNS.fetch_add(1, Ordering::SeqCst) > 100
    }

    let seen = Intercept::new()
        .run("inner", |_| async {
            skip_remaining!("no server");
            ok!(counts(), "a skipped tool gives true");
            always_counts();
        })
        .await;
    is!(RUNS.load(Ordering::SeqCst), 1);
    let verdicts: Vec<_> = seen.checks("inner").iter().map(|check| check.verdict.clone()).collect();
    let skipped = || Verdict::Skipped("no server".into());
    is!(verdicts, [skipped(), skipped(), Verdict::Failed]);
}

#[suite]
async fn a_tool_is_a_test_for_the_plan_unless_it_says_otherwise() {
    #[test_tool]
    fn silent() {}
    #[test_tool(readify = false)]
    fn prepares() {}

    let seen = Intercept::new()
        .run("inner", |_| async {
            prepares();
            plan!(0);
        })
        .await;
    is!(seen.end().problems.len(), 0);
    let seen = Intercept::new()
        .run("inner", |_| async {
            silent();
            plan!(0);
        })
        .await;
    is!(seen.end().problems.len(), 1);
}

#[suite]
async fn an_async_tool_borrows_and_returns() {
    let line = line!() + 3;
    let seen = Intercept::new().run("inner", |_| async {
        let name = String::from("the list");
        let future = soon(&[], &name);
        let held = future.await;
        nok!(held);
        ok!(soon(&[1, 2], "another").await);
    });
    let seen = seen.await;
    let checks = seen.checks("inner");
    is!(checks.len(), 4);
    is!(checks[0].label, "the list has elements");
    is!(checks[0].at.line, line, "the place of the call, not of the await");
    is!(checks[2].label, "another is short");
}

#[suite]
async fn the_future_of_a_tool_owns_its_arguments() {
    #[test_tool]
    async fn holds(_guard: Arc<()>, own: Arc<()>) {
        tokio::task::yield_now().await;
        is!(Arc::strong_count(&own), 2);
    }

    let (guard, own) = (Arc::new(()), Arc::new(()));
    let future = holds(guard.clone(), own.clone());
    is!(Arc::strong_count(&guard), 2);
    future.await;
    is!((Arc::strong_count(&guard), Arc::strong_count(&own)), (1, 1));
}

/// A value of a test, with tools of its own.
struct Client {
    answers: u8,
}

impl Client {
    #[test_tool]
    fn has_answered<T: Into<u8>>(&self, times: T) -> bool
    where
        Self: Sized,
    {
        self.answers == times.into()
    }

    #[test_tool]
    async fn answers(&mut self, (more, _): (u8, u8)) -> bool {
        tokio::task::yield_now().await;
        self.answers += more;
        self.has_answered(self.answers)
    }

    #[test_tool]
    async fn agrees(self: Arc<Self>, with: impl Fn(u8) -> bool) -> bool {
        ok!(with(self.answers), "agreed")
    }
}

#[suite(plan = 4)]
async fn methods_are_tools() {
    let mut client = Client { answers: 0 };
    ok!(client.answers((2, 0)).await);
    client.has_answered(2);
    Arc::new(client).agrees(|answers| answers == 2).await;
}

#[suite]
async fn tools_count_for_the_subtest_that_calls_them() {
    fn is_send(_: &impl Send) {}

    let seen = Intercept::new()
        .plan(Plan::new().parallel())
        .run("inner", |_| async {
            for number in 1..=3u8 {
                subtest!("number {number}", {
                    let future = soon(&[1], "list");
                    is_send(&future);
                    future.await;
                    is_percentage(i64::from(number) * 50);
                });
            }
        })
        .await;
    for (number, failed) in [(1, false), (2, false), (3, true)] {
        let path = format!("inner/number {number}");
        is!(seen.checks(&path).len(), 2, "checks of {}", path);
        is!(
            seen.suite(&path).map(|end| end.failed),
            Some(failed),
            "failure of {}",
            path
        );
    }
}

#[test]
fn outside_of_a_suite_a_tool_panics_at_its_caller() {
    fn calls() -> impl Future<Output = bool> {
        soon(&[1], "list")
    }

    let panic = std::panic::catch_unwind(|| drop(calls())).expect_err("there is no suite");
    let message = panic.downcast_ref::<String>().map_or("", String::as_str);
    assert!(message.contains("soon"), "{message}");
}
