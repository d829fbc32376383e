//! The life of one suite, from the first poll of its body to its end in the ledger.
//!
//! The order is fixed: body; postponed jobs; running jobs; attachments (verifiers), the last started first; clean-ups,
//! the last registered first; the end. Whatever stops the body, the rest of the order is the same, and a suite never
//! ends before its jobs, except those that hold their thread and do not give it back.

mod wind_up;

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use crate::cancel::Cause;
use crate::claim::Problem;
use crate::context;
use crate::event::{Closing, EventKind, Reply};
use crate::ours;
use crate::outcome::Outcome;
use crate::panic::{self, Caught, catch_sync};
use crate::stage::Stage;
use crate::stray;
use crate::suite::Suite;
use crate::turn::give_way;

pub(crate) use wind_up::run_postponed;

use wind_up::wind_up;

/// How a body ended.
type BodyEnd = Result<Outcome, Box<Caught>>;

/// Runs an asynchronous body as the suite's. Cancel safety: none; it is spawned and never dropped half-way.
pub(crate) fn drive<F: Future<Output = Outcome>>(
    suite: Suite,
    body: F,
    waited: Duration,
    reply: Option<Reply>,
) -> impl Future<Output = ()> {
    let body = context::scope(suite.clone(), panic::catch_with_payload(body));
    whole_life(suite, body, waited, reply)
}

/// Runs a synchronous body on the blocking pool as the suite's.
pub(crate) async fn drive_blocking(suite: Suite, body: fn(&Suite) -> Outcome, waited: Duration, reply: Option<Reply>) {
    let inner = suite.clone();
    let body = async move {
        let work = tokio::task::spawn_blocking(move || {
            let pulse = inner.plain_pulse();
            let body = || catch_sync(AssertUnwindSafe(|| body(&inner)).0);
            pulse.of_plain(|| context::sync_scope(inner.clone(), body))
        });
        match work.await {
            Ok(end) => end,
            // `catch_sync` leaves no panic over, and nobody aborts this task; a runtime that is shut down might.
            Err(error) => catch_sync(|| match error.try_into_panic() {
                Ok(payload) => resume_unwind(payload),
                Err(error) => panic!("the body was dropped: {error}"),
            }),
        }
    };
    whole_life(suite, body, waited, reply).await;
}

/// Ends a suite whose body is not to run.
pub(crate) fn close_unrun(suite: &Suite, reply: Option<Reply>) {
    let _ = suite.set_stage(Stage::Finishing);
    end(suite, false, Duration::ZERO, Duration::ZERO, reply);
}

/// On the heap, in parts: in a build without optimization everything around a future holds copies of it on its stack, and
/// a thread that runs one small test would touch pages for nothing else.
fn whole_life(
    suite: Suite,
    body: impl Future<Output = BodyEnd>,
    waited: Duration,
    reply: Option<Reply>,
) -> impl Future<Output = ()> {
    let taken = suite.clone();
    let life = Box::pin(async move {
        {
            let mut body = std::pin::pin!(Some(body));
            run_body(&suite, body.as_mut()).await;
        }
        boxed_ending(suite, waited, reply).await;
    });
    async move { taken.0.pulse.of(life).await }
}

fn boxed_ending(suite: Suite, waited: Duration, reply: Option<Reply>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(ending(suite, waited, reply))
}

/// The first part of a suite's life alone; `after_body` has to follow, also where this is dropped.
pub(crate) async fn live<F: Future<Output = Outcome>>(suite: &Suite, body: F) {
    let body = context::scope(suite.clone(), panic::catch_with_payload(body));
    let mut body = std::pin::pin!(Some(body));
    suite.0.pulse.of(run_body(suite, body.as_mut())).await;
}

/// Runs the body and drops it. Its end is told first: what the drop does comes after it.
async fn run_body(suite: &Suite, mut body: Pin<&mut Option<impl Future<Output = BodyEnd>>>) {
    panic::install();
    suite.begin();
    if let Some(running) = body.as_mut().as_pin_mut() {
        if let Some(ended) = unless_cancelled(suite, running).await {
            tell(suite, ended);
        }
    }
    drop_body(suite, body);
}

/// One that was stopped holds values of the test, and what their drop raises is the test's as well.
fn drop_body(suite: &Suite, mut body: Pin<&mut Option<impl Future<Output = BodyEnd>>>) {
    if let Err(caught) = catch_sync(AssertUnwindSafe(|| body.set(None))) {
        suite.problem(Problem::Panicked(caught.panic));
    }
}

/// What the future brings; none if the suite is to end before, even if the future is always ready to go on. Whoever asks
/// for the end has the pulse of the suite beat, so this can only wait inside of that. Cancel safe if the future is.
async fn unless_cancelled<F: Future>(suite: &Suite, future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    poll_fn(|context| match suite.is_cancelled() {
        true => Poll::Ready(None),
        false => future.as_mut().poll(context).map(Some),
    })
    .await
}

/// What comes after the body, whatever became of that.
pub(crate) async fn after_body(suite: Suite, waited: Duration, reply: Option<Reply>) {
    let taken = suite.clone();
    taken.0.pulse.of(ending(suite, waited, reply)).await;
}

