//! Why `start_job` and `stop_job` had no good news, together with what was seen until then.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::fault::Fault;
use crate::error::Error;
use crate::outcome::BodyFailure;
use crate::round::Observation;

/// Why a verifier has no good news. The observations so far come with it.
///
/// It is a `std::error::Error` and shows itself without asking anything of `T`, so `?` works in every body.
pub struct VerifyError<T, E> {
    /// The observations until then, oldest first; empty for a call in the wrong state.
    pub observations: Vec<Observation<T>>,
    pub(crate) inner: Box<Inner<E>>,
}

pub(crate) struct Inner<E> {
    pub(crate) cause: VerifyCause<E>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) suite: String,
    /// The sentence for people.
    pub(crate) sentence: String,
    pub(crate) round: Option<(u64, Duration)>,
}

/// What was wrong.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum VerifyCause<E> {
    /// The call does not belong into the state that the verifier is in; nothing has changed.
    State(Error),
    /// The invariant was broken.
    Violated(Fault<E>),
    /// With `gate`: the set-up is wrong, the invariant did not hold before the test began. Without a fault no round was
    /// decided in time.
    Gate(Option<Fault<E>>),
    /// It was started, and stopped before a round was completed.
    NoRound,
    /// Every round was undecided.
    Undecided,
    /// No round passed, where one had to (`eventually`, `sometimes`). With what was wrong with the last failed one.
    NeverPassed(Option<Fault<E>>),
    /// It looked less often than `min_rounds` says.
    TooFewRounds {
        /// How often it looked.
        rounds: u64,
        /// How often it should have.
        wanted: u64,
    },
    /// It did not look for longer than `max_gap` says.
    Gap {
        /// For how long.
        longest: Duration,
        /// How long it might have been.
        allowed: Duration,
    },
    /// The future that `during` was given returned an `Err`.
    Body(BodyFailure),
}

impl<T, E> VerifyError<T, E> {
    pub(crate) fn state(error: Error, name: Cow<'static, str>) -> VerifyError<T, E> {
        VerifyError {
            observations: Vec::new(),
            inner: Box::new(Inner {
                sentence: error.kind.to_string(),
                suite: error.suite.clone(),
                cause: VerifyCause::State(error),
                name,
                round: None,
            }),
        }
    }

    /// What was wrong.
    pub fn cause(&self) -> &VerifyCause<E> {
        &self.inner.cause
    }

    /// What was wrong, by value.
    pub fn into_cause(self) -> VerifyCause<E> {
        self.inner.cause
    }

    /// The error that the round returned, if it was one that broke the invariant or the gate, or the last of those
    /// that failed while a pass was awaited.
    pub fn error(&self) -> Option<&E> {
        match self.fault() {
            Some(Fault::Error(error)) => Some(error),
            _ => None,
        }
    }

    /// What was wrong with the round.
    pub fn fault(&self) -> Option<&Fault<E>> {
        match &self.inner.cause {
            VerifyCause::Violated(fault) => Some(fault),
            VerifyCause::Gate(fault) | VerifyCause::NeverPassed(fault) => fault.as_ref(),
            _ => None,
        }
    }

    /// The observations until then, oldest first.
    pub fn observations(&self) -> &[Observation<T>] {
        &self.observations
    }

    /// The observations until then, by value.
    pub fn into_observations(self) -> Vec<Observation<T>> {
        self.observations
    }

    /// The number of the round that was wrong.
    pub fn round(&self) -> Option<u64> {
        self.inner.round.map(|(round, _)| round)
    }

    /// When that round ended, from the start of the suite.
    pub fn at(&self) -> Option<Duration> {
        self.inner.round.map(|(_, at)| at)
    }

    /// Whether the invariant was broken.
    pub fn is_violation(&self) -> bool {
        matches!(self.inner.cause, VerifyCause::Violated(_))
    }

    /// Whether the set-up is to blame: the gate was not passed.
    pub fn is_gate(&self) -> bool {
        matches!(self.inner.cause, VerifyCause::Gate(_))
    }

    /// Whether the call came in the wrong state, so that nothing has changed.
    pub fn is_state(&self) -> bool {
        matches!(self.inner.cause, VerifyCause::State(_))
    }

    /// The name of the verifier.
    pub fn verifier(&self) -> &str {
        &self.inner.name
    }
}

impl<T, E> fmt::Display for VerifyError<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            name, suite, sentence, ..
        } = &*self.inner;
        if let VerifyCause::State(error) = &self.inner.cause {
            return write!(f, "verifier `{name}`: {error}");
        }
        write!(f, "verifier `{name}`")?;
        if !suite.is_empty() {
            write!(f, " of suite `{suite}`")?;
        }
        write!(f, ": {sentence}")
    }
}

impl<T, E: fmt::Debug> fmt::Debug for VerifyError<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyError")
            .field("verifier", &self.inner.name)
            .field("suite", &self.inner.suite)
            .field("cause", &self.inner.cause)
            .field("says", &self.inner.sentence)
            .field("observations", &self.observations.len())
            .finish()
    }
}

impl<T, E: fmt::Debug> std::error::Error for VerifyError<T, E> {}
