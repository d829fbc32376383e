//! The judgement of a verifier: pure, without a clock. Times come in as durations since the suite began.
//!
//! `Standing::note` takes a round in, `decide` says how the loop goes on, `Standing::close` what a session came to.

mod blame;
mod blind;
mod intervals;
mod latency;
mod life;
mod machine;
mod pace;
mod report;
mod ring;
mod standing;
mod steady;
mod words;

use std::time::Duration;

use crate::round::{Mode, VerifySpec};

pub use blame::Blame;
#[doc(hidden)]
pub use blame::shorten;
pub(crate) use blind::Blind;
pub(crate) use intervals::Intervals;
pub use intervals::{Interval, Seen};
pub use latency::Latency;
#[doc(hidden)]
pub use life::{Found, Life, Noted};
pub use report::{FailedRound, VerifyReport, VerifyVerdict};
#[doc(hidden)]
pub use ring::Ring;
#[doc(hidden)]
pub use standing::{Finding, Gate, Standing};
#[doc(hidden)]
pub use steady::steady_delay;

/// How a round ended, without its values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Ending {
    Pass,
    Done,
    Error,
    Panic,
    /// It took longer than the limit, waiting or blocking its thread.
    Hung,
    Unknown,
}

impl Ending {
    pub fn seen(self) -> Seen {
        match self {
            Ending::Pass | Ending::Done => Seen::Pass,
            Ending::Error | Ending::Panic | Ending::Hung => Seen::Fail,
            Ending::Unknown => Seen::Unknown,
        }
    }

    /// Whether it speaks against the invariant; where failures are awaited, whether it is one.
    pub fn is_bad(self, mode: Mode) -> bool {
        match mode {
            Mode::Always | Mode::Eventually(_) | Mode::Sometimes => self.seen() == Seen::Fail,
            Mode::Never => matches!(self, Ending::Pass | Ending::Done | Ending::Panic | Ending::Hung),
        }
    }

    /// Whether the round told anything about the state of the system.
    fn is_look(self) -> bool {
        !matches!(self, Ending::Hung | Ending::Unknown)
    }
}

/// One round as the judgement needs it.
#[derive(Clone, Copy, PartialEq, Debug)]
#[doc(hidden)]
pub struct RoundFacts {
    pub began: Duration,
    pub ended: Duration,
    pub ending: Ending,
    /// The delay that the round asked for.
    pub again: Option<Duration>,
    /// A random number from 0 up to 1, for the jitter.
    pub draw: f64,
}

/// How the loop goes on after a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Step {
    /// Another round, after this delay.
    Again(Duration),
    /// The loop ends by itself.
    Stop(Stop),
}

/// Why a loop ends by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Stop {
    Violated,
    GateFailed,
    GateUndecided,
    Passed,
    Done,
    Rounds,
    TimeUp,
}

/// How the loop goes on after `round`, which `standing` has noted.
#[doc(hidden)]
pub fn decide(spec: &VerifySpec, standing: &Standing, round: &RoundFacts) -> Step {
    let run_for = round.ended.saturating_sub(standing.origin());
    let passed = round.ending.seen() == Seen::Pass;
    let broken = standing.is_broken() && !spec.keep_going;
    let bound = spec.time_bound();
    let stop = match standing.gate() {
        Gate::Failed => Some(Stop::GateFailed),
        _ if broken => Some(Stop::Violated),
        _ if matches!(spec.mode, Mode::Eventually(_)) && passed => Some(Stop::Passed),
        _ if round.ending == Ending::Done => Some(Stop::Done),
        _ if spec.rounds.is_some_and(|rounds| standing.rounds() >= rounds) => Some(Stop::Rounds),
        _ if bound.is_some_and(|bound| run_for >= bound) => Some(Stop::TimeUp),
        Gate::Closed if run_for >= spec.round_timeout => Some(Stop::GateUndecided),
        _ => None,
    };
    match stop {
        Some(stop) => Step::Stop(stop),
        None => {
            let delay = pace::delay(spec, standing, round);
            // The last look falls on the end of the time, not one delay before it.
            Step::Again(bound.map_or(delay, |bound| delay.min(bound.saturating_sub(run_for))))
        }
    }
}

/// How long a round may take that begins `run_for` after the start of its loop.
///
/// Where the loop has a time, a round in flight is dropped at the end of it. One that begins near the end has a tenth of
/// the time for itself, and 100 ms on a busy machine, so that the last look is one.
#[doc(hidden)]
pub fn round_limit(spec: &VerifySpec, run_for: Duration) -> Duration {
    match spec.time_bound() {
        Some(bound) => {
            let grace = (bound / 10).max(Duration::from_millis(100));
            bound.saturating_sub(run_for).max(grace).min(spec.round_timeout)
        }
        None => spec.round_timeout,
    }
}

#[cfg(test)]
mod tests;
