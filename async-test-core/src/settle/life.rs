//! What all starts of one verifier have come to.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::intervals::Entry;
use super::latency::Histogram;
use super::report::share;
use super::words::{BadRounds, sentence};
use super::{Blame, Blind, FailedRound, Finding, Intervals, RoundFacts, Seen, Standing, VerifyReport, VerifyVerdict};
use crate::round::{Mode, VerifierState, VerifySpec};

/// One round on its way into the figures.
#[derive(Debug)]
#[doc(hidden)]
pub struct Noted<'a> {
    pub session: u64,
    pub round: u64,
    pub facts: &'a RoundFacts,
    /// What it said, for failed, undecided and otherwise bad ones.
    pub text: Option<&'a Arc<str>>,
    /// For the first of bad rounds in a row.
    pub blame: Option<Blame>,
    /// It crossed the threshold of a violation.
    pub crossed: bool,
}

/// What was wrong with a session, and how to say it.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Found {
    pub finding: Finding,
    pub sentence: String,
}

#[derive(Debug)]
#[doc(hidden)]
pub struct Life {
    pub blind: Blind,
    sessions: u64,
    rounds: u64,
    passed: u64,
    failed: u64,
    unknown: u64,
    late_ticks: u64,
    dropped: u64,
    longest_gap: Duration,
    in_rounds: Duration,
    watched: Duration,
    latency: Histogram,
    intervals: Intervals,
    bad: BadRounds,
    bad_in_session: BadRounds,
    last_unknown: Option<Arc<str>>,
    /// The first finding that fails whatever comes later.
    failed_by: Option<Found>,
    /// The first finding of a session that saw nothing either way.
    undecided_by: Option<Found>,
}

impl Life {
    pub fn new(suite: &str) -> Life {
        Life {
            blind: Blind::new(suite),
            sessions: 0,
            rounds: 0,
            passed: 0,
            failed: 0,
            unknown: 0,
            late_ticks: 0,
            dropped: 0,
            longest_gap: Duration::ZERO,
            in_rounds: Duration::ZERO,
            watched: Duration::ZERO,
            latency: Histogram::default(),
            intervals: Intervals::default(),
            bad: BadRounds::default(),
            bad_in_session: BadRounds::default(),
            last_unknown: None,
            failed_by: None,
            undecided_by: None,
        }
    }

    /// A session begins; the answer is its number.
    pub fn begin(&mut self) -> u64 {
        self.sessions += 1;
        self.bad_in_session = BadRounds::default();
        self.sessions
    }

    /// The bad rounds of the session that runs, or ran last.
    pub fn bad_in_session(&self) -> &BadRounds {
        &self.bad_in_session
    }

    /// Takes a round in; the answer is whether it saw something else than the one before.
    pub fn note(&mut self, spec: &VerifySpec, noted: Noted<'_>) -> bool {
        let facts = noted.facts;
        self.latency.add(facts.ended.saturating_sub(facts.began));
        if !self.blind.is_clear() {
            self.blind.round_ended(facts.ending.is_look());
        }
        let seen = facts.ending.seen();
        if seen == Seen::Unknown {
            self.last_unknown = noted.text.cloned();
        }
        if facts.ending.is_bad(spec.mode) {
            self.note_bad(&noted);
        }
        self.intervals.add(Entry {
            seen,
            session: noted.session,
            round: noted.round,
            began: facts.began,
            ended: facts.ended,
            reason: noted.text.map(|text| &**text),
            blame: noted.blame,
        })
    }

    /// Whether a round of this session that passes next, while nothing begins or ends in the suite, is nothing new: the
    /// one before passed as well, and nothing waits to be seen.
    pub fn repeats(&self, session: u64) -> bool {
        self.blind.is_clear() && self.intervals.ends_with_pass(session)
    }

    /// Takes in passes that are nothing new, the last of which ended then. How long each took is for `note_took`.
    pub fn note_same(&mut self, passes: u64, ended: Duration) {
        self.intervals.prolong(passes, ended);
    }

    /// How long one of them took.
    #[inline]
    pub fn note_took(&mut self, nanos: u64) {
        self.latency.add_nanos(nanos);
    }

    fn note_bad(&mut self, noted: &Noted<'_>) {
        let failed = FailedRound {
            session: noted.session,
            round: noted.round,
            at: noted.facts.ended,
            error: noted.text.cloned().unwrap_or_else(|| Arc::from("")),
            blame: match &noted.blame {
                Some(blame) => Some(Arc::new(blame.clone())),
                // The row of bad rounds goes on: what broke it is still to blame.
                None => self.bad_in_session.last.as_ref().and_then(|last| last.blame.clone()),
            },
        };
        self.bad_in_session.note(failed.clone(), noted.crossed);
        self.bad.note(failed, noted.crossed);
    }

