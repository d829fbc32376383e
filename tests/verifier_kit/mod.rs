//! What the tests of the verifier share: a system to watch, and ways to read what became of a suite.

#![allow(dead_code, unreachable_pub, reason = "every file of tests uses another part of it")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_test_suite::claim::Figure;
use async_test_suite::prelude::*;
use async_test_suite::record::Check;
use async_test_suite::{Intercept, Intercepted};

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub async fn sleep(millis: u64) {
    tokio::time::sleep(ms(millis)).await;
}

/// The system under test: healthy until somebody says otherwise.
#[derive(Default)]
pub struct System {
    looks: AtomicU64,
    broken: AtomicBool,
    silent: AtomicBool,
}

impl System {
    pub fn new() -> Arc<System> {
        Arc::default()
    }

    pub fn break_it(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    pub fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// How many rounds have looked.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::SeqCst)
    }

    pub fn look(&self) -> Round<u64, String> {
        let n = self.looks.fetch_add(1, Ordering::SeqCst) + 1;
        if self.silent.load(Ordering::SeqCst) {
            return Round::unknown(format!("no answer to look {n}"));
        }
        if self.broken.load(Ordering::SeqCst) {
            return Round::fail(format!("broken at look {n}"));
        }
        Round::pass(n)
    }
}

/// Plays a text, one letter a round: `.` passes, `x` fails, `?` cannot tell, `d` is done, `p` panics. It ends with
/// passes.
#[derive(Clone)]
pub struct Script(Arc<Mutex<VecDeque<char>>>);

impl Script {
    pub fn new(letters: &str) -> Script {
        Script(Arc::new(Mutex::new(letters.chars().collect())))
    }

    pub fn next(&self) -> Round<(), String> {
        let letter = self.0.lock().unwrap().pop_front().unwrap_or('.');
        match letter {
            '.' => Round::pass(()),
            'x' => Round::fail("x".to_owned()),
            '?' => Round::unknown("?"),
            'd' => Round::done(()),
            _ => panic!("a round that panics"),
        }
    }
}

/// An invariant under the name `inv`; the keys that matter are set by each test.
#[verify_loop(every = "10ms", name = "inv")]
pub async fn inv(system: Arc<System>) -> Round<u64, String> {
    system.look()
}

#[verify_loop(every = "10ms", name = "inv")]
pub async fn scripted(script: Script) -> Round<(), String> {
    script.next()
}

/// Runs a body as a suite apart.
pub async fn run<F>(body: impl FnOnce(Suite) -> F + Send + 'static) -> Intercepted
where
    F: Future<Output = ()> + Send + 'static,
{
    Intercept::new().run("inner", body).await
}

/// The one check of this name.
#[track_caller]
pub fn check<'a>(seen: &'a Intercepted, label: &str) -> &'a Check {
    let mut all = seen.all_checks().filter(|check| check.label == label);
    let Some(first) = all.next() else {
        panic!("no `{label}` in\n{}", seen.render("tap"));
    };
    assert!(all.next().is_none(), "`{label}` was told twice");
    first
}

pub fn count_of(seen: &Intercepted, label: &str) -> usize {
    seen.all_checks().filter(|check| check.label == label).count()
}

pub fn notes(check: &Check) -> String {
    check
        .detail
        .as_ref()
        .map(|detail| detail.notes.join("\n"))
        .unwrap_or_default()
}

pub fn figure<'a>(check: &'a Check, name: &str) -> Option<&'a Figure> {
    let figures = &check.detail.as_ref()?.figures;
    figures
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, figure)| figure)
}

#[track_caller]
pub fn count(check: &Check, name: &str) -> u64 {
    match figure(check, name) {
        Some(Figure::Count(count)) => *count,
        other => panic!("{name}: {other:?}"),
    }
}
