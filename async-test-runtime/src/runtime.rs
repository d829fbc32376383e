//! The tokio runtimes: one for all suites under `main!`, and one of its own for a suite that asks for it.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::spec::{Flavor, SuiteSpec};

/// The runtime of one `#[suite]` that has it for itself, as `#[tokio::test]` would make it.
pub(crate) fn own(spec: &SuiteSpec) -> io::Result<Runtime> {
    let mut builder = match spec.flavor {
        Some(Flavor::MultiThread) => Builder::new_multi_thread(),
        Some(Flavor::CurrentThread) | None => Builder::new_current_thread(),
    };
    if let Some(threads) = spec.worker_threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().start_paused(spec.start_paused).build()
}

/// The runtime that suites share.
pub(crate) fn shared(worker_threads: Option<usize>) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = worker_threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().thread_name("async-test-worker").build()
}

/// Whether a suite cannot run on the shared runtime, whatever its future is.
pub(crate) fn wants_its_own(spec: &SuiteSpec) -> bool {
    spec.start_paused || spec.worker_threads.is_some() || spec.flavor == Some(Flavor::CurrentThread)
}
