//! `subtest!`: a suite inside a suite.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::claim::{Claim, Raw};
use crate::condition;
use crate::drive::{after_body, close_unrun, drive};
use crate::event::Reply;
use crate::ids::JobId;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::plan::Plan;
use crate::suite::{Birth, Suite};

/// The body of a subtest.
pub(crate) type SubtestBody = Box<dyn FnOnce(Suite) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send>;

/// How a subtest is started, whatever its suite says.
#[derive(Clone, Copy, Default, Debug)]
pub struct Invoke {
    /// Beside its siblings, also in a sequential suite.
    pub spawned: bool,
    /// Now, also in a random suite; and, unless it is spawned, here: it has ended when the call returns.
    pub instant: bool,
    /// It reports the place of its caller and has no lines of its own.
    pub hidden: bool,
}

/// A subtest that has been created: a future of whether it held.
///
/// A skipped one has held. Awaiting one that was put off to the end of the body starts it now. Cancel safe: it may be
/// awaited again. Dropping it does nothing; its suite waits for it anyway.
pub struct Subtest(State);

enum State {
    Known(bool),
    Job(Handle),
    Waiting(Pin<Box<dyn Future<Output = bool> + Send>>),
}

#[derive(Clone)]
struct Handle {
    parent: Suite,
    job: JobId,
    outcome: Arc<OnceLock<bool>>,
}

impl fmt::Debug for Subtest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Known(held) => f.debug_tuple("Subtest").field(held).finish(),
            State::Job(_) | State::Waiting(_) => f.write_str("Subtest(..)"),
        }
    }
}

impl Future for Subtest {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        loop {
            match &mut self.0 {
                State::Known(held) => return Poll::Ready(*held),
                State::Job(handle) => self.0 = State::Waiting(Box::pin(handle.clone().held())),
                State::Waiting(waiting) => {
                    return match waiting.as_mut().poll(context) {
                        Poll::Pending => Poll::Pending,
                        Poll::Ready(held) => {
                            self.0 = State::Known(held);
                            Poll::Ready(held)
                        }
                    };
                }
            }
        }
    }
}

impl Handle {
    async fn held(self) -> bool {
        let jobs = self.parent.jobs();
        let done = jobs.done(self.job);
        if jobs.is_postponed(self.job) {
            // The end of the body may be starting it at the same time, which is as good.
            let _ = jobs.start(self.job);
        }
        done.wait().await;
        if self.outcome.get().is_none() {
            // The end is in the queue before the job is done. This blocks, for microseconds, on purpose: to wait
            // would park the runtime, and a paused clock would run away.
            self.parent.snapshot();
        }
        self.outcome.get().copied().unwrap_or(false)
    }
}

#[doc(hidden)]
#[track_caller]
pub fn subtest(name: String, plan: Plan, invoke: Invoke, body: SubtestBody) -> impl Future<Output = Subtest> + Send {
    let at = Place::caller();
    let parent = Suite::current_for("subtest!");
    start(parent, name, plan, invoke, at, body)
}

impl Suite {
    /// [`subtest!`](../async_test_suite/macro.subtest.html) for this suite: creates a subtest and starts it as the
    /// suite's modes and `invoke` say. When the future returns, the subtest has ended (sequential), has been started
    /// (parallel: a place was free), or has been put off (random).
    ///
    /// Dropping the future before it returns leaves the subtest to the end of the suite.
    #[track_caller]
    pub fn subtest<F>(
        &self,
        name: impl Into<String>,
        plan: Plan,
        invoke: Invoke,
        body: impl FnOnce(Suite) -> F + Send + 'static,
    ) -> impl Future<Output = Subtest> + Send
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let body: SubtestBody = Box::new(move |suite| {
            let body = body(suite);
            Box::pin(async move {
                body.await;
                Outcome::default()
            })
        });
        start(self.clone(), name.into(), plan, invoke, Place::caller(), body)
    }
}

