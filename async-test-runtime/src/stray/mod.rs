//! Panics of tasks and threads that no suite has started: nobody of ours catches them, and perhaps nobody at all.
//!
//! Whoever starts a task or a thread by himself gets its panic with its handle, and many let go of the handle. Then the
//! test is green. So the panic hook looks at every panic that passes by our frames:
//!
//! - Its stack tells whether somebody between it and the task, or the thread, catches it. Then it is his.
//! - Somebody may be waiting for the task: when it ends, tokio wakes him, and our wakers see that (`woken`). A suite that
//!   is just running is given a moment to get to its next await. Somebody may be waiting for the thread: Linux tells.
//!   Then it is his, and he gets it at once.
//! - Otherwise it is a stray. It fails its suite, if the thread or what is running leaves only one; else the run.
//!
//! A handle that is awaited later than that comes too late: nothing tells that it will be.
//!
//! What is called by the hook takes only locks under which nothing but lists are changed, waits for a bounded time, and
//! leaves everything else to a thread of its own (`desk`).

mod desk;
mod joined;
mod spot;
mod tell;
mod threads;
mod trace;

use std::backtrace::Backtrace;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::aside;
use crate::claim::Panic;
use crate::pulse::Pulse;
use crate::suite::{Shared, Suite};

pub(crate) use desk::{is_settled, passed_by, settle, settle_here};
pub(crate) use joined::{here as this_thread, is_there as is_thread};
pub(crate) use tell::{close_reports, has_failed_something, is_untold};
pub(crate) use threads::Home;
pub(crate) use trace::Fate;

use spot::Spot;
use trace::Trace;

/// How long a suite that is running may take to its next await, where it would wait for the task.
const MOMENT: Duration = Duration::from_millis(500);

/// The same in the context of the suite, where it may be this thread that keeps it running.
const SHORT_MOMENT: Duration = Duration::from_millis(200);

/// Nobody has caught it.
struct Stray {
    panic: Panic,
    is_task: bool,
    /// Whose it may be. None at all where no suite was running, or where that one has gone.
    suspects: Vec<Suite>,
}

/// The `#[suite]`s that nobody waits for any more, and that may be running still.
static GIVEN_UP: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing of the user's runs under these locks.
    match mutex.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

/// Whether it is a `#[suite]` of the hub of the process, and not one that was intercepted.
pub(crate) fn is_of_the_process(suite: &Suite) -> bool {
    suite.nesting() == 1 && Suite::is_top_hub(&suite.0.hub)
}

/// Nobody waits for it any more: it is no job of the root from here on.
pub(crate) fn give_up(suite: &Suite) {
    if is_of_the_process(suite) {
        lock(&GIVEN_UP).push(Arc::downgrade(&suite.0));
    }
}

/// The `#[suite]`s that are running or are about to begin, as jobs of the root, and those that have been given up.
pub(crate) fn running() -> Vec<Suite> {
    if !Suite::has_top() {
        return Vec::new();
    }
    let mut suites = Suite::top().table().suites();
    let given_up = lock(&GIVEN_UP).clone();
    suites.extend(given_up.iter().filter_map(Weak::upgrade).map(Suite));
    suites.sort_by_key(|suite| suite.info().id);
    // Until its job has ended, one that is given up is known twice.
    suites.dedup_by_key(|suite| suite.info().id);
    let (suites, closed): (Vec<Suite>, Vec<Suite>) = suites
        .into_iter()
        .partition(|suite| is_of_the_process(suite) && !suite.is_closed());
    if !closed.is_empty() {
        // With the last handle goes what a test has left, and whoever asks may be the clock or the panic hook.
        let _ = aside::start("async-test-aside", move || drop(closed));
    }
    suites
}

/// Those whose bodies have begun.
fn suspects() -> Vec<Suite> {
    let mut suites = running();
    suites.retain(Suite::has_begun);
    suites
}

