//! The tokio runtimes: one for all suites under `main!`, and one of its own for a suite that asks for it.

mod shared;

use std::future::Future;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::spec::{Flavor, SuiteSpec};
use crate::stray::{self, Home};
use crate::suite::Suite;

pub(crate) use shared::Shared;

/// How many runtimes that nobody uses are kept.
const KEPT: usize = 64;

/// How long a runtime may take to end: threads that nobody waits for hold up nothing.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// Runtimes that are as good as new.
static UNUSED: Mutex<Vec<Own>> = Mutex::new(Vec::new());

/// The runtime of one `#[suite]` that has it for itself, as `#[tokio::test]` would make it.
///
/// To make one costs more than all else in a small test. So one that a suite leaves as it found it, without a task, without
/// a thread and with the clock untouched, is given to the next suite.
pub(crate) struct Own {
    runtime: Runtime,
    /// Its threads, all but that of `run`.
    home: Home,
    /// Another suite may want the same.
    is_plain: bool,
}

fn is_plain(spec: &SuiteSpec) -> bool {
    let keys = spec.keys();
    keys.flavor != Some(Flavor::MultiThread) && keys.worker_threads.is_none() && !keys.start_paused
}

fn unused() -> MutexGuard<'static, Vec<Own>> {
    UNUSED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Own {
    pub(crate) fn of(spec: &SuiteSpec) -> io::Result<Own> {
        while is_plain(spec) {
            let Some(own) = unused().pop() else { break };
            // Somebody may have kept a handle to it.
            if own.is_untouched() {
                return Ok(own);
            }
            own.runtime.shutdown_background();
        }
        Own::new(spec)
    }

    fn new(spec: &SuiteSpec) -> io::Result<Own> {
        let mut builder = match spec.keys().flavor {
            Some(Flavor::MultiThread) => Builder::new_multi_thread(),
            Some(Flavor::CurrentThread) | None => Builder::new_current_thread(),
        };
        if let Some(threads) = spec.keys().worker_threads {
            builder.worker_threads(threads);
        }
        let home = Home::default();
        let (threads, asked) = (home.clone(), home.clone());
        builder
            // Called by whoever asks for a thread, while the thread itself may begin when its suite is over.
            .thread_name_fn(move || {
                asked.will_start();
                "tokio-rt-worker".to_owned()
            })
            .on_thread_start(move || threads.enter())
            .on_thread_park(stray::passed_by)
            .on_thread_stop(Home::leave);
        let runtime = builder.enable_all().start_paused(spec.keys().start_paused).build()?;
        Ok(Own {
            runtime,
            home,
            is_plain: is_plain(spec),
        })
    }

    /// From here on a panic of its threads is one of this suite's.
    pub(crate) fn belongs_to(&self, suite: &Suite) {
        self.home.belongs_to(suite);
    }

    /// Drives the life of the suite on this thread to its end, and ends what it has left behind.
    pub(crate) fn run(self, life: impl Future<Output = ()>) {
        let stay = self.home.stay();
        let is_as_new = self.drive(life);
        let mut unused = unused();
        if is_as_new && unused.len() < KEPT {
            unused.push(self);
            drop(unused);
        } else {
            drop(unused);
            self.runtime.shutdown_timeout(SHUTDOWN);
        }
        drop(stay);
        stray::settle_here();
    }

    /// The answer is whether the runtime is as good as new after it.
    fn drive(&self, life: impl Future<Output = ()>) -> bool {
        // Boxed: each of the many functions of `block_on` has room for it on its stack.
        let keeps_time = self.runtime.block_on(Box::pin(async {
            life.await;
            keeps_time()
        }));
        self.is_plain && keeps_time && self.is_untouched()
    }

    fn is_untouched(&self) -> bool {
        self.runtime.metrics().num_alive_tasks() == 0 && !self.home.has_had_threads()
    }
}

/// Whether the clock of the runtime is that of the system: not paused, nor has it ever been.
fn keeps_time() -> bool {
    let before = tokio::time::Instant::now().into_std();
    let now = Instant::now();
    let after = tokio::time::Instant::now().into_std();
    before <= now && now <= after
}

/// Whether a suite cannot run on the shared runtime, whatever its future is.
pub(crate) fn wants_its_own(spec: &SuiteSpec) -> bool {
    let keys = spec.keys();
    keys.start_paused || keys.worker_threads.is_some() || keys.flavor == Some(Flavor::CurrentThread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::SuiteKeys;

    fn is_as_new_after(life: impl Future<Output = ()>) -> bool {
        let own = Own::new(&SuiteSpec::BASE).unwrap();
        own.drive(life)
    }

    #[test]
    fn what_a_suite_leaves_as_it_was_is_used_again() {
        assert!(is_as_new_after(async {}));
        assert!(is_as_new_after(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::spawn(tokio::task::yield_now()).await.unwrap();
        }));
    }

    #[test]
    fn a_task_that_is_left_behind_ends_with_its_runtime() {
        assert!(!is_as_new_after(async {
            tokio::spawn(std::future::pending::<()>());
        }));
    }

    #[test]
    fn a_thread_of_the_runtime_belongs_to_one_suite_for_ever() {
        assert!(!is_as_new_after(async {
            tokio::task::spawn_blocking(|| ()).await.unwrap();
        }));
        // The suite may be over before the thread begins.
        for _ in 0..200 {
            assert!(!is_as_new_after(async { drop(tokio::task::spawn_blocking(|| ())) }));
        }
    }

    #[test]
    fn a_task_that_came_while_nobody_had_the_runtime_is_seen() {
        let own = Own::new(&SuiteSpec::BASE).unwrap();
        assert!(own.drive(async {}));
        own.runtime.spawn(std::future::pending::<()>());
        assert!(!own.is_untouched());
    }

    #[test]
    fn a_clock_that_was_ever_paused_is_not_handed_on() {
        assert!(!is_as_new_after(async { tokio::time::pause() }));
        assert!(!is_as_new_after(async {
            tokio::time::pause();
            // What it is behind by has to show between two looks at it.
            std::thread::sleep(Duration::from_millis(5));
            tokio::time::resume();
        }));
        assert!(!is_as_new_after(async {
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(1)).await;
            tokio::time::resume();
        }));
    }

    #[test]
    fn what_a_suite_has_asked_for_is_made_for_it() {
        const NONE: SuiteKeys = SuiteKeys::NONE;
        static KEYS: [SuiteKeys; 3] = [
            SuiteKeys {
                start_paused: true,
                ..NONE
            },
            SuiteKeys {
                flavor: Some(Flavor::MultiThread),
                ..NONE
            },
            SuiteKeys {
                flavor: Some(Flavor::MultiThread),
                worker_threads: Some(1),
                ..NONE
            },
        ];
        for keys in &KEYS {
            assert!(!Own::of(&SuiteSpec::BASE.with(keys)).unwrap().drive(async {}));
        }
    }
}