async fn ending(suite: Suite, waited: Duration, reply: Option<Reply>) {
    if suite.nesting() == 1 && has_others(&suite) {
        // What is ready to run and was started by nobody of ours gets its turn, and its panic is heard.
        give_way().await;
    }
    let _ = suite.set_stage(Stage::Finishing);
    if let Some(waiting) = wind_up(&suite) {
        waiting.await;
    }
    let leaves = reply.is_none() && suite.may_leave();
    let waits = suite.capture().filter(|_| !leaves);
    if let Some(capture) = waits {
        capture.flush().await;
    }
    // From here on nothing is waited for: whoever is to end it does so.
    if !suite.may_end() {
        return;
    }
    let cut_short = judge(&suite);
    if let Some(capture) = waits {
        capture.end(suite.info().id);
    }
    let settling = match suite.nesting() {
        1 => stray::settle(),
        _ => None,
    };
    if let Some(settling) = settling {
        settling.await;
    }
    leave_or_end(&suite, cut_short, leaves, waited, reply);
}

/// What is to be said of the suite now that everything in it has ended; true where something had put an end to it.
fn judge(suite: &Suite) -> bool {
    let Some(cause) = suite.0.cancel.cause() else {
        // It came back on its own before it could be told to.
        if let Some(limit) = suite.passed_limit() {
            let running = Vec::new();
            suite.problem(Problem::TimedOut { limit, running });
        }
        suite.judge_filters();
        return false;
    };
    if let Some(problem) = problem(cause) {
        suite.problem(problem);
    }
    true
}

fn leave_or_end(suite: &Suite, cut_short: bool, leaves: bool, waited: Duration, reply: Option<Reply>) {
    suite.call_off_deadlines();
    suite.note_end();
    let took = suite.started().elapsed();
    if !cut_short {
        suite.judge_time(took);
    }
    match suite.capture() {
        Some(capture) if leaves => {
            // What is checked from here on is late, though the end is told a moment later.
            suite.check_no_more();
            let leaving = suite.clone();
            let then = move || {
                end(&leaving, cut_short, took, waited, None);
                leaving.part();
            };
            capture.leave(suite.info().id, Box::new(then));
        }
        _ => end(suite, cut_short, took, waited, reply),
    }
}

/// Whether there are tasks here that nobody of ours has started: beside those that we know on the shared runtime, and
/// beside the one that is alone on a runtime of its own, where that is no task.
fn has_others(suite: &Suite) -> bool {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return false;
    };
    match suite.0.is_on_shared_runtime.load(Ordering::Relaxed) {
        true => ours::has_others(&runtime),
        false => runtime.metrics().num_alive_tasks() > 0,
    }
}

fn tell(suite: &Suite, ended: BodyEnd) {
    match ended {
        Ok(Outcome { error: None }) => suite.note_return(),
        Ok(Outcome { error: Some(failure) }) => suite.problem(Problem::Returned(*failure)),
        Err(caught) => {
            let Caught { panic, payload: raised } = *caught;
            suite.problem(Problem::Panicked(panic));
            suite.keep_payload(raised);
        }
    }
}

fn problem(cause: &Cause) -> Option<Problem> {
    match cause {
        // The verifier that asked for it reports itself.
        Cause::Abort | Cause::FailFast(_) => None,
        Cause::TimedOut(limit, running) => Some(Problem::TimedOut {
            limit: *limit,
            running: running.clone(),
        }),
        Cause::BailOut(why) => Some(Problem::Stopped(format!("the run was bailed out: {why}"))),
        Cause::Stopped(why) => Some(Problem::Stopped(why.clone())),
    }
}

/// What the children of an ended suite are told.
pub(crate) fn for_children(suite: &Suite, cause: &Cause) -> Cause {
    let path = suite.path();
    match cause {
        Cause::Abort => Cause::Abort,
        Cause::BailOut(why) => Cause::BailOut(why.clone()),
        Cause::TimedOut(limit, _) => Cause::Stopped(format!("`{path}` timed out after {limit:?}")),
        Cause::FailFast(what) => Cause::Stopped(format!("an invariant of `{path}` was broken: {what}")),
        Cause::Stopped(why) => Cause::Stopped(why.clone()),
    }
}

/// Ends a suite in the ledger that was asked to end and does not: something holds its thread. What it still says later
/// comes too late. False where it has ended at the last moment.
pub(crate) fn abandon(suite: &Suite) -> bool {
    if !suite.may_end() {
        return false;
    }
    suite.ignore_checks();
    suite.flush_running();
    let mut running = suite.0.hub.with_last_seen(suite.running_from_here());
    if let (None, Some(this)) = (suite.0.pulse.blocks(), running.first_mut()) {
        this.doing = Some("gets no turn: something else blocks its thread".to_owned());
    }
    if let Some(problem) = suite.0.cancel.cause().and_then(problem) {
        suite.problem(problem);
    }
    suite.problem(Problem::Stuck {
        grace: suite.patience(),
        running,
    });
    let _ = suite.set_stage(Stage::Finishing);
    if let Some(capture) = suite.capture() {
        capture.end(suite.info().id);
    }
    end(suite, true, suite.started().elapsed(), Duration::ZERO, None);
    suite.give_up();
    true
}

fn end(suite: &Suite, aborted: bool, took: Duration, waited: Duration, reply: Option<Reply>) {
    suite.tell_log();
    let _ = suite.set_stage(Stage::Finished);
    suite.send_event(EventKind::DoneTesting(Box::new(Closing {
        aborted,
        took,
        waited,
        seeded: suite.is_seeded(),
        reply,
    })));
    suite.mark_dismissed();
    suite.refuse_late_clean_ups();
}
