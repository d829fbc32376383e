//! `keys(..)`: how the keys of a bundle reach it from `#[suite]`, `subtest!` and `plan!`.

use std::sync::Mutex;

use async_test_suite::prelude::*;
use async_test_suite::record::{Record, SuiteInfo};
use async_test_suite::{Bundle, Intercept, register_bundle};

static TAKEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Takes every key but `unknown`.
#[derive(Default)]
struct Owners;

impl Bundle for Owners {
    fn plan_key(&mut self, suite: &SuiteInfo, key: &str, value: &str) -> bool {
        let mut taken = TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        taken.push(format!("{}: {key} = {value}", suite.path));
        key != "unknown"
    }
}

register_bundle!(Owners);

/// What the bundle was told about a suite so far.
async fn taken(t: &Suite) -> Vec<String> {
    t.sync_events().await;
    let taken = TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let prefix = format!("{}: ", t.path());
    taken
        .iter()
        .filter_map(|line| line.strip_prefix(&prefix))
        .map(str::to_owned)
        .collect()
}

#[suite(plan = 1, keys(owner = "storage team", quarantine = 3, share = -0.5, flaky = true))]
async fn of_a_suite(t: Suite) {
    let told = ["owner = storage team", "quarantine = 3", "share = -0.5", "flaky = true"];
    is!(taken(&t).await, told);
}

#[suite]
async fn of_a_part(t: Suite) {
    let team = String::from("net");
    subtest!("part", keys(owner = team, retry_limit = 1 + 1), async |t| {
        plan!(1, keys(owner = "later"));
        is!(taken(&t).await, ["owner = net", "retry_limit = 2", "owner = later"]);
    });
    is!(taken(&t).await.len(), 0);
}

#[suite]
async fn a_key_that_nobody_takes_is_a_warning() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            subtest!("child", keys(unknown = 1), {
                ok!(true);
            });
        })
        .await;
    let warnings: Vec<_> = seen
        .records()
        .iter()
        .filter_map(|record| match record {
            Record::Warning(_, text) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    is!(warnings.len(), 1);
    like!(warnings[0], "`unknown`");
}
