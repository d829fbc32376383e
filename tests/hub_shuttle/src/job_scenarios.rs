//! Jobs under a limit that others start, change, cancel and forget.

use real_std::sync::Arc;
use real_std::sync::atomic::{AtomicUsize, Ordering};
use std::future::Future;
use std::task::Poll;

use shuttle::future::{block_on, spawn, yield_now};
use shuttle::rand::Rng;

use crate::cancel::Cause;
use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::jobs::Jobs;
use crate::place::Place;

/// How many run now, how many ran at once, and how many have come to their end.
#[derive(Clone, Default)]
struct Gauge(Arc<[AtomicUsize; 3]>);

/// One that runs, until it is dropped.
struct Running(Gauge);

impl Gauge {
    fn enter(&self) -> Running {
        let now = self.0[0].fetch_add(1, Ordering::SeqCst) + 1;
        self.0[1].fetch_max(now, Ordering::SeqCst);
        Running(self.clone())
    }

    fn most(&self) -> usize {
        self.0[1].load(Ordering::SeqCst)
    }

    fn ended(&self) -> usize {
        self.0[2].load(Ordering::SeqCst)
    }

    async fn work(self) {
        let _running = self.enter();
        yield_now().await;
        yield_now().await;
        self.0[2].fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0[0].fetch_sub(1, Ordering::SeqCst);
    }
}

fn add(jobs: &Jobs, work: impl Future<Output = ()> + Send + 'static) -> JobId {
    jobs.add("job".to_owned(), Place::new("t.rs", 1, 1), Box::pin(work), None, false)
}

/// Whether so many places are left: so many start, and no more.
async fn has_places(jobs: &Jobs, places: usize) {
    let gauge = Gauge::default();
    for _ in 0..places * 2 {
        let id = add(jobs, gauge.clone().work());
        jobs.start_job(id).await.unwrap();
    }
    jobs.idle().await;
    assert_eq!(gauge.ended(), places * 2);
    assert!(gauge.most() <= places, "{} at once", gauge.most());
}

pub fn never_more_than_the_limit() {
    block_on(async {
        for limit in [1, 2] {
            let (jobs, gauge) = (Jobs::new(limit, false), Gauge::default());
            let starters: Vec<_> = (0..2)
                .map(|_| {
                    let (jobs, gauge) = (jobs.clone(), gauge.clone());
                    spawn(async move {
                        for _ in 0..3 {
                            let id = add(&jobs, gauge.clone().work());
                            let done = jobs.done(id);
                            jobs.start_job(id).await.unwrap();
                            assert!(matches!(
                                jobs.start(id),
                                Err(ErrorKind::JobState { .. } | ErrorKind::NoSuchJob(_))
                            ));
                            if limit == 1 {
                                done.wait().await;
                            }
                        }
                    })
                })
                .collect();
            for starter in starters {
                starter.await.unwrap();
            }
            jobs.idle().await;
            assert_eq!((gauge.ended(), jobs.active(), jobs.count()), (6, 0, 0));
            assert!(gauge.most() <= limit);
            has_places(&jobs, limit).await;
        }
    });
}

/// Each job has a table of its own, and awaits the jobs in it.
fn nested(jobs: Jobs, gauge: Gauge, depth: usize) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut ends = Vec::new();
        for _ in 0..2 {
            let inner = Jobs::new(1, false);
            let (gauge, deeper) = (gauge.clone(), depth > 1);
            let id = add(&jobs, async move {
                if deeper {
                    nested(inner.clone(), gauge.clone(), depth - 1).await;
                    inner.idle().await;
                }
                gauge.0[2].fetch_add(1, Ordering::SeqCst);
            });
            ends.push(jobs.done(id));
            jobs.start_job(id).await.unwrap();
        }
        for end in ends {
            end.wait().await;
        }
    })
}

pub fn nested_under_a_limit_of_one() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(1, false), Gauge::default());
        nested(jobs.clone(), gauge.clone(), 3).await;
        jobs.idle().await;
        assert_eq!(gauge.ended(), 2 + 4 + 8);
    });
}

pub fn a_limit_that_changes() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(2, false), Gauge::default());
        let starter = {
            let (jobs, gauge) = (jobs.clone(), gauge.clone());
            spawn(async move {
                for _ in 0..5 {
                    let id = add(&jobs, gauge.clone().work());
                    jobs.start_job(id).await.unwrap();
                }
            })
        };
        for limit in [1, 3, 1, 2, 1] {
            yield_now().await;
            jobs.set_limit(limit);
        }
        starter.await.unwrap();
        jobs.idle().await;
        assert_eq!(gauge.ended(), 5);
        assert!(gauge.most() <= 3);
        has_places(&jobs, 1).await;
        jobs.set_limit(2);
        has_places(&jobs, 2).await;
    });
}