/// Creates the child, or counts it as skipped where the parent skips or the plan says so.
fn create(parent: &Suite, name: String, plan: Plan, invoke: Invoke, is_async: bool, at: Place) -> Option<Suite> {
    if parent.is_skipping() {
        // The hub knows why and makes a skip of it.
        parent.claim(Claim::new(Raw::Pass, name, at));
        return None;
    }
    let plan = condition::resolve(plan);
    let skipped = plan.skip_all.is_some();
    let mut birth = Birth::new(name, at);
    birth.is_async = is_async;
    birth.hidden = invoke.hidden;
    let child = parent.child(birth, plan);
    if skipped {
        close_unrun(&child, None);
        return None;
    }
    Some(child)
}

async fn start(parent: Suite, name: String, plan: Plan, invoke: Invoke, at: Place, body: SubtestBody) -> Subtest {
    let here = invoke.instant && !invoke.spawned;
    let concurrent = (parent.parallel() || invoke.spawned) && !here;
    let postponed = parent.random() && !invoke.instant;
    let Some(child) = create(&parent, name, plan, invoke, concurrent, at.clone()) else {
        return Subtest(State::Known(true));
    };
    let (outcome, reply) = outcome();
    let (control, asked, inner) = (Arc::new(child.clone()), Instant::now(), child.clone());
    let work = Box::pin(async move {
        let body = async { body(inner.clone()).await };
        drive(child, body, asked.elapsed(), Some(reply)).await;
    });
    let jobs = parent.jobs();
    let job = jobs.add(control.path().to_owned(), at, work, Some(control), false);
    let done = jobs.done(job);
    if concurrent {
        jobs.set_concurrent(job);
    }
    // A start fails only when the end of the suite has started the job already, to end it.
    if postponed {
        let _ = jobs.postpone(job);
    } else if concurrent {
        let _ = jobs.start_job(job).await;
    } else {
        let _ = jobs.start(job);
        done.wait().await;
    }
    Subtest(State::Job(Handle { parent, job, outcome }))
}

/// Where the result of a suite arrives.
fn outcome() -> (Arc<OnceLock<bool>>, Reply) {
    let outcome = Arc::new(OnceLock::new());
    let told = outcome.clone();
    let reply = Reply::new(move |snapshot| {
        let _ = told.set(snapshot.is_some_and(|snapshot| !snapshot.failed));
    });
    (outcome, reply)
}

/// A subtest here and now, in the task of its parent, so that its body may borrow.
#[doc(hidden)]
#[track_caller]
pub fn subtest_instant<'a>(
    name: String,
    plan: Plan,
    invoke: Invoke,
    body: impl FnOnce(Suite) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> + Send,
) -> impl Future<Output = Subtest> + Send {
    let at = Place::caller();
    let parent = Suite::current_for("subtest!");
    async move {
        let Some(child) = create(&parent, name, plan, invoke, false, at) else {
            return Subtest(State::Known(true));
        };
        let (outcome, reply) = outcome();
        let mut rest = Rest {
            suite: Some(child.clone()),
            parent: parent.clone(),
        };
        let body = body(child.clone());
        drive(child, body, Duration::ZERO, Some(reply)).await;
        rest.suite = None;
        parent.snapshot();
        Subtest(State::Known(outcome.get().copied().unwrap_or(false)))
    }
}

/// Ends an `instant` subtest whose parent's body was dropped around it, as a job of the parent.
struct Rest {
    suite: Option<Suite>,
    parent: Suite,
}

impl Drop for Rest {
    fn drop(&mut self) {
        let Some(child) = self.suite.take() else { return };
        let why = format!("the body of `{}` was dropped", self.parent.path());
        child.cancel(crate::cancel::Cause::Stopped(why));
        let control = Arc::new(child.clone());
        let (name, at) = (child.path().to_owned(), child.info().at.clone());
        let work = Box::pin(after_body(child, Duration::ZERO, None));
        let jobs = self.parent.jobs();
        let job = jobs.add(name, at, work, Some(control), false);
        let _ = jobs.start(job);
    }
}
