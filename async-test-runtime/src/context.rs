//! Which suite is running here. It follows a task from thread to thread, and everything started through a suite.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::claim::Claim;
use crate::error::{Error, ErrorKind};
use crate::suite::Suite;

/// Checks that were made and not sent: those inside of a tool that is made of several.
pub(crate) type Captured = Arc<Mutex<Vec<Claim>>>;

struct Current {
    suite: Suite,
    captured: Option<Captured>,
}

tokio::task_local! {
    static CURRENT: Current;
}

/// Runs a future with this suite as the current one, on whichever thread it is polled.
pub(crate) fn scope<F: Future>(suite: Suite, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(Current { suite, captured: None }, future)
}

/// Runs a closure with this suite as the current one.
pub(crate) fn sync_scope<T>(suite: Suite, body: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(Current { suite, captured: None }, body)
}

/// Runs a future and keeps the checks that macros make in it in place of sending them.
pub(crate) fn capture<F: Future>(suite: Suite, captured: Captured, future: F) -> impl Future<Output = F::Output> {
    let captured = Some(captured);
    CURRENT.scope(Current { suite, captured }, future)
}

/// Runs a closure and keeps the checks that macros make in it in place of sending them.
pub(crate) fn sync_capture<T>(suite: Suite, captured: Captured, body: impl FnOnce() -> T) -> T {
    let captured = Some(captured);
    CURRENT.sync_scope(Current { suite, captured }, body)
}

/// Calls back with the current suite, without counting up a handle to it.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[track_caller]
pub(crate) fn with<T>(operation: &'static str, body: impl FnOnce(&Suite) -> T) -> T {
    match CURRENT.try_with(|current| body(&current.suite)) {
        Ok(value) => value,
        Err(_) => no_suite(operation),
    }
}

/// Sends a check of the current suite, or keeps it where checks are captured; returns whether it held.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[track_caller]
pub(crate) fn claim(operation: &'static str, make: impl FnOnce() -> Claim) -> bool {
    let sent = CURRENT.try_with(|current| match &current.captured {
        None => current.suite.claim(make()),
        Some(captured) => {
            let claim = make();
            let held = claim.raw != crate::claim::Raw::Fail;
            captured.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
            held
        }
    });
    match sent {
        Ok(held) => held,
        Err(_) => no_suite(operation),
    }
}

/// Counts a passing check of the current suite; false where it has to be sent.
#[inline]
pub(crate) fn counts() -> bool {
    CURRENT
        .try_with(|current| current.captured.is_none() && current.suite.counts())
        .unwrap_or(false)
}

#[track_caller]
#[cold]
fn no_suite(operation: &'static str) -> ! {
    panic!("{}", Error::new("", operation, ErrorKind::NoSuite))
}

/// Whether checks are kept here in place of being sent.
pub(crate) fn is_capturing() -> bool {
    CURRENT.try_with(|current| current.captured.is_some()).unwrap_or(false)
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
        CURRENT.try_with(|current| current.suite.clone()).ok()
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
