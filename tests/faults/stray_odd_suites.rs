//! More suites in which something panics that was not started through them: odd panics, odd hooks, odd moments. They are
//! run by themselves, as ignored tests.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_test_suite::prelude::*;

use crate::suites::ended;

/// Suites that fail for it.
pub(crate) const STRAYS: &[&str] = &[
    "task_before_one_of_its_kind",
    "task_of_the_blocking_pool_before_another",
    "task_whose_payload_is_no_text",
    "task_under_a_lock_that_the_body_wants",
    "task_under_a_hook_of_the_test",
    "task_under_a_hook_that_was_there_before",
    "tasks_in_a_crowd",
];

/// Suites that handle the panic themselves.
pub(crate) const HANDLED: &[&str] = &[
    "task_in_the_context_that_is_awaited",
    "thread_in_the_context_that_is_joined",
    "task_of_the_blocking_pool_that_is_awaited",
    "local_task_that_is_awaited",
    "task_that_is_awaited_beside_timers",
    "hook_of_the_test_hears_its_panic",
];

fn fails(fails: bool) -> u32 {
    assert!(!fails, "nobody waits for me");
    7
}

async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn task_before_one_of_its_kind() {
    async fn work(panics: bool) -> u32 {
        fails(panics)
    }
    let one = tokio::spawn(work(true));
    is!(tokio::spawn(work(false)).await.ok(), Some(7));
    ended(one).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn task_of_the_blocking_pool_before_another() {
    ended(tokio::task::spawn_blocking(|| fails(true))).await;
    a_moment().await;
    is!(tokio::task::spawn_blocking(|| fails(false)).await.ok(), Some(7));
}

#[suite]
#[ignore = "run by the tests"]
async fn task_whose_payload_is_no_text() {
    ended::<()>(tokio::spawn(async {
        std::panic::panic_any(vec!["nobody waits for me"])
    }))
    .await;
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the tests"]
async fn task_under_a_lock_that_the_body_wants() {
    let lock = Arc::new(Mutex::new(0));
    let (held, is_held) = std::sync::mpsc::channel();
    tokio::spawn({
        let lock = lock.clone();
        async move {
            let _guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
            held.send(()).unwrap();
            panic!("nobody waits for me");
        }
    });
    is_held.recv().unwrap();
    ok!(lock.lock().is_err(), "the panic has poisoned it");
}

#[suite]
#[ignore = "run by the tests"]
async fn task_under_a_hook_of_the_test() {
    static HEARD: AtomicUsize = AtomicUsize::new(0);
    std::panic::set_hook(Box::new(|_| {
        HEARD.fetch_add(1, Ordering::SeqCst);
    }));
    ended::<()>(tokio::spawn(async { panic!("nobody waits for me") })).await;
    is!(HEARD.load(Ordering::SeqCst), 1);
}

#[suite]
#[ignore = "run by the tests"]
async fn task_under_a_hook_that_was_there_before() {
    // What tests and libraries do that want to be silent for a while.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    ok!(tokio::spawn(async { panic!("unheard") }).await.is_err());
    std::panic::set_hook(hook);
    ended::<()>(tokio::spawn(async { panic!("nobody waits for me") })).await;
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the tests"]
async fn tasks_in_a_crowd() {
    for number in 0..40 {
        let task = tokio::spawn(async move { fails(number % 2 == 0) });
        if number == 20 {
            ended(task).await;
        } else {
            is!(task.await.is_err(), number % 2 == 0);
        }
    }
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the tests"]
async fn task_in_the_context_that_is_awaited(t: Suite) {
    for _ in 0..20 {
        let task = tokio::spawn(t.scope(async { fails(true) }));
        ok!(task.await.is_err());
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn thread_in_the_context_that_is_joined(t: Suite) {
    let ended = thread::spawn(move || t.sync_scope(|| fails(true))).join();
    ok!(ended.is_err());
}

#[suite]
#[ignore = "run by the tests"]
async fn task_of_the_blocking_pool_that_is_awaited() {
    for _ in 0..5 {
        ok!(tokio::task::spawn_blocking(|| fails(true)).await.is_err());
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn local_task_that_is_awaited() {
    let local = tokio::task::LocalSet::new();
    let ended = local.run_until(async { tokio::task::spawn_local(async { fails(true) }).await });
    ok!(ended.await.is_err());
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_is_awaited_beside_timers() {
    let ticks = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        loop {
            ticks.tick().await;
        }
    };
    let panics = async {
        for _ in 0..10 {
            ok!(tokio::spawn(async { fails(true) }).await.is_err());
        }
    };
    tokio::select! {
        () = ticks => {}
        () = panics => {}
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn hook_of_the_test_hears_its_panic() {
    static HEARD: AtomicUsize = AtomicUsize::new(0);
    std::panic::set_hook(Box::new(|_| {
        HEARD.fetch_add(1, Ordering::SeqCst);
    }));
    ok!(std::panic::catch_unwind(|| fails(true)).is_err());
    is!(HEARD.load(Ordering::SeqCst), 1);
}

struct PanicsToo;

impl Drop for PanicsToo {
    fn drop(&mut self) {
        panic!("in the middle of it");
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_panics_while_it_panics() {
    tokio::spawn(async {
        let _too = PanicsToo;
        panic!("nobody waits for me");
    });
    a_moment().await;
}

static LEFT_BEHIND: Mutex<Option<thread::JoinHandle<()>>> = Mutex::new(None);
static MAY_PANIC: AtomicBool = AtomicBool::new(false);

#[suite]
#[ignore = "run by the tests"]
async fn outlived_by_its_thread() {
    let panics = || {
        while !MAY_PANIC.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        panic!("nobody waits for me");
    };
    *LEFT_BEHIND.lock().unwrap() = Some(thread::spawn(panics));
}

/// Lets the thread panic that a suite has left behind, and waits for its end.
pub(crate) fn let_it_panic() {
    MAY_PANIC.store(true, Ordering::SeqCst);
    let left = LEFT_BEHIND.lock().unwrap().take().expect("a suite has left it behind");
    while !left.is_finished() {
        thread::sleep(Duration::from_millis(1));
    }
}
