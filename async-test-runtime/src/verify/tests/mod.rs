//! The machinery, driven through the runtime's own doors: every test runs a suite and looks at what became of it.

mod during;
mod ends;
mod hangs;
mod idle;
mod life;
mod places;
mod polls;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Builder;

use super::Verifier;
use crate::drive::drive;
use crate::event::Reply;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::plan::Plan;
use crate::queue::Message;
use crate::record::Tally;
use crate::suite::{Birth, Suite};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What a body panics with when that is what is tested.
const ON_PURPOSE: &str = "the body fell over";

/// What became of a suite.
#[derive(Debug)]
struct Ran {
    failed: bool,
    tally: Tally,
    text: String,
}

impl Ran {
    #[track_caller]
    fn passed(&self, tests: u64) {
        assert!(!self.failed, "{}", self.text);
        assert_eq!(self.tally.run, tests, "{}", self.text);
    }

    #[track_caller]
    fn failed_with(&self, texts: &[&str]) {
        assert!(self.failed, "it passed\n{}", self.text);
        for text in texts {
            // The report breaks long lines.
            let unbroken = self.text.replace("\n    │ ", " ");
            assert!(unbroken.contains(text), "`{text}` is missing in\n{}", self.text);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    /// One thread, tokio's clock paused.
    Paused,
    One,
    Many,
}

fn run<F, Fut>(on: On, body: F) -> Ran
where
    F: FnOnce(Suite) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    run_planned(on, Plan::new(), body)
}

fn run_planned<F, Fut>(on: On, plan: Plan, body: F) -> Ran
where
    F: FnOnce(Suite) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut builder = match on {
        On::Paused | On::One => Builder::new_current_thread(),
        On::Many => Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(3)
        .enable_time()
        .start_paused(on == On::Paused)
        .build()
        .unwrap();
    let top = Suite::top();
    let suite = top.child(Birth::new("s".to_owned(), Place::caller()), plan);
    let (answer, answered) = mpsc::sync_channel(1);
    let reply = Reply::new(move |snapshot| answer.send(snapshot).unwrap());
    let body = body(suite.clone());
    let body = async {
        body.await;
        Outcome::default()
    };
    let whole = drive(suite.clone(), body, Duration::ZERO, Some(reply));
    match on {
        On::Paused | On::One => runtime.block_on(whole),
        // The body runs on a worker, so that a blocked one does not hold it up.
        On::Many => runtime.block_on(async { tokio::spawn(whole).await.unwrap() }),
    }
    let (answer, collected) = mpsc::sync_channel(1);
    let collect = Message::Collect(suite.info().id, Box::new(move |it| answer.send(it).unwrap()));
    suite.0.hub.ask(collect);
    let snapshot = answered.recv().unwrap().unwrap();
    let text = String::from_utf8(collected.recv().unwrap().text).unwrap();
    runtime.shutdown_background();
    // An assertion in the body that fails must not hide behind a suite that is to fail.
    if let Some(payload) = suite.take_payload() {
        if payload.downcast_ref::<&str>() != Some(&ON_PURPOSE) {
            std::panic::resume_unwind(payload);
        }
    }
    Ran {
        failed: snapshot.failed,
        tally: snapshot.tally,
        text,
    }
}

/// Counts, so that rounds can tell their number and tests how many there were.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl Counter {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, to: u64) {
        self.0.store(to, Ordering::SeqCst);
    }
}

/// Observes the number of the round and fails from this one on.
fn fails_from(counter: &Counter, bad: u64) -> Verifier<u64, String> {
    let counter = counter.clone();
    Verifier::new(move || {
        let n = counter.next();
        async move {
            if n < bad {
                Ok(n)
            } else {
                Err(format!("round {n} is bad"))
            }
        }
    })
    .name("inv")
}

fn holds(counter: &Counter) -> Verifier<u64, String> {
    fails_from(counter, u64::MAX)
}
