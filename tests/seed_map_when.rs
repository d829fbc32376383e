//! The seed map, row A30: conditions.

mod seed_map;

use std::sync::atomic::{AtomicUsize, Ordering};

use async_test_suite::plan::{Condition, When};
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan};
use seed_map::fixture;

mod fixture {
    use super::*;

    #[suite(when = any(env("SEED_MAP_NET"), mode("seed_map_release")))]
    #[ignore = "run by a30"]
    async fn runs_when_it_may() {
        flunk!("it runs");
    }
}

/// A condition of our own.
#[derive(Debug)]
struct PostgresIsUp(bool);

impl Condition for PostgresIsUp {
    fn is_met(&self) -> bool {
        self.0
    }

    fn describe(&self) -> String {
        "postgres is up".to_owned()
    }
}

/// How often it was asked.
#[derive(Debug)]
struct Counted(AtomicUsize);

impl Condition for Counted {
    fn is_met(&self) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        true
    }

    fn describe(&self) -> String {
        "it is asked".to_owned()
    }
}

static COUNTED: Counted = Counted(AtomicUsize::new(0));

#[suite(when = any(COUNTED))]
async fn a30_a_condition_of_the_attribute_may_change_and_is_asked_once() {
    is!(COUNTED.0.load(Ordering::SeqCst), 1);
}

static DOWN: PostgresIsUp = PostgresIsUp(false);
static UP: PostgresIsUp = PostgresIsUp(true);

#[suite]
async fn a30_an_unmet_condition_is_named() {
    let seen = Intercept::new()
        .run("when", |_| async {
            subtest!("variable", when = env("SURELY_UNSET"), { panic!("it runs") });
            subtest!("mode", when = mode("surely_unset"), { panic!("it runs") });
            subtest!("program", when = command("surely-no-such-program"), {
                panic!("it runs")
            });
            subtest!("compiler", when = cfg(not(test)), { panic!("it runs") });
            subtest!("any", when = any(mode("no_a"), env("NO_B")), { panic!("it runs") });
            subtest!("a list is any", when = [mode("no_a"), env("NO_B")], {
                panic!("it runs")
            });
            subtest!("all", when = all(cfg(test), env("NO_A"), env("NO_B")), {
                panic!("it runs")
            });
            subtest!("none", when = none(cfg(test), env("NO_A")), { panic!("it runs") });
            subtest!(
                "nested",
                when = all(cfg(test), any(env("NO_A"), all(env("NO_B"), cfg(test)))),
                { panic!("it runs") }
            );
            subtest!("custom", when = DOWN, { panic!("it runs") });
            subtest!("custom and nested", when = none(UP), { panic!("it runs") });
            subtest!(
                "met",
                when = all(UP, cfg(test), none(DOWN, env("NO_A")), any(env("NO_B"), UP)),
                { pass!() }
            );
        })
        .await;
    let reasons: Vec<String> = seed_map::verdicts(&seen, "when")
        .into_iter()
        .map(|verdict| match verdict {
            Verdict::Skipped(why) => why.into_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    is!(
        reasons,
        [
            "unmet: $SURELY_UNSET",
            "unmet: $SURELY_UNSET_TESTING",
            "unmet: command surely-no-such-program",
            "unmet: cfg(not(test))",
            "unmet: any($NO_A_TESTING, $NO_B)",
            "unmet: any($NO_A_TESTING, $NO_B)",
            "unmet: all($NO_A, $NO_B)",
            "unmet: none(cfg(test))",
            "unmet: all(any($NO_A, all($NO_B)))",
            "unmet: postgres is up",
            "unmet: none(postgres is up)",
            "Passed",
        ]
    );
    like!(
        seen.render("tap"),
        r"(?m)^    ok 5 - any # SKIP unmet: any\(\$NO_A_TESTING, \$NO_B\)$"
    );
    let whole = Intercept::new()
        .plan(Plan::new().when(When::Env("SURELY_UNSET")))
        .run("whole", |_| async {})
        .await;
    is!(whole.verdict(), Verdict::Skipped("unmet: $SURELY_UNSET".into()));
}

#[suite]
fn a30_the_environment_meets_a_condition() {
    let rows: [(&[(&str, &str)], i32); 4] = [
        (&[], 0),
        (&[("SEED_MAP_NET", "")], 0),
        (&[("SEED_MAP_NET", "1")], 101),
        (&[("SEED_MAP_RELEASE_TESTING", "1")], 101),
    ];
    for (variables, code) in rows {
        is!(fixture("runs_when_it_may", variables).code, Some(code), "{variables:?}");
    }
}
