//! The figures of a verifier as a value.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::{Blame, Interval, Latency};
use crate::round::VerifierState;

/// What the rounds of a verifier come to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VerifyVerdict {
    /// It held in every look so far, or the mode is content.
    Pass,
    /// It was violated, or the verifier did not look as it should have.
    Fail,
    /// No round was decided so far. At the end of the verifier that fails its suite as well.
    Unknown,
}

/// A round that did not see what it should.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FailedRound {
    /// Which start of the verifier it belongs to, from 1.
    pub session: u64,
    /// Its number, from 1 for each start.
    pub round: u64,
    /// When it ended, from the start of the suite.
    pub at: Duration,
    /// What it said: the error, the panic, or that it hung; long texts are cut.
    pub error: Arc<str>,
    /// What went on in the suite then. Known for the first of bad rounds in a row.
    pub blame: Option<Arc<Blame>>,
}

/// The figures of a verifier, over all of its starts. All times are on the verifier's clock.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyReport {
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Where it is in its life.
    pub state: VerifierState,
    /// What the rounds come to, so far or at the end.
    pub verdict: VerifyVerdict,
    /// How often it was started.
    pub sessions: u64,
    /// Rounds that were completed, hung ones included.
    pub rounds: u64,
    /// Of them, passed.
    pub passed: u64,
    /// Of them, failed.
    pub failed: u64,
    /// Of them, undecided.
    pub unknown: u64,
    /// Observations that were not kept, since newer ones took their place.
    pub dropped: u64,
    /// With `fixed_rate`, the ticks that were skipped.
    pub late_ticks: u64,
    /// Runs of equal rounds. The first and the newest 1,024 are kept.
    pub intervals: Vec<Interval>,
    /// How many intervals between them were not kept.
    pub intervals_dropped: u64,
    /// How often a round saw something else than the one before.
    pub transitions: u64,
    /// The first bad round.
    pub first_failure: Option<FailedRound>,
    /// The newest bad round.
    pub last_failure: Option<FailedRound>,
    /// The round that made a violation of it: the first bad one, or the one that crossed the threshold.
    pub violation: Option<FailedRound>,
    /// What the newest undecided round said.
    pub last_unknown: Option<Arc<str>>,
    /// The longest time between two looks while it was running, from the start to the first and from the last to the
    /// stop included. Rounds that hung or could not tell are no looks.
    pub longest_gap: Duration,
    /// The share of the suite's life between the first and the last round of each start, from 0 to 1.
    pub covered: f64,
    /// The subtests that no round has seen from its beginning to its end, the first 64.
    pub unseen: Vec<String>,
    /// How long the rounds took.
    pub latency: Latency,
    /// The time in rounds over the time of the suite so far, from 0 to 1: what watching may have changed.
    pub own_cost: f64,
}

pub(super) fn share(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        return 0.0;
    }
    (part.as_secs_f64() / whole.as_secs_f64()).min(1.0)
}
