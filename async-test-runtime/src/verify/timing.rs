//! The clocks of a loop: the one its delays follow, and the system's, which no pause stops.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Sleep;

use crate::clock::sleep_real;
use crate::suite::Suite;

/// One look at the clocks, in nanoseconds: a loop at full speed feels what it costs to copy a `Duration` about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Since the suite began, on the clock of the loop.
    pub(super) nanos: u64,
    /// Since the `base` of its `Timing`, on the system's.
    pub(super) real: u64,
}

impl Reading {
    /// Since the suite began, on the clock of the loop.
    #[inline]
    pub(crate) fn at(self) -> Duration {
        Duration::from_nanos(self.nanos)
    }
}

/// No more than some centuries.
#[inline]
pub(super) fn nanos(time: Duration) -> u64 {
    let whole = time.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(u64::from(time.subsec_nanos()))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The system's clock.
    Real,
    /// Tokio's, which runs like the system's.
    InStep,
    /// Tokio's, which is paused or was advanced by hand.
    Virtual,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    started: Instant,
    /// What readings of the system's clock count from: `started`, unless tokio's clock has run ahead.
    base: Instant,
    kind: Kind,
    /// What sleeps follow.
    real_sleeps: bool,
    /// The runtime has several threads, or none is known.
    has_threads: bool,
}

impl Timing {
    pub(crate) fn new(started: Instant, base: Instant, real_clock: bool) -> Timing {
        // Tokio can pause its clock only on the runtime of one thread; on another one the two clocks are one.
        let may_pause = Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::CurrentThread);
        Timing {
            started,
            base,
            kind: if real_clock || !may_pause {
                Kind::Real
            } else {
                Kind::Virtual
            },
            real_sleeps: real_clock,
            has_threads: !may_pause,
        }
    }

    pub(crate) fn has_threads(&self) -> bool {
        self.has_threads
    }

    /// Tokio's clock is paused or was advanced, as far as is known: what follows must not depend on the system's.
    pub(crate) fn is_virtual(&self) -> bool {
        self.kind == Kind::Virtual
    }

    /// Asks anew whether the two clocks are in step: a test may pause tokio's at any time.
    pub(crate) fn compare(&mut self) {
        if self.kind != Kind::Real {
            self.kind = in_step();
        }
    }

    /// A look at the clocks, where nobody but the round before can have paused tokio's since `compare`. One that did
    /// is found out with the next `compare`.
    #[inline]
    pub(crate) fn now(&self) -> Reading {
        match self.kind {
            Kind::Real | Kind::InStep => self.reading(Instant::now()),
            Kind::Virtual => self.now_after_a_wait(),
        }
    }

    /// The same where others have run, who may have paused the clock.
    pub(crate) fn now_after_a_wait(&self) -> Reading {
        self.reading(match self.kind {
            Kind::Real => Instant::now(),
            Kind::InStep | Kind::Virtual => tokio::time::Instant::now().into_std(),
        })
    }

    #[inline]
    fn reading(&self, now: Instant) -> Reading {
        let at = nanos(now.saturating_duration_since(self.started));
        Reading {
            nanos: at,
            real: if self.kind != Kind::Virtual && self.base == self.started {
                at
            } else {
                self.real()
            },
        }
    }

    /// Only the second half of a reading.
    pub(crate) fn real(&self) -> u64 {
        nanos(self.base.elapsed())
    }

    pub(crate) fn alarm(&self) -> Alarm {
        Alarm {
            real: self.real_sleeps,
            state: State::Unset,
        }
    }
}

fn in_step() -> Kind {
    let before = Instant::now();
    let tokio = tokio::time::Instant::now().into_std();
    let after = Instant::now();
    if before <= tokio && tokio <= after {
        Kind::InStep
    } else {
        Kind::Virtual
    }
}

/// When the suite began, as all readings of one verifier take it.
///
/// A suite that has not begun has none yet; then this is now.
pub(crate) fn beginning(suite: &Suite) -> Instant {
    suite.started_virtually().min(tokio::time::Instant::now().into_std())
}

/// What readings of the system's clock count from, for a suite that began then.
pub(crate) fn base(started: Instant) -> Instant {
    started.min(Instant::now())
}

/// A sleep that is set again and again without being made anew.
pub(crate) struct Alarm {
    real: bool,
    state: State,
}

enum State {
    Unset,
    Tokio(Pin<Box<Sleep>>),
    Real(Pin<Box<dyn Future<Output = ()> + Send>>),
}

/// Some decades: what tokio itself takes for a time that never comes.
const NEVER: Duration = Duration::from_secs(86_400 * 365 * 30);

impl Alarm {
    pub(crate) fn set(&mut self, after: Duration) {
        if self.real {
            self.state = State::Real(Box::pin(sleep_real(after)));
            return;
        }
        let deadline = tokio::time::Instant::now() + after.min(NEVER);
        match &mut self.state {
            State::Tokio(sleep) => sleep.as_mut().reset(deadline),
            State::Unset | State::Real(_) => {
                self.state = State::Tokio(Box::pin(tokio::time::sleep_until(deadline)));
            }
        }
    }

    /// Ready when the time has come; never for one that is not set.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.state {
            State::Unset => Poll::Pending,
            State::Tokio(sleep) => sleep.as_mut().poll(context),
            State::Real(sleep) => sleep.as_mut().poll(context),
        }
    }
}
