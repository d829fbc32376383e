//! One suite of a run under `main!`: its attempts, and the runtime or thread that it needs.

mod control;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::cancel::Cause;
use crate::claim::Problem;
use crate::drive::{abandon, close_unrun, drive, drive_blocking};
use crate::event::{EventKind, Reply};
use crate::ids::JobId;
use crate::jobs::{Done, Job, Work};
use crate::record::Attempt;
use crate::run::pass::Pass;
use crate::run::step::Step;
use crate::run::{Launch, create, retries, run_here};
use crate::runtime::{self, Own};
use crate::spec::{Body, BodyFuture, SharedFuture, SuiteSpec};
use crate::stage::Stage;
use crate::suite::{Runs, Suite};

/// How many suites hold their threads and are not waited for any more.
static LEFT_BEHIND: AtomicUsize = AtomicUsize::new(0);

/// Whether threads are held by suites that nobody waits for.
pub(super) fn leaves_threads_behind() -> bool {
    LEFT_BEHIND.load(Ordering::Relaxed) > 0
}

/// One suite of the run, through all its attempts.
pub(super) struct OneSuite {
    spec: &'static SuiteSpec,
    /// That of its group.
    turn: Option<Arc<Semaphore>>,
    /// Its place among the suites of the pass.
    index: usize,
    pass: Arc<Pass>,
    now: Mutex<Now>,
    /// The number of its job, once that runs; 0 before.
    job: AtomicU64,
}

struct Now {
    suite: Option<Suite>,
    phase: Phase,
    cancelled: Option<Box<Cause>>,
    /// Of a suite that has a thread of its own. What is stuck gives it back.
    leave: Option<OwnedSemaphorePermit>,
}

/// What becomes of a suite as far as it is known here.
#[derive(Clone, Copy)]
enum Phase {
    /// This comes next, if it gets a thread.
    Waits(Step),
    /// It has begun: its suite is made, or is about to be.
    Runs(Step),
    /// All has been said.
    Over,
}

/// Leave for a thread of its own, until this is dropped.
struct Leave<'a>(&'a OneSuite);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.give_back_leave();
    }
}

impl OneSuite {
    pub(super) fn new(
        spec: &'static SuiteSpec,
        turn: Option<Arc<Semaphore>>,
        index: usize,
        pass: Arc<Pass>,
    ) -> OneSuite {
        let first = first(spec, &pass);
        OneSuite {
            spec,
            turn,
            index,
            pass,
            now: Mutex::new(Now {
                suite: None,
                phase: Phase::Waits(first),
                cancelled: None,
                leave: None,
            }),
            job: AtomicU64::new(0),
        }
    }

    /// Whether it is running, and may still end by itself.
    pub(super) fn is_alive(&self) -> bool {
        let now = self.now();
        match (now.phase, &now.suite) {
            (Phase::Waits(_) | Phase::Over, _) => false,
            (Phase::Runs(_), None) => true,
            // One that has ended on a thread of its own may wait for another one to say so.
            (Phase::Runs(_), Some(suite)) => !suite.is_given_up() && suite.stage() != Stage::Dismissed,
        }
    }

    /// Fails it if it has not begun, or is to be tried again, as one that decides.
    pub(super) fn fail_unstarted(&self) {
        let step = {
            let mut now = self.now();
            let step = match (now.phase, &now.suite) {
                (Phase::Waits(step), _) => Some(step),
                (Phase::Runs(step), Some(suite)) if suite.is_given_up() => self.after(step, self.is_todo()),
                _ => None,
            };
            let Some(step) = step else { return };
            let is_over = now.cancelled.is_some() || self.pass.top.is_cancelled();
            if is_over || (self.is_stopped() && step.is_first()) {
                return;
            }
            now.phase = Phase::Over;
            step
        };
        if let Ok(suite) = create(&self.pass.top, self.spec, self.launch(step.decides(), None)) {
            let why = "it could not be started: suites that block their threads hold all of them".to_owned();
            // Reports have no place for a problem of a suite that has not begun.
            suite.send(EventKind::Started);
            suite.problem(Problem::Stopped(why));
            close_unrun(&suite, None);
            self.decided(self.is_todo());
        }
    }

    fn is_todo(&self) -> bool {
        self.spec.plan().todo.is_some()
    }

