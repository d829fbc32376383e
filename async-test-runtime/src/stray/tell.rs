//! Says of a stray panic to whom it belongs.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Stray, lock};
use crate::claim::{Panic, Problem};
use crate::event::EventKind;
use crate::hub;
use crate::options::StrayPanics;
use crate::panic::catch_sync;
use crate::suite::Suite;

/// The reports of the run are being closed: nothing gets into them any more.
static CLOSED: Mutex<bool> = Mutex::new(false);
/// One that fails something came when the reports had been closed.
static UNTOLD: AtomicBool = AtomicBool::new(false);
/// One has failed something.
static FAILED: AtomicBool = AtomicBool::new(false);

/// What comes from here on is told to people alone, and makes the process fail.
pub(crate) fn close_reports() {
    *lock(&CLOSED) = true;
}

/// Whether there was one that no report tells of.
pub(crate) fn is_untold() -> bool {
    UNTOLD.load(Ordering::SeqCst)
}

/// Whether any has failed something.
pub(crate) fn has_failed_something() -> bool {
    FAILED.load(Ordering::SeqCst)
}

/// Not on the thread that has panicked.
pub(super) fn tell(stray: Stray) {
    let Stray {
        panic,
        is_task,
        suspects,
    } = stray;
    let fails = fails(&suspects);
    FAILED.fetch_or(fails, Ordering::SeqCst);
    let line = format!("async-test-suite: {}\n", words(&panic, is_task));
    // Held while it is sent: what is sent gets there before the reports are closed.
    let closed = lock(&CLOSED);
    if *closed {
        UNTOLD.fetch_or(fails, Ordering::SeqCst);
        if fails {
            hub::to_people(&line);
        }
        return;
    }
    let sent = catch_sync(|| match (suspects.as_slice(), fails) {
        ([suite], true) => suite.stray(problem(panic, is_task, &[])),
        ([suite], false) => suite.send_event(EventKind::Diag(words(&panic, is_task).into())),
        (suspects, true) => Suite::top().problem(problem(panic, is_task, suspects)),
        (_, false) => Suite::top().send_event(EventKind::Diag(words(&panic, is_task).into())),
    });
    drop(closed);
    if sent.is_err() {
        UNTOLD.fetch_or(fails, Ordering::SeqCst);
        hub::to_people(&line);
    }
}

/// Among several that may have done it, one that wants it to fail is enough.
fn fails(suspects: &[Suite]) -> bool {
    let mut wishes = suspects.iter().map(Suite::stray_panics);
    match suspects {
        [] => Suite::top().0.hub.settings.stray_panics == StrayPanics::Fail,
        _ => wishes.any(|wish| wish == StrayPanics::Fail),
    }
}

fn problem(panic: Panic, is_task: bool, suspects: &[Suite]) -> Problem {
    Problem::StrayPanic {
        panic,
        is_task,
        suspects: suspects.iter().map(|suite| suite.path().to_owned()).collect(),
    }
}

fn words(panic: &Panic, is_task: bool) -> String {
    let what = if is_task { "task" } else { "thread" };
    let at = panic.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("a {what} that no suite has started panicked{at}: {}", panic.message)
}
