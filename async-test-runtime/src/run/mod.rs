//! The two entry points: thin doors to one road.

mod all;
mod bazel_files;
pub(crate) mod builtin;
mod captured;
mod document;
mod exits;
mod hints;
mod in_harness;
pub(crate) mod intercept;
mod interrupt;
mod list;
pub(crate) mod main;
mod one;
mod pass;
mod passes;
mod replay;
mod report_file;
mod rerun;
mod rescue;
mod select;
mod sinks;
mod step;
mod time_limit;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::condition;
use crate::drive::{close_unrun, drive, drive_blocking};
use crate::event::{BodySpan, Reply};
use crate::filter::{self, Paths};
use crate::record::Attempt;
use crate::settings::Settings;
use crate::spec::{Body, BodyFuture, SuiteSpec};
use crate::suite::{Birth, Runs, Suite};

/// How a suite is to be run.
struct Launch {
    /// It runs beside other suites.
    is_async: bool,
    /// Decides every random choice in it.
    seed: u64,
    /// Which of its attempts it is.
    attempt: Attempt,
    /// Why it is not to run, beside what its own plan says.
    skip: Option<String>,
    /// Who runs it, if he is to give it up when it is stuck.
    runs: Option<Weak<dyn Runs>>,
}

/// Creates the suite of a descriptor, below the root; as an error when it is not to run, which the hub has been told then.
fn create(top: &Suite, spec: &'static SuiteSpec, launch: Launch) -> Result<Suite, Suite> {
    let Launch {
        is_async,
        seed,
        attempt,
        skip,
        runs,
    } = launch;
    let mut plan = condition::resolve(spec.plan());
    if let Some(why) = left_out(spec, &top.0.hub.settings).or(skip) {
        plan = plan.skip_all(why);
    }
    let skipped = plan.skip_all.is_some();
    let mut birth = Birth::new(spec.title().to_owned(), spec.place());
    birth.test_name = Some(spec.test_name());
    birth.is_async = is_async;
    birth.runs = runs;
    birth.attempt = Some(attempt);
    birth.should_panic = spec.keys().should_panic;
    birth.stray_panics = spec.keys().stray_panics;
    birth.body = Some(BodySpan {
        file: spec.source.file,
        first: spec.line,
        last: spec.end_line,
    });
    let settings = &top.0.hub.settings;
    birth.rerun = Some(Arc::new(rerun::parts(spec, settings, seed)));
    birth.seed = Some(seed);
    birth.paths = paths(spec, settings);
    let suite = top.child(birth, plan);
    if skipped {
        close_unrun(&suite, None);
        return Err(suite);
    }
    Ok(suite)
}

/// Why the variables leave a suite out that the harness has chosen. Under `main!` such a suite is not chosen at all.
fn left_out(spec: &SuiteSpec, settings: &Settings) -> Option<String> {
    if settings.tag.as_ref().is_some_and(|tag| !tag.matches(spec.keys().tags)) {
        let tags = match spec.keys().tags {
            [] => "it has no tags, which does".to_owned(),
            tags => format!("its tags, {}, do", tags.join(", ")),
        };
        return Some(format!("{tags} not fit ASYNC_TEST_TAG"));
    }
    settings.left_out.get(spec.full_name()).cloned()
}

/// How often a failing suite is tried again: the flag has the last word, as in other runners.
fn retries(spec: &SuiteSpec, settings: &Settings) -> u32 {
    settings.retries.unwrap_or(spec.keys().retries)
}

/// The seed of a pass, counted from 0: every pass has another, and each can be asked for with `--seed`.
fn seed_of_pass(seed: u64, pass: u64) -> u64 {
    seed.wrapping_add(pass)
}

/// What the filters and `--skip` leave of the subtests of a suite.
fn paths(spec: &SuiteSpec, settings: &Settings) -> Paths {
    for list in &settings.filters {
        if !list.is_empty() {
            let paths = filter::paths(list, &settings.skip, &[spec.test_name(), spec.title()]);
            if !paths.wanted().is_empty() {
                return paths;
            }
        }
    }
    match settings.skip.is_empty() {
        true => Paths::default(),
        false => filter::paths(&[], &settings.skip, &[spec.test_name(), spec.title()]),
    }
}

/// Runs a created suite here, on the runtime of the caller.
async fn run_here(spec: &'static SuiteSpec, suite: Suite, waited: Duration, reply: Option<Reply>) {
    // Made here, where the runtime is, and by a function whose room is free again when it has been made.
    life(spec, suite, waited, reply).await;
}

fn life(
    spec: &'static SuiteSpec,
    suite: Suite,
    waited: Duration,
    reply: Option<Reply>,
) -> Pin<Box<dyn Future<Output = ()>>> {
    match spec.body {
        Body::Async(make) => match make(&suite) {
            BodyFuture::Shared(body) => Box::pin(drive(suite, body, waited, reply)),
            BodyFuture::Local(body) => Box::pin(drive(suite, body, waited, reply)),
        },
        Body::Blocking(body) => Box::pin(drive_blocking(suite, body, waited, reply)),
    }
}
