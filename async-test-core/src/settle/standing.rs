//! What the rounds between one start and its stop have come to so far.

use std::time::Duration;

use super::{RoundFacts, pace};
use crate::round::{Mode, VerifySpec};
use crate::settle::Seen;

/// Whether the first decided round lets the test begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Gate {
    /// Nobody waits for it, or it has been passed.
    Open,
    /// No round has been decided yet.
    Closed,
    /// The first decided round was a bad one.
    Failed,
}

/// Why a session was not well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Finding {
    Violated,
    GateFailed,
    NoRound,
    Undecided,
    NeverPassed,
    TooFewRounds { rounds: u64, wanted: u64 },
    Gap { longest: Duration, allowed: Duration },
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Standing {
    origin: Duration,
    rounds: u64,
    passed: u64,
    failed: u64,
    unknown: u64,
    bad: u64,
    bad_in_a_row: u64,
    broken: bool,
    gate: Gate,
    first_began: Option<Duration>,
    last_ended: Duration,
    looked: Duration,
    longest_gap: Duration,
    in_rounds: Duration,
    tick: u64,
    late_ticks: u64,
}

impl Standing {
    /// A loop that begins now.
    pub fn new(spec: &VerifySpec, origin: Duration) -> Standing {
        Standing {
            origin,
            rounds: 0,
            passed: 0,
            failed: 0,
            unknown: 0,
            bad: 0,
            bad_in_a_row: 0,
            broken: false,
            gate: if spec.gate { Gate::Closed } else { Gate::Open },
            first_began: None,
            last_ended: origin,
            looked: origin,
            longest_gap: Duration::ZERO,
            in_rounds: Duration::ZERO,
            tick: 0,
            late_ticks: 0,
        }
    }

    /// Takes a round in; the answer is whether the threshold of a violation was crossed with it.
    pub fn note(&mut self, spec: &VerifySpec, round: &RoundFacts) -> bool {
        self.note_times(spec, round);
        self.rounds += 1;
        match round.ending.seen() {
            Seen::Pass => self.passed += 1,
            Seen::Fail => self.failed += 1,
            Seen::Unknown => {
                self.unknown += 1;
                return false;
            }
        }
        let bad = round.ending.is_bad(spec.mode);
        if bad {
            self.bad += 1;
            self.bad_in_a_row += 1;
        } else {
            self.bad_in_a_row = 0;
        }
        let awaits_a_pass = matches!(spec.mode, Mode::Eventually(_) | Mode::Sometimes);
        if self.gate == Gate::Closed && !(bad && awaits_a_pass) {
            self.gate = if bad { Gate::Failed } else { Gate::Open };
        }
        let crossed = bad && !self.broken && !awaits_a_pass && self.is_over_threshold(spec);
        self.broken |= crossed;
        crossed
    }

    /// The same for rounds that passed, one right after the other, where that is good and no tick is counted.
    pub fn note_passes(&mut self, passes: u64, began: Duration, ended: Duration) {
        self.first_began.get_or_insert(began);
        self.last_ended = ended;
        self.in_rounds += ended.saturating_sub(began);
        if began > self.looked {
            self.longest_gap = self.longest_gap.max(began - self.looked);
        }
        self.looked = ended;
        self.note_unseen(passes);
    }

    /// Passes of which nothing else is known.
    pub fn note_unseen(&mut self, passes: u64) {
        self.rounds += passes;
        self.passed += passes;
        if passes > 0 {
            self.bad_in_a_row = 0;
        }
    }

    fn note_times(&mut self, spec: &VerifySpec, round: &RoundFacts) {
        let first = *self.first_began.get_or_insert(round.began);
        if spec.fixed_rate && !spec.every.is_zero() {
            let tick = pace::tick_of(spec.every, first, round.began);
            self.late_ticks += tick.saturating_sub(self.tick + 1);
            self.tick = tick.max(self.tick);
        }
        self.last_ended = round.ended;
        self.in_rounds += round.ended.saturating_sub(round.began);
        if round.ending.is_look() {
            self.longest_gap = self.longest_gap.max(round.began.saturating_sub(self.looked));
            self.looked = round.ended;
        }
    }

    fn is_over_threshold(&self, spec: &VerifySpec) -> bool {
        let in_a_row = (spec.after > 1 || spec.ratio.is_none()) && self.bad_in_a_row >= spec.after;
        let share = spec.ratio.is_some_and(|ratio| {
            let decided = self.passed + self.failed;
            self.rounds >= spec.min_rounds && self.bad as f64 >= ratio * decided as f64
        });
        in_a_row || share
    }

    /// What the session came to when it ends now; none when all was well.
    pub fn close(&mut self, spec: &VerifySpec, now: Duration) -> Option<Finding> {
        self.longest_gap = self.longest_gap_at(now);
        if self.gate == Gate::Failed {
            return Some(Finding::GateFailed);
        }
        if self.broken {
            return Some(Finding::Violated);
        }
        if self.rounds == 0 {
            return Some(Finding::NoRound);
        }
        if matches!(spec.mode, Mode::Eventually(_) | Mode::Sometimes) && self.passed == 0 {
            return Some(Finding::NeverPassed);
        }
        if self.passed + self.failed == 0 {
            return Some(Finding::Undecided);
        }
        if self.rounds < spec.min_rounds {
            let (rounds, wanted) = (self.rounds, spec.min_rounds);
            return Some(Finding::TooFewRounds { rounds, wanted });
        }
        let longest = self.longest_gap;
        spec.max_gap
            .filter(|allowed| longest > *allowed)
            .map(|allowed| Finding::Gap { longest, allowed })
    }

    /// The longest time without a look, up to now.
    pub(crate) fn longest_gap_at(&self, now: Duration) -> Duration {
        self.longest_gap.max(now.saturating_sub(self.looked))
    }

    /// From the beginning of the first round to the end of the last one.
    pub(crate) fn watched(&self) -> Duration {
        self.first_began
            .map_or(Duration::ZERO, |first| self.last_ended.saturating_sub(first))
    }

    pub fn origin(&self) -> Duration {
        self.origin
    }

    #[inline]
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    pub fn is_broken(&self) -> bool {
        self.broken
    }

    pub fn gate(&self) -> Gate {
        self.gate
    }

    pub(crate) fn first_began(&self) -> Option<Duration> {
        self.first_began
    }

    pub(crate) fn in_rounds(&self) -> Duration {
        self.in_rounds
    }

    pub(crate) fn late_ticks(&self) -> u64 {
        self.late_ticks
    }
}
