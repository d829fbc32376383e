//! All suites of a run: admission, attempts, and the runtime or thread that each one needs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::cancel::Cause;
use crate::claim::{Problem, Running};
use crate::clock::sleep_real;
use crate::drive::{abandon, close_unrun, drive, drive_blocking};
use crate::event::Reply;
use crate::jobs::Control;
use crate::record::Attempt;
use crate::run::{Launch, create, retries, run_here};
use crate::runtime;
use crate::spec::{Body, BodyFuture, SharedFuture, SuiteSpec};
use crate::suite::Suite;

/// How many suites that need a thread of their own run at once.
const OWN_THREADS: usize = 64;

/// Starts every suite, as many at once as the limit says, and waits for all of them.
pub(super) async fn all(suites: &[&'static SuiteSpec], limit: usize, fail_fast: bool, seed: u64) {
    let top = Suite::top();
    let jobs = top.table();
    jobs.set_limit(limit);
    let own_threads = Arc::new(Semaphore::new(OWN_THREADS));
    let stop = fail_fast.then(|| Arc::new(AtomicBool::new(false)));
    let mut groups: HashMap<&'static str, Arc<Semaphore>> = HashMap::new();
    let asked = Instant::now();
    let mut ones = Vec::new();
    for &spec in suites {
        if top.is_cancelled() || stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            break;
        }
        let turn = spec.serial.map(|group| {
            groups
                .entry(group)
                .or_insert_with(|| Arc::new(Semaphore::new(1)))
                .clone()
        });
        let one = Arc::new(OneSuite {
            spec,
            seed,
            own_threads: own_threads.clone(),
            stop: stop.clone(),
            now: Mutex::default(),
        });
        let control: Arc<dyn Control> = one.clone();
        ones.push(Arc::downgrade(&one));
        let work = Box::pin(async move {
            let _turn = match turn {
                Some(turn) => turn.acquire_owned().await.ok(),
                None => None,
            };
            one.attempts(asked).await;
        });
        let job = jobs.add(spec.title().into_owned(), spec.place(), work, Some(control), false);
        tokio::select! {
            biased;
            () = top.cancelled() => break,
            // A new job can be started; that a bail-out has started it to end it is as good.
            _ = jobs.start_job(job) => {}
        }
    }
    tokio::select! {
        biased;
        () = jobs.idle() => {}
        // Suites end themselves, late ones after their grace; what is left then holds its thread.
        () = only_stuck_ones_are_left(&top, &ones) => {}
    }
}

/// Ends when the run is being ended.
async fn cancelled() {
    Suite::top().cancelled().await;
}

/// How long after it was asked to end a suite is taken for stuck: longer than its own jobs get.
const PATIENCE: Duration = Duration::from_secs(15);

/// Ends when nothing is running any more but suites that were asked to end long ago and hold their threads. They are
/// ended in the ledger, so that every suite has its verdict.
async fn only_stuck_ones_are_left(top: &Suite, ones: &[Weak<OneSuite>]) {
    loop {
        sleep_real(Duration::from_millis(500)).await;
        let running: Vec<Suite> = ones
            .iter()
            .filter_map(Weak::upgrade)
            .filter_map(|one| one.now().suite.clone())
            .collect();
        let is_stuck = |suite: &Suite| suite.0.cancel.age().is_some_and(|age| age > PATIENCE);
        if !running.is_empty() && running.len() == top.table().active() && running.iter().all(is_stuck) {
            running.iter().for_each(abandon);
            return;
        }
        // A run that was ended has no time for suites that have not even begun.
        if top.0.cancel.age().is_some_and(|age| age > 2 * PATIENCE) {
            return;
        }
    }
}

/// One suite of the run, through all its attempts.
struct OneSuite {
    spec: &'static SuiteSpec,
    /// Of this pass.
    seed: u64,
    own_threads: Arc<Semaphore>,
    /// Set by a failure, where nothing is to be started after one.
    stop: Option<Arc<AtomicBool>>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    suite: Option<Suite>,
    cancelled: Option<Cause>,
}

