//! Which suite is running here. It follows a task from thread to thread, and everything started through a suite.

use std::future::Future;

use crate::error::{Error, ErrorKind};
use crate::suite::Suite;

tokio::task_local! {
    static CURRENT: Suite;
}

/// Runs a future with this suite as the current one, on whichever thread it is polled.
pub(crate) fn scope<F: Future>(suite: Suite, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(suite, future)
}

/// Runs a closure with this suite as the current one.
pub(crate) fn sync_scope<T>(suite: Suite, body: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(suite, body)
}

/// Calls back with the current suite, without counting up a handle to it.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[track_caller]
pub(crate) fn with<T>(operation: &'static str, body: impl FnOnce(&Suite) -> T) -> T {
    match CURRENT.try_with(body) {
        Ok(value) => value,
        Err(_) => no_suite(operation),
    }
}

#[track_caller]
#[cold]
fn no_suite(operation: &'static str) -> ! {
    panic!("{}", Error::new("", operation, ErrorKind::NoSuite))
}

/// Whether a suite is running here; asked by the panic hook, so it must not panic.
pub(crate) fn is_inside() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

impl Suite {
    /// The suite of the running task.
    ///
    /// # Panics
    ///
    /// Outside of any suite, with a message that says what to do.
    #[track_caller]
    pub fn current() -> Suite {
        Suite::current_for("Suite::current")
    }

    /// The suite of the running task, if there is one. Tasks started with `tokio::spawn` and plain threads have none.
    pub fn try_current() -> Option<Suite> {
        CURRENT.try_with(Suite::clone).ok()
    }

    #[track_caller]
    pub(crate) fn current_for(operation: &'static str) -> Suite {
        match Suite::try_current() {
            Some(suite) => suite,
            None => no_suite(operation),
        }
    }

    /// Runs a future with this suite as the current one: checks in it are counted for this suite. Cancel safe if the
    /// future is; dropping it drops the future.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        scope(self.clone(), future)
    }

    /// Runs a closure with this suite as the current one.
    pub fn sync_scope<T>(&self, body: impl FnOnce() -> T) -> T {
        sync_scope(self.clone(), body)
    }
}
