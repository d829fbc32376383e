//! Which threads belong to which suite: those of its own runtime.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
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

fn known() -> MutexGuard<'static, HashMap<ThreadId, Owner>> {
    static KNOWN: OnceLock<Mutex<HashMap<ThreadId, Owner>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The suite of this thread, if it has one for sure; the inner none where that has gone.
pub(super) fn owner() -> Option<Option<Suite>> {
    let owner = known().get(&thread::current().id()).cloned()?;
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
        known().insert(thread::current().id(), self.0.clone());
    }

    /// This thread ends, or does something else.
    pub(crate) fn leave() {
        super::passed_by();
        known().remove(&thread::current().id());
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
