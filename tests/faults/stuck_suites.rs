//! Suites that do not end by themselves, or not on time. They are run by themselves, as ignored tests.

use std::sync::Mutex;
use std::time::Duration;

use async_test_suite::prelude::*;

use crate::faults::trace;

fn block() {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

#[verify_loop(every = "5ms")]
async fn watching() -> bool {
    true
}

#[suite]
#[ignore = "run by the tests"]
async fn waits(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    ok!(true, "the last that is heard of it");
    let watching = watching();
    watching.start_job().await.expect("it is new");
    t.spawn(std::future::pending::<()>());
    subtest!("inner", {
        pass!("one of its own");
        std::future::pending::<()>().await;
    });
}

struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("dropped at its limit");
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn is_loud_when_dropped(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    let _loud = Loud;
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn job_is_loud_when_dropped(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    t.spawn(async {
        let _loud = Loud;
        std::future::pending::<()>().await;
    });
    std::future::pending::<()>().await;
}

#[suite(flavor = "current_thread")]
#[ignore = "run by the tests"]
async fn job_is_loud_when_it_has_not_begun(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    let loud = Loud;
    let job = t.spawn(async move { drop(loud) });
    job.abort();
}

#[suite]
#[ignore = "run by the tests"]
async fn clean_up_is_loud_when_dropped(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    t.on_finish(async {
        let _loud = Loud;
        std::future::pending::<()>().await;
    });
}

#[suite]
#[ignore = "run by the tests"]
async fn sleeps() {
    ok!(true, "the last that is heard of it");
    block();
}

#[suite]
#[ignore = "run by the tests"]
async fn spins() {
    loop {
        std::hint::spin_loop();
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn locks_twice() {
    let lock = Mutex::new(());
    let first = lock.lock();
    let second = lock.lock();
    drop((first, second));
}

#[suite(flavor = "current_thread")]
#[ignore = "run by the tests"]
async fn sleeps_on_its_own_runtime() {
    block();
}

#[suite(flavor = "current_thread")]
#[ignore = "run by the tests"]
async fn starts_a_task_that_sleeps() {
    tokio::spawn(async { block() });
    std::future::pending::<()>().await;
}

#[suite(flavor = "current_thread")]
#[ignore = "run by the tests"]
async fn leaves_a_blocking_thread_behind() {
    tokio::task::spawn_blocking(block);
    pass!("and goes on");
}

#[suite]
#[ignore = "run by the tests"]
fn plain_that_sleeps() {
    block();
}

#[suite]
#[ignore = "run by the tests"]
async fn job_sleeps(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    t.spawn(async { block() });
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn subtest_sleeps() {
    subtest!("inner", { block() });
}

#[suite]
#[ignore = "run by the tests"]
async fn clean_up_sleeps(t: Suite) {
    t.on_finish(async { block() });
}

#[suite]
#[ignore = "run by the tests"]
async fn clean_up_takes_its_time(t: Suite) {
    subtest!("inner", {
        Suite::current().on_finish(async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            trace("cleaned up inside");
        });
        std::future::pending::<()>().await;
    });
    t.on_finish(async { trace("cleaned up") });
}

#[suite(timeout = "300ms")]
#[ignore = "run by the tests"]
async fn has_a_limit() {
    block();
}

#[suite]
#[ignore = "run by the tests"]
async fn gives_itself_a_limit() {
    plan!(timeout = "300ms");
    block();
}

#[suite(flavor = "multi_thread")]
#[ignore = "run by the tests"]
async fn job_sleeps_beside_it(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    t.spawn(async { block() });
    std::future::pending::<()>().await;
}

macro_rules! innocents {
    ($($name:ident)+) => {$(
        #[suite]
        #[ignore = "run by the tests"]
        async fn $name() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            pass!();
        }
    )+};
}

innocents! { innocent_a innocent_b innocent_c innocent_d }

/// Holds the hub when a diagnostic text says so.
#[derive(Default)]
struct HoldsTheHub;

impl async_test_suite::Bundle for HoldsTheHub {
    fn on_event(&mut self, event: &async_test_suite::event::Event) {
        match &event.kind {
            async_test_suite::event::EventKind::Diag(text) if text == "hold the hub" => block(),
            async_test_suite::event::EventKind::Diag(text) if text == "hold the hub for a while" => {
                std::thread::sleep(Duration::from_millis(700));
            }
            _ => {}
        }
    }
}

async_test_suite::register_bundle!(HoldsTheHub);

/// It ends after its limit, and before anybody could ask what it was doing then.
#[suite(timeout = "50ms")]
#[ignore = "run by the tests"]
async fn comes_back_late() {
    diag!("hold the hub for a while");
    std::thread::sleep(Duration::from_millis(200));
}

#[suite]
#[ignore = "run by the tests"]
async fn has_its_hub_held() {
    diag!("hold the hub");
    trace("held");
    pass!();
}

/// What it panics with asks, when it is dropped, who runs: a thread panics, and the hook looks for whose that may be.
struct AsksWhoRuns;

impl Drop for AsksWhoRuns {
    fn drop(&mut self) {
        let _ = std::thread::spawn(|| panic!("in a thread that is waited for")).join();
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn panics_with_what_panics_when_dropped() {
    std::panic::panic_any(AsksWhoRuns);
}
