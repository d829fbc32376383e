//! The loop of a verifier: rounds, rests, orders.

use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::attempt::{Limit, attempt};
use super::batch::Batch;
use super::rest::make_room;
use super::shared::{Core, Opened, Runner, order};
use super::timing::{Alarm, Reading, Timing};
use crate::round::{RoundOutcome, VerifySpec};
use crate::settle::{round_limit, steady_delay};

/// Makes rounds out of the user's function.
pub(crate) struct Make<F, R> {
    make: F,
    round: PhantomData<fn() -> R>,
}

impl<F, R> Make<F, R> {
    pub(crate) fn new(make: F) -> Make<F, R> {
        Make {
            make,
            round: PhantomData,
        }
    }
}

impl<F, Fut> Runner<<Fut::Output as RoundOutcome>::Value, <Fut::Output as RoundOutcome>::Error> for Make<F, Fut>
where
    F: FnMut() -> Fut + Send,
    Fut: Future + Send,
    Fut::Output: RoundOutcome,
{
    fn run<'a>(
        &'a mut self,
        work: &'a mut Loop<<Fut::Output as RoundOutcome>::Value, <Fut::Output as RoundOutcome>::Error>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if !work.begin().await {
                return;
            }
            let mut now = work.timing.now();
            loop {
                let limit = work.take_off(now);
                let Loop {
                    core,
                    batch,
                    timing,
                    limit: watch,
                    ..
                } = work;
                let mut waited = false;
                let waits = || {
                    waited = true;
                    batch.flush(core);
                };
                let (came, ended) = attempt(&mut self.make, now, timing, limit, watch, &core.polling, waits).await;
                if waited {
                    work.timing.compare();
                }
                let Some(delay) = work.land(now, ended, came) else {
                    return;
                };
                if delay.is_zero() && work.may_hurry(ended) {
                    now = ended;
                } else {
                    match work.rest(delay).await {
                        Some(reading) => now = reading,
                        None => return,
                    }
                }
            }
        })
    }
}

pub(crate) struct Loop<T, E> {
    pub(super) core: Arc<Core<T, E>>,
    pub(super) session: u64,
    pub(super) spec: VerifySpec,
    pub(super) timing: Timing,
    /// Between rounds.
    pub(super) alarm: Alarm,
    /// Of a round.
    limit: Limit,
    pub(super) batch: Batch<T>,
    /// A pass is nothing new; see `Life::repeats`.
    pub(super) repeats: bool,
    pub(super) rng: Option<fastrand::Rng>,
    origin: Duration,
    /// The wall clock at the start of the suite, so to speak: what a time of the loop is added to.
    pub(super) wall: SystemTime,
    pub(super) was_bad: bool,
    /// What of the suite's activity has been looked at.
    pub(super) known: u64,
    /// What it was when the last good round began.
    pub(super) good: u64,
    pub(super) began_with: u64,
    pub(super) told: u64,
    /// See `settle::steady_delay`.
    pub(super) steady: Option<Duration>,
    /// When it let others run last, on the system's clock, and how many rounds ago.
    pub(super) gave_way: u64,
    pub(super) in_a_row: u32,
    pub(super) gate_closed: bool,
    /// Somebody was woken who may now be next on this very thread, where nobody else can take it over.
    pub(super) makes_room: bool,
    /// The order to end has been followed by the last round.
    pub(super) last: bool,
    /// The handle is gone, and it went with the body of the suite.
    pub(super) outlives: bool,
}

/// Runs the loop of a session to its end, whatever that is.
pub(crate) async fn run<T, E>(core: Arc<Core<T, E>>, opened: Opened<T, E>)
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    let Opened {
        number,
        spec,
        timing,
        runner,
    } = opened;
    let mut seat = Seat {
        core: core.clone(),
        session: number,
        runner: Some(runner),
    };
    let begins = timing.now();
    let now = begins.at();
    let known = core.lock().life.blind.mark();
    let activity = core.suite.activity();
    let rng = (spec.jitter > 0.0).then(|| core.suite.rng(&format!("verifier {} jitter", core.counts().0)));
    let wall = SystemTime::now().checked_sub(now).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut work = Loop {
        session: number,
        batch: Batch::new(number, wall),
        repeats: false,
        alarm: timing.alarm(),
        limit: Limit::new(&timing),
        rng,
        origin: now,
        wall,
        was_bad: false,
        known,
        good: activity,
        began_with: activity,
        told: begins.nanos,
        steady: steady_delay(&spec),
        gave_way: 0,
        in_a_row: 0,
        gate_closed: spec.gate,
        makes_room: false,
        last: false,
        outlives: false,
        core,
        spec,
        timing,
    };
    if let Some(runner) = &mut seat.runner {
        runner.run(&mut work).await;
        work.batch.flush(&work.core);
    }
}

/// Leaves the loop's place in order, also when its task is dropped with its runtime.
struct Seat<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    core: Arc<Core<T, E>>,
    session: u64,
    runner: Option<Box<dyn Runner<T, E>>>,
}

impl<T, E> Drop for Seat<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    fn drop(&mut self) {
        self.core.land();
        let mut book = self.core.lock();
        book.runner = self.runner.take();
        self.core.end_session(&mut book, self.session);
        drop(book);
        self.core.progress.notify_waiters();
        self.core.watchdog.end(self.session);
        if self.core.orders() & order::DROPPED != 0 {
            self.core.conclude();
        }
    }
}

impl<T, E> Loop<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    /// Acknowledges the start and waits for the initial delay; false when there is to be no round.
    async fn begin(&mut self) -> bool {
        if let Some(session) = self.core.lock().session.as_mut() {
            session.begun = true;
        }
        self.core.progress.notify_waiters();
        if self.timing.has_threads() {
            make_room().await;
        } else {
            // There, whoever waits for the start sees the first round begin, and no more than that.
            self.makes_room = true;
        }
        let delay = self.spec.initial_delay;
        delay.is_zero() || self.rest(delay).await.is_some()
    }

    /// The last preparations of a round; how long it may take.
    fn take_off(&mut self, now: Reading) -> Duration {
        if self.in_a_row == 0 {
            self.follow(self.core.suite.activity(), false);
        }
        self.began_with = self.known;
        let limit = match self.steady {
            Some(_) => self.spec.round_timeout,
            None => round_limit(&self.spec, now.at().saturating_sub(self.origin)),
        };
        self.core.take_off(now, limit);
        limit
    }

    /// Takes in which subtests began and ended.
    #[inline]
    pub(super) fn follow(&mut self, activity: u64, during_a_round: bool) {
        if activity != self.known {
            self.batch.flush(&self.core);
            self.repeats = false;
            let events = self.core.suite.activity_since(self.known);
            let blind = &mut self.core.lock().life.blind;
            blind.take(activity, &events, during_a_round);
            self.known = blind.mark();
        }
    }
}
