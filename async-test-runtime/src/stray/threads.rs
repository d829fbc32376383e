//! Which threads belong to which suite: those of its own runtime.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};

use crate::suite::{Shared, Suite};

type Owner = Arc<Threads>;

/// What there is to know of the threads of one runtime.
#[derive(Default)]
struct Threads {
    suite: Mutex<Option<Weak<Shared>>>,
    /// The runtime has started threads.
    any: AtomicBool,
}

impl Threads {
    fn suite(&self) -> MutexGuard<'_, Option<Weak<Shared>>> {
        self.suite.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads that are known. There are few of them, and mostly the newest is asked for, so that no map is worth its cost.
fn known() -> MutexGuard<'static, Vec<(ThreadId, Owner)>> {
    static KNOWN: Mutex<Vec<(ThreadId, Owner)>> = Mutex::new(Vec::new());
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where among them a thread is.
fn find(known: &[(ThreadId, Owner)], thread: ThreadId) -> Option<usize> {
    let mut at = known.len();
    while at > 0 {
        at -= 1;
        if known[at].0 == thread {
            return Some(at);
        }
    }
    None
}

/// The suite of this thread, if it has one for sure; the inner none where that has gone.
pub(super) fn owner() -> Option<Option<Suite>> {
    let owner = {
        let known = known();
        known[find(&known, thread::current().id())?].1.clone()
    };
    let suite = owner.suite().clone()?;
    Some(suite.upgrade().map(Suite))
}

/// The threads of one runtime, which belongs to one suite at a time.
#[derive(Clone, Default)]
pub(crate) struct Home(Owner);

impl Home {
    /// From here on the threads are those of this suite.
    pub(crate) fn belongs_to(&self, suite: &Suite) {
        *self.0.suite() = Some(Arc::downgrade(&suite.0));
    }

    /// The runtime is about to start a thread.
    pub(crate) fn will_start(&self) {
        self.0.any.store(true, Ordering::Relaxed);
    }

    /// Whether the runtime has ever started a thread.
    pub(crate) fn has_had_threads(&self) -> bool {
        self.0.any.load(Ordering::Relaxed)
    }

    /// This thread is one of them.
    pub(crate) fn enter(&self) {
        let thread = thread::current().id();
        known().push((thread, self.0.clone()));
    }

    /// This thread ends, or does something else.
    pub(crate) fn leave() {
        super::passed_by();
        let thread = thread::current().id();
        let mut known = known();
        if let Some(at) = find(&known, thread) {
            // Those of one thread stay in their order.
            known.remove(at);
        }
    }

    /// This thread is one of them until what is returned is dropped.
    pub(crate) fn stay(&self) -> Stay {
        self.enter();
        Stay
    }
}

pub(crate) struct Stay;

impl Drop for Stay {
    fn drop(&mut self) {
        Home::leave();
    }
}
