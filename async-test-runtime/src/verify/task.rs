//! The loop of a verifier: rounds, rests, orders.

use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use super::attempt::{Attempt, Limit, attempt};
use super::shared::{Core, Opened, Runner, order};
use super::timing::{Alarm, Reading, Timing};
use crate::cancel::Cause;
use crate::event::Telemetry;
use crate::round::{Mode, RoundOutcome, VerifySpec};
use crate::settle::{Blame, Ending, RoundFacts, Step, Stop, round_limit};
use crate::stage::Stage;

/// Rounds that change nothing are told to the reporters this often.
const TOLD_EVERY: Duration = Duration::from_millis(100);

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
                let core = &work.core;
                let (attempt, ended) =
                    attempt(&mut self.make, now, &work.timing, limit, &mut work.limit, &core.polling).await;
                match work.land(now, ended, attempt) {
                    None => return,
                    Some(delay) => match work.rest(delay, ended).await {
                        Some(reading) => now = reading,
                        None => return,
                    },
                }
            }
        })
    }
}

pub(crate) struct Loop<T, E> {
    core: Arc<Core<T, E>>,
    session: u64,
    spec: VerifySpec,
    timing: Timing,
    /// Between rounds.
    alarm: Alarm,
    /// Of a round.
    limit: Limit,
    rng: Option<fastrand::Rng>,
    origin: Duration,
    /// The wall clock at the start of the suite, so to speak: what a time of the loop is added to.
    wall: SystemTime,
    was_bad: bool,
    /// What of the suite's activity has been looked at.
    known: u64,
    /// What it was when the last good round began.
    good: u64,
    began_with: u64,
    told: Duration,
    gate_closed: bool,
    /// Somebody was woken who may now be next on this very thread, where nobody else can take it over.
    makes_room: bool,
    /// The order to end has been followed by the last round.
    last: bool,
    /// The handle is gone, and it went with the body of the suite.
    outlives: bool,
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
    let now = timing.now().at;
    let known = core.lock().life.blind.mark();
    let activity = core.suite.activity();
    let rng = (spec.jitter > 0.0).then(|| core.suite.rng(&format!("verifier {} jitter", core.counts().0)));
    let mut work = Loop {
        session: number,
        alarm: timing.alarm(),
        limit: Limit::new(&timing),
        rng,
        origin: now,
        wall: SystemTime::now().checked_sub(now).unwrap_or(SystemTime::UNIX_EPOCH),
        was_bad: false,
        known,
        good: activity,
        began_with: activity,
        told: now,
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
        if let Some(session) = book.session.as_mut().filter(|session| session.number == self.session) {
            session.over = true;
        }
        drop(book);
        self.core.progress.notify_waiters();
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
        make_room(self.timing).await;
        let delay = self.spec.initial_delay;
        delay.is_zero() || self.rest(delay, self.timing.now()).await.is_some()
    }

    /// The last preparations of a round; how long it may take.
    fn take_off(&mut self, now: Reading) -> Duration {
        self.began_with = self.core.suite.activity();
        self.follow(self.began_with, false);
        let limit = round_limit(&self.spec, now.at.saturating_sub(self.origin));
        self.core.take_off(now.real, limit);
        limit
    }

    /// Takes in which subtests began and ended.
    fn follow(&mut self, activity: u64, during_a_round: bool) {
        if activity != self.known {
            let events = self.core.suite.activity_since(self.known);
            let blind = &mut self.core.lock().life.blind;
            blind.take(activity, &events, during_a_round);
            self.known = blind.mark();
        }
    }

