//! Running a tree through the hub.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use async_test_suite::claim::{Claim, Raw};
use async_test_suite::place::Place;
use async_test_suite::plan::When;
use async_test_suite::prelude::*;
use async_test_suite::{Intercept, Intercepted, Invoke};
use tokio::runtime::{Builder, Runtime};

use super::start::start;
use super::tree::{End, Job, Keys, Node, Op, Tree, Wait};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flavor {
    CurrentThread,
    MultiThread,
}

/// What the bodies themselves learnt.
#[derive(Default)]
pub struct Told {
    /// What the handles of subtests said to those who awaited them, by name.
    pub held: BTreeMap<String, bool>,
    /// The suites whose bodies have begun and the clean-ups of which have not run.
    pub not_cleaned_up: BTreeSet<String>,
}

pub struct World {
    /// Jobs are awaited at once.
    strict: bool,
    told: Mutex<Told>,
}

impl World {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }
}

pub type Shared = Arc<World>;
pub type Body = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send>>;

/// The error that a body returns.
#[derive(Debug)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn runtime(flavor: Flavor) -> &'static Runtime {
    static RUNTIMES: [OnceLock<Runtime>; 2] = [OnceLock::new(), OnceLock::new()];
    let mut builder = match flavor {
        Flavor::CurrentThread => Builder::new_current_thread(),
        Flavor::MultiThread => Builder::new_multi_thread(),
    };
    RUNTIMES[flavor as usize].get_or_init(|| builder.worker_threads(3).enable_all().build().unwrap())
}

/// Runs a tree and waits for its end.
pub fn run(tree: &Tree, flavor: Flavor) -> (Intercepted, Told) {
    let world = Arc::new(World {
        strict: tree.strict,
        told: Mutex::default(),
    });
    let top = tree.top.clone();
    let (name, inner) = (top.name.clone(), world.clone());
    let run = Intercept::new()
        .seed(tree.seed)
        .plan(plan(top.plan))
        .run(name, move |t| async move {
            let _ = body(top, t, inner).await;
        });
    let intercepted = runtime(flavor).block_on(run);
    let told = std::mem::take(&mut *world.told());
    (intercepted, told)
}

pub fn plan(keys: Keys) -> Plan {
    let mut plan = Plan::new();
    plan.tests = keys.tests;
    plan.test_jobs = keys.test_jobs;
    plan.parallel = keys.parallel.then_some(true);
    plan.random = keys.random.then_some(true);
    plan.todo = keys.todo.then(|| "the plan says so".into());
    plan.skip_all = keys.skip_all.then(|| "the plan says so".into());
    plan.when = keys.unmet.then_some(When::Cfg(false, "nothing"));
    plan
}

pub fn body(node: Arc<Node>, t: Suite, world: Shared) -> Body {
    Box::pin(async move {
        world.told().not_cleaned_up.insert(node.name.clone());
        let (name, there) = (node.name.clone(), world.clone());
        t.on_finish(async move {
            tokio::task::yield_now().await;
            there.told().not_cleaned_up.remove(&name);
        });
        let mut later = Vec::new();
        for op in &node.ops {
            match op {
                Op::Child(child) => {
                    let Some(subtest) = start(child, &t, &world).await else {
                        continue;
                    };
                    match child.wait {
                        Wait::Never => {}
                        Wait::AtOnce => note(child, subtest.await, &world),
                        Wait::AtTheEnd => later.push((child, subtest)),
                    }
                }
                Op::Job(job) => {
                    let job = t.spawn(work(job.clone(), t.clone()));
                    if world.strict {
                        let _ = job.await;
                    }
                }
                Op::Yield => tokio::task::yield_now().await,
                op => mark(op, &t),
            }
        }
        for (child, subtest) in later {
            note(child, subtest.await, &world);
        }
        end(&node, &t).await
    })
}

pub fn note(child: &Node, value: bool, world: &Shared) {
    world.told().held.insert(child.name.clone(), value);
}

/// What takes no time.
fn mark(op: &Op, t: &Suite) {
    match op {
        Op::Check { label, held, skippable } => {
            let mut claim = Claim::new(Raw::of(*held), format!("c{label}"), Place::caller());
            claim.skippable = *skippable;
            t.claim(claim);
        }
        Op::Skip(count) => t.skip("no reason", *count),
        Op::SkipRest => t.skip_rest("the rest"),
        Op::SkipRemaining { global } => t.skip_remaining("what remains", *global),
        Op::Todo(Some(count)) => t.todo_next("later", *count),
        Op::Todo(None) => t.todo_remaining("much later"),
        Op::Flunk(count) => t.test_flunks("it is promised", *count),
        Op::Plan(keys) => {
            // It says so as well as it fails the suite, which is looked at.
            let _ = t.plan(plan(*keys));
        }
        Op::DoneTesting => t.done_testing(),
        Op::Diag => {
            diag!("a comment\nof two lines");
        }
        Op::Yield | Op::Job(_) | Op::Child(_) => unreachable!("they take time"),
    }
}

async fn work(job: Job, t: Suite) {
    tokio::task::yield_now().await;
    match job {
        Job::Quiet => {}
        Job::Panic => panic!("a job panics"),
        Job::Check { label, held } => {
            t.ok(held, format!("c{label}"));
        }
    }
}

async fn end(node: &Node, t: &Suite) -> Result<(), Refused> {
    match node.end {
        End::Return => Ok(()),
        End::Panic => panic!("a body panics"),
        End::Err => Err(Refused),
        End::Abort(levels) => {
            let mut above = t.clone();
            for _ in 0..levels {
                above = above.parent().unwrap();
            }
            above.abort();
            after(t, levels == 0).await
        }
        End::BailOut => {
            t.bail_out("enough");
            after(t, true).await
        }
    }
}

/// What nobody is to hear of: the suite is over.
async fn after(t: &Suite, at_once: bool) -> Result<(), Refused> {
    if !at_once {
        t.cancelled().await;
        std::future::pending::<()>().await;
    }
    t.flunk("a check of a suite that is over");
    t.skip("a check of a suite that is over", 2);
    t.skip_rest("a suite that is over");
    let _ = t.plan(Plan::new().tests(77));
    t.subtest(
        "a subtest of a suite that is over",
        Plan::new(),
        Invoke::default(),
        |t| async move {
            t.flunk("a check of a subtest of a suite that is over");
        },
    )
    .await;
    std::future::pending::<()>().await;
    Ok(())
}
