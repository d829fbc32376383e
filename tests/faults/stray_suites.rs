//! Suites in which something panics that was not started through them. They are run by themselves, as ignored tests.

use std::time::Duration;

use async_test_suite::prelude::*;
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::trace;

/// Suites that fail for it.
pub(crate) const STRAYS: &[&str] = &[
    "detached_task",
    "detached_task_that_never_got_a_turn",
    "task_beside_one_that_is_awaited",
    "task_on_several_threads",
    "task_of_the_blocking_pool",
    "local_task",
    "task_in_a_subtest",
    "task_in_the_context",
    "thread_that_nobody_joins",
    "task_that_ends_with_its_runtime",
];

/// Suites that handle the panic themselves.
pub(crate) const HANDLED: &[&str] = &[
    "task_that_is_awaited",
    "task_that_is_awaited_on_several_threads",
    "task_in_a_join_set",
    "several_tasks_at_once",
    "task_that_is_awaited_in_a_subtest",
    "task_that_catches_its_panic",
    "thread_that_is_joined",
    "thread_that_is_joined_in_a_plain_function",
    "thread_that_catches_its_panic",
    "task_that_dies_as_it_should",
    "task_that_is_allowed_to_panic",
];

async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}

/// Looks whether a task has ended, again and again, and waits for it in no other way.
pub(crate) async fn ended<T>(task: JoinHandle<T>) {
    while !task.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn thread_ended<T>(thread: std::thread::JoinHandle<T>) {
    while !thread.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn detached_task() {
    ended::<()>(tokio::spawn(async { panic!("nobody waits for me") })).await;
    pass!();
}

#[suite]
#[ignore = "run by the tests"]
async fn detached_task_that_never_got_a_turn() {
    tokio::spawn(async { panic!("nobody waits for me") });
}

#[suite]
#[ignore = "run by the tests"]
async fn task_beside_one_that_is_awaited() {
    let one = tokio::spawn(async { panic!("nobody waits for me") });
    let other = tokio::spawn(async { 7 });
    is!(other.await.ok(), Some(7));
    ended::<()>(one).await;
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the tests"]
async fn task_on_several_threads() {
    ended::<()>(tokio::spawn(async { panic!("nobody waits for me") })).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn task_of_the_blocking_pool() {
    ended::<()>(tokio::task::spawn_blocking(|| panic!("nobody waits for me"))).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn local_task() {
    let local = tokio::task::LocalSet::new();
    let work = async {
        ended::<()>(tokio::task::spawn_local(async { panic!("nobody waits for me") })).await;
    };
    local.run_until(work).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn task_in_a_subtest() {
    subtest!("inner", {
        ended::<()>(tokio::spawn(async { panic!("nobody waits for me") })).await;
        pass!();
    });
}

#[suite]
#[ignore = "run by the tests"]
async fn task_in_the_context(t: Suite) {
    let task = tokio::spawn(t.scope(async {
        ok!(true, "it may check");
        panic!("nobody waits for me")
    }));
    ended::<()>(task).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn thread_that_nobody_joins() {
    thread_ended::<()>(std::thread::spawn(|| panic!("nobody waits for me"))).await;
}

struct PanicsLate;

impl Drop for PanicsLate {
    fn drop(&mut self) {
        panic!("nobody waits for me");
    }
}

#[suite(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "run by the tests"]
async fn task_that_ends_with_its_runtime() {
    let late = PanicsLate;
    tokio::spawn(async move {
        let _late = late;
        std::future::pending::<()>().await;
    });
    a_moment().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_is_awaited() {
    let ended = tokio::spawn(async { panic!("as it should") }).await;
    ok!(ended.unwrap_err().is_panic());
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the tests"]
async fn task_that_is_awaited_on_several_threads() {
    for _ in 0..20 {
        let ended = tokio::spawn(async { panic!("as it should") }).await;
        ok!(ended.unwrap_err().is_panic());
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn task_in_a_join_set() {
    let mut tasks = JoinSet::new();
    tasks.spawn(async { panic!("as it should") });
    tasks.spawn(a_moment());
    let mut panics = 0;
    while let Some(ended) = tasks.join_next().await {
        panics += u32::from(ended.is_err());
    }
    is!(panics, 1);
}

#[suite]
#[ignore = "run by the tests"]
async fn several_tasks_at_once() {
    let one = tokio::spawn(async { panic!("as it should") });
    let other = tokio::spawn(async {
        a_moment().await;
        panic!("as it should")
    });
    let (one, other): (Result<(), _>, Result<(), _>) = tokio::join!(one, other);
    ok!(one.is_err() && other.is_err());
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_is_awaited_in_a_subtest() {
    subtest!("inner", spawned, {
        let ended = tokio::spawn(async { panic!("as it should") }).await;
        ok!(ended.is_err());
    });
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_catches_its_panic() {
    let task = tokio::spawn(async { std::panic::catch_unwind(|| panic!("as it should")).is_err() });
    a_moment().await;
    is!(task.await.ok(), Some(true));
}

#[suite]
#[ignore = "run by the tests"]
async fn thread_that_is_joined() {
    let ended = std::thread::spawn(|| panic!("as it should")).join();
    ok!(ended.is_err());
}

#[suite]
#[ignore = "run by the tests"]
fn thread_that_is_joined_in_a_plain_function() {
    for _ in 0..20 {
        let ended = std::thread::spawn(|| panic!("as it should")).join();
        ok!(ended.is_err());
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn thread_that_catches_its_panic() {
    let thread = std::thread::spawn(|| std::panic::catch_unwind(|| panic!("as it should")).is_err());
    a_moment().await;
    is!(thread.join().ok(), Some(true));
}

#[suite]
#[ignore = "run by the tests"]
async fn task_that_dies_as_it_should() {
    dies_ok!(async { tokio::spawn(async { panic!("as it should") }).await.unwrap() });
}

#[suite(stray_panics = "report")]
#[ignore = "run by the tests"]
async fn task_that_is_allowed_to_panic() {
    tokio::spawn(async { panic!("as it may") });
    a_moment().await;
}

/// Waits until as many suites as there are of these have begun.
macro_rules! beside {
    ($($name:ident $panics:expr;)+) => {$(
        #[suite(flavor = "current_thread")]
        #[ignore = "run by the tests"]
        async fn $name() {
            trace("began");
            while crate::faults::traced("began") < 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            if $panics {
                thread_ended::<()>(std::thread::spawn(|| panic!("of one of two"))).await;
                trace("panicked");
            }
            while crate::faults::traced("panicked") < 1 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            a_moment().await;
        }
    )+};
}

beside! { one_of_two true; other_of_two false; }

#[suite]
#[ignore = "run by the tests"]
async fn waits_for_an_ordinary_test() {
    trace("began");
    a_moment().await;
    a_moment().await;
    pass!();
}
