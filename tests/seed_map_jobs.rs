//! The seed map, row A24: the job manager and its limit.

mod seed_map;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_test_suite::claim::Problem;
use async_test_suite::error::ErrorKind;
use async_test_suite::ids::JobId;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, JobError, Plan};
use seed_map::{letters, problems};
use tokio::sync::{Semaphore, oneshot};

/// How many are inside now, and how many were at most.
#[derive(Clone, Default)]
struct Crowd(Arc<(AtomicUsize, AtomicUsize)>);

impl Crowd {
    async fn visit(&self) {
        let now = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(now, Ordering::SeqCst);
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[suite(test_jobs = 3, flavor = "multi_thread", worker_threads = 4)]
async fn a24_the_limit_holds_exactly_and_start_ignores_it(t: Suite) {
    let jobs = t.jobs();
    is!(jobs.limit(), 3);
    let gate = Arc::new(Semaphore::new(0));
    let ids: Vec<JobId> = (0..3)
        .map(|_| {
            let gate = gate.clone();
            jobs.new_job(async move { drop(gate.acquire().await) })
        })
        .collect();
    for id in &ids {
        lives_ok!(async { jobs.start_job(*id).await });
    }
    is!(jobs.active_count(), 3, "three run");
    let fourth = jobs.new_job(async {});
    {
        let mut start = Box::pin(jobs.start_job(fourth));
        let waits = futures_poll_once(start.as_mut()).await;
        ok!(waits, "there is no place for a fourth");
        is!(
            jobs.job_by_id(fourth).map(|(_, state)| state),
            Some("waiting for a place")
        );
    }
    is!(
        jobs.job_by_id(fourth).map(|(_, state)| state),
        Some("new"),
        "a start that was given up"
    );
    lives_ok!(async { jobs.invoke_job(fourth).await }, "`invoke_job` needs no place");
    let fifth = jobs.new_job(async {});
    lives_ok!({ jobs.start(fifth) }, "nor does `start`");
    gate.add_permits(3);
    lives_ok!(async { jobs.await_all_jobs().await });
    is!(jobs.active_count(), 0);
}

#[suite]
async fn a24_a_limit_that_is_lowered_holds_when_what_runs_has_ended(t: Suite) {
    let jobs = t.jobs();
    let gate = Arc::new(Semaphore::new(0));
    let waiting = || {
        let gate = gate.clone();
        jobs.new_job(async move { gate.acquire().await.unwrap().forget() })
    };
    let before = [waiting(), waiting(), waiting()];
    for job in before {
        lives_ok_outside(jobs.start_job(job).await);
    }
    // No test has been run, so a plan may still come.
    plan!(5, test_jobs = 2);
    is!((jobs.limit(), jobs.active_count()), (2, 3));
    gate.add_permits(3);
    lives_ok!(async { jobs.await_all_jobs().await });
    for job in [waiting(), waiting()] {
        lives_ok_outside(jobs.start_job(job).await);
    }
    let third = waiting();
    {
        let mut start = Box::pin(jobs.start_job(third));
        ok!(futures_poll_once(start.as_mut()).await, "there is no third place");
    }
    gate.add_permits(2);
    lives_ok!(async { jobs.await_all_jobs().await });
    ok!(jobs.release_job(third));
}

/// Fails the suite without a test point.
fn lives_ok_outside<E: std::fmt::Debug>(result: Result<(), E>) {
    if let Err(error) = result {
        panic!("{error:?}");
    }
}

/// Polls a future once; true when it is not ready.
async fn futures_poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a24_the_limit_holds_for_subtests_and_is_reached() {
    for limit in [1, 2, 7] {
        let crowd = Crowd::default();
        let inside = crowd.clone();
        let meet = Arc::new(tokio::sync::Barrier::new(limit));
        let seen = Intercept::new()
            .plan(Plan::new().parallel().test_jobs(limit))
            .run("outer", move |_| async move {
                for number in 0..(limit * 6) {
                    let (crowd, meet) = (inside.clone(), meet.clone());
                    subtest!("child {number}", {
                        // They meet in full, so that many do run at once, and never one more.
                        meet.wait().await;
                        crowd.visit().await;
                    });
                }
            })
            .await;
        is!(seen.verdict(), Verdict::Passed);
        is!(seen.end().tally.run, limit as u64 * 6);
        cmp_ok!(crowd.most(), <=, limit);
    }
}

#[suite(test_jobs = 1)]
async fn a24_waiting_jobs_start_first_in_first_out(t: Suite) {
    let jobs = t.jobs();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (go, wait) = oneshot::channel::<()>();
    let first = jobs.new_job(async move { drop(wait.await) });
    lives_ok!(async { jobs.start_job(first).await });
    // They begin to wait in the reverse order of their numbers.
    let ids: Vec<JobId> = (0..10)
        .map(|number| {
            let order = order.clone();
            jobs.new_job(async move { order.lock().unwrap().push(number) })
        })
        .collect();
    let mut starts = Vec::new();
    for id in ids.iter().rev() {
        let mut start = Box::pin({
            let (jobs, id) = (jobs.clone(), *id);
            async move { jobs.start_job(id).await }
        });
        futures_poll_once(start.as_mut()).await;
        starts.push(t.spawn(start));
    }
    let _ = go.send(());
    for start in starts {
        is!(start.await, Ok(Ok(())));
    }
    lives_ok!(async { jobs.await_all_jobs().await });
    is!(*order.lock().unwrap(), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
}

#[suite]
async fn a24_every_verb_and_every_misuse_of_one(t: Suite) {
    let jobs = t.jobs();
    let (go, wait) = oneshot::channel::<()>();
    let job = jobs.new_job(async move { drop(wait.await) });
    is!((jobs.job_count(), jobs.active_count()), (1, 0));
    like!(
        jobs.job_by_id(job).map(|(name, _)| name).unwrap_or_default(),
        r"^job at tests/seed_map_jobs\.rs:\d+:\d+$"
    );
    lives_ok!({ jobs.postpone(job) });
    is!(jobs.job_by_id(job).map(|(_, state)| state), Some("postponed"));
    let misuse = |result: Result<(), async_test_suite::error::Error>| result.unwrap_err().to_string();
    like!(
        misuse(jobs.await_all_jobs().await),
        "^`await_all_jobs` in suite `a24_every_verb_and_every_misuse_of_one`: 1 postponed jobs? ha"
    );
    is!(
        jobs.postpone(job).unwrap_err().kind,
        ErrorKind::JobState {
            job,
            state: "postponed".into()
        }
    );
    lives_ok!({ jobs.start(job) });
    is!(
        jobs.active_job_promises().iter().map(|it| it.id()).collect::<Vec<_>>(),
        [job]
    );
    for again in [
        jobs.start(job),
        jobs.start_job(job).await,
        jobs.postpone(job),
        jobs.invoke_job(job).await,
    ] {
        is!(
            again.unwrap_err().kind,
            ErrorKind::JobState {
                job,
                state: "running".into()
            }
        );
    }
    let promises = jobs.all_job_promises();
    let _ = go.send(());
    for promise in promises {
        promise.await;
    }
    is!(
        jobs.job_by_id(job).map(|(_, state)| state),
        Some("done"),
        "kept until it is released"
    );
    ok!(jobs.release_job(job));
    nok!(jobs.release_job(job));
    is!(jobs.start(job).unwrap_err().kind, ErrorKind::NoSuchJob(job));
    is!(jobs.job_count(), 0);
    let last = jobs.new_job(async { assert!(pass!("a postponed job, by `await_jobs`")) });
    lives_ok!({ jobs.postpone(last) });
    jobs.await_jobs().await;
    is!(jobs.job_by_id(last).map(|(_, state)| state), Some("done"));
}

#[suite]
async fn a24_a_suite_does_not_end_before_its_jobs() {
    let seen = Intercept::new()
        .run("outer", |t| async move {
            let (go, wait) = oneshot::channel::<()>();
            let jobs = t.jobs();
            let started = jobs.new_job(async move {
                let _ = wait.await;
                Suite::current().spawn(async { pass!("a job of a job") });
                pass!("started");
            });
            jobs.start(started).unwrap();
            let put_off = jobs.new_job(async move {
                let _ = go.send(());
                pass!("put off");
            });
            jobs.postpone(put_off).unwrap();
        })
        .await;
    is!(letters(&seen, "outer"), "PPP");
    is!(seen.run_end().problems.len(), 0, "none was late");
}

#[suite]
async fn a24_a_panic_of_a_job_is_the_failure_of_its_suite() {
    let seen = Intercept::new()
        .run("outer", |t| async move {
            let job = t.spawn(async { panic!("no {}", "luck") });
            assert!(matches!(job.await, Err(JobError::Panicked(panic)) if panic.message == "no luck"));
            let stopped = t.spawn(std::future::pending::<()>());
            stopped.abort();
            assert_eq!(stopped.await, Err(JobError::Ended), "that is no failure");
        })
        .await;
    let problems = problems(&seen, "outer");
    matches_ok!(&problems[..], [Problem::JobPanicked { panic, .. }] if panic.message == "no luck");
}
