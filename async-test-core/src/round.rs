//! The words of a verifier: what a round says, what is kept of it, and what a verifier is told about itself.

mod duration;
mod spec;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, SystemTime};

pub use duration::{BadDuration, IntoDuration, parse_duration};
pub use spec::{Mode, VerifySpec};

/// What one round of a verifier says.
///
/// A round may also return a `Result` (`Ok` passes, `Err` fails), a `bool` or `()`; see [`RoundOutcome`]. This type is
/// for those that have more to say: that the data is missing, that the work is done, or when to look again.
///
/// ```
/// # use async_test_core::round::Round;
/// # use std::time::Duration;
/// fn one_leader(leaders: Option<u32>) -> Round<u32, String> {
///     match leaders {
///         Some(1) => Round::pass(1),
///         Some(n) => Round::fail(format!("{n} leaders")),
///         None => Round::unknown("no node answered").again_after(Duration::from_millis(50)),
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a round says something only when it is returned"]
pub enum Round<T, E> {
    /// The invariant held; the value is kept as an observation.
    Pass(T),
    /// The invariant did not hold.
    Fail(E),
    /// It could not be told, and why: neither a pass nor a failure. Such rounds are counted and the last reason is shown.
    Unknown(Cow<'static, str>),
    /// The invariant held and there is nothing more to look at: the loop ends well.
    Done(T),
    /// One of the above, and how long to wait before the next round, this time instead of `every`.
    Again(Box<Round<T, E>>, Duration),
}

impl<T, E> Round<T, E> {
    /// The invariant held.
    pub fn pass(value: T) -> Self {
        Round::Pass(value)
    }

    /// The invariant did not hold.
    pub fn fail(error: E) -> Self {
        Round::Fail(error)
    }

    /// It could not be told, and why.
    pub fn unknown(reason: impl Into<Cow<'static, str>>) -> Self {
        Round::Unknown(reason.into())
    }

    /// The invariant held and the loop ends well.
    pub fn done(value: T) -> Self {
        Round::Done(value)
    }

    /// Asks for another delay before the next round; of several the last one counts. No jitter is added to it.
    pub fn again_after(self, delay: Duration) -> Self {
        Round::Again(Box::new(self), delay)
    }

    /// What was said and the delay that was asked for.
    #[doc(hidden)]
    pub fn split(self) -> (Self, Option<Duration>) {
        match self {
            Round::Again(round, delay) => {
                let mut round = *round;
                while let Round::Again(inner, _) = round {
                    round = *inner;
                }
                (round, Some(delay))
            }
            round => (round, None),
        }
    }
}

/// Says of a round only when to look again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {}

impl Again {
    /// A round that is undecided and asks for the next one after this delay; see also [`Round::again_after`].
    pub fn after<T, E>(delay: Duration) -> Round<T, E> {
        Round::unknown("not ready yet").again_after(delay)
    }
}

/// What the function of a verifier may return.
///
/// | returned | passes | fails | value | error |
/// |---|---|---|---|---|
/// | `Result<T, E>` | `Ok` | `Err` | `T` | `E` |
/// | `bool` | `true` | `false` | `()` | [`ReturnedFalse`] |
/// | `()` | always, unless it panics | never | `()` | `Infallible` |
/// | [`Round<T, E>`] | as it says | as it says | `T` | `E` |
#[diagnostic::on_unimplemented(
    message = "a round cannot return `{Self}`",
    note = "a round returns a `Result`, a `bool`, `()` or a `Round`; the error must be `Debug + Send + 'static`"
)]
pub trait RoundOutcome {
    /// What a passing round observed.
    type Value: Send + 'static;
    /// What a failing round says.
    type Error: fmt::Debug + Send + 'static;
    /// What the round says.
    fn into_round(self) -> Round<Self::Value, Self::Error>;
}

