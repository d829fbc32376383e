//! The passes of a run: everything once, or again and again.

use crate::options::Options;
use crate::order;
use crate::record::Passes;
use crate::run::all::all;
use crate::run::rescue::Watch;
use crate::run::seed_of_pass;
use crate::spec::SuiteSpec;
use crate::suite::Suite;

/// How many suites will be run, once for each pass that is certain.
pub(super) fn suites_to_run(options: &Options, selected: usize) -> usize {
    match options.repeat {
        Some(passes) if !options.until_fail => selected.saturating_mul(passes.get() as usize),
        _ => selected,
    }
}

/// Runs all suites as often as `--repeat` and `--until-fail` say. Every pass has a seed of its own, and so an order of
/// its own where the order is random. The answer is none where nobody asked for more than one pass.
pub(super) async fn passes(options: Options, suites: Vec<&'static SuiteSpec>, watch: Watch) -> Option<Passes> {
    let top = Suite::top();
    let limit = top.0.hub.settings.test_jobs;
    let most = match (options.repeat, options.until_fail) {
        (Some(passes), _) => Some(u64::from(passes.get())),
        (None, true) => None,
        (None, false) => Some(1),
    };
    let mut passes = Passes { run: 0, failed: 0 };
    let mut before = standing(&top);
    while most.is_none_or(|most| passes.run < most) {
        let seed = seed_of_pass(top.seed(), passes.run);
        let mut suites = suites.clone();
        if options.random {
            order::shuffle(&mut suites, seed, "");
        }
        all(&suites, limit, options.fail_fast, seed, &watch).await;
        let after = standing(&top);
        // What fails the run and no suite of it, such as a check that came too late, is not counted.
        let has_failed = after.failed > before.failed || (after.is_failed && !before.is_failed) || top.is_cancelled();
        passes.run += 1;
        passes.failed += u64::from(has_failed);
        // What ran nothing runs nothing the next time either.
        let ran_nothing = after.ran == before.ran;
        if top.is_cancelled() || ran_nothing || (has_failed && (options.until_fail || options.fail_fast)) {
            break;
        }
        before = after;
    }
    (options.repeat.is_some() || options.until_fail).then_some(passes)
}

/// What the run has come to so far.
struct Standing {
    ran: u64,
    failed: u64,
    is_failed: bool,
}

fn standing(top: &Suite) -> Standing {
    let snapshot = top.snapshot().unwrap_or_default();
    let tally = snapshot.tally;
    Standing {
        ran: tally.run - tally.skipped,
        failed: tally.failed,
        is_failed: snapshot.failed,
    }
}
