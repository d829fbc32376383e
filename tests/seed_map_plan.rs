//! The seed map, rows A5 and A6: what a suite is told, and what becomes of a plan that is not kept.

mod seed_map;

use async_test_suite::claim::Problem;
use async_test_suite::error::ErrorKind;
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Intercept, Plan};
use seed_map::{fixture, problems};

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by a05"]
    async fn has_the_jobs_that_the_environment_allows(t: Suite) {
        is!(t.jobs().limit(), 3);
    }
}

#[suite]
async fn a05_every_key_of_a_plan_says_something() {
    plan!(8, parallel, random, test_jobs = 2, tags("net"));
    let t = Suite::current();
    is!(t.planned(), Some(8));
    ok!(t.parallel());
    ok!(t.random());
    is!(t.jobs().limit(), 2);
    let seen = Intercept::new()
        .plan(Plan::new().skip_all("no disk"))
        .run("skipped", |_| async {
            flunk!();
        })
        .await;
    is!(seen.verdict(), Verdict::Skipped("no disk".into()));
    let seen = Intercept::new()
        .plan(Plan::new().todo("later"))
        .run("todo", |_| async {
            flunk!();
        })
        .await;
    is!(seen.verdict(), Verdict::Todo("later".into()));
    let child = Intercept::new()
        .run("outer", |t| async move {
            subtest!("inner", plan = 3, parallel, random, tags("slow"), async |inner| {
                assert_eq!(
                    (inner.planned(), inner.parallel(), inner.random()),
                    (Some(3), true, true)
                );
                assert_eq!(inner.info().tags, ["slow"]);
                skip!("enough", 3);
            });
            assert_eq!((t.planned(), t.parallel(), t.random()), (None, false, false));
        })
        .await;
    is!(child.verdict(), Verdict::Passed, "{:?}", child.end().problems);
    let limited = fixture("has_the_jobs_that_the_environment_allows", &[("ASYNC_TEST_JOBS", "3")]);
    is!(limited.code, Some(0), "ASYNC_TEST_JOBS: {}", limited.out);
}

#[suite(plan = 4)]
async fn a05_a_late_plan_fails_the_suite() {
    let seen = Intercept::new()
        .run("late", |t| async move {
            ok!(true);
            let refused = t.plan(Plan::new().tests(1));
            assert_eq!(refused.unwrap_err().kind, ErrorKind::PlanTooLate);
        })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let problems = problems(&seen, "late");
    is!(problems.len(), 1);
    matches_ok!(&problems[0], Problem::Misuse(_, error) if error.kind == ErrorKind::PlanTooLate);
    like!(seen.render("tap"), r"(?m)^    # `plan!`: the plan comes too late");
}

#[suite(plan = 3)]
async fn a05_a_plan_after_a_check_that_nobody_counted_is_late_as_well() {
    let seen = Intercept::new()
        .run("late", |t| async move {
            // A subtest of which nothing is known yet but that it was begun.
            let _unfinished = t.create_suite("child", Plan::new(), |_| async {});
            let refused = t.plan(Plan::new().tests(1));
            assert_eq!(refused.unwrap_err().kind, ErrorKind::PlanTooLate);
            // Nothing has been counted, and yet the suite is not new any more.
        })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let late: Vec<Problem> = problems(&seen, "late");
    is!(late.len(), 1, "told once: {late:?}");
    is!(seen.end().planned, None, "a plan that is refused says nothing");
}

#[suite(plan = 4)]
async fn a05_an_unknown_key_is_a_warning_where_it_is_known_at_run_time_only() {
    let seen = Intercept::new()
        .plan(Plan::new().key("colour", "red"))
        .run("unknown", |_| async {
            plan!(1, keys(shape = "round"));
            subtest!("child", keys(size = "big"), {});
        })
        .await;
    is!(seen.verdict(), Verdict::Passed, "it fails nothing");
    let warnings = seen.records().iter().filter_map(|record| match record {
        Record::Warning(suite, text) => Some(format!("{}: {text}", suite.path)),
        _ => None,
    });
    let rest = "no bundle takes it, so it says nothing";
    is!(
        warnings.collect::<Vec<_>>(),
        [
            format!("unknown: unknown plan key `colour` (= red): {rest}"),
            format!("unknown: unknown plan key `shape` (= round): {rest}"),
            format!("unknown/child: unknown plan key `size` (= big): {rest}"),
        ]
    );
    like!(seen.render("tap"), r"(?m)^ *# Warning: unknown plan key `colour`");
    like!(seen.render("pretty"), "passed");
}

#[suite]
async fn a06_a_plan_that_was_not_kept_fails_the_suite() {
    let rows = [
        (3, 2, "# You planned 3 tests, but ran 2"),
        (1, 2, "# You planned 1 test, but ran 2"),
        (2, 0, "# You planned 2 tests, but ran 0"),
    ];
    for (planned, ran, said) in rows {
        let seen = Intercept::new()
            .plan(Plan::new().tests(planned))
            .run("planned", move |t| async move {
                for _ in 0..ran {
                    t.pass("one");
                }
            })
            .await;
        is!(seen.verdict(), Verdict::Failed);
        is!(problems(&seen, "planned"), [Problem::PlanMismatch { planned, ran }]);
        ok!(seen.render("tap").contains(said), "{said}: {}", seen.render("tap"));
    }
    let kept = Intercept::new()
        .plan(Plan::new().tests(2))
        .run("kept", |_| async {
            ok!(true);
            subtest!("a subtest is one test", { skip!("whatever it holds", 5) });
        })
        .await;
    is!(kept.verdict(), Verdict::Passed);
}
