//! What a verifier is told about itself: the keys of `#[verify_loop(..)]`.

use std::time::Duration;

/// When a verifier is content.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mode {
    /// Every round must pass: an invariant.
    #[default]
    Always,
    /// One round must pass within this time from the start; the loop ends with it.
    Eventually(Duration),
    /// At least one round must pass by the end.
    Sometimes,
    /// No round may pass. A round that panics or hangs has not shown that, so it is a violation as well.
    Never,
}

/// The keys of a verifier. All of it is plain data over a constant base, so that a macro can write it down.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VerifySpec {
    /// What it is called in reports. Keep it stable: no numbers that change from run to run. Default: `verifier`.
    pub name: &'static str,
    /// From the end of a round to the beginning of the next one. Default: 10 ms, the pace at which polling costs next
    /// to nothing and a short test is still seen many times. Zero is as fast as it goes, with a regular yield.
    pub every: Duration,
    /// Rounds begin on the ticks of a clock with the period `every`, the first round on the first tick. Ticks that
    /// come while a round runs are skipped and counted. Default: off.
    pub fixed_rate: bool,
    /// Spreads `every` at random by this share of it, from the seed of the run: 0.0 not at all, which is the default,
    /// to 1.0, anything from nothing to the double. With `fixed_rate` a round is put off by up to this share.
    pub jitter: f64,
    /// Before the first round of each start. Default: none. A verifier that is stopped before it is over has not
    /// looked, which fails.
    pub initial_delay: Duration,
    /// After this a round is dropped and fails as timed out. Default: 60 s.
    pub round_timeout: Duration,
    /// How many observations are kept, the newest. Default: 4,096. Zero is taken as 1.
    pub history: usize,
    /// A violation ends the suite's body at once; its clean-ups still run. Default: off.
    pub fail_fast: bool,
    /// The loop goes on after a violation, and counts. Default: off, a violation ends the loop.
    pub keep_going: bool,
    /// So many bad rounds in a row are a violation; undecided ones between them do not count. Default: 1.
    pub after: u64,
    /// This share of bad rounds among the decided ones is a violation. It is looked at with each bad round, from
    /// `min_rounds` rounds on. Single failures are then forgiven, unless `after` is given too. Default: none.
    pub ratio: Option<f64>,
    /// Fewer rounds than this before the stop fail. Default: 1, since a verifier must have looked.
    pub min_rounds: u64,
    /// The loop ends well after so many rounds. Default: none.
    pub rounds: Option<u64>,
    /// A longer time than this without a look fails. Default: none.
    pub max_gap: Option<Duration>,
    /// `start_job` returns when the first round has passed; one that fails is an error of the set-up. Default: off.
    pub gate: bool,
    /// One more round after the suite's body has ended, if the verifier is running then. Default: on.
    pub last_round: bool,
    /// The invariant is expected to break, and why: a violation does not fail the suite, none at all is reported.
    pub todo: Option<&'static str>,
    /// Delays and limits follow the system's clock also where tokio's is paused. Default: off.
    pub real_clock: bool,
    /// When it is content.
    pub mode: Mode,
    /// The loop ends well after this time. Default: none. Used by `consistently!`.
    pub lasts: Option<Duration>,
}

impl VerifySpec {
    /// What no keys mean.
    pub const BASE: VerifySpec = VerifySpec {
        name: "verifier",
        every: Duration::from_millis(10),
        fixed_rate: false,
        jitter: 0.0,
        initial_delay: Duration::ZERO,
        round_timeout: Duration::from_secs(60),
        history: 4096,
        fail_fast: false,
        keep_going: false,
        after: 1,
        ratio: None,
        min_rounds: 1,
        rounds: None,
        max_gap: None,
        gate: false,
        last_round: true,
        todo: None,
        real_clock: false,
        mode: Mode::Always,
        lasts: None,
    };

    /// The same with every value in its range: what comes from a builder was not checked by a macro.
    #[doc(hidden)]
    pub fn in_range(mut self) -> VerifySpec {
        self.jitter = if self.jitter.is_nan() {
            0.0
        } else {
            self.jitter.clamp(0.0, 1.0)
        };
        self.history = self.history.max(1);
        self.after = self.after.max(1);
        self.min_rounds = self.min_rounds.max(1);
        self.rounds = self.rounds.map(|rounds| rounds.max(1));
        // A limit of nothing would fail every round that has to wait at all.
        self.round_timeout = self.round_timeout.max(Duration::from_millis(1));
        self
    }

    /// How long the loop goes on at most, counted from its start.
    pub(crate) fn time_bound(&self) -> Option<Duration> {
        match self.mode {
            Mode::Eventually(within) => Some(within),
            Mode::Always | Mode::Sometimes | Mode::Never => self.lasts,
        }
    }
}

impl Default for VerifySpec {
    fn default() -> VerifySpec {
        VerifySpec::BASE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_brought_into_their_range() {
        let spec = VerifySpec {
            jitter: f64::NAN,
            history: 0,
            after: 0,
            min_rounds: 0,
            rounds: Some(0),
            round_timeout: Duration::ZERO,
            ..VerifySpec::BASE
        };
        let spec = spec.in_range();
        assert_eq!((spec.jitter, spec.history, spec.after, spec.min_rounds), (0.0, 1, 1, 1));
        assert_eq!(spec.rounds, Some(1));
        assert_eq!(spec.round_timeout, Duration::from_millis(1));
        assert_eq!(VerifySpec::BASE.in_range(), VerifySpec::BASE);
    }
}