impl OneSuite {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the suite as often as `repeat` and `retries` say.
    async fn attempts(&self, asked: Instant) {
        let spec = self.spec;
        let of = retries(spec, &Suite::top().0.hub.settings).saturating_add(1);
        let mut held = true;
        let mut has_begun = false;
        for _ in 0..spec.repeat.max(1) {
            for number in 1..=of {
                match self.once(asked, Attempt { number, of }, has_begun).await {
                    // Skipped, or the run is ending: so would be the next one.
                    None => return,
                    Some(it) => held = it,
                }
                has_begun = true;
                if held {
                    break;
                }
            }
            if !held {
                break;
            }
        }
        if let (false, Some(stop)) = (held, &self.stop) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// Leave for a thread of its own; none when the run ends before.
    async fn thread(&self) -> Option<SemaphorePermit<'_>> {
        tokio::select! {
            biased;
            leave = self.own_threads.acquire() => leave.ok(),
            () = cancelled() => None,
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// One attempt, if it is to run; the answer is whether it held, which is only asked for where something depends on it.
    /// What has begun gets its verdict, also where nothing is to be started any more.
    async fn once(&self, asked: Instant, attempt: Attempt, has_begun: bool) -> Option<bool> {
        let spec = self.spec;
        // Before the suite is made: one that waits here has not been started when another fails.
        let _thread = match runtime::wants_its_own(spec) || matches!(spec.body, Body::Blocking(_)) {
            true => Some(self.thread().await?),
            false => None,
        };
        // The root knows first: a suite that has ended for it may have made room for this one.
        let is_over = self.now().cancelled.is_some() || Suite::top().is_cancelled();
        if is_over || (self.is_stopped() && !has_begun) {
            return None;
        }
        let launch = Launch {
            is_async: true,
            seed: self.seed,
            attempt,
            skip: None,
        };
        let suite = create(spec, launch).ok()?;
        let cancelled = {
            let mut now = self.now();
            now.suite = Some(suite.clone());
            now.cancelled.clone()
        };
        if let Some(cause) = cancelled {
            suite.cancel(cause);
        }
        let asks = spec.repeat > 1 || attempt.is_followed() || self.stop.is_some();
        let (answer, answered) = oneshot::channel();
        let reply = asks.then(|| {
            Reply::new(move |snapshot| {
                let failed = snapshot.is_none_or(|it| it.failed && !it.is_todo);
                let _ = answer.send(!failed);
            })
        });
        self.drive(suite, asked.elapsed(), reply).await;
        self.now().suite = None;
        Some(!asks || answered.await.unwrap_or(false))
    }

    async fn drive(&self, suite: Suite, waited: Duration, reply: Option<Reply>) {
        let spec = self.spec;
        match (runtime::wants_its_own(spec), spec.body) {
            (false, Body::Blocking(body)) => {
                drive_blocking(suite, body, waited, reply).await;
            }
            (false, Body::Async(_)) => match shared(spec, &suite) {
                Some(body) => drive(suite, body, waited, reply).await,
                None => {
                    // Only its future tells that it cannot move between threads.
                    let _thread = self.own_threads.acquire().await;
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
            let own = match runtime::own(spec) {
                Ok(own) => own,
                Err(error) => {
                    let text = format!("failed to start a tokio runtime: {error}");
                    suite.problem(Problem::Stopped(text));
                    close_unrun(&suite, reply);
                    return;
                }
            };
            own.block_on(run_here(spec, suite.clone(), waited, reply));
            if suite.table().active() > 0 {
                own.shutdown_background();
            }
        });
        // A panic could only be one of ours, and the hook has printed it.
        let _ = thread.await;
    }
}

/// The body of a suite, if it may run on the shared runtime.
fn shared(spec: &'static SuiteSpec, suite: &Suite) -> Option<SharedFuture> {
    match spec.body {
        Body::Async(make) => match make(suite.clone()) {
            BodyFuture::Shared(body) => Some(body),
            BodyFuture::Local(_) => None,
        },
        Body::Blocking(_) => None,
    }
}

impl Control for OneSuite {
    fn cancel(&self, cause: Cause) {
        let suite = {
            let mut now = self.now();
            now.cancelled.get_or_insert_with(|| cause.clone());
            now.suite.clone()
        };
        if let Some(suite) = suite {
            suite.cancel(cause);
        }
    }

    fn running(&self, into: &mut Vec<Running>) {
        let suite = self.now().suite.clone();
        if let Some(suite) = suite {
            Control::running(&suite, into);
        }
    }

    fn doing(&self) -> Option<String> {
        let suite = self.now().suite.clone();
        suite.and_then(|suite| Control::doing(&suite))
    }
}
