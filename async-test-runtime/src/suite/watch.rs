//! Time limits of a suite, and what becomes of one that was asked to end and gives no sign of life.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::aside;
use crate::cancel::Cause;
use crate::claim::Running;
use crate::clock::{self, Deadline};
use crate::place::Place;
use crate::stage::Stage;
use crate::stray;
use crate::suite::{Suite, lock};

/// How long something may take to end when it was asked to, before it is taken for stuck.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How often a suite that was asked to end is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How long a suite that has been woken takes to be polled where threads are free, and then some.
const TURN: Duration = Duration::from_millis(20);

/// How long it may take to hear from the hub, before a suite is ended without that.
const HEARSAY: Duration = Duration::from_secs(1);

/// What is done with a suite that is stuck, on a thread of its own.
enum GiveUp {
    This(Box<dyn FnOnce(&Suite) + Send>),
    /// By whoever runs it. Where he has gone, it is not stuck.
    Its(Weak<dyn Runs>),
}

/// Who runs a suite.
pub(crate) trait Runs: Send + Sync {
    /// Gives it up, since it is stuck.
    fn give_up(&self, suite: &Suite);
}

pub(super) struct Limits {
    pub(super) timeout: Option<Duration>,
    pub(super) job_timeout: Option<Duration>,
    pub(super) deadline: Option<Deadline>,
    /// The suite is ending in order.
    pub(super) is_called_off: bool,
    /// The end without what the hub has heard.
    fallback: Option<Deadline>,
    next_look: Option<Deadline>,
    give_up: Option<GiveUp>,
}

impl Limits {
    pub(super) fn new(
        timeout: Option<Duration>,
        job_timeout: Option<Duration>,
        runs: Option<Weak<dyn Runs>>,
    ) -> Limits {
        Limits {
            timeout,
            job_timeout,
            deadline: None,
            is_called_off: false,
            fallback: None,
            next_look: None,
            give_up: runs.map(GiveUp::Its),
        }
    }
}

impl Suite {
    /// Cancels the suite when `limit` has passed since its body began.
    pub(super) fn watch(&self, limit: Duration) {
        let wait = limit.saturating_sub(self.started().elapsed());
        self.time_out_after(wait, limit, PATIENCE);
    }

    /// `credit` is for how long it may be without a turn and get that back.
    pub(super) fn time_out_after(&self, wait: Duration, limit: Duration, credit: Duration) {
        self.at_deadline(wait, move |suite| {
            let polls = suite.0.pulse.nudge();
            let asked = Instant::now();
            suite.at_deadline(TURN, move |suite| match suite.has_had_a_turn(polls) {
                true => suite.time_out(limit),
                false => suite.starves(limit, polls, asked, credit),
            });
        });
    }

    fn at_deadline(&self, wait: Duration, act: impl FnOnce(Suite) + Send + 'static) {
        let weak = Arc::downgrade(&self.0);
        // Locked before: it may come at once, and what it sets in its place must not be called off here.
        let mut limits = lock(&self.0.limits);
        let deadline = clock::after(wait, move || {
            if let Some(shared) = weak.upgrade() {
                act(Suite(shared));
            }
        });
        let before = limits.deadline.replace(deadline);
        drop(limits);
        drop(before);
    }

    /// Whether it has been polled since it had been so often, or is being polled, and so can be asked to end.
    fn has_had_a_turn(&self, polls: u64) -> bool {
        self.0.pulse.held().is_some() || self.0.pulse.nudge() != polls
    }

    /// A suite that others do not let have a turn is not to blame, as long as threads may be found for it; see `spare`.
    /// What it has lost since it was `asked` it gets back.
    fn starves(self, limit: Duration, polls: u64, asked: Instant, credit: Duration) {
        let lost = asked.elapsed();
        if lost > credit {
            self.time_out(limit);
        } else if self.has_had_a_turn(polls) {
            self.time_out_after(lost, limit, credit - lost);
        } else {
            self.at_deadline(TURN, move |suite| suite.starves(limit, polls, asked, credit));
        }
    }

    /// Ends the suite with what is running now and what the hub has last heard of each. The hub may be busy, and this is
    /// the clock's thread, which waits for nobody.
    fn time_out(self, limit: Duration) {
        // Not a handle: what the suite has been left with is not to be dropped by the thread of the clock.
        let untold = Arc::downgrade(&self.0);
        let without = self.running_from_here();
        let fallback = clock::after(HEARSAY, move || {
            if let Some(untold) = untold.upgrade() {
                Suite(untold).cancel(Cause::TimedOut(limit, without));
            }
        });
        let _ = self.owned().passed_limit.set(limit);
        let mut limits = lock(&self.0.limits);
        let before = limits.fallback.replace(fallback);
        drop(limits);
        drop(before);
        let tell = move || {
            self.flush_running();
            let running = self.0.hub.with_last_seen(self.running_from_here());
            self.cancel(Cause::TimedOut(limit, running));
        };
        // Without a thread there is still the fallback.
        let _ = aside::start("async-test-timeout", tell);
    }

    /// The time limit that has passed, also where the suite has not been asked to end yet.
    pub(crate) fn passed_limit(&self) -> Option<Duration> {
        self.0.owned.get()?.passed_limit.get().copied()
    }

    pub(crate) fn call_off_deadlines(&self) {
        let mut limits = lock(&self.0.limits);
        limits.is_called_off = true;
        let give_up = limits.give_up.take();
        // Most have none.
        let has_any = limits.deadline.is_some() || limits.fallback.is_some() || limits.next_look.is_some();
        if has_any {
            let called_off = (limits.deadline.take(), limits.fallback.take(), limits.next_look.take());
            drop(limits);
            drop(called_off);
        } else {
            drop(limits);
        }
        drop(give_up);
    }

