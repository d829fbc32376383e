//! One attempt of a `#[suite]`, and several of them as one `testsuite`.

use std::sync::Arc;
use std::time::Duration;

use quick_junit::{Property, TestSuite};

use super::case::Case;
use super::status::{allowed, named};
use crate::options::Shard;
use crate::record::SuiteInfo;

/// An attempt that has ended: the case of the suite itself first, then those of its subtests.
pub(super) struct Finished {
    pub(super) suite: Arc<SuiteInfo>,
    pub(super) took: Duration,
    pub(super) cases: Vec<Case>,
}

/// The element of a suite as the last of its attempts left it. What failed earlier ones is told with the case of the same
/// name, or with that of the suite where the last attempt has no such case.
pub(super) fn test_suite(attempts: &[Finished], seed: Option<u64>, shard: Option<Shard>) -> Option<TestSuite> {
    let (last, before) = attempts.split_last()?;
    let mut cases = last.cases.clone();
    for attempt in before {
        for (index, failed) in attempt.cases.iter().enumerate() {
            let Some(mut told) = failed.failed_attempt(attempt.suite.attempt) else {
                continue;
            };
            // Subtests may share a name: then the first is compared with the first.
            let alike = attempt.cases[..index]
                .iter()
                .filter(|case| case.name == failed.name)
                .count();
            let case = cases.iter_mut().filter(|case| case.name == failed.name).nth(alike);
            if let Some(case) = case {
                case.failed_before(told);
            } else if let Some(own) = cases.first_mut() {
                told.failures.title = format!("{}: {}", failed.name, told.failures.title);
                own.failed_before(told);
            }
        }
    }
    let mut suite = TestSuite::new(named(&last.suite.test_name));
    suite.set_time(attempts.iter().map(|attempt| attempt.took).sum());
    // Where everything is run several times, each pass has its own.
    if let Some(seed) = last.suite.rerun.as_ref().map(|rerun| rerun.seed).or(seed) {
        suite.add_property(Property::new("seed", seed.to_string()));
    }
    if let Some(shard) = shard {
        suite.add_property(Property::new("shard", shard.to_string()));
    }
    for tag in &last.suite.tags {
        suite.add_property(Property::new("tag", allowed(tag)));
    }
    if !before.is_empty() {
        suite.add_property(Property::new("attempts", attempts.len().to_string()));
    }
    suite.add_test_cases(cases.into_iter().map(|case| case.finish(last.suite.attempt)));
    Some(suite)
}
