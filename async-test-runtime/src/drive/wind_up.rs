//! What a suite's end waits for: its jobs, its attachments, its clean-ups.

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::{for_children, unless_cancelled};
use crate::cancel::Cause;
use crate::claim::{Panic, Problem, Running};
use crate::clock::sleep_real;
use crate::context;
use crate::event::EventKind;
use crate::panic::{self, catch_sync};
use crate::suite::{CleanUp, Ending, Suite};

/// A future on the heap. The functions here answer with one where they do not run in every suite: in a build without
/// optimization whoever awaits them would have room for copies of them on its stack, whether they run or not.
type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// None where there is nothing to wait for, as in most suites.
pub(super) fn wind_up(suite: &Suite) -> Option<Waiting<'_, ()>> {
    if may_have_jobs(suite) {
        return Some(Box::pin(wait_for_all(suite)));
    }
    tell_jobs_awaited(suite);
    match suite.owns_nothing() {
        true => None,
        false => Some(Box::pin(end_owned(suite, 0))),
    }
}

fn tell_jobs_awaited(suite: &Suite) {
    if suite.0.hub.hears_stages {
        suite.send_event(EventKind::JobsAwaited);
    }
}

async fn wait_for_all(suite: &Suite) {
    start_postponed(suite).await;
    let given_up = await_jobs(suite, 0).await;
    suite
        .table()
        .end_unstarted(&Cause::Stopped("it was created and never started".to_owned()));
    let given_up = await_jobs(suite, given_up).await;
    tell_jobs_awaited(suite);
    end_owned(suite, given_up).await;
}

/// Ends what lives beside the body. So many jobs have been given up.
async fn end_owned(suite: &Suite, mut given_up: usize) {
    loop {
        while let Some(attachment) = suite.take_attachment() {
            suite.note_ending(Ending::Verifiers);
            if let Err(panic) = panic::catch(attachment.end()).await {
                suite.problem(Problem::Panicked(panic));
            }
        }
        while let Some(clean_up) = suite.take_clean_up() {
            suite.note_ending(Ending::CleanUp(clean_up.at.clone()));
            run_clean_up(suite, clean_up).await;
        }
        // A clean-up may have started something, which may have registered another one.
        if may_have_jobs(suite) {
            given_up = await_jobs(suite, given_up).await;
        }
        if suite.owns_nothing() {
            return;
        }
    }
}

/// Whether there is something to wait for, or to keep from starting.
fn may_have_jobs(suite: &Suite) -> bool {
    suite.has_jobs() || suite.is_cancelled()
}

fn start_postponed(suite: &Suite) -> Waiting<'_, ()> {
    Box::pin(async {
        let _ = unless_cancelled(suite, run_postponed(suite)).await;
    })
}

/// Starts what was put off, in an order that belongs to the seed; one by one unless the suite is parallel.
pub(crate) async fn run_postponed(suite: &Suite) {
    let jobs = suite.table();
    loop {
        let mut postponed = jobs.postponed();
        if postponed.is_empty() {
            return;
        }
        suite.rng("order").shuffle(&mut postponed);
        for job in postponed {
            let done = jobs.done(job);
            // Somebody who awaited it may have started it already.
            if jobs.start_job(job).await.is_ok() && !(suite.parallel() || jobs.is_concurrent(job)) {
                done.wait().await;
            }
        }
    }
}

/// Waits for the jobs, but for so many that have been given up; the answer is how many have been given up now.
fn await_jobs(suite: &Suite, given_up: usize) -> Waiting<'_, usize> {
    Box::pin(idle(suite, given_up))
}

async fn idle(suite: &Suite, given_up: usize) -> usize {
    let jobs = suite.table();
    // What was put off and not started is ended as well when the suite is cancelled.
    if jobs.active() <= given_up && !suite.is_cancelled() {
        return given_up;
    }
    suite.note_ending(Ending::Jobs);
    let limit = suite.job_timeout();
    let mut timed_out = false;
    if !suite.is_cancelled() {
        let out_of_time = async {
            match limit {
                Some(limit) => sleep_real(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = jobs.idle_but_for(given_up) => return given_up,
            _ = suite.cancelled() => {}
            () = out_of_time => timed_out = true,
        }
    }
    if timed_out {
        suite.flush_running();
        let running = suite.0.hub.with_last_seen(suite.everything_running());
        let limit = limit.unwrap_or_default();
        suite.problem(Problem::JobsTimedOut { limit, running });
        jobs.cancel_all(&Cause::Stopped(format!(
            "`{}` waited {limit:?} for its jobs after its body had ended",
            suite.path()
        )));
    } else if let Some(cause) = suite.0.cancel.cause() {
        jobs.cancel_all(&for_children(suite, cause));
    }
    let grace = suite.patience();
    tokio::select! {
        biased;
        () = jobs.idle_but_for(given_up) => given_up,
        () = no_sign_of_life(suite, grace) => {
            let running = stuck(suite);
            suite.problem(Problem::Stuck { grace, running });
            jobs.give_up()
        }
    }
}

/// Ends when no job has shown a sign of life for so long. A subtest that winds up shows some: it has limits of its own.
async fn no_sign_of_life(suite: &Suite, grace: Duration) {
    let jobs = suite.table();
    let (mut polls, mut alive) = (jobs.nudge(), Instant::now());
    while alive.elapsed() < grace {
        sleep_real(grace / 10).await;
        let now = jobs.nudge();
        if now != polls {
            (polls, alive) = (now, Instant::now());
        }
    }
}

/// What was asked to end and has not: it holds its thread, since a future that yields would have been dropped.
fn stuck(suite: &Suite) -> Vec<Running> {
    let mut running = suite.0.hub.with_last_seen(suite.everything_running());
    for one in &mut running {
        one.doing
            .get_or_insert_with(|| "did not end when it was asked to".to_owned());
    }
    running
}

fn run_clean_up(suite: &Suite, clean_up: CleanUp) -> Waiting<'_, ()> {
    Box::pin(clean(suite, clean_up))
}

async fn clean(suite: &Suite, clean_up: CleanUp) {
    let CleanUp { at, work } = clean_up;
    let limit = suite.job_timeout();
    let out_of_time = async {
        match limit {
            Some(limit) => sleep_real(limit).await,
            None => std::future::pending().await,
        }
    };
    let mut work = Some(Box::pin(context::scope(suite.clone(), panic::catch(work))));
    let ended = tokio::select! {
        biased;
        ended = poll_fn(|context| match &mut work {
            Some(work) => work.as_mut().poll(context),
            None => Poll::Pending,
        }) => Some(ended),
        () = out_of_time => None,
    };
    // What is raised where it is dropped must not take the suite with it.
    let dropped = catch_sync(AssertUnwindSafe(|| drop(work.take()))).map_err(|caught| caught.panic);
    let panicked = |panic: Panic| match panic.at {
        Some(place) => format!("panicked at {place}: {}", panic.message),
        None => format!("panicked: {}", panic.message),
    };
    let whats = [
        match ended {
            Some(Ok(())) => None,
            Some(Err(panic)) => Some(panicked(panic)),
            None => Some(format!("took longer than {:?}", limit.unwrap_or_default())),
        },
        dropped.err().map(panicked),
    ];
    for what in whats.into_iter().flatten() {
        let at = at.clone();
        suite.problem(Problem::CleanUp { at, what });
    }
}
