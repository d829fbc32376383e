//! The tokio runtimes: one for all suites under `main!`, and one of its own for a suite that asks for it.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::options;
use crate::spare::{self, Spares};
use crate::spec::{Flavor, SuiteSpec};
use crate::stray::{self, Home};

/// The runtime of one `#[suite]` that has it for itself, as `#[tokio::test]` would make it.
///
/// Its threads are told to `home`, all but that of `block_on`.
pub(crate) fn own(spec: &SuiteSpec, home: &Home) -> io::Result<Runtime> {
    let mut builder = match spec.flavor {
        Some(Flavor::MultiThread) => Builder::new_multi_thread(),
        Some(Flavor::CurrentThread) | None => Builder::new_current_thread(),
    };
    if let Some(threads) = spec.worker_threads {
        builder.worker_threads(threads);
    }
    let home = home.clone();
    builder
        .on_thread_start(move || home.enter())
        .on_thread_park(stray::passed_by)
        .on_thread_stop(Home::leave);
    builder.enable_all().start_paused(spec.start_paused).build()
}

/// The runtime that suites share, with threads to spare for those that block theirs.
pub(crate) fn shared(worker_threads: Option<usize>, suites: usize) -> io::Result<(Runtime, Spares)> {
    let threads = worker_threads.unwrap_or_else(default_threads);
    let spare = spare::count(suites);
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads.saturating_add(spare));
    // Plain functions run on these, and one that does not come back keeps its own.
    builder.max_blocking_threads(suites.saturating_add(512));
    builder
        .on_thread_park(stray::passed_by)
        .on_thread_stop(stray::passed_by);
    let runtime = builder.enable_all().thread_name("async-test-worker").build()?;
    let spares = Spares::new(runtime.handle().clone(), spare);
    Ok((runtime, spares))
}

/// As many as tokio takes when nobody says.
fn default_threads() -> usize {
    let wished = options::variable("TOKIO_WORKER_THREADS").and_then(|it| it.to_str()?.parse().ok());
    wished
        .filter(|threads| *threads > 0)
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1)
}

/// Whether a suite cannot run on the shared runtime, whatever its future is.
pub(crate) fn wants_its_own(spec: &SuiteSpec) -> bool {
    spec.start_paused || spec.worker_threads.is_some() || spec.flavor == Some(Flavor::CurrentThread)
}
