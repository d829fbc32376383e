use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn job(jobs: &Jobs, work: impl Future<Output = ()> + Send + 'static) -> JobId {
    jobs.add("job".to_owned(), Place::new("t.rs", 1, 1), Box::pin(work), None, false)
}

#[tokio::test]
async fn the_limit_holds_exactly_and_waiting_jobs_start_in_order() {
    let jobs = Jobs::new(2, false);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let order = Arc::new(Mutex::new(Vec::new()));
    for number in 0..10 {
        let (now, most, order) = (now.clone(), most.clone(), order.clone());
        let id = job(&jobs, async move {
            order.lock().unwrap().push(number);
            let running = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(running, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
        });
        jobs.start_job(id).await.unwrap();
    }
    jobs.idle().await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    assert_eq!(jobs.count(), 0);
}

#[tokio::test]
async fn a_start_that_was_given_up_leaves_the_job_as_it_was() {
    let jobs = Jobs::new(1, false);
    let blocker = job(&jobs, std::future::pending());
    jobs.start_job(blocker).await.unwrap();
    let id = job(&jobs, async {});
    tokio::select! {
        biased;
        _ = jobs.start_job(id) => panic!("there was no place"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(jobs.get(id).unwrap().1, "new");
    jobs.cancel_all(&Cause::Abort);
    jobs.idle().await;
    assert_eq!(jobs.count(), 0);
}

#[tokio::test]
async fn who_waits_keeps_the_turn_when_the_limit_is_lowered() {
    let jobs = Jobs::new(2, false);
    let order = Arc::new(Mutex::new(Vec::new()));
    let holds: Vec<_> = (0..2).map(|_| tokio::sync::oneshot::channel::<()>()).collect();
    let mut ends = Vec::new();
    for (end, held) in holds {
        let id = job(&jobs, async { drop(held.await) });
        jobs.start_job(id).await.unwrap();
        ends.push((end, jobs.done(id)));
    }
    let starters: Vec<_> = (0..3)
        .map(|number| {
            let (jobs, order) = (jobs.clone(), order.clone());
            let id = job(&jobs, async move { order.lock().unwrap().push(number) });
            tokio::spawn(async move { jobs.start_job(id).await.unwrap() })
        })
        .collect();
    while jobs
        .0
        .lock()
        .entries
        .values()
        .filter(|it| matches!(it.status, Status::Waiting(_)))
        .count()
        < 3
    {
        tokio::task::yield_now().await;
    }
    jobs.set_limit(1);
    // The first place that comes back is nobody's, and those who wait do not hear of it.
    for (end, done) in ends {
        end.send(()).unwrap();
        done.wait().await;
        tokio::task::yield_now().await;
    }
    for starter in starters {
        starter.await.unwrap();
    }
    jobs.idle().await;
    assert_eq!(*order.lock().unwrap(), [0, 1, 2]);
}

#[tokio::test]
async fn a_job_is_started_once() {
    let jobs = Jobs::new(1, false);
    let id = job(&jobs, async {});
    jobs.start(id).unwrap();
    assert!(matches!(jobs.start(id), Err(ErrorKind::JobState { .. })));
    assert!(matches!(jobs.postpone(JobId(99)), Err(ErrorKind::NoSuchJob(_))));
    jobs.idle().await;
}

#[tokio::test]
async fn a_panicking_task_still_ends_its_job() {
    let jobs = Jobs::new(1, false);
    let id = job(&jobs, async { panic!("the wrapper did not catch this") });
    let done = jobs.done(id);
    jobs.start(id).unwrap();
    done.wait().await;
    assert_eq!(jobs.active(), 0);
}
