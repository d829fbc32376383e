//! The invocation matrix of subtests: parallel × random × spawned × instant, and what a body may borrow.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Invoke, Plan};
use tokio::sync::{Semaphore, oneshot};

/// What a subtest was seen to be when the call that made it had returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    /// It had run to its end.
    Ended,
    /// It had been started, and its end was not waited for.
    Started,
    /// It had been put off to the end of the body.
    PutOff,
}
use Seen::{Ended, PutOff, Started};

/// parallel, random, spawned, instant; what is seen; `is_async` of the subtest.
type Row = (u8, u8, u8, u8, Seen, bool);

const MATRIX: [Row; 16] = [
    (0, 0, 0, 0, Ended, false),
    (0, 0, 0, 1, Ended, false),
    (0, 0, 1, 0, Started, true),
    (0, 0, 1, 1, Started, true),
    (0, 1, 0, 0, PutOff, false),
    (0, 1, 0, 1, Ended, false),
    (0, 1, 1, 0, PutOff, true),
    (0, 1, 1, 1, Started, true),
    (1, 0, 0, 0, Started, true),
    (1, 0, 0, 1, Ended, false),
    (1, 0, 1, 0, Started, true),
    (1, 0, 1, 1, Started, true),
    (1, 1, 0, 0, PutOff, true),
    (1, 1, 0, 1, Ended, false),
    (1, 1, 1, 0, PutOff, true),
    (1, 1, 1, 1, Started, true),
];

/// The order in which things happened.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

async fn cell((parallel, random, spawned, instant, seen, is_async): Row) {
    let name = format!("parallel {parallel}, random {random}, spawned {spawned}, instant {instant}");
    let mut plan = Plan::new();
    plan.parallel = Some(parallel == 1);
    plan.random = Some(random == 1);
    let invoke = Invoke {
        spawned: spawned == 1,
        instant: instant == 1,
        hidden: false,
    };
    let (log, inner) = (Log::default(), Log::default());
    let (noted, events, told) = (log.clone(), log.clone(), inner.clone());
    let intercepted = Intercept::new()
        .plan(plan)
        .run("outer", move |t| async move {
            // A body that is not waited for can be told apart from one that is: it needs this permission.
            let gate = Arc::new(Semaphore::new(if seen == Ended { 1 } else { 0 }));
            let (begun, begins) = oneshot::channel();
            let (enter, log) = (gate.clone(), log.clone());
            let subtest = t.subtest("child", Plan::new(), invoke, move |child| async move {
                log.note("begins");
                let _ = begun.send(());
                enter.acquire().await.unwrap().forget();
                inner.note(format!("is_async: {}", child.is_async()));
                child
                    .subtest("grandchild", Plan::new(), Invoke::default(), {
                        let inner = inner.clone();
                        move |grandchild| async move { inner.note(format!("below: {}", grandchild.is_async())) }
                    })
                    .await;
                child.pass("done");
                log.note("ends");
            });
            let handle = subtest.await;
            noted.note("returns");
            match seen {
                Ended => {}
                Started => begins.await.unwrap(),
                PutOff => {
                    let states: Vec<_> = (t.jobs().all_job_promises().iter())
                        .filter_map(|promise| t.jobs().job_by_id(promise.id()))
                        .collect();
                    assert_eq!(states, [("outer/child".to_owned(), "postponed")]);
                }
            }
            noted.note("the body ends");
            gate.add_permits(1);
            drop(handle);
        })
        .await;
    let order: &[&str] = match seen {
        Ended => &["begins", "ends", "returns", "the body ends"],
        Started => &["begins", "the body ends", "ends"],
        PutOff => &["returns", "the body ends", "begins", "ends"],
    };
    let mut events = events.take();
    if seen == Started {
        // A started one begins before or after the call returns: that is the scheduler's choice.
        events.retain(|event| event != "returns");
    }
    is!(events, order, "{name}: order");
    is!(
        told.take(),
        [format!("is_async: {is_async}"), format!("below: {is_async}")],
        "{name}: is_async"
    );
    is!(
        intercepted.verdict(),
        Verdict::Passed,
        "{name}: {:?}",
        intercepted.end().problems
    );
}

#[suite(plan = 48)]
async fn a15_the_invocation_matrix_of_sixteen_cells() {
    for row in MATRIX {
        cell(row).await;
    }
}

