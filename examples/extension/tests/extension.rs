//! Rows A28 and A29 of the seed map: all of the extension at work, as a user of it sees it.

use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Intercept, Intercepted};
use team_tools::{is_sorted, is_within, quarantine};

fn verdicts(seen: &Intercepted) -> Vec<Verdict> {
    seen.checks("inner").iter().map(|check| check.verdict.clone()).collect()
}

#[suite]
async fn a28_a_tool_of_another_crate_is_a_check() {
    ok!(is_sorted(&[1, 2, 2, 3]));
    is_within(1, async { 2 }, 3).await;
    is!(
        Suite::current().tests_run(),
        3,
        "each call is one test, and `ok!` another"
    );
}

#[suite]
async fn a29_a_tool_reports_the_line_of_its_caller() {
    let line = line!() + 2;
    let seen = Intercept::new().run("inner", |_| async {
        is_sorted(&[1, 3, 2]);
        is_within(1, async { 4 }, 3).await;
    });
    let seen = seen.await;
    is!(verdicts(&seen), [Verdict::Failed, Verdict::Failed]);
    let (simple, compound) = (seen.checks("inner")[0], seen.checks("inner")[1]);
    is!((&*simple.at.file, simple.at.line), (file!(), line));
    is!(simple.label, "3 elements are sorted");
    is!((&*compound.at.file, compound.at.line), (file!(), line + 1));
    is!(compound.label, "is_within");
    let hidden = compound
        .child
        .as_ref()
        .map(|child| (child.suite.hidden, child.tally.run, child.tally.failed));
    is!(hidden, Some((true, 2, 1)), "its two checks are one hidden subtest");
}

#[suite]
async fn a28_a_tool_is_skipped_like_any_check() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            skip_remaining!("no time");
            assert!(is_sorted(&[2, 1]), "what is skipped has held");
            assert!(is_within(1, async { panic!("its body is not run") }, 3).await);
        })
        .await;
    is!(
        verdicts(&seen),
        [Verdict::Skipped("no time".into()), Verdict::Skipped("no time".into())]
    );
}

#[suite]
async fn a28_a_plan_key_is_taken_and_others_are_not() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            subtest!("owned", keys(owner = "storage", ower = "a slip"), {});
        })
        .await;
    let warnings = seen.records().iter().filter_map(|record| match record {
        Record::Warning(_, text) => Some(text.to_string()),
        _ => None,
    });
    let warnings: Vec<String> = warnings.collect();
    is!(warnings.len(), 1, "{warnings:?}");
    like!(warnings[0], "`ower`");
}

#[suite]
async fn a28_a_command_and_a_filter_keep_known_failures_apart() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            flunk!("flaky");
            quarantine("flaky", "issue 12").expect("the bundle hears it");
            flunk!("flaky");
            pass!("flaky");
            flunk!("another");
        })
        .await;
    is!(
        verdicts(&seen),
        [
            Verdict::Failed,
            Verdict::Skipped("in quarantine: issue 12".into()),
            Verdict::Passed,
            Verdict::Failed
        ]
    );
    like!(
        seen.render("tap"),
        r"(?m)^    # `flaky` failed at tests/extension\.rs:\d+:\d+ and is in quarantine$"
    );
}

#[suite]
async fn a28_a_report_format_is_known_by_its_name() {
    let seen = Intercept::new()
        .plan(Plan::new().key("owner", "storage"))
        .run("reads", |_| async {
            pass!();
            flunk!();
        })
        .await;
    is!(
        seen.render("markdown"),
        "| suite | owner | tests | result |\n| --- | --- | ---: | --- |\n| reads | storage | 2 | **failed** |\n\n\
         0 passed, 1 failed\n"
    );
}

#[suite]
async fn a30_a_condition_of_another_crate() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            subtest!("delivers", when = all(cfg(test), team_tools::BROKER_IS_UP), {
                flunk!("it runs")
            });
        })
        .await;
    is!(
        verdicts(&seen),
        [Verdict::Skipped("unmet: all(a broker at $BROKER_URL)".into())]
    );
}
