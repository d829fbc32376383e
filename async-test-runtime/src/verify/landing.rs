//! After a round: what it means for the loop, the reporters and the suite.

use std::fmt::Debug;
use std::time::Duration;

use super::attempt::{Attempt, Came};
use super::note::By;
use super::task::Loop;
use super::timing::Reading;
use crate::event::Telemetry;
use crate::round::Mode;
use crate::settle::{Blame, Ending, RoundFacts, Step, Stop};

/// Rounds that change nothing are told to the reporters this often, in nanoseconds.
const TOLD_EVERY: u64 = 100_000_000;

impl<T, E> Loop<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    /// Takes a round in; the delay until the next one, if there is to be one.
    #[inline]
    pub(super) fn land(&mut self, began: Reading, ended: Reading, came: Came<T, E>) -> Option<Duration> {
        self.core.land();
        let activity = self.core.suite.activity();
        let is_quiet = self.repeats && activity == self.known && !self.last;
        let in_time = ended.nanos.saturating_sub(self.told) < TOLD_EVERY;
        let steady = self.steady.filter(|_| is_quiet && in_time);
        match (steady, came) {
            (Some(delay), Came::Passed(data)) => {
                self.batch.push(&self.core, data, began, ended);
                self.good = self.began_with;
                Some(delay)
            }
            (_, came) => {
                self.batch.flush(&self.core);
                self.follow(activity, true);
                self.take_in(began, ended, came.into_attempt())
            }
        }
    }

    /// The same for any round.
    fn take_in(&mut self, began: Reading, ended: Reading, attempt: Attempt<T, E>) -> Option<Duration> {
        let facts = RoundFacts {
            began: began.at(),
            ended: ended.at(),
            ending: attempt.ending,
            again: attempt.again(),
            draw: self.rng.as_mut().map_or(0.0, fastrand::Rng::f64),
        };
        let text = attempt.text().cloned();
        let blame = self.blame(facts.ending);
        let recorded = self
            .core
            .record(By::Loop(self.session), &self.spec, attempt, &facts, blame, self.wall)?;
        self.repeats = recorded.repeats;
        if recorded.transition || ended.nanos.saturating_sub(self.told) >= TOLD_EVERY {
            self.tell(ended);
        }
        let out_of_time = matches!(self.spec.mode, Mode::Eventually(_)) && recorded.step == Step::Stop(Stop::TimeUp);
        let at_the_gate = recorded.step == Step::Stop(Stop::GateFailed);
        if (recorded.crossed || out_of_time) && !at_the_gate {
            let text = text.as_deref().unwrap_or("no round passed");
            self.makes_room |= self.core.fail_fast(&self.spec, text);
        }
        if self.gate_closed {
            self.gate_closed = facts.ending == Ending::Unknown;
            self.core.progress.notify_waiters();
            self.makes_room = true;
        }
        match recorded.step {
            Step::Stop(_) => None,
            Step::Again(_) if self.last => None,
            Step::Again(delay) => Some(delay),
        }
    }

    /// What goes on in the suite, when the first bad round follows a good one.
    fn blame(&mut self, ending: Ending) -> Option<Blame> {
        if ending == Ending::Unknown {
            return None;
        }
        let bad = ending.is_bad(self.spec.mode);
        let breaks = bad && !self.was_bad;
        self.was_bad = bad;
        if !bad {
            self.good = self.began_with;
        }
        breaks.then(|| Blame::new(self.core.running(), self.core.suite.activity_since(self.good)))
    }

    /// Says how far it is; dropped when the reporters are busy.
    fn tell(&mut self, now: Reading) {
        self.told = now.nanos;
        let (verifier, rounds, failed, unknown) = self.core.counts();
        self.core.suite.telemetry(Telemetry::Rounds {
            verifier,
            rounds,
            failed,
            unknown,
        });
    }
}