#[suite(plan = 48, flavor = "multi_thread", worker_threads = 2)]
async fn a15_the_matrix_on_several_threads() {
    for row in MATRIX {
        cell(row).await;
    }
}

/// The macro's keys are those of `Invoke`.
#[suite]
async fn a15_the_keys_of_the_macro_say_the_same() {
    let states = Arc::new(Mutex::new(Vec::new()));
    let seen = states.clone();
    Intercept::new()
        .plan(Plan::new().random())
        .run("outer", |t| async move {
            let gate = Arc::new(Semaphore::new(0));
            let inside = gate.clone();
            let state = |name: &str| {
                let jobs = t.jobs();
                let all = jobs.all_job_promises();
                let found = all.iter().filter_map(|promise| jobs.job_by_id(promise.id()));
                found
                    .into_iter()
                    .find(|(job, _)| job.ends_with(name))
                    .map(|(_, state)| state)
            };
            subtest!("put off", {});
            subtest!("put off and beside", spawned, {});
            subtest!("now and beside", spawned, instant, async |t| {
                assert!(t.is_async());
                inside.acquire().await.unwrap().forget();
            });
            subtest!("now and here", instant, {});
            let names = ["put off", "put off and beside", "now and beside", "now and here"];
            seen.lock().unwrap().extend(names.map(state));
            gate.add_permits(1);
        })
        .await;
    let states = states.lock().unwrap().clone();
    is!(states, [Some("postponed"), Some("postponed"), Some("running"), None]);
}

#[suite]
async fn a15_a_spawned_child_of_a_random_suite_runs_beside_its_siblings_even_so() {
    let seen = Intercept::new()
        .plan(Plan::new().random())
        .run("outer", |_| async {
            let left = Arc::new(tokio::sync::Barrier::new(2));
            let right = left.clone();
            // Each waits for the other, so one after the other they would never end.
            subtest!("left", spawned, {
                left.wait().await;
            });
            subtest!("right", spawned, {
                right.wait().await;
            });
        })
        .await;
    is!(seen.verdict(), Verdict::Passed);
}

#[suite]
async fn a14_an_instant_body_borrows_locals() {
    let names = vec!["a".to_owned(), "b".to_owned()];
    let mut seen = Vec::new();
    for name in &names {
        let held = subtest!("instant {name}", instant, {
            tokio::task::yield_now().await;
            seen.push(name.as_str());
            ok!(names.contains(name));
            subtest!("deeper", instant, async |t| {
                is!(t.message(), "deeper");
                seen.push("deeper");
            });
        });
        ok!(held.await);
    }
    is!(seen, ["a", "deeper", "b", "deeper"]);
    is!(names.len(), 2, "nothing was moved");
}

#[suite(parallel, random)]
async fn a14_an_instant_body_borrows_locals_in_any_mode() {
    let mut count = 0;
    subtest!("here and now", instant, { count += 1 });
    is!(count, 1);
    let failing = Intercept::new()
        .run("outer", |_| async {
            let text = String::from("1x");
            let held = subtest!("with a question mark", instant, {
                let number: u32 = text.parse()?;
                ok!(number > 0);
            });
            assert!(!held.await);
        })
        .await;
    is!(failing.verdict(), Verdict::Failed);
    is!(failing.end().tally.failed, 1);
}

#[suite(flavor = "current_thread")]
async fn a14_an_instant_body_need_not_be_send() {
    let count = Rc::new(Cell::new(0));
    let held = subtest!("here and now", instant, async |t| {
        count.set(1);
        tokio::task::yield_now().await;
        subtest!("deeper", instant, { count.set(count.get() + 1) });
        t.ok(true, "still here");
    });
    is!((held.await, count.get()), (true, 2));
}

#[suite]
async fn a14_dropping_the_body_around_an_instant_subtest_still_ends_it() {
    let log = Log::default();
    let inner = log.clone();
    let seen = Intercept::new()
        .run("outer", |t| async move {
            let abort = t.clone();
            subtest!("instant", instant, async |child| {
                child.on_finish({
                    let inner = inner.clone();
                    async move { inner.note("cleaned up") }
                });
                abort.abort();
                std::future::pending::<()>().await;
            });
        })
        .await;
    is!(log.take(), ["cleaned up"]);
    ok!(seen.suite("outer/instant").is_some(), "it has ended in the records");
    is!(seen.run_end().problems.len(), 0, "and not too late");
}
