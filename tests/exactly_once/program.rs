//! Random programs of tasks, jobs, threads and subtests that note each check they have made, once it has returned.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use async_test_suite::Invoke;
use async_test_suite::prelude::*;
use fastrand::Rng;

/// How the labels of checks begin whose suite waits for whoever makes them: none of these may be late.
pub(crate) const AWAITED: &str = "c";
/// Of those that threads of their own make.
const FREE: &str = "f";

/// What one program did.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Inner>);

#[derive(Default)]
struct Inner {
    next: AtomicU64,
    /// By the path of the suite, the labels of its checks. Each label is given once.
    made: Mutex<BTreeMap<String, BTreeSet<String>>>,
    /// Threads that go on when their suite has ended.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    fn number(&self) -> u64 {
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A check of this suite has returned.
    fn note(&self, t: &Suite, label: String) {
        let is_new = lock(&self.0.made).entry(t.path().to_owned()).or_default().insert(label);
        assert!(is_new, "a label is given once");
    }

    pub(crate) fn made(&self) -> BTreeMap<String, BTreeSet<String>> {
        lock(&self.0.made).clone()
    }

    fn join_all(&self) {
        loop {
            let Some(thread) = lock(&self.0.threads).pop() else {
                return;
            };
            thread.join().expect("no thread panics");
        }
    }

    /// A check through the handle, as any thread can make it; most of them pass. Its label begins with this.
    fn check(&self, t: &Suite, rng: &mut Rng, begin: &str) {
        let label = format!("{begin}{}", self.number());
        match rng.u32(0..24) {
            0 => drop(t.flunk(label.clone())),
            1 => drop(t.ok(false, label.clone())),
            2 => drop(t.is(1, 2, label.clone())),
            3 => drop(t.is("a", "a", label.clone())),
            4 => drop(t.like("abc", "b.", label.clone())),
            5..=11 => drop(t.pass(label.clone())),
            _ => drop(t.ok(true, label.clone())),
        }
        self.note(t, label);
    }

    /// A check through a macro, which finds its suite by itself.
    fn check_here(&self, t: &Suite, rng: &mut Rng) {
        let label = format!("{AWAITED}{}", self.number());
        match rng.u32(0..24) {
            0 => drop(flunk!("{label}")),
            1 => drop(ok!(1 > 2, "{label}")),
            2 => drop(is!(3, 4, "{label}")),
            3 => drop(is!(3, 3, "{label}")),
            4 => drop(matches_ok!(Some(1), Some(_), "{label}")),
            _ => drop(ok!(true, "{label}")),
        }
        self.note(t, label);
    }

    /// A thread that checks and speaks. It may go on when its suite has ended, unless somebody awaits it.
    fn thread(&self, t: &Suite, mut rng: Rng, begin: &'static str) -> JoinHandle<()> {
        let (log, t) = (self.clone(), t.clone());
        std::thread::spawn(move || {
            for _ in 0..rng.u32(1..40) {
                match rng.u32(0..12) {
                    0 => t.diag("from a thread"),
                    1 => std::thread::yield_now(),
                    _ => log.check(&t, &mut rng, begin),
                }
            }
        })
    }
}

/// The whole program, as the body of a suite. All has been said when it returns.
pub(crate) async fn run(t: Suite, log: Log, seed: u64) {
    let inner = log.clone();
    let top = t.subtest("p", Plan::new(), Invoke::default(), move |t| body(t, inner, seed, 0));
    top.await.await;
    tokio::task::spawn_blocking(move || log.join_all())
        .await
        .expect("threads end");
}

fn body(t: Suite, log: Log, seed: u64, depth: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(acts(t, log, seed, depth))
}

/// A job.
async fn says(t: Suite, log: Log, mut rng: Rng) {
    for _ in 0..rng.u32(1..20) {
        match rng.u32(0..8) {
            0 => tokio::task::yield_now().await,
            1 => diag!("from a job"),
            _ => log.check_here(&t, &mut rng),
        }
    }
}

async fn acts(t: Suite, log: Log, seed: u64, depth: u32) {
    let mut rng = Rng::with_seed(seed);
    for _ in 0..rng.u32(2..14) {
        let inner = rng.u64(..);
        match rng.u32(0..20) {
            0..=6 => (0..rng.u32(1..20)).for_each(|_| log.check_here(&t, &mut rng)),
            7 => diag!("said in between"),
            8 => t.sync_events().await,
            9 => todo_next!("later", rng.u64(1..3)),
            10 => tokio::task::yield_now().await,
            11..=13 => {
                let job = t.spawn(says(t.clone(), log.clone(), Rng::with_seed(inner)));
                if rng.bool() {
                    job.await.expect("no job panics");
                }
            }
            14 => {
                let thread = log.thread(&t, Rng::with_seed(inner), AWAITED);
                t.spawn(async move {
                    let ended = tokio::task::spawn_blocking(move || thread.join()).await;
                    ended.expect("the pool lives").expect("no thread panics");
                });
            }
            15 => {
                let thread = log.thread(&t, Rng::with_seed(inner), FREE);
                lock(&log.0.threads).push(thread);
            }
            _ if depth < 3 => {
                let mut plan = Plan::new();
                if rng.u32(0..3) == 0 {
                    plan = plan.parallel();
                }
                if rng.u32(0..3) == 0 {
                    plan = plan.random();
                }
                if rng.u32(0..3) == 0 {
                    plan = plan.test_jobs(rng.usize(1..3));
                }
                let invoke = Invoke {
                    spawned: rng.u32(0..3) == 0,
                    ..Invoke::default()
                };
                let (name, log) = (format!("s{}", log.number()), log.clone());
                let child = t.subtest(name, plan, invoke, move |t| body(t, log, inner, depth + 1));
                let child = child.await;
                if rng.bool() {
                    child.await;
                }
            }
            _ => {}
        }
    }
    // At the very end, beside the end itself.
    if rng.bool() {
        lock(&log.0.threads).push(log.thread(&t, rng.fork(), FREE));
    }
}
