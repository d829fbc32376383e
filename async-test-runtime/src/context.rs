//! Which suite is running here. It follows a task from thread to thread, and everything started through a suite.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

use tokio::task::Id;

use crate::claim::{Claim, Pass};
use crate::error::{Error, ErrorKind};
use crate::suite::Suite;

/// Checks that were made and not sent: those inside of a tool that is made of several.
pub(crate) type Captured = Arc<Mutex<Vec<Claim>>>;

struct Current {
    suite: Suite,
    captured: Option<Captured>,
    /// What is polled in it catches its own panics.
    catches: bool,
    /// Where what panics is caught by us, once that is known. In other tasks that are polled in this context, those of a
    /// `LocalSet`, it is not.
    caught_in: OnceLock<Here>,
}

/// What runs here: a task, or else a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    Task(Id),
    Thread(ThreadId),
}

impl Here {
    fn now() -> Here {
        tokio::task::try_id().map_or_else(|| Here::Thread(thread::current().id()), Here::Task)
    }
}

tokio::task_local! {
    static CURRENT: Current;
}

impl Current {
    /// Of something that catches its own panics; `catches` tells where.
    fn caught(suite: Suite) -> Current {
        Current {
            suite,
            captured: None,
            catches: true,
            caught_in: OnceLock::new(),
        }
    }

    /// Of something else: what is caught here is caught in it, if it is not carried into another task.
    fn plain(suite: Suite, captured: Option<Captured>) -> Current {
        let caught_in = match is_caught() {
            true => OnceLock::from(Here::now()),
            false => OnceLock::new(),
        };
        Current {
            suite,
            captured,
            catches: false,
            caught_in,
        }
    }
}

/// Runs a future with this suite as the current one, on whichever thread it is polled. What panics in it is caught: the
/// future sees to that.
pub(crate) fn scope<F: Future>(suite: Suite, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(Current::caught(suite), future)
}

/// Runs a closure with this suite as the current one. What panics in it is caught: the closure sees to that.
pub(crate) fn sync_scope<T>(suite: Suite, body: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(Current::caught(suite), || {
        catches();
        body()
    })
}

/// Runs a future and keeps the checks that macros make in it in place of sending them.
pub(crate) fn capture<F: Future>(suite: Suite, captured: Captured, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(Current::plain(suite, Some(captured)), future)
}

/// Runs a closure and keeps the checks that macros make in it in place of sending them.
pub(crate) fn sync_capture<T>(suite: Suite, captured: Captured, body: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(Current::plain(suite, Some(captured)), body)
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
    check(operation, None::<fn() -> Pass>, make)
}

/// The same of one that may go to the hub in company, if it has passed.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[track_caller]
pub(crate) fn check(
    operation: &'static str,
    pass: Option<impl FnOnce() -> Pass>,
    make: impl FnOnce() -> Claim,
) -> bool {
    let sent = CURRENT.try_with(|current| match (&current.captured, pass) {
        (None, Some(pass)) if current.suite.gathers() => {
            current.suite.gather(pass());
            true
        }
        (None, _) => current.suite.claim(make()),
        (Some(captured), _) => keep(captured, make()),
    });
    match sent {
        Ok(held) => held,
        Err(_) => no_suite(operation),
    }
}

/// Whether the checks of this suite are kept here: a tool that is part of it runs.
#[inline]
pub(crate) fn captures(suite: &Suite) -> bool {
    let captures = CURRENT.try_with(|current| current.captured.is_some() && current.suite.is_same(suite));
    captures.unwrap_or(false)
}

/// Sends a check of this suite, or keeps it where they are captured; returns whether it held.
pub(crate) fn claim_of(suite: &Suite, claim: Claim) -> bool {
    let captured = CURRENT.try_with(|current| current.captured.clone().filter(|_| current.suite.is_same(suite)));
    match captured {
        Ok(Some(captured)) => keep(&captured, claim),
        _ => suite.claim(claim),
    }
}

fn keep(captured: &Captured, claim: Claim) -> bool {
    let held = claim.raw != crate::claim::Raw::Fail;
    captured.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
    held
}

/// Counts a passing check of the current suite; false where it has to be sent.
#[inline]
pub(crate) fn counts() -> bool {
    matches!(
        CURRENT.try_with(|current| current.captured.is_none() && current.suite.counts()),
        Ok(true)
    )
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

/// Whether what panics here is caught and reported by us. Asked by the panic hook, so it must not panic.
pub(crate) fn is_caught() -> bool {
    let caught_in = CURRENT.try_with(|current| current.caught_in.get().copied());
    caught_in.is_ok_and(|place| place.is_some_and(|place| place == Here::now()))
}

/// Says that panics are caught here, if the current context is of something that does so.
pub(crate) fn catches() {
    // Outside of any suite there is nobody to tell.
    let _ = CURRENT.try_with(|current| {
        if current.catches {
            current.caught_in.get_or_init(Here::now);
        }
    });
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
        CURRENT.scope(Current::plain(self.clone(), None), future)
    }

    /// Runs a closure with this suite as the current one.
    pub fn sync_scope<T>(&self, body: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(Current::plain(self.clone(), None), body)
    }
}