/// Whether it was done after so many looks; after the last one it is given up.
async fn within(looks: u32, start: impl Future<Output = Result<(), ErrorKind>>) -> bool {
    let mut start = real_std::pin::pin!(start);
    for _ in 0..looks {
        let look = real_std::future::poll_fn(|context| Poll::Ready(start.as_mut().poll(context)));
        if let Poll::Ready(started) = look.await {
            started.unwrap();
            return true;
        }
        yield_now().await;
    }
    false
}

/// A start that is given up leaves the job as it was, and its place to others.
pub fn given_up_while_waiting() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(1, false), Gauge::default());
        let starters: Vec<_> = (1..=3)
            .map(|looks| {
                let (jobs, gauge) = (jobs.clone(), gauge.clone());
                spawn(async move {
                    let id = add(&jobs, gauge.clone().work());
                    let done = jobs.done(id);
                    if !within(looks, jobs.start_job(id)).await {
                        jobs.start_job(id).await.unwrap();
                    }
                    done.wait().await;
                })
            })
            .collect();
        for starter in starters {
            starter.await.unwrap();
        }
        jobs.idle().await;
        assert_eq!((gauge.ended(), jobs.active(), jobs.count()), (3, 0, 0));
        assert!(gauge.most() <= 1);
        has_places(&jobs, 1).await;
    });
}

/// What is started beside the cancellation ends as well, though it would never end by itself.
pub fn cancelled_while_starting() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(2, false), Gauge::default());
        let starters: Vec<_> = (0..2)
            .map(|_| {
                let (jobs, gauge) = (jobs.clone(), gauge.clone());
                spawn(async move {
                    let id = add(&jobs, async move {
                        let _running = gauge.enter();
                        real_std::future::pending::<()>().await;
                    });
                    let _ = jobs.start(id);
                })
            })
            .collect();
        jobs.cancel_all(&Cause::Abort);
        for starter in starters {
            starter.await.unwrap();
        }
        jobs.idle().await;
        assert_eq!((jobs.active(), jobs.count()), (0, 0));
        assert_eq!(gauge.0[0].load(Ordering::SeqCst), 0, "nothing is left behind");
    });
}

pub fn cancelled_while_waiting() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(1, false), Gauge::default());
        let starters: Vec<_> = (0..3)
            .map(|_| {
                let (jobs, gauge) = (jobs.clone(), gauge.clone());
                spawn(async move {
                    let id = add(&jobs, gauge.clone().work());
                    let done = jobs.done(id);
                    match jobs.start_job(id).await {
                        Ok(()) | Err(ErrorKind::NoSuchJob(_)) => done.wait().await,
                        Err(other) => panic!("{other:?}"),
                    }
                })
            })
            .collect();
        yield_now().await;
        jobs.cancel_all(&Cause::Abort);
        for starter in starters {
            starter.await.unwrap();
        }
        jobs.idle().await;
        assert_eq!((jobs.active(), jobs.count()), (0, 0));
        assert!(gauge.most() <= 1);
        assert_eq!(gauge.0[0].load(Ordering::SeqCst), 0);
    });
}

/// One that waits for a place is forgotten, while the limit is lowered: its place is nobody's.
pub fn released_while_waiting() {
    block_on(async {
        let (jobs, gauge) = (Jobs::new(2, false), Gauge::default());
        let ids: Vec<JobId> = (0..3).map(|_| add(&jobs, gauge.clone().work())).collect();
        let starters: Vec<_> = ids
            .iter()
            .map(|&id| {
                let jobs = jobs.clone();
                spawn(async move {
                    let _ = jobs.start_job(id).await;
                })
            })
            .collect();
        for _ in 0..shuttle::rand::thread_rng().gen_range(0..6) {
            yield_now().await;
        }
        jobs.release(ids[2]);
        jobs.set_limit(1);
        // From here on one at a time, beside those that run already.
        for starter in starters {
            starter.await.unwrap();
        }
        alone(&jobs, &gauge).await;
        has_places(&jobs, 1).await;
    });
}

/// What starts under a limit of one runs beside nothing, not even beside what began before the limit.
async fn alone(jobs: &Jobs, gauge: &Gauge) {
    for _ in 0..3 {
        let gauge = gauge.clone();
        let id = add(jobs, async move {
            let running = gauge.enter();
            assert_eq!(gauge.0[0].load(Ordering::SeqCst), 1, "under a limit of one");
            yield_now().await;
            drop(running);
        });
        jobs.start_job(id).await.unwrap();
    }
    jobs.idle().await;
}
