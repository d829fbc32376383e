//! The runtime that suites share, with threads to spare for those that block theirs.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::options;
use crate::ours;
use crate::spare::{self, Spares};
use crate::stray;

pub(crate) struct Shared {
    /// Before the runtime, which waits for them when it is dropped.
    spares: Arc<Spares>,
    runtime: Runtime,
    threads: Arc<Threads>,
}

impl Shared {
    /// For so many suites at once. Nothing may be started on it before its spare threads have settled.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread.
    pub(crate) fn new(worker_threads: Option<usize>, suites: usize) -> io::Result<Shared> {
        let threads = worker_threads.unwrap_or_else(default_threads);
        let spare = spare::count(suites);
        let spares = Arc::new(Spares::new(spare));
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(threads.saturating_add(spare));
        // Plain functions run on these, and one that does not come back keeps its own.
        builder.max_blocking_threads(suites.saturating_add(512));
        let threads = Arc::<Threads>::default();
        let (begins, ends) = (threads.clone(), threads.clone());
        builder
            // Called by whoever asks for a thread.
            .thread_name_fn(move || {
                begins.begun.fetch_add(1, Ordering::SeqCst);
                "async-test-worker".to_owned()
            })
            .on_thread_start(spares.on_thread_start())
            .on_thread_park(stray::passed_by)
            .on_thread_stop(move || {
                stray::passed_by();
                ends.ends_here();
            });
        let runtime = builder.enable_all().build()?;
        Ok(Shared {
            spares,
            runtime,
            threads,
        })
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    pub(crate) fn spares(&self) -> &Arc<Spares> {
        &self.spares
    }

    /// Waits until the spare threads sleep.
    pub(crate) fn settle(&self) {
        self.spares.settle(self.handle());
    }

    /// Ends it with what is left on it. What does not come back is not waited for any longer than this.
    ///
    /// Spare threads that were never needed are left asleep where nobody misses them: to wake so many of them, each for
    /// nothing but to end, takes a good part of a short run.
    pub(crate) fn end(self, patience: Duration) {
        // Tasks that a test has left behind are dropped by whichever thread is free.
        let asleep = match stray::this_thread().is_none() || ours::has_others(self.handle()) {
            true => 0,
            false => self.spares.leave_asleep(),
        };
        let Shared {
            spares,
            runtime,
            threads,
        } = self;
        drop(spares);
        if asleep == 0 {
            runtime.shutdown_timeout(patience);
        } else {
            threads.note_the_last();
            runtime.shutdown_background();
            threads.await_all_but(asleep, patience);
        }
    }

    /// Leaves it to the end of the process.
    pub(crate) fn abandon(self) {
        self.spares.leave_asleep();
        self.runtime.shutdown_background();
    }
}

/// As many as tokio takes when nobody says.
fn default_threads() -> usize {
    let wished = options::variable("TOKIO_WORKER_THREADS").and_then(|it| it.to_str()?.parse().ok());
    wished
        .filter(|threads| *threads > 0)
        .or_else(|| thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1)
}

/// The threads of the runtime, those for what blocks included.
#[derive(Default)]
struct Threads {
    begun: AtomicUsize,
    ended: Mutex<Ended>,
    ends: Condvar,
}

/// Threads that have nothing more to do.
#[derive(Default)]
struct Ended {
    count: usize,
    /// What the system calls those that ended since the runtime is being ended. Earlier ones are long gone, and their numbers
    /// may be those of others.
    last: Option<Vec<Option<u64>>>,
}

impl Threads {
    fn ends_here(&self) {
        let mut ended = self.lock();
        ended.count += 1;
        if let Some(last) = &mut ended.last {
            last.push(stray::this_thread());
        }
        drop(ended);
        self.ends.notify_one();
    }

    /// From now on threads end because the runtime does.
    fn note_the_last(&self) {
        self.lock().last = Some(Vec::new());
    }

    fn lock(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of all but so many, as it would be to join them: what a thread keeps for itself has been dropped
    /// then. The answer is whether they have ended.
    fn await_all_but(&self, left: usize, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let are_missing = |ended: &mut Ended| ended.count + left < self.begun.load(Ordering::SeqCst);
        let waited = self.ends.wait_timeout_while(self.lock(), patience, are_missing);
        let (mut ended, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        let last = ended.last.take();
        drop(ended);
        for thread in last.into_iter().flatten().flatten() {
            while stray::is_thread(thread) && Instant::now() < until {
                thread::sleep(Duration::from_micros(20));
            }
        }
        !waited.timed_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Tells when it is dropped.
    struct Told(Arc<AtomicBool>);

    impl Drop for Told {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn runtime() -> Shared {
        let shared = Shared::new(Some(2), 8).unwrap();
        shared.settle();
        shared
    }

    #[test]
    fn what_is_left_behind_is_dropped() {
        let shared = runtime();
        let is_dropped = Arc::<AtomicBool>::default();
        let told = Told(is_dropped.clone());
        shared.handle().spawn(async move {
            let _told = told;
            std::future::pending::<()>().await;
        });
        shared.end(Duration::from_secs(10));
        assert!(is_dropped.load(Ordering::SeqCst));
    }

    #[test]
    fn those_that_are_not_left_asleep_are_waited_for() {
        let threads = Arc::<Threads>::default();
        threads.begun.store(3, Ordering::SeqCst);
        threads.note_the_last();
        let ends = threads.clone();
        let one = thread::spawn(move || ends.ends_here());
        assert!(threads.await_all_but(2, Duration::from_secs(60)));
        one.join().unwrap();
        assert!(!threads.await_all_but(1, Duration::from_millis(1)));
    }

    #[test]
    fn what_does_not_come_back_is_not_waited_for() {
        let shared = runtime();
        let (end, may_end) = std::sync::mpsc::channel::<()>();
        drop(shared.handle().spawn_blocking(move || may_end.recv()));
        shared.end(Duration::from_millis(1));
        drop(end);
    }
}