    /// Takes a round in; the delay until the next one, if there is to be one.
    fn land(&mut self, began: Reading, ended: Reading, attempt: Attempt<T, E>) -> Option<Duration> {
        self.core.land();
        self.follow(self.core.suite.activity(), true);
        let facts = RoundFacts {
            began: began.at,
            ended: ended.at,
            ending: attempt.ending,
            again: attempt.again,
            draw: self.rng.as_mut().map_or(0.0, fastrand::Rng::f64),
        };
        let text = attempt.text.clone();
        let blame = self.blame(facts.ending);
        let recorded = self
            .core
            .record(self.session, &self.spec, attempt, &facts, blame, self.wall)?;
        if recorded.transition || ended.at.saturating_sub(self.told) >= TOLD_EVERY {
            self.tell(ended.at);
        }
        let out_of_time = matches!(self.spec.mode, Mode::Eventually(_)) && recorded.step == Step::Stop(Stop::TimeUp);
        let at_the_gate = recorded.step == Step::Stop(Stop::GateFailed);
        if (recorded.crossed || out_of_time) && !at_the_gate {
            self.fail_fast(text.as_deref().unwrap_or("no round passed"));
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
        breaks.then(|| {
            let running = self
                .core
                .suite
                .running()
                .into_iter()
                .map(|running| running.name)
                .collect();
            Blame::new(running, self.core.suite.activity_since(self.good))
        })
    }

    /// Says how far it is; dropped when the reporters are busy.
    fn tell(&mut self, now: Duration) {
        self.told = now;
        let (verifier, rounds, failed, unknown) = self.core.counts();
        self.core.suite.telemetry(Telemetry::Rounds {
            verifier,
            rounds,
            failed,
            unknown,
        });
    }

    fn fail_fast(&mut self, text: &str) {
        let book = self.core.lock();
        let name = book.name.clone();
        let wanted = self.spec.fail_fast && book.todo.is_none();
        drop(book);
        if wanted {
            self.core.suite.cancel(Cause::FailFast(format!("{name}: {text}")));
            self.makes_room = true;
        }
    }

    /// Waits for the next round; nothing when there is to be none.
    async fn rest(&mut self, delay: Duration, since: Reading) -> Option<Reading> {
        let mut now = since;
        if std::mem::take(&mut self.makes_room) {
            make_room(self.timing).await;
            now = self.timing.now();
        }
        if delay.is_zero() {
            if give_way().await {
                now = self.timing.now();
            }
            if self.core.orders() == 0 {
                return Some(now);
            }
        } else {
            // Tokio rounds up to its next millisecond, so a delay is never cut short.
            self.alarm.set(delay);
        }
        loop {
            let orders = self.core.orders();
            if orders & order::END != 0 && self.may_end() {
                self.last = self.spec.last_round;
                return self.last.then(|| self.timing.now());
            }
            if orders & order::STOP != 0 && self.may_end() {
                return None;
            }
            if orders & order::DROPPED != 0 && !self.outlives {
                if !self.outlive().await {
                    return None;
                }
                continue;
            }
            if delay.is_zero() || self.ring().await {
                return Some(self.timing.now());
            }
        }
    }

    /// Waits for the alarm or an order; true for the alarm.
    async fn ring(&mut self) -> bool {
        let mut woken = pin!(self.core.wake.notified());
        let alarm = &mut self.alarm;
        poll_fn(|context| {
            if alarm.poll(context).is_ready() {
                return Poll::Ready(true);
            }
            woken.as_mut().poll(context).map(|()| false)
        })
        .await
    }

    /// Where one pass is awaited, the loop goes on until it or until its time is up: it has no good news before. A
    /// suite that is ended early does not wait for that.
    fn may_end(&self) -> bool {
        !matches!(self.spec.mode, Mode::Eventually(_)) || self.core.suite.is_cancelled()
    }

    /// The handle is gone. If it went with the body of the suite, the loop goes on until the suite's end: the children
    /// of a parallel or random suite run only then. If it was dropped before, the loop ends.
    ///
    /// The body's variables are dropped an instant before the suite knows that its body is over, so this is asked
    /// after a short time.
    async fn outlive(&mut self) -> bool {
        let mut short = self.timing.alarm();
        short.set(
            self.spec
                .every
                .clamp(Duration::from_millis(1), Duration::from_millis(20)),
        );
        loop {
            if self.core.orders() & (order::END | order::STOP) != 0 {
                self.outlives = true;
                return true;
            }
            let mut woken = pin!(self.core.wake.notified());
            let is_time = poll_fn(|context| {
                if short.poll(context).is_ready() {
                    return Poll::Ready(true);
                }
                woken.as_mut().poll(context).map(|()| false)
            });
            if is_time.await {
                self.outlives = self.core.suite.stage() >= Stage::Finishing || !self.may_end();
                return self.outlives;
            }
        }
    }
}

/// Lets those who were woken get away, before a round that may hold the thread. On a runtime of one thread there is
/// nowhere to go.
async fn make_room(timing: Timing) {
    if timing.has_threads() {
        tokio::task::yield_now().await;
    }
}

/// Lets other tasks run when this one had its share; true when it did.
async fn give_way() -> bool {
    let mut budget = pin!(tokio::task::consume_budget());
    let mut waited = false;
    poll_fn(|context| {
        let ready = budget.as_mut().poll(context);
        waited |= ready.is_pending();
        ready
    })
    .await;
    waited
}
