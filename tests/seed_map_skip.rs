//! The seed map, row A7: skips.

mod seed_map;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_test_suite::claim::Problem;
use async_test_suite::error::ErrorKind;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan};
use seed_map::{labels, letters, problems};

#[suite]
async fn a07_skips_are_counted_and_fail_nothing() {
    let seen = Intercept::new()
        .run("skips", |_| async {
            skip!("no network");
            skip!("no disk", 3);
            ok!(true);
        })
        .await;
    is!(letters(&seen, "skips"), "SSSSP");
    is!((seen.end().tally.run, seen.end().tally.skipped), (5, 4));
    is!(seen.verdict(), Verdict::Passed);
    like!(seen.render("tap"), "(?m)^    ok 2 # SKIP no disk$");
}

#[suite]
async fn a07_skip_rest_needs_a_plan() {
    let seen = Intercept::new()
        .plan(Plan::new().tests(5))
        .run("rest", |_| async {
            ok!(true);
            subtest!("counts as one", spawned, {});
            skip_rest!("enough");
        })
        .await;
    is!(seen.end().tally.run, 5, "one check, one subtest, three skips");
    is!(seen.end().tally.skipped, 3);
    is!(seen.verdict(), Verdict::Passed);
    let seen = Intercept::new()
        .run("no plan", |_| async { skip_rest!("enough") })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let problems = problems(&seen, "no plan");
    matches_ok!(&problems[..], [Problem::Misuse(at, error)] if error.kind == ErrorKind::NoPlan && at.file == file!());
    like!(
        seen.render("tap"),
        "`skip_rest!`: how many tests are left is unknown without a plan"
    );
}

#[suite]
async fn a07_a_number_that_went_around_is_a_misuse() {
    let below_zero = std::hint::black_box(0_u64).wrapping_sub(1);
    let seen = Intercept::new()
        .plan(Plan::new().tests(below_zero))
        .run("many", move |_| async move {
            skip!("a mistake", below_zero - 1);
            skip_rest!("another");
            skip!("as many as ever", 1000);
        })
        .await;
    is!((seen.end().tally.run, seen.end().tally.skipped), (1000, 1000));
    let problems = problems(&seen, "many");
    matches_ok!(
        &problems[..],
        [Problem::Misuse(_, one), Problem::Misuse(at, rest), ..]
            if one.operation == "skip!" && rest.operation == "skip_rest!" && at.file == file!()
    );
    like!(
        seen.render("tap"),
        "`skip_rest!`: 18446744073709551615 skips at once, .* more than 1000000"
    );
}

#[suite]
async fn a07_skip_remaining_skips_checks_and_runs_no_body() {
    let ran = Arc::new(AtomicBool::new(false));
    let entered = ran.clone();
    let seen = Intercept::new()
        .run("remaining", |t| async move {
            ok!(true, "before");
            skip_remaining!("disk full");
            flunk!("a check");
            subtest!("child", { entered.store(true, Ordering::Relaxed) });
            t.ok(false, "a method");
            let new = t.create_suite("created", Plan::new(), |t| async move { t.abort() });
            assert!(new.suite().is_none());
            assert!(new.run().await, "a skipped one has held");
            t.spawn(async { nok!(true, "in a job") }).await.unwrap();
        })
        .await;
    is!(letters(&seen, "remaining"), "PSSSSS");
    is!(
        labels(&seen, "remaining"),
        ["before", "a check", "child", "a method", "created", "in a job"]
    );
    ok!(!ran.load(Ordering::Relaxed), "the body of the subtest was not run");
    is!(seen.verdict(), Verdict::Passed);
}

#[suite]
async fn a07_skip_remaining_reaches_all_parents_only_when_it_is_global() {
    let run = |global: bool| {
        Intercept::new().run("outer", move |_| async move {
            subtest!("middle", {
                subtest!("inner", {
                    if global {
                        skip_remaining!("down", global);
                    } else {
                        skip_remaining!("down");
                    }
                    flunk!("inner");
                });
                ok!(true, "middle");
            });
            ok!(true, "outer");
        })
    };
    let global = run(true).await;
    is!(letters(&global, "outer/middle/inner"), "S");
    is!(
        letters(&global, "outer/middle"),
        "PS",
        "the subtest itself had begun and holds"
    );
    is!(letters(&global, "outer"), "PS");
    let local = run(false).await;
    is!(
        (letters(&local, "outer/middle/inner"), letters(&local, "outer")),
        ("S".to_owned(), "PP".to_owned())
    );
}

#[suite]
async fn a07_skip_all_runs_nothing() {
    let seen = Intercept::new()
        .run("outer", |_| async {
            subtest!("whole", skip_all = "no disk", { panic!("its body runs") });
            subtest!("inside", {
                plan!(skip_all = "no net");
                flunk!();
                subtest!("child", { panic!("its body runs") });
            });
        })
        .await;
    is!(
        seed_map::verdicts(&seen, "outer"),
        [Verdict::Skipped("no disk".into()), Verdict::Skipped("no net".into())]
    );
    is!(letters(&seen, "outer/inside"), "SS");
    is!(
        seen.suite("outer/whole").and_then(|end| end.skipped.clone()).as_deref(),
        Some("no disk")
    );
}
