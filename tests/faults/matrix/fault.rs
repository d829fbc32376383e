//! What can go wrong, and the doing of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Door, Place};
use crate::faults::told_to_go_on;

/// The variable that chooses a fault.
pub(crate) const FAULT: &str = "FAULTS_FAULT";

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Fault {
    Panics,
    PanicsOddly,
    PanicsTwice,
    Errs,
    Waits,
    Sleeps,
    Spins,
    LocksTwice,
    Exits,
    Aborts,
    Overflows,
}

impl Fault {
    pub(crate) const ALL: [Fault; 11] = [
        Fault::Panics,
        Fault::PanicsOddly,
        Fault::Errs,
        Fault::Waits,
        Fault::Sleeps,
        Fault::Spins,
        Fault::LocksTwice,
        Fault::Exits,
        Fault::PanicsTwice,
        Fault::Aborts,
        Fault::Overflows,
    ];

    /// What the page calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Fault::Panics => "panic",
            Fault::PanicsOddly => "panic whose payload is no text",
            Fault::PanicsTwice => "panic while panicking",
            Fault::Errs => "`Err`",
            Fault::Waits => "async wait for ever",
            Fault::Sleeps => "blocking sleep for ever",
            Fault::Spins => "busy loop",
            Fault::LocksTwice => "deadlocked mutex",
            Fault::Exits => "`process::exit(0)`",
            Fault::Aborts => "`abort`",
            Fault::Overflows => "stack overflow",
        }
    }

    /// Whether it holds its thread for ever.
    pub(super) fn blocks(self) -> bool {
        matches!(self, Fault::Sleeps | Fault::Spins | Fault::LocksTwice)
    }

    /// What whoever looks for the cause has to be told, wherever it happens.
    pub(super) fn words(self, door: Door, place: &Place) -> Vec<&'static str> {
        const HERE: &str = "tests/faults/matrix/fault.rs:";
        match self {
            Fault::Panics => vec!["out of luck", HERE],
            Fault::PanicsOddly => vec!["payload is no text", HERE],
            Fault::PanicsTwice => vec!["out of luck", "out of luck again", HERE],
            Fault::Errs => vec!["out of luck"],
            // Whoever holds the hub is named.
            Fault::Waits | Fault::Sleeps | Fault::Spins | Fault::LocksTwice if place.is_guest() => {
                vec![if door == Door::Main { "faulty" } else { place.name }]
            }
            Fault::Waits | Fault::Sleeps | Fault::Spins | Fault::LocksTwice => vec![place.suite],
            // The system ends the process; under the built-in harness nobody is left to say anything.
            Fault::Aborts | Fault::Overflows if door == Door::Builtin || place.is_guest() => vec![],
            Fault::Exits if place.is_guest() => vec![],
            Fault::Exits | Fault::Aborts | Fault::Overflows => vec![place.suite],
        }
    }

    /// The chosen one, where there is one to choose.
    pub(super) fn wanted() -> Option<Fault> {
        let wanted = std::env::var(FAULT).ok()?;
        Fault::ALL.into_iter().find(|fault| fault.name() == wanted)
    }

    fn chosen() -> Fault {
        Fault::wanted().expect("a fault is chosen")
    }

    /// What needs no future.
    fn happens(self) -> Result<(), String> {
        match self {
            Fault::Panics => panic!("out of luck"),
            Fault::PanicsOddly => std::panic::panic_any(7_u8),
            Fault::PanicsTwice => {
                let _second = PanicsWhenDropped;
                panic!("out of luck")
            }
            Fault::Errs => Err("out of luck".to_owned()),
            Fault::Waits => unreachable!("only a future waits without its thread"),
            Fault::Sleeps => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            Fault::Spins => loop {
                std::hint::spin_loop();
            },
            Fault::LocksTwice => {
                let lock = Mutex::new(());
                let first = lock.lock();
                let second = lock.lock();
                drop((first, second));
                Ok(())
            }
            #[allow(clippy::exit, reason = "that is what is tested")]
            Fault::Exits => std::process::exit(0),
            Fault::Aborts => std::process::abort(),
            Fault::Overflows => {
                std::hint::black_box(deeper(0));
                Ok(())
            }
        }
    }
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("out of luck again");
    }
}

#[allow(unconditional_recursion, reason = "that is what is tested")]
fn deeper(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    deeper(depth + 1) + frame[63]
}

static HAS_STRUCK: AtomicBool = AtomicBool::new(false);

/// Whether the fault has begun, in this process.
pub(crate) fn has_struck() -> bool {
    HAS_STRUCK.load(Ordering::SeqCst)
}

/// It has begun.
pub(super) fn struck() {
    HAS_STRUCK.store(true, Ordering::SeqCst);
}

/// The chosen fault, here and now.
pub(crate) fn strike_here() -> Result<(), String> {
    struck();
    Fault::chosen().happens()
}

/// The chosen fault.
pub(crate) async fn strike() -> Result<(), String> {
    if Fault::chosen() == Fault::Waits {
        struck();
        return std::future::pending().await;
    }
    strike_here()
}

/// Waits until the test has seen that the suite before has ended.
pub(crate) async fn ready() {
    while !told_to_go_on() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
