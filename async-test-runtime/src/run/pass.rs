//! What the suites of a pass have in common, and which of them have been started.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::run::one::OneSuite;
use crate::spec::SuiteSpec;
use crate::suite::Suite;

/// What is the same for all suites of a pass.
pub(super) struct Pass {
    /// Held here, since what all threads count up and down all the time is slow.
    pub(super) top: Suite,
    pub(super) seed: u64,
    /// When its suites were asked for.
    pub(super) asked: Instant,
    /// Leave for threads of their own.
    pub(super) own_threads: Arc<Semaphore>,
    /// Nothing is to be started after a failure.
    pub(super) fail_fast: bool,
    /// Set by a failure then.
    pub(super) is_stopped: AtomicBool,
    /// Those whose turn has come, until they end. Each is made then and not before: where there are many, the memory of one
    /// that has ended serves the next.
    started: Mutex<Vec<Option<Arc<OneSuite>>>>,
}

impl Pass {
    pub(super) fn new(top: Suite, seed: u64, own_threads: usize, fail_fast: bool) -> Pass {
        Pass {
            top,
            seed,
            asked: Instant::now(),
            own_threads: Arc::new(Semaphore::new(own_threads)),
            fail_fast,
            is_stopped: AtomicBool::new(false),
            started: Mutex::default(),
        }
    }

    /// The next suite, with the turn of its group if it has to wait for that.
    pub(super) fn next(self: &Arc<Self>, spec: &'static SuiteSpec, turn: Option<Arc<Semaphore>>) -> Arc<OneSuite> {
        let mut started = self.started();
        let one = Arc::new(OneSuite::new(spec, turn, started.len(), self.clone()));
        started.push(Some(one.clone()));
        one
    }

    /// Whether one is running, and may still end by itself.
    pub(super) fn is_alive(&self) -> bool {
        self.started().iter().flatten().any(|one| one.is_alive())
    }

    /// Fails what has not begun of these, which are all of the pass, since there is no thread that could run it.
    pub(super) fn fail_unstarted(self: &Arc<Self>, suites: &[&'static SuiteSpec]) {
        // What has ended is known to have ended when the hub answers.
        let _ = self.top.snapshot();
        let (known, waiting) = {
            let started = self.started();
            (started.len(), started.iter().flatten().cloned().collect::<Vec<_>>())
        };
        waiting.iter().for_each(|one| one.fail_unstarted());
        for spec in &suites[known..] {
            OneSuite::new(spec, None, known, self.clone()).fail_unstarted();
        }
    }

    /// One of them, for as long as it runs.
    pub(super) fn known(&self, index: usize) -> Known<'_> {
        Known(self, index)
    }

    fn started(&self) -> MutexGuard<'_, Vec<Option<Arc<OneSuite>>>> {
        match self.started.lock() {
            Ok(started) => started,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

/// Forgets one that has ended, when this is dropped.
pub(super) struct Known<'a>(&'a Pass, usize);

impl Drop for Known<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Its suite may be running still.
            return;
        }
        let known = self.0.started()[self.1].take();
        drop(known);
    }
}
