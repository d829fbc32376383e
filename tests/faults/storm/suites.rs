//! The suites of the storm. They are run by themselves, as ignored tests; each pass is another storm.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_test_suite::event::{Event, EventKind};
use async_test_suite::prelude::*;
use async_test_suite::{Bundle, register_bundle};

use super::mishap::{MANY, Mishap};

/// How long a suite that holds its thread does so beyond its limit and the grace period; some do for ever.
const BEYOND: Duration = Duration::from_secs(5);
/// So many sleep for ever, and none burns the processor for so long.
const FOR_EVER: u32 = 5;

const FOR_BUNDLE: &str = "panic in the bundle";

#[derive(Default)]
struct Panics;

impl Bundle for Panics {
    fn on_event(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::Diag(text) if text == FOR_BUNDLE) {
            panic!("out of luck");
        }
    }
}

register_bundle!(Panics);

macro_rules! tens_of {
    ($($module:ident)+) => {$(
        mod $module {
            use async_test_suite::prelude::*;

            ten! { a b c d e f g h i j }
        }
    )+};
}

macro_rules! ten {
    ($($name:ident)+) => {$(
        #[suite]
        #[ignore = "run by the test"]
        async fn $name(t: Suite) -> Result<(), String> {
            super::comes_to(t).await
        }
    )+};
}

tens_of! {
    s00 s01 s02 s03 s04 s05 s06 s07 s08 s09 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23 s24
}

/// For how long this one is to hold its thread.
fn sleep() -> Duration {
    static HELD: AtomicU32 = AtomicU32::new(0);
    match HELD.fetch_add(1, Ordering::Relaxed) {
        0..FOR_EVER => Duration::MAX,
        _ => BEYOND,
    }
}

async fn comes_to(t: Suite) -> Result<(), String> {
    let mishap = Mishap::pick(&mut t.rng("mishap"));
    let limited = matches!(
        mishap,
        Mishap::Wait | Mishap::WaitInSubtest | Mishap::Sleep | Mishap::Spin
    );
    match mishap {
        _ if limited => plan!(timeout = "200ms"),
        Mishap::OpenJob | Mishap::WaitInCleanUp => plan!(job_timeout = "100ms"),
        _ => {}
    }
    diag!("{mishap:?}");
    pass!("it begins");
    match mishap {
        Mishap::Nothing => {}
        Mishap::ManyChecks => {
            for _ in 0..MANY {
                pass!();
            }
        }
        Mishap::LargeMessage => {
            pass!("{}", "x".repeat(1 << 20));
        }
        Mishap::MuchOutput => print(),
        Mishap::FailedChecks => {
            for number in 0..3 {
                is!(number, 1);
            }
        }
        Mishap::Panic => panic!("out of luck"),
        Mishap::OddPanic => std::panic::panic_any(7_u8),
        Mishap::PanicInSubtest => drop(subtest!("inner", { panic!("out of luck") })),
        Mishap::PanicInJob => drop(t.spawn(async { panic!("out of luck") })),
        Mishap::PanicInCleanUp => t.on_finish(async { panic!("out of luck") }),
        Mishap::PanicInRound => looked_at(|| panic!("out of luck")).await,
        Mishap::PanicInBundle => diag!("{FOR_BUNDLE}"),
        Mishap::Error => return Err("out of luck".to_owned()),
        Mishap::ErrorInSubtest => drop(subtest!("inner", { Err::<(), _>("out of luck")? })),
        Mishap::Violation => looked_at(|| false).await,
        Mishap::Wait => std::future::pending().await,
        Mishap::WaitInSubtest => drop(subtest!("inner", { std::future::pending::<()>().await })),
        Mishap::OpenJob => drop(t.spawn(std::future::pending::<()>())),
        Mishap::WaitInCleanUp => t.on_finish(std::future::pending()),
        Mishap::Sleep => std::thread::sleep(sleep()),
        Mishap::Spin => {
            let began = Instant::now();
            while began.elapsed() < BEYOND {
                std::hint::spin_loop();
            }
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what tests print is part of a report")]
fn print() {
    for line in 0..500 {
        println!("line {line}: much <of> & the \u{1b}[31msame\u{1b}[0m");
    }
}

async fn looked_at(look: fn() -> bool) {
    let v = async_test_suite::inline::verify_loop!(every = "1ms", { look() });
    let _ = v.start_job().await;
    // It ends at its first round.
    let _ = v.stop_job().await;
}
