//! Creating a suite inside a suite and starting it as the modes of both say.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::cancel::Cause;
use crate::claim::{Claim, Raw};
use crate::condition;
use crate::drive::{after_body, close_unrun, drive, for_children, live};
use crate::event::Reply;
use crate::ids::JobId;
use crate::jobs::Done;
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
        let jobs = self.parent.table();
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
        start(
            self.clone(),
            name.into(),
            plan,
            invoke,
            Place::caller(),
            without_error(body),
        )
    }
}

/// A suite that has been created with [`Suite::create_suite`] and not started. One that is dropped fails as never
/// started when its parent ends.
pub struct NewSuite(Created);

enum Created {
    /// Counted as skipped already.
    Skipped,
    /// In the ledger, and a job of its parent that nobody has started.
    Waiting(Handle, Suite),
}

impl fmt::Debug for NewSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Created::Skipped => f.write_str("NewSuite(skipped)"),
            Created::Waiting(_, suite) => f.debug_tuple("NewSuite").field(&suite.path()).finish(),
        }
    }
}

impl NewSuite {
    /// The suite, unless it was skipped when it was created.
    pub fn suite(&self) -> Option<&Suite> {
        match &self.0 {
            Created::Skipped => None,
            Created::Waiting(_, suite) => Some(suite),
        }
    }

    /// Runs the suite here and now, whatever the modes say, and returns whether it held. When this is dropped the suite
    /// goes on as a job of its parent.
    pub async fn run(self) -> bool {
        match self.0 {
            Created::Skipped => true,
            Created::Waiting(handle, _) => {
                // It is new; only the end of its parent could have started it.
                let _ = handle.parent.table().start(handle.job);
                handle.held().await
            }
        }
    }
}

impl Suite {
    /// Creates a child suite and does not start it; `invoke_suite` or `NewSuite::run` do. TODO and flunks of this suite
    /// that are in effect now are for it.
    #[track_caller]
    pub fn create_suite<F>(
        &self,
        name: impl Into<String>,
        plan: Plan,
        body: impl FnOnce(Suite) -> F + Send + 'static,
    ) -> NewSuite
    where
        F: Future<Output = ()> + Send + 'static,
    {
        new_suite(
            self,
            name.into(),
            plan,
            Invoke::default(),
            Place::caller(),
            without_error(body),
        )
    }

    /// Starts a created suite as the modes of this suite and `invoke` say: here and now, beside the body, or put off.
    /// It returns when the suite has ended, has been started, or has been put off.
    pub async fn invoke_suite(&self, new: NewSuite, invoke: Invoke) -> Subtest {
        launch(new, invoke).await
    }
}

pub(crate) fn without_error<F>(body: impl FnOnce(Suite) -> F + Send + 'static) -> SubtestBody
where
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(move |suite| {
        let body = body(suite);
        Box::pin(async move {
            body.await;
            Outcome::default()
        })
    })
}

impl Invoke {
    fn is_concurrent(self, parent: &Suite) -> bool {
        self.spawned || (parent.parallel() && !self.instant)
    }
}

