//! The two entry points: thin doors to one road.

mod all;
pub(crate) mod builtin;
pub(crate) mod intercept;
mod list;
pub(crate) mod main;
mod report_file;
mod rerun;
mod select;

use std::sync::Arc;
use std::time::Duration;

use crate::condition;
use crate::drive::{close_unrun, drive, drive_blocking};
use crate::event::{BodySpan, Reply};
use crate::filter::{self, Paths};
use crate::settings::Settings;
use crate::spec::{Body, BodyFuture, SuiteSpec};
use crate::suite::{Birth, Suite};

/// Creates the suite of a descriptor; as an error when it is not to run, which the hub has been told then.
fn create(spec: &'static SuiteSpec, is_async: bool, again: Option<String>) -> Result<Suite, Suite> {
    let top = Suite::top();
    let mut plan = condition::resolve(spec.plan());
    if let Some(why) = top.0.hub.settings.left_out.get(&spec.full_name()) {
        plan = plan.skip_all(why.clone());
    }
    let skipped = plan.skip_all.is_some();
    let mut birth = Birth::new(spec.title().into_owned(), spec.place());
    birth.test_name = Some(spec.test_name());
    birth.is_async = is_async;
    birth.again = again.map(Into::into);
    birth.should_panic = spec.should_panic;
    birth.body = Some(BodySpan {
        file: spec.file,
        first: spec.line,
        last: spec.end_line,
    });
    let settings = &top.0.hub.settings;
    birth.rerun = Some(Arc::new(rerun::parts(spec, settings)));
    birth.paths = paths(spec, settings);
    let suite = top.child(birth, plan);
    if skipped {
        close_unrun(&suite, None);
        return Err(suite);
    }
    Ok(suite)
}

/// What the filters leave of the subtests of a suite.
fn paths(spec: &SuiteSpec, settings: &Settings) -> Paths {
    let (test_name, title) = (spec.test_name(), spec.title());
    let names: &[&str] = &[&test_name, &title];
    let list = settings
        .filters
        .iter()
        .find(|list| list.iter().any(|filter| filter.names(names)));
    list.map(|list| filter::paths(list, names)).unwrap_or_default()
}

/// Runs a created suite here, on the runtime of the caller.
async fn run_here(spec: &'static SuiteSpec, suite: Suite, waited: Duration, reply: Option<Reply>) {
    match spec.body {
        Body::Async(make) => match make(suite.clone()) {
            BodyFuture::Shared(body) => drive(suite, body, waited, reply).await,
            BodyFuture::Local(body) => drive(suite, body, waited, reply).await,
        },
        Body::Blocking(body) => drive_blocking(suite, body, waited, reply).await,
    }
}
