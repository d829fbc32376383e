//! Taking a round into the book.

use std::time::SystemTime;

use super::attempt::Attempt;
use super::shared::{Core, Session};
use crate::round::{Observation, VerifySpec};
use crate::settle::{Blame, Noted, RoundFacts, Seen, Step, decide};

/// Who records a round, and of which session. A loop that was given up is late with its own.
#[derive(Clone, Copy)]
pub(crate) enum By {
    Loop(u64),
    Control(u64),
}

impl By {
    fn may_write<T, E>(self, session: &Session<T, E>) -> bool {
        match self {
            By::Loop(number) => session.number == number && !session.given_up,
            By::Control(number) => session.number == number,
        }
    }
}

/// What the loop learns from the record of a round.
pub(crate) struct Recorded {
    pub(crate) step: Step,
    pub(crate) crossed: bool,
    pub(crate) transition: bool,
    /// A pass after it is nothing new: see `Life::repeats`.
    pub(crate) repeats: bool,
}

impl<T, E> Core<T, E> {
    /// Takes a round in. Nothing when the session has been given up.
    pub(crate) fn record(
        &self,
        by: By,
        spec: &VerifySpec,
        mut attempt: Attempt<T, E>,
        facts: &RoundFacts,
        blame: Option<Blame>,
        wall: SystemTime,
    ) -> Option<Recorded> {
        let bad = facts.ending.is_bad(spec.mode);
        if bad && facts.ending.seen() == Seen::Pass {
            attempt.make_faulty();
        }
        let mut guard = self.lock();
        let book = &mut *guard;
        let session = book
            .session
            .as_mut()
            .filter(|session| !session.over && by.may_write(session))?;
        let number = session.number;
        let was_broken = session.standing.is_broken();
        let crossed = session.standing.note(spec, facts);
        let round = session.standing.rounds();
        let evicted = attempt.value.take().and_then(|data| {
            session.ring.push(Observation {
                data,
                timestamp: wall + facts.ended,
                round,
                elapsed: facts.ended,
            })
        });
        let mut replaced = None;
        if let Some(rare) = attempt.rare.as_mut().filter(|_| bad && !was_broken) {
            replaced = std::mem::replace(&mut session.fault, rare.fault.take());
        }
        let noted = Noted {
            session: number,
            round,
            facts,
            text: attempt.text(),
            blame,
            crossed,
        };
        let transition = book.life.note(spec, noted);
        let step = decide(spec, &session.standing, facts);
        let repeats = book.life.repeats(number);
        drop(guard);
        // What is dropped from here on is the user's, so it is dropped outside of the lock.
        drop((evicted, replaced, attempt));
        Some(Recorded {
            step,
            crossed,
            transition,
            repeats,
        })
    }
}
