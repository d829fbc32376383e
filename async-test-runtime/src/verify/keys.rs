//! The keys of a verifier as methods.

use std::borrow::Cow;
use std::time::Duration;

use super::Verifier;
use crate::round::{Mode, VerifySpec};

/// The keys, for those who write no macro. They hold from the next start on. [`VerifySpec`] says what each means.
impl<T, E> Verifier<T, E> {
    fn with(self, change: impl FnOnce(&mut VerifySpec)) -> Self {
        change(&mut self.core.lock().spec);
        self
    }

    /// What it is called in reports. Keep it stable: no numbers that change from run to run.
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.core.lock().name = name.into();
        self
    }

    /// The delay after a round. Default: 10 ms.
    pub fn every(self, every: Duration) -> Self {
        self.with(|spec| spec.every = every)
    }

    /// `every` is the period of a clock. Default: off.
    pub fn fixed_rate(self) -> Self {
        self.with(|spec| spec.fixed_rate = true)
    }

    /// The share of `every` that is random, from 0.0 (the default) to 1.0.
    pub fn jitter(self, jitter: f64) -> Self {
        self.with(|spec| spec.jitter = jitter)
    }

    /// The delay before the first round. Default: none.
    pub fn initial_delay(self, delay: Duration) -> Self {
        self.with(|spec| spec.initial_delay = delay)
    }

    /// How long a round may take. Default: 60 s.
    pub fn round_timeout(self, limit: Duration) -> Self {
        self.with(|spec| spec.round_timeout = limit)
    }

    /// How many observations are kept, the newest. Default: 4,096.
    pub fn history(self, observations: usize) -> Self {
        self.with(|spec| spec.history = observations)
    }

    /// A violation ends the suite's body at once. Default: off.
    pub fn fail_fast(self) -> Self {
        self.with(|spec| spec.fail_fast = true)
    }

    /// The loop goes on after a violation. Default: off.
    pub fn keep_going(self) -> Self {
        self.with(|spec| spec.keep_going = true)
    }

    /// So many bad rounds in a row are a violation. Default: 1.
    pub fn after(self, rounds: u64) -> Self {
        self.with(|spec| spec.after = rounds)
    }

    /// This share of bad rounds is a violation. Default: none.
    pub fn ratio(self, ratio: f64) -> Self {
        self.with(|spec| spec.ratio = Some(ratio))
    }

    /// Fewer rounds fail. Default: 1.
    pub fn min_rounds(self, rounds: u64) -> Self {
        self.with(|spec| spec.min_rounds = rounds)
    }

    /// The loop ends well after so many rounds. Default: none.
    pub fn rounds(self, rounds: u64) -> Self {
        self.with(|spec| spec.rounds = Some(rounds))
    }

    /// A longer time without a look fails. Default: none.
    pub fn max_gap(self, gap: Duration) -> Self {
        self.with(|spec| spec.max_gap = Some(gap))
    }

    /// `start_job` waits for the first round to pass. Default: off.
    pub fn gate(self) -> Self {
        self.with(|spec| spec.gate = true)
    }

    /// One more round after the suite's body. Default: on.
    pub fn last_round(self, last_round: bool) -> Self {
        self.with(|spec| spec.last_round = last_round)
    }

    /// The invariant is expected to break, and why.
    pub fn todo(self, why: impl Into<Cow<'static, str>>) -> Self {
        self.core.lock().todo = Some(why.into());
        self
    }

    /// The system's clock instead of tokio's. Default: off.
    pub fn real_clock(self) -> Self {
        self.with(|spec| spec.real_clock = true)
    }

    /// Every round must pass: the default.
    pub fn always(self) -> Self {
        self.with(|spec| spec.mode = Mode::Always)
    }

    /// One round must pass within this time.
    pub fn eventually(self, within: Duration) -> Self {
        self.with(|spec| spec.mode = Mode::Eventually(within))
    }

    /// At least one round must pass by the end.
    pub fn sometimes(self) -> Self {
        self.with(|spec| spec.mode = Mode::Sometimes)
    }

    /// No round may pass.
    pub fn never(self) -> Self {
        self.with(|spec| spec.mode = Mode::Never)
    }
}