/// A panic that the hook is looking at: no suite ends meanwhile.
pub(crate) struct Heard {
    /// It happened in the context of a suite.
    is_inside: bool,
    is_certain: bool,
    suspects: Vec<Suite>,
    _case: desk::Case,
}

impl Heard {
    /// Notes who was running. To be called first: to look at a stack takes its time.
    pub(crate) fn new(current: Option<Suite>) -> Heard {
        let case = desk::Case::new();
        let is_inside = current.is_some();
        let certain = match current {
            Some(suite) => Some(vec![suite]),
            None => threads::owner().map(Vec::from_iter),
        };
        let is_certain = certain.is_some();
        Heard {
            is_inside,
            is_certain,
            suspects: certain.unwrap_or_else(suspects),
            _case: case,
        }
    }

    /// Whether it happened in the context of a suite.
    pub(crate) fn is_inside(&self) -> bool {
        self.is_inside
    }
}

/// What becomes of a panic with this stack.
pub(crate) fn fate(stack: &Backtrace) -> (Trace, Fate) {
    let trace = Trace::of(stack);
    let fate = trace.fate();
    (trace, fate)
}

/// A panic that nobody catches before it gets to the end of its task or thread. Called by the panic hook, before anything
/// is unwound.
pub(crate) fn hear(mut heard: Heard, trace: &Trace, fate: Fate, panic: Panic) {
    let is_task = fate == Fate::EndsTask;
    // Another panic on this thread: what came before it has ended.
    passed_by();
    if !heard.is_certain && trace.is_of_an_ordinary_test() {
        return;
    }
    let suspects = std::mem::take(&mut heard.suspects);
    // A task in the context of a suite may be polled by that suite, which does not get on before this returns.
    let limit = if heard.is_inside && is_task {
        SHORT_MOMENT
    } else {
        MOMENT
    };
    if await_somebody(&suspects, is_task, limit) {
        return;
    }
    let stray = Stray {
        panic,
        is_task,
        suspects,
    };
    if is_task {
        let spot = Spot::here(trace);
        let on_return = spot.on_return();
        desk::suspect(stray, spot);
        on_return.now();
    } else {
        desk::decided(stray);
    }
}

/// Gives the suites that are running just now the time to get to their next await, or to wait for the thread; the answer
/// is whether somebody waits for this thread.
fn await_somebody(suspects: &[Suite], is_task: bool, limit: Duration) -> bool {
    let began = Instant::now();
    let pulses = suspects.iter().flat_map(Suite::pulses);
    let mut busy: Vec<(Arc<Pulse>, u64)> = pulses.map(|pulse| (pulse.clone(), pulse.polls())).collect();
    loop {
        if !is_task && joined::is_awaited() {
            return true;
        }
        busy.retain(|(pulse, polls)| pulse.held().is_some() && pulse.polls() == *polls);
        if busy.is_empty() || began.elapsed() >= limit {
            return !is_task && joined::is_awaited();
        }
        thread::sleep(Duration::from_micros(200));
    }
}

/// Somebody of ours is woken on this thread: perhaps by the end of a task whose panic is undecided.
pub(crate) fn woken() {
    // While its task is being unwound, what wakes somebody is not its end.
    if !desk::may_be_here() || thread::panicking() {
        return;
    }
    // Before anything here could put the thread to sleep.
    let sleeps = joined::sleeps();
    if !desk::is_here() {
        return;
    }
    let trace = Trace::of(&Backtrace::force_capture());
    desk::awaited(&trace, sleeps);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rt::doc;
    use crate::stage::Stage;

    #[test]
    fn a_suite_runs_until_its_end_whatever_its_test_says() {
        doc(async {
            let suite = Suite::current();
            let is_known = || running().iter().any(|it| it.info().id == suite.info().id);
            assert!(is_known());
            assert!(suite.set_stage(Stage::Fatality).is_ok());
            assert!(is_known(), "it has not ended");
            give_up(&suite);
            let of_it = running().iter().filter(|it| it.info().id == suite.info().id).count();
            assert_eq!(of_it, 1, "it is a job still, and has been given up");
        });
    }
}