    /// A session has ended; the answer is what was wrong with it.
    pub fn end(
        &mut self,
        spec: &VerifySpec,
        standing: &Standing,
        finding: Option<Finding>,
        dropped: u64,
    ) -> Option<Found> {
        self.rounds += standing.rounds();
        self.passed += standing.passed();
        self.failed += standing.failed();
        self.unknown += standing.unknown();
        self.late_ticks += standing.late_ticks();
        self.longest_gap = self.longest_gap.max(standing.longest_gap_at(Duration::ZERO));
        self.in_rounds += standing.in_rounds();
        self.watched += standing.watched();
        self.dropped += dropped;
        let found = Found {
            finding: finding?,
            sentence: sentence(finding?, &self.bad_in_session, self.last_unknown.as_ref()),
        };
        let undecided = match found.finding {
            Finding::Undecided => true,
            Finding::NeverPassed => spec.mode == Mode::Sometimes,
            _ => false,
        };
        let place = if undecided {
            &mut self.undecided_by
        } else {
            &mut self.failed_by
        };
        place.get_or_insert_with(|| found.clone());
        Some(found)
    }

    /// What fails the verifier when it ends now, between two sessions.
    pub fn found(&self, spec: &VerifySpec) -> Option<&Found> {
        let passed_sometime = spec.mode == Mode::Sometimes && self.passed > 0;
        let undecided = self.undecided_by.as_ref().filter(|_| !passed_sometime);
        self.failed_by.as_ref().or(undecided)
    }

    /// Rounds, failed and undecided ones, with those of the session that runs.
    pub fn counts(&self, running: Option<&Standing>) -> (u64, u64, u64) {
        let count = |of: fn(&Standing) -> u64| running.map_or(0, of);
        (
            self.rounds + count(Standing::rounds),
            self.failed + count(Standing::failed),
            self.unknown + count(Standing::unknown),
        )
    }

    fn verdict(&self, spec: &VerifySpec, running: Option<&Standing>) -> VerifyVerdict {
        let passed = self.passed + running.map_or(0, Standing::passed);
        let decided = passed + self.failed + running.map_or(0, Standing::failed);
        let awaits_a_pass = matches!(spec.mode, Mode::Eventually(_) | Mode::Sometimes);
        let broken = running.is_some_and(Standing::is_broken);
        match self.found(spec).map(|found| found.finding) {
            _ if broken => VerifyVerdict::Fail,
            Some(Finding::Undecided) => VerifyVerdict::Unknown,
            // More rounds may come that pass.
            Some(Finding::NeverPassed) if spec.mode == Mode::Sometimes && running.is_some() => VerifyVerdict::Unknown,
            Some(_) => VerifyVerdict::Fail,
            None if decided == 0 || (awaits_a_pass && passed == 0) => VerifyVerdict::Unknown,
            None => VerifyVerdict::Pass,
        }
    }

    /// The figures so far; `running` is the session that has not ended, `now` the time since the suite began.
    pub fn report(
        &self,
        spec: &VerifySpec,
        name: Cow<'static, str>,
        state: VerifierState,
        running: Option<(&Standing, u64)>,
        now: Duration,
    ) -> VerifyReport {
        let standing = running.map(|(standing, _)| standing);
        let count = |of: fn(&Standing) -> u64| standing.map_or(0, of);
        let time = |of: fn(&Standing) -> Duration| standing.map_or(Duration::ZERO, of);
        let (mut unseen, more) = self.blind.unseen();
        if more > 0 {
            unseen.push(format!("... and {more} more"));
        }
        VerifyReport {
            name,
            state,
            verdict: self.verdict(spec, standing),
            sessions: self.sessions,
            rounds: self.rounds + count(Standing::rounds),
            passed: self.passed + count(Standing::passed),
            failed: self.failed + count(Standing::failed),
            unknown: self.unknown + count(Standing::unknown),
            dropped: self.dropped + running.map_or(0, |(_, dropped)| dropped),
            late_ticks: self.late_ticks + count(Standing::late_ticks),
            intervals: self.intervals.all(),
            intervals_dropped: self.intervals.dropped(),
            transitions: self.intervals.transitions(),
            first_failure: self.bad.first.clone(),
            last_failure: self.bad.last.clone(),
            violation: self.bad.violation.clone(),
            last_unknown: self.last_unknown.clone(),
            longest_gap: self
                .longest_gap
                .max(standing.map_or(Duration::ZERO, |running| running.longest_gap_at(now))),
            covered: share(self.watched + time(Standing::watched), now),
            unseen,
            latency: self.latency.latency(),
            own_cost: share(self.in_rounds + time(Standing::in_rounds), now),
        }
    }
}