    /// Drops the suite's body at its next await. Its jobs are ended, its clean-ups run. Only the first cause counts.
    pub(crate) fn cancel(&self, cause: Cause) {
        if matches!(cause, Cause::Abort | Cause::BailOut(_)) {
            self.0.dead.store(true, Ordering::Release);
            self.0.quiet.stop();
        }
        let is_first = self.0.cancel.cancel(cause);
        // What drives it looks for the cause whenever it is polled.
        let polls = self.0.pulse.nudge();
        if is_first && lock(&self.0.limits).give_up.is_some() {
            self.look_again(polls, Instant::now());
        }
    }

    /// Says what to do when the suite has been asked to end and gives no sign of life, because its thread is blocked. It
    /// is called at most once, and not when the suite ends before.
    pub(crate) fn when_stuck(&self, give_up: impl FnOnce(&Suite) + Send + 'static) {
        lock(&self.0.limits).give_up = Some(GiveUp::This(Box::new(give_up)));
        if self.is_cancelled() {
            self.look_again(self.0.pulse.nudge(), Instant::now());
        }
    }

    /// How long what was asked to end may take, before it is taken for stuck.
    pub(crate) fn patience(&self) -> Duration {
        let grace = self.0.hub.settings.grace_period.unwrap_or(PATIENCE);
        grace.clamp(LOOK, PATIENCE)
    }

    /// Looks soon whether there were more polls than these; `alive` is when there last were.
    fn look_again(&self, polls: u64, alive: Instant) {
        let weak = Arc::downgrade(&self.0);
        let next = clock::after(LOOK.min(self.patience()), move || {
            if let Some(shared) = weak.upgrade() {
                Suite(shared).look(polls, alive);
            }
        });
        let mut limits = lock(&self.0.limits);
        // Without an action there is nothing to look for any more: the suite is ending in order.
        let before = match limits.give_up.is_some() {
            true => limits.next_look.replace(next),
            false => Some(next),
        };
        drop(limits);
        drop(before);
    }

    fn look(&self, polls: u64, alive: Instant) {
        let now = self.0.pulse.nudge();
        if now != polls {
            self.look_again(now, Instant::now());
        } else if alive.elapsed() < self.patience() {
            self.look_again(polls, alive);
        } else if let Some(give_up) = lock(&self.0.limits).give_up.take() {
            let suite = self.clone();
            // It tells the hub, which may block. Where not even a thread can be had, nothing can be told either.
            let _ = aside::start("async-test-stuck", move || match give_up {
                GiveUp::This(give_up) => give_up(&suite),
                GiveUp::Its(runs) => {
                    if let Some(runs) = runs.upgrade() {
                        runs.give_up(&suite);
                    }
                }
            });
        }
    }

    /// Whether the caller is to end the suite: the first one who asks. A suite may come back to life when it is being
    /// given up, and must not be ended twice.
    pub(crate) fn may_end(&self) -> bool {
        !self.0.ends.swap(true, Ordering::AcqRel)
    }

    /// From here on nothing that the suite still says is taken for its own.
    pub(crate) fn give_up(&self) {
        // What it has counted so far is its own.
        self.tell_last_passed();
        // In this order: as long as it may run, it is known.
        stray::give_up(self);
        self.0.given_up.store(true, Ordering::Release);
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.0.given_up.load(Ordering::Acquire)
    }

    /// The suite and what runs in it.
    pub(crate) fn running_from_here(&self) -> Vec<Running> {
        let info = self.info();
        let mut own = Running::new(info.path.clone(), info.at.clone());
        own.suite = Some(info.id);
        own.age = self.started().elapsed();
        own.doing = self.doing_now();
        let mut running = vec![own];
        running.extend(self.everything_running());
        running
    }

    /// Tells the hub of the passing checks that were only counted and of what was logged, here and in the subtests that
    /// are running.
    pub(crate) fn flush_running(&self) {
        self.tell_passed();
        self.tell_log();
        self.tell_held();
        if let Some(jobs) = self.known_jobs() {
            jobs.flush();
        }
    }

    /// The subtests, jobs and verifiers, at any depth, that are running now.
    pub(crate) fn everything_running(&self) -> Vec<Running> {
        let mut running = Vec::new();
        self.add_running(true, &mut running);
        running
    }

    /// What the suite itself is doing, where that is known.
    pub(super) fn doing_now(&self) -> Option<String> {
        if let Some(blocks) = self.0.pulse.blocks() {
            return Some(blocks);
        }
        match self.stage() {
            Stage::Finishing => Some(self.ending().to_string()),
            Stage::Initializing | Stage::InProgress => {
                let child = self.known_jobs()?.awaited()?;
                Some(format!("waiting for `{child}`"))
            }
            Stage::Finished | Stage::Fatality | Stage::Dismissed => None,
        }
    }

    fn ending(&self) -> Ending {
        match self.0.owned.get() {
            Some(owned) => lock(&owned.ending).clone(),
            None => Ending::default(),
        }
    }

    /// Notes what the end of the suite waits for.
    pub(crate) fn note_ending(&self, what: Ending) {
        *lock(&self.owned().ending) = what;
    }
}

/// What the end of a suite is waiting for.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ending {
    #[default]
    Jobs,
    Verifiers,
    CleanUp(Place),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Jobs => f.write_str("ending: waiting for its jobs"),
            Ending::Verifiers => f.write_str("ending: waiting for a verifier"),
            Ending::CleanUp(at) => write!(f, "ending: in the clean-up that was registered at {at}"),
        }
    }
}
