//! The end of a session: what it came to, for whoever asked.

use std::borrow::Cow;
use std::time::Duration;

use super::error::{Inner, VerifyCause, VerifyError};
use super::fault::Fault;
use super::shared::Book;
use crate::outcome::BodyFailure;
use crate::round::Observation;
use crate::settle::{Finding, Found};
use crate::suite::Suite;

/// What a session has come to.
pub(crate) struct Closed<T, E> {
    observations: Vec<Observation<T>>,
    found: Option<Found>,
    fault: Option<Fault<E>>,
    round: Option<(u64, Duration)>,
}

impl<T, E> Book<T, E> {
    pub(crate) fn who(&self, suite: &Suite) -> Who {
        Who {
            name: self.name.clone(),
            suite: suite.path().to_owned(),
            forgiven: self.todo.is_some(),
        }
    }

    /// Takes the session out of the book; nothing while its loop runs.
    pub(crate) fn close(&mut self, now: Duration) -> Option<Closed<T, E>> {
        let mut session = self.session.take_if(|session| session.over)?;
        let spec = self.spec.in_range();
        let finding = session.standing.close(&spec, now);
        let found = self.life.end(&spec, &session.standing, finding, session.ring.dropped());
        let bad = self.life.bad_in_session();
        let told = match finding {
            Some(Finding::Violated) => bad.violation.as_ref(),
            Some(Finding::GateFailed) => bad.first.as_ref(),
            Some(Finding::NeverPassed) => bad.last.as_ref(),
            _ => None,
        };
        Some(Closed {
            round: told.map(|round| (round.round, round.at)),
            observations: session.ring.into_vec(),
            found,
            fault: session.fault,
        })
    }
}

impl<T, E> Closed<T, E> {
    /// What was wrong with it.
    pub(crate) fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// What `stop_job` returns; `who` is needed only when something was wrong. A verifier that is expected to break has no bad news for the body.
    pub(crate) fn into_result(self, who: Option<Who>) -> Result<Vec<Observation<T>>, VerifyError<T, E>> {
        match self.found.zip(who) {
            Some((found, who)) if !who.forgiven => Err(VerifyError {
                inner: Box::new(Inner {
                    cause: cause(found.finding, self.fault),
                    name: who.name,
                    suite: who.suite,
                    sentence: found.sentence,
                    round: self.round,
                }),
                observations: self.observations,
            }),
            _ => Ok(self.observations),
        }
    }

    /// What was found out is the gate's.
    pub(crate) fn at_the_gate(mut self) -> Self {
        if let Some(found) = self.found.as_mut().filter(|found| found.finding != Finding::GateFailed) {
            found.finding = Finding::GateFailed;
            found.sentence.insert_str(
                0,
                "the gate was not passed, so the set-up is at fault and not the test: ",
            );
        }
        self
    }
}

/// Whose result it is.
pub(crate) struct Who {
    name: Cow<'static, str>,
    suite: String,
    forgiven: bool,
}

impl Who {
    pub(crate) fn body_failed<T, E>(
        self,
        failure: BodyFailure,
        observations: Vec<Observation<T>>,
        beside: Option<String>,
    ) -> VerifyError<T, E> {
        let said = failure.message.as_ref().unwrap_or(&failure.debug);
        let mut sentence = format!("the future of `during` returned an error: {said}");
        if let Some(beside) = beside {
            sentence.push_str(&format!("; beside that: {beside}"));
        }
        VerifyError {
            observations,
            inner: Box::new(Inner {
                cause: VerifyCause::Body(failure),
                name: self.name,
                suite: self.suite,
                sentence,
                round: None,
            }),
        }
    }
}

fn cause<E>(finding: Finding, fault: Option<Fault<E>>) -> VerifyCause<E> {
    match (finding, fault) {
        (Finding::Violated, Some(fault)) => VerifyCause::Violated(fault),
        // A violation always has its fault; were it missing, undecided would still not be a pass.
        (Finding::Violated, None) | (Finding::Undecided, _) => VerifyCause::Undecided,
        (Finding::GateFailed, fault) => VerifyCause::Gate(fault),
        (Finding::NoRound, _) => VerifyCause::NoRound,
        (Finding::NeverPassed, fault) => VerifyCause::NeverPassed(fault),
        (Finding::TooFewRounds { rounds, wanted }, _) => VerifyCause::TooFewRounds { rounds, wanted },
        (Finding::Gap { longest, allowed }, _) => VerifyCause::Gap { longest, allowed },
    }
}
