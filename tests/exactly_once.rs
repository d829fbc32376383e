//! Random programs under load: each check that has returned is found once in what was recorded, in the suite for which
//! it was made, or is told to be late.
//!
//! `EXACTLY_ONCE_SEED` plays one program, `EXACTLY_ONCE_COUNT` says how many are played.

#[path = "exactly_once/program.rs"]
mod program;

use std::collections::BTreeMap;

use async_test_suite::claim::Problem;
use async_test_suite::record::Record;
use async_test_suite::{Intercept, Intercepted};
use tokio::runtime::Builder;

use program::Log;

/// What was recorded of one suite.
#[derive(Default)]
struct Found {
    labels: Vec<String>,
    /// Checks of which only the number is known.
    counted: u64,
    late: Vec<String>,
    children: u64,
    ended: Vec<u64>,
}

fn found(run: &Intercepted) -> BTreeMap<&str, Found> {
    let mut found = BTreeMap::<&str, Found>::new();
    for record in run.records() {
        match record {
            Record::Check(check) if check.child.is_some() => found.entry(&check.suite.path).or_default().children += 1,
            Record::Check(check) => {
                let suite = found.entry(&check.suite.path).or_default();
                suite.labels.push(check.label.to_string());
            }
            Record::Passed { suite, count, .. } => found.entry(&suite.path).or_default().counted += count,
            Record::Problem(_, problem) => match &**problem {
                Problem::LateCheck { suite, label, .. } => {
                    found.entry(suite).or_default().late.push(label.clone());
                }
                other => panic!("{other:?}"),
            },
            Record::SuiteEnded(end) => found.entry(&end.suite.path).or_default().ended.push(end.tally.run),
            _ => {}
        }
    }
    found
}

/// The number of checks that were counted in silence, and of those that were late.
fn play(seed: u64, counts: bool, threads: Option<usize>) -> (u64, usize) {
    let runtime = match threads {
        None => Builder::new_current_thread().enable_all().build(),
        Some(threads) => Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
    };
    let intercept = Intercept::new().seed(seed);
    let intercept = if counts { intercept.counts_passed() } else { intercept };
    let log = Log::default();
    let inner = log.clone();
    let run = runtime
        .expect("a runtime")
        .block_on(intercept.run("top", move |t| program::run(t, inner, seed)));
    let (made, mut found) = (log.made(), found(&run));
    let (mut counted, mut late) = (0, 0);
    for (path, labels) in &made {
        let what = format!("seed {seed}, counts {counts}, threads {threads:?}, suite {path}");
        let suite = found.remove(path.as_str()).unwrap_or_default();
        assert_eq!(suite.ended.len(), 1, "{what}: it ends once");
        let told = suite.labels.len() as u64 + suite.counted;
        assert_eq!(suite.ended[0], told + suite.children, "{what}: the tally");
        assert_eq!(
            told + suite.late.len() as u64,
            labels.len() as u64,
            "{what}: all of them"
        );
        // Each is one of those that were made, and none comes twice.
        let mut named: Vec<&String> = suite.labels.iter().chain(&suite.late).collect();
        assert!(named.iter().all(|label| labels.contains(*label)), "{what}");
        let early = suite.late.iter().find(|label| label.starts_with(program::AWAITED));
        assert_eq!(early, None, "{what}: the suite waits for it");
        let before = named.len();
        named.sort();
        named.dedup();
        assert_eq!(named.len(), before, "{what}: none comes twice");
        assert!(counts || suite.counted == 0, "{what}");
        counted += suite.counted;
        late += suite.late.len();
    }
    for (path, suite) in found {
        let said = suite.labels.len() + suite.late.len();
        assert_eq!((said, suite.counted), (0, 0), "seed {seed}: nobody checked in {path}");
    }
    (counted, late)
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
    )
}

#[test]
fn each_check_is_found_once_in_its_suite() {
    let seeds = match number("EXACTLY_ONCE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("EXACTLY_ONCE_COUNT").unwrap_or(150),
    };
    let many = seeds.end - seeds.start > 100;
    let (mut counted, mut late) = (0, 0);
    for seed in seeds {
        for threads in [None, Some(4)] {
            for counts in [false, true] {
                let (more, later) = play(seed, counts, threads);
                counted += more;
                late += later;
            }
        }
    }
    // The programs are such that there is something to see.
    assert!(
        !many || (counted > 1_000 && late > 50),
        "{counted} in silence, {late} late"
    );
}
