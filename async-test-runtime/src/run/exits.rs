//! `process::exit` in the middle of a run.
//!
//! A test, or the code under test, may end the process, and with 0 that would pass for a success. The system calls
//! handlers on the way out; ours looks whether suites are still running. Then it says so, closes the reports, and ends
//! the process with the exit code of a failure. It is not called where the process dies: of a signal, or by `abort`,
//! which no shell takes for a success.
//!
//! It also is the last to look whether a task or thread has panicked that outlived its suite.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;

use crate::hub;
use crate::queue::Message;
use crate::run::interrupt::{self, Door, INSIDE};
use crate::stray;
use crate::suite::Suite;

/// Who runs the suites, and the exit code of a run that is cut short.
static DOOR: OnceLock<(Door, u8)> = OnceLock::new();
/// Whoever ends the process now may: under `main!`, the run has its end.
static MAY_END: AtomicBool = AtomicBool::new(false);
/// A suite has failed under the built-in harness.
pub(super) static HAS_FAILED: AtomicBool = AtomicBool::new(false);

/// Looks after the end of the process from here on.
pub(super) fn guard(door: Door, code: u8) {
    if DOOR.set((door, code)).is_ok() {
        system::at_exit(look);
    }
}

/// The run is over, or is being ended by ourselves.
pub(super) fn release() {
    MAY_END.store(true, Ordering::SeqCst);
}

fn is_running(door: Door) -> bool {
    let may_end = MAY_END.load(Ordering::SeqCst);
    match door {
        Door::Main { .. } => !may_end,
        Door::Builtin => !may_end && INSIDE.is_any(),
    }
}

extern "C" fn look() {
    let Some((door, code)) = DOOR.get().copied() else {
        return;
    };
    if !is_running(door) {
        if has_strays(door) || hides_a_failure(door) {
            system::leave(i32::from(code));
        }
        return;
    }
    release();
    hub::to_people(
        "async-test-suite: error: `process::exit` was called while suites were running; the run has failed\n",
    );
    interrupt::close(door);
    system::leave(i32::from(code));
}

/// Whether a test of the built-in harness that is no suite ends the process, with whatever code, when a suite has failed
/// before. The harness itself does so on the main thread, and knows of the failure.
fn hides_a_failure(door: Door) -> bool {
    let is_a_test = matches!(door, Door::Builtin) && thread::current().name() != Some("main");
    let hides = is_a_test && HAS_FAILED.load(Ordering::SeqCst);
    if hides {
        hub::to_people(
            "async-test-suite: error: `process::exit` was called when a suite had failed; the run has failed\n",
        );
    }
    hides
}

/// Whether there was a stray panic that has failed nothing, though it should have.
fn has_strays(door: Door) -> bool {
    stray::settle_here();
    match door {
        // People have been told.
        Door::Main { .. } => stray::is_untold(),
        Door::Builtin => stray::is_untold() || (stray::has_failed_something() && is_unblamed()),
    }
}

/// Whether something came that should fail a suite when there was none left. It was told when it came.
fn is_unblamed() -> bool {
    let (answer, answered) = mpsc::sync_channel(1);
    interrupt::within(interrupt::CLOSING, move || {
        Suite::top().0.hub.ask(Message::Unblamed(Box::new(move |problems| {
            let _ = answer.send(!problems.is_empty());
        })));
    });
    // Who does not answer may have something to say.
    let is_unblamed = answered.try_recv().unwrap_or(true);
    if is_unblamed {
        hub::to_people(
            "async-test-suite: error: what is told above came when no suite was left to fail for it; the process \
             fails\n",
        );
    }
    is_unblamed
}

#[cfg(unix)]
mod system {
    pub(super) fn at_exit(look: extern "C" fn()) {
        // There is room for at least 32 of them; without one a run is as good as without this module.
        let _ = shutdown_hooks::add_shutdown_hook(look);
    }

    /// At once: to exit in the middle of an exit is undefined.
    pub(super) fn leave(code: i32) {
        signal_hook::low_level::exit(code);
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn at_exit(_: extern "C" fn()) {}

    pub(super) fn leave(_: i32) {}
}