    /// What follows a step that held or did not.
    fn after(&self, step: Step, held: bool) -> Option<Step> {
        step.next(held, self.spec.keys().repeat)
    }

    /// Notes the end of what runs, for whoever is the first to know. The answer is what is to be run then.
    fn ended(&self, step: Step, held: bool) -> Option<Step> {
        let next = {
            let mut now = self.now();
            match now.phase {
                Phase::Runs(known) if known == step => {}
                Phase::Waits(next) => return Some(next),
                Phase::Runs(_) | Phase::Over => return None,
            }
            let next = self.after(step, held);
            now.phase = match next {
                Some(next) => Phase::Waits(next),
                None => Phase::Over,
            };
            next
        };
        if next.is_none() {
            self.decided(held);
        }
        next
    }

    /// With the last handle of a suite goes what its test has left in it. That must not hold up whoever asks what runs, and
    /// may ask itself: so it goes here, where it ran, and not under the lock.
    fn let_go(&self) {
        let gone = self.now().suite.take();
        drop(gone);
    }

    fn decided(&self, held: bool) {
        if !held && self.pass.fail_fast {
            self.pass.is_stopped.store(true, Ordering::Relaxed);
        }
    }

    fn launch(&self, attempt: Attempt, runs: Option<Weak<dyn Runs>>) -> Launch {
        Launch {
            is_async: true,
            seed: self.pass.seed,
            attempt,
            skip: None,
            runs,
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        match self.now.lock() {
            Ok(now) => now,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Runs the suite as often as `repeat` and `retries` say, when it is its turn where it has to wait for that.
    async fn attempts(self: Arc<Self>) {
        let _known = self.pass.known(self.index);
        let _turn = match &self.turn {
            Some(turn) => turn.acquire().await.ok(),
            None => None,
        };
        let mut next = Some(first(self.spec, &self.pass));
        while let Some(step) = next {
            next = match self.once(step).await {
                Some(held) => {
                    let next = self.ended(step, held);
                    self.let_go();
                    next
                }
                // Skipped, or the run is ending: so would be the next one.
                None => {
                    self.now().phase = Phase::Over;
                    None
                }
            }
        }
    }

    /// Leave for a thread of its own; none when the run ends before.
    async fn thread(&self) -> Option<Leave<'_>> {
        let top = &self.pass.top;
        tokio::select! {
            biased;
            leave = self.leave() => Some(leave),
            () = top.cancelled() => None,
        }
    }

    async fn leave(&self) -> Leave<'_> {
        // The semaphore is never closed.
        self.now().leave = self.pass.own_threads.clone().acquire_owned().await.ok();
        Leave(self)
    }

    fn give_back_leave(&self) {
        let leave = self.now().leave.take();
        // Outside of the lock, since it wakes whoever waits for it.
        drop(leave);
    }

    fn is_stopped(&self) -> bool {
        self.pass.is_stopped.load(Ordering::Relaxed)
    }

    /// One attempt, if it is to run; the answer is whether it held, which is only asked for where something depends on it.
    /// What has begun gets its verdict, also where nothing is to be started any more.
    async fn once(self: &Arc<Self>, step: Step) -> Option<bool> {
        let spec = self.spec;
        // Before the suite is made: one that waits here has not been started when another fails.
        let _leave = match runtime::wants_its_own(spec) || matches!(spec.body, Body::Blocking(_)) {
            true => Some(self.thread().await?),
            false => None,
        };
        {
            let mut now = self.now();
            // The root knows first: a suite that has ended for it may have made room for this one.
            let is_over = matches!(now.phase, Phase::Over) || now.cancelled.is_some() || self.pass.top.is_cancelled();
            if is_over || (self.is_stopped() && step.is_first()) {
                return None;
            }
            now.phase = Phase::Runs(step);
        }
        // The turn of a group is the job's, and one that is stuck would keep it for ever.
        let asks =
            spec.keys().repeat > 1 || step.attempt.is_followed() || self.pass.fail_fast || spec.keys().serial.is_some();
        let runs: Option<Weak<dyn Runs>> = match asks {
            true => None,
            false => Some(Arc::<Self>::downgrade(self)),
        };
        let suite = create(&self.pass.top, spec, self.launch(step.attempt, runs)).ok()?;
        let cancelled = {
            let mut now = self.now();
            now.suite = Some(suite.clone());
            now.cancelled.clone()
        };
        if let Some(cause) = cancelled {
            suite.cancel(*cause);
        }
        if !suite.0.hub.holds() {
            // Whoever has everything told may have looked for it before it could be found.
            suite.tell_held();
        }
        if asks {
            return Some(self.drive_and_ask(suite, step).await);
        }
        self.drive(suite, self.pass.asked.elapsed(), None).await;
        Some(true)
    }

    /// The answer is whether it held.
    async fn drive_and_ask(self: &Arc<Self>, suite: Suite, step: Step) -> bool {
        let (answer, answered) = oneshot::channel();
        let me = Arc::downgrade(self);
        let reply = Reply::new(move |snapshot| {
            let failed = snapshot.is_none_or(|it| it.failed && !it.is_todo);
            // Noted here and in what follows, since the task that waits for it may get no turn any more.
            if let Some(me) = me.upgrade() {
                me.ended(step, !failed);
            }
            let _ = answer.send(!failed);
        });
        let gone = Arc::new(Done::default());
        let (left, me) = (gone.clone(), Arc::downgrade(self));
        suite.when_stuck(move |suite| {
            if abandon(suite) {
                LEFT_BEHIND.fetch_add(1, Ordering::Relaxed);
                if let Some(me) = me.upgrade() {
                    me.give_back_leave();
                    me.ended(step, me.is_todo());
                }
                left.end();
            }
        });
        // A task of its own: it may hold its thread, and this one has to go on then.
        let me = self.clone();
        let life = tokio::spawn(async move { me.drive(suite, me.pass.asked.elapsed(), Some(reply)).await });
        let came_back = tokio::select! {
            biased;
            // It catches what its body raises.
            _ = life => true,
            () = gone.wait() => false,
        };
        came_back && answered.await.unwrap_or(false)
    }

    async fn drive(&self, suite: Suite, waited: Duration, reply: Option<Reply>) {
        let spec = self.spec;
        match (runtime::wants_its_own(spec), spec.body) {
            (false, Body::Blocking(body)) => {
                suite.0.is_on_shared_runtime.store(true, Ordering::Relaxed);
                drive_blocking(suite, body, waited, reply).await;
            }
            (false, Body::Async(_)) => match shared(spec, &suite) {
                Some(body) => {
                    suite.0.is_on_shared_runtime.store(true, Ordering::Relaxed);
                    drive(suite, body, waited, reply).await;
                }
                None => {
                    // Only its future tells that it cannot move between threads.
                    let _leave = self.leave().await;
                    self.on_own_thread(suite, waited, reply).await;
                }
            },
            (true, _) => self.on_own_thread(suite, waited, reply).await,
        }
    }

    /// On a thread and a runtime of its own: what cannot move between threads, or asked for a runtime.
    async fn on_own_thread(&self, suite: Suite, waited: Duration, reply: Option<Reply>) {
        let spec = self.spec;
        let thread = tokio::task::spawn_blocking(move || {
            let own = match Own::of(spec) {
                Ok(own) => own,
                Err(error) => {
                    let text = format!("failed to start a tokio runtime: {error}");
                    suite.problem(Problem::Stopped(text));
                    close_unrun(&suite, reply);
                    return;
                }
            };
            own.belongs_to(&suite);
            own.run(run_here(spec, suite, waited, reply));
        });
        // A panic could only be one of ours, and the hook has printed it.
        let _ = thread.await;
    }
}

/// What a suite begins with.
fn first(spec: &'static SuiteSpec, pass: &Pass) -> Step {
    Step::first(retries(spec, &pass.top.0.hub.settings).saturating_add(1))
}

/// The body of a suite, if it may run on the shared runtime.
fn shared(spec: &'static SuiteSpec, suite: &Suite) -> Option<SharedFuture> {
    match spec.body {
        Body::Async(make) => match make(suite) {
            BodyFuture::Shared(body) => Some(body),
            BodyFuture::Local(_) => None,
        },
        Body::Blocking(_) => None,
    }
}

impl Job for OneSuite {
    /// The attempts.
    fn work(self: Arc<Self>, job: JobId) -> Work {
        self.job.store(job.0, Ordering::Release);
        Box::pin(self.attempts())
    }
}
