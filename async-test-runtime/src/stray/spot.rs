//! Where a task has panicked, and what tells its end from other things that happen on its thread.
//!
//! Tasks of a runtime end one at a time on a thread, and somebody who waits for one is woken before it is taken off the
//! list of its runtime. So on a runtime of one thread the length of that list tells whether it is this task that ends. A
//! runtime of several threads runs what a task has spawned next, on the same thread: there a task that we spawn from the
//! panic hook says that the other has ended. A thread of the blocking pool goes to sleep when it has nothing to do, which
//! Linux tells; what it does after that is something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, ThreadId};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::joined;
use super::trace::Trace;

/// A task that has panicked and not ended yet.
pub(super) struct Spot {
    thread: ThreadId,
    /// What the system calls the thread.
    number: Option<u64>,
    /// The code of the task, as far as a stack tells it.
    code: Option<String>,
    /// How many tasks its runtime has before it ends.
    alive: Option<usize>,
    /// How often a thread of the blocking pool had gone to sleep when the panic hook returned.
    slept: Option<Arc<AtomicU64>>,
}

/// Not known yet.
const UNKNOWN: u64 = u64::MAX;

/// For the end of the panic hook.
pub(super) struct Return(Option<Arc<AtomicU64>>);

impl Return {
    /// To be called when nothing else is left that could put the thread to sleep.
    pub(super) fn now(self) {
        if let Some(slept) = self.0 {
            slept.store(joined::sleeps().unwrap_or(UNKNOWN), Ordering::SeqCst);
        }
    }
}

impl Spot {
    /// The task of this stack, which is that of the caller.
    pub(super) fn here(trace: &Trace) -> Spot {
        let mut alive = None;
        let mut is_in_pool = trace.is_of_the_blocking_pool();
        if let Some(handle) = Handle::try_current().ok().filter(|_| !is_in_pool) {
            match handle.runtime_flavor() {
                RuntimeFlavor::CurrentThread if is_named_as_in_a_pool() => is_in_pool = true,
                RuntimeFlavor::CurrentThread => alive = Some(handle.metrics().num_alive_tasks()),
                _ => drop(handle.spawn(passes_by(thread::current().id()))),
            }
        }
        Spot {
            thread: thread::current().id(),
            number: joined::here(),
            code: trace.task(),
            alive,
            slept: is_in_pool.then(|| Arc::new(AtomicU64::new(UNKNOWN))),
        }
    }

    pub(super) fn on_return(&self) -> Return {
        Return(self.slept.clone())
    }

    pub(super) fn is_on(&self, thread: ThreadId) -> bool {
        self.thread == thread
    }

    /// Whether what wakes somebody on this thread, which has gone to sleep so often, is the end of the task.
    pub(super) fn ends_with(&self, wakes: &Trace, sleeps: Option<u64>) -> bool {
        let slept = self.slept.as_ref().map(|slept| slept.load(Ordering::SeqCst));
        let has_slept = slept.is_some_and(|slept| slept != UNKNOWN && sleeps.is_some_and(|now| now != slept));
        // A thread may also sleep on the way to the end of its task, where others hold a lock. So that counts only where
        // the code does not tell.
        let (is_its_code, has_slept) = match (&self.code, wakes.task()) {
            (Some(code), Some(other)) => (*code == other, false),
            _ => (true, has_slept),
        };
        let is_its_turn = self.alive.is_none_or(|alive| {
            let runtime = Handle::try_current();
            runtime.is_ok_and(|runtime| runtime.metrics().num_alive_tasks() == alive)
        });
        is_its_code && is_its_turn && !has_slept && wakes.may_end_a_task()
    }

    /// Whether its thread has nothing to do any more.
    pub(super) fn is_idle(&self) -> bool {
        self.number.is_some_and(joined::is_idle)
    }
}

/// Of a runtime with one thread these are the threads of its blocking pool, unless they have got other names.
fn is_named_as_in_a_pool() -> bool {
    thread::current().name().is_some_and(|name| name.starts_with("tokio-r"))
}

async fn passes_by(thread: ThreadId) {
    if thread == thread::current().id() {
        super::passed_by();
    }
}