/// Creates the child, or counts it as skipped where the parent skips or the plan says so. What comes after an abort is
/// ignored, as checks are.
fn create(parent: &Suite, name: String, plan: Plan, invoke: Invoke, is_async: bool, at: Place) -> Option<Suite> {
    if parent.is_dead() {
        return None;
    }
    let admitted = parent.admits(&name) && parent.admits_tags(&plan.tags);
    if parent.is_skipping() {
        parent.pass_over(&name);
        // The hub knows why and makes a skip of it.
        parent.claim(Claim::new(Raw::Pass, name, at));
        return None;
    }
    let plan = condition::resolve(plan);
    let skipped = plan.skip_all.is_some();
    if !admitted {
        let claim = Claim::new(Raw::Skip("filtered out".into()), name, at);
        // One that would have been skipped uses no marker up.
        parent.claim(if skipped { claim } else { claim.left_out() });
        return None;
    }
    if skipped {
        parent.pass_over(&name);
    }
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

fn new_suite(parent: &Suite, name: String, plan: Plan, invoke: Invoke, at: Place, body: SubtestBody) -> NewSuite {
    let is_async = invoke.is_concurrent(parent);
    let Some(child) = create(parent, name, plan, invoke, is_async, at.clone()) else {
        return NewSuite(Created::Skipped);
    };
    let (outcome, reply) = outcome();
    let (control, asked, inner, suite) = (Arc::new(child.clone()), Instant::now(), child.clone(), child.clone());
    let work = Box::pin(async move {
        let body = async { body(inner.clone()).await };
        drive(child, body, asked.elapsed(), Some(reply)).await;
    });
    let job = parent
        .table()
        .add(control.path().to_owned(), at, work, Some(control), false);
    let parent = parent.clone();
    NewSuite(Created::Waiting(Handle { parent, job, outcome }, suite))
}

async fn launch(new: NewSuite, invoke: Invoke) -> Subtest {
    let Created::Waiting(handle, _) = new.0 else {
        return Subtest(State::Known(true));
    };
    let (parent, job) = (&handle.parent, handle.job);
    let jobs = parent.table();
    let done = jobs.done(job);
    let concurrent = invoke.is_concurrent(parent);
    if concurrent {
        jobs.set_concurrent(job);
    }
    // A start fails only when the end of the suite has started the job already, to end it.
    if parent.random() && !invoke.instant {
        let _ = jobs.postpone(job);
    } else if concurrent {
        let _ = jobs.start_job(job).await;
    } else {
        let _ = jobs.start(job);
        done.wait().await;
    }
    Subtest(State::Job(handle))
}

pub(crate) async fn start(
    parent: Suite,
    name: String,
    plan: Plan,
    invoke: Invoke,
    at: Place,
    body: SubtestBody,
) -> Subtest {
    let new = new_suite(&parent, name, plan, invoke, at, body);
    launch(new, invoke).await
}

/// Runs a subtest here and now, in the task of its parent, so that its body may borrow.
pub(crate) async fn here<F: Future<Output = Outcome>>(
    parent: Suite,
    name: String,
    plan: Plan,
    invoke: Invoke,
    at: Place,
    body: impl FnOnce(Suite) -> F,
) -> Subtest {
    let Some(child) = create(&parent, name, plan, invoke, false, at) else {
        return Subtest(State::Known(true));
    };
    let (outcome, reply) = outcome();
    let mut rest = Rest {
        suite: Some(child.clone()),
        parent: parent.clone(),
        reply: Some(reply),
    };
    let body = body(child.clone());
    live(&child, body).await;
    // A job of its own, so that nothing of it is lost when the body of the parent is dropped around this.
    if let Some(done) = rest.start() {
        done.wait().await;
    }
    parent.snapshot();
    Subtest(State::Known(outcome.get().copied().unwrap_or(false)))
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

/// Why the body of a suite was dropped: what ended it or one around it, else somebody gave it up.
fn cause_from_above(suite: &Suite) -> Cause {
    let mut around = std::iter::successors(Some(suite.clone()), Suite::parent);
    around
        .find_map(|suite| suite.0.cancel.cause().map(|cause| for_children(&suite, cause)))
        .unwrap_or_else(|| Cause::Stopped(format!("the body of `{}` was dropped", suite.path())))
}

/// What comes after the body of an `instant` subtest, also where the parent's body was dropped around it.
struct Rest {
    suite: Option<Suite>,
    parent: Suite,
    reply: Option<Reply>,
}

impl Rest {
    /// Starts it as a job of the parent, once.
    fn start(&mut self) -> Option<Arc<Done>> {
        let child = self.suite.take()?;
        let control = Arc::new(child.clone());
        let (name, at) = (child.path().to_owned(), child.info().at.clone());
        let work = Box::pin(after_body(child, Duration::ZERO, self.reply.take()));
        let jobs = self.parent.table();
        let job = jobs.add(name, at, work, Some(control), false);
        let done = jobs.done(job);
        jobs.start(job).is_ok().then_some(done)
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        if let Some(child) = &self.suite {
            child.cancel(cause_from_above(&self.parent));
            self.start();
        }
    }
}