impl<T: Send + 'static, E: fmt::Debug + Send + 'static> RoundOutcome for Round<T, E> {
    type Value = T;
    type Error = E;
    fn into_round(self) -> Round<T, E> {
        self
    }
}

impl<T: Send + 'static, E: fmt::Debug + Send + 'static> RoundOutcome for Result<T, E> {
    type Value = T;
    type Error = E;
    fn into_round(self) -> Round<T, E> {
        match self {
            Ok(value) => Round::Pass(value),
            Err(error) => Round::Fail(error),
        }
    }
}

impl RoundOutcome for bool {
    type Value = ();
    type Error = ReturnedFalse;
    fn into_round(self) -> Round<(), ReturnedFalse> {
        if self {
            Round::Pass(())
        } else {
            Round::Fail(ReturnedFalse)
        }
    }
}

impl RoundOutcome for () {
    type Value = ();
    type Error = Infallible;
    fn into_round(self) -> Round<(), Infallible> {
        Round::Pass(())
    }
}

/// The error of a round that returned `false`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReturnedFalse;

impl fmt::Display for ReturnedFalse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the check returned false")
    }
}

impl std::error::Error for ReturnedFalse {}

/// What one passing round of a verifier observed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation<T> {
    /// What the round returned.
    pub data: T,
    /// When the round ended, as the wall clock stands. It follows the verifier's clock, so it never steps back.
    pub timestamp: SystemTime,
    /// The number of the round, from 1 for each start.
    pub round: u64,
    /// From the start of the suite to the end of the round, on the verifier's clock.
    pub elapsed: Duration,
}

/// Where a verifier is in its life.
///
/// | | start | stop | finish | tick |
/// |---|---|---|---|---|
/// | `Idle` | `Running` | error | `Finished` | error |
/// | `Running` | error | `Idle` | `Finished` | `Running` |
/// | `Finished` | error | error | `Finished` | error |
///
/// An error changes nothing. A loop that has ended by itself (a violation, `done`, `rounds = N`) is still `Running`
/// until its results are taken with `stop_job`. `finish` may be said again, since dropping a verifier says it as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VerifierState {
    /// Made, or stopped: nothing runs.
    Idle,
    /// Started and not stopped.
    Running,
    /// It has given its verdict; nothing runs any more.
    Finished,
}

/// What happens to a verifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VerifierEvent {
    /// `start_job`.
    Start,
    /// `stop_job`.
    Stop,
    /// `finish`, a drop, or the end of the suite.
    Finish,
    /// The time for the next round has come.
    Tick,
}

impl VerifierState {
    /// `idle`, `running` or `finished`.
    pub const fn name(self) -> &'static str {
        match self {
            VerifierState::Idle => "idle",
            VerifierState::Running => "running",
            VerifierState::Finished => "finished",
        }
    }
}

impl fmt::Display for VerifierState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_return_type_becomes_a_round() {
        assert_eq!(Ok::<_, String>(1).into_round(), Round::Pass(1));
        assert_eq!(Err::<(), _>("no").into_round(), Round::Fail("no"));
        assert_eq!(true.into_round(), Round::Pass(()));
        assert_eq!(false.into_round(), Round::Fail(ReturnedFalse));
        assert_eq!(().into_round(), Round::Pass(()));
        assert_eq!(Round::<(), ()>::done(()).into_round(), Round::Done(()));
    }

    #[test]
    fn the_outermost_delay_counts() {
        let ms = Duration::from_millis;
        assert_eq!(Round::<_, ()>::pass(1).split(), (Round::Pass(1), None));
        let twice = Round::<_, ()>::pass(1).again_after(ms(1)).again_after(ms(2));
        assert_eq!(twice.split(), (Round::Pass(1), Some(ms(2))));
        let (round, delay) = Again::after::<(), ()>(ms(3)).split();
        assert!(matches!(round, Round::Unknown(_)));
        assert_eq!(delay, Some(ms(3)));
    }
}
