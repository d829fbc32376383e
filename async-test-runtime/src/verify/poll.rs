//! The same loop, awaited in place: what `eventually!` and `consistently!` expand to.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::future::{Future, poll_fn};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::attempt::{Attempt, Limit, attempt};
use super::timing::{Alarm, Reading, Timing, base, beginning};
use super::verdict::Verdict;
use crate::claim::{Claim, Raw};
use crate::error::ErrorKind;
use crate::place::Place;
use crate::round::{BadDuration, IntoDuration, Mode, RoundOutcome, VerifierState, VerifySpec};
use crate::settle::{Found, Life, Noted, RoundFacts, Standing, Step, decide, round_limit};
use crate::suite::Suite;

/// A loop that is awaited in place. Its rounds run in the task of the caller, so they may borrow from it.
#[must_use]
pub struct Poll {
    tool: &'static str,
    suite: Suite,
    at: Place,
    name: Cow<'static, str>,
    spec: VerifySpec,
    /// The first key whose value was none.
    bad: Option<(&'static str, BadDuration)>,
    run: Option<Box<Run>>,
}

impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poll").field("name", &self.name).finish_non_exhaustive()
    }
}

struct Run {
    timing: Timing,
    standing: Standing,
    life: Life,
    alarm: Alarm,
    limit: Limit,
    now: Reading,
}

impl Poll {
    /// The loop of `eventually!`: it holds at the first pass.
    #[track_caller]
    pub fn eventually(name: impl Into<Cow<'static, str>>) -> Poll {
        let mode = Mode::Eventually(Duration::from_secs(5));
        Poll::new(
            "eventually!",
            name.into(),
            VerifySpec {
                mode,
                ..VerifySpec::BASE
            },
        )
    }

    /// The loop of `consistently!`: it does not hold at the first failure.
    #[track_caller]
    pub fn consistently(name: impl Into<Cow<'static, str>>) -> Poll {
        let lasts = Some(Duration::from_secs(1));
        Poll::new(
            "consistently!",
            name.into(),
            VerifySpec {
                lasts,
                ..VerifySpec::BASE
            },
        )
    }

    #[track_caller]
    fn new(tool: &'static str, name: Cow<'static, str>, spec: VerifySpec) -> Poll {
        Poll {
            tool,
            suite: Suite::current_for(tool),
            at: Place::caller(),
            name,
            spec,
            bad: None,
            run: None,
        }
    }

    fn time(
        mut self,
        key: &'static str,
        value: impl IntoDuration,
        set: impl FnOnce(&mut VerifySpec, Duration),
    ) -> Poll {
        match value.into_duration() {
            Ok(time) => set(&mut self.spec, time),
            Err(bad) => {
                self.bad.get_or_insert((key, bad));
            }
        }
        self
    }

    /// The key `within`.
    pub fn within(self, value: impl IntoDuration) -> Poll {
        self.time("within", value, |spec, time| spec.mode = Mode::Eventually(time))
    }

    /// The key `for`.
    pub fn lasts(self, value: impl IntoDuration) -> Poll {
        self.time("for", value, |spec, time| spec.lasts = Some(time))
    }

    /// The key `every`.
    pub fn every(self, value: impl IntoDuration) -> Poll {
        self.time("every", value, |spec, time| spec.every = time)
    }

    /// The key `initial_delay`.
    pub fn initial_delay(self, value: impl IntoDuration) -> Poll {
        self.time("initial_delay", value, |spec, time| spec.initial_delay = time)
    }

    /// The key `round_timeout`.
    pub fn round_timeout(self, value: impl IntoDuration) -> Poll {
        self.time("round_timeout", value, |spec, time| spec.round_timeout = time)
    }

    /// The key `rounds`.
    pub fn rounds(mut self, rounds: u64) -> Poll {
        self.spec.rounds = Some(rounds);
        self
    }

    /// One round and the rest after it; at the end whether it held.
    ///
    /// Cancel safe in that nothing is left behind when it is dropped; no test is counted then.
    pub async fn round<F, R>(&mut self, round: F) -> Option<bool>
    where
        F: Future<Output = R>,
        R: RoundOutcome,
    {
        let mut run = match self.run.take() {
            Some(run) => run,
            None => match self.begin().await {
                Ok(run) => run,
                Err(held) => return Some(held),
            },
        };
        let limit = round_limit(&self.spec, run.now.at().saturating_sub(run.standing.origin()));
        let polling = AtomicBool::new(false);
        let (came, ended) = attempt(
            move || round,
            run.now,
            &run.timing,
            limit,
            &mut run.limit,
            &polling,
            || {},
        )
        .await;
        match self.note(&mut run, came.into_attempt(), ended) {
            Step::Stop(_) => Some(self.end(&mut run)),
            Step::Again(delay) => {
                run.rest(delay).await;
                self.run = Some(run);
                None
            }
        }
    }

    /// The loop begins, unless the tool is used wrongly or skipped.
    async fn begin(&mut self) -> Result<Box<Run>, bool> {
        if let Some((key, bad)) = self.bad.take() {
            let kind = ErrorKind::Other(format!("the key `{key}`: {bad}"));
            let _ = self.suite.misuse(self.tool, self.at.clone(), kind);
            return Err(false);
        }
        if self.suite.is_skipping() {
            // The ledger makes a skip of it.
            return Err(self
                .suite
                .claim(Claim::new(Raw::Pass, self.name.clone(), self.at.clone())));
        }
        self.spec = self.spec.in_range();
        let started = beginning(&self.suite);
        let timing = Timing::new(started, base(started), false);
        let now = timing.now();
        let mut life = Life::new(self.suite.path());
        life.begin();
        let mut run = Box::new(Run {
            standing: Standing::new(&self.spec, now.at()),
            alarm: timing.alarm(),
            limit: Limit::new(&timing),
            life,
            timing,
            now,
        });
        if !self.spec.initial_delay.is_zero() {
            run.rest(self.spec.initial_delay).await;
        }
        Ok(run)
    }

    fn note<T, E: Debug + 'static>(&mut self, run: &mut Run, attempt: Attempt<T, E>, ended: Reading) -> Step {
        let facts = RoundFacts {
            began: run.now.at(),
            ended: ended.at(),
            ending: attempt.ending,
            again: attempt.again(),
            draw: 0.0,
        };
        run.now = ended;
        let crossed = run.standing.note(&self.spec, &facts);
        let noted = Noted {
            session: 1,
            round: run.standing.rounds(),
            facts: &facts,
            text: attempt.text(),
            blame: None,
            crossed,
        };
        run.life.note(&self.spec, noted);
        decide(&self.spec, &run.standing, &facts)
    }

    fn end(&mut self, run: &mut Run) -> bool {
        let now = run.now.at();
        let finding = run.standing.close(&self.spec, now);
        let found: Option<Found> = run.life.end(&self.spec, &run.standing, finding, 0);
        let report = run
            .life
            .report(&self.spec, self.name.clone(), VerifierState::Finished, None, now);
        let verdict = Verdict {
            report: &report,
            found: found.as_ref(),
            cut_short: false,
        };
        self.suite.claim(verdict.short_claim(self.at.clone()))
    }
}

impl Run {
    async fn rest(&mut self, delay: Duration) {
        if delay.is_zero() {
            tokio::task::consume_budget().await;
        } else {
            self.alarm.set(delay);
            poll_fn(|context| self.alarm.poll(context)).await;
        }
        self.now = self.timing.now();
    }
}
