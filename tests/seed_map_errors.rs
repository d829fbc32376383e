//! The seed map, row A34: every misuse is a value of one type that names the suite, the operation and the way out.

mod seed_map;

use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, Barrier, Mutex};

use async_test_suite::claim::Problem;
use async_test_suite::error::{Error, ErrorKind};
use async_test_suite::event::{EventKind, Payload};
use async_test_suite::ids::JobId;
use async_test_suite::prelude::*;
use async_test_suite::record::SuiteInfo;
use async_test_suite::{Bundle, Intercept, JobManager, Plan, Stage};
use seed_map::problems;

/// Holds the thread of its hub up between two meetings.
#[derive(Default)]
struct Holder;

impl Bundle for Holder {
    fn on_command(&mut self, _: &SuiteInfo, name: &str, payload: &Payload) -> bool {
        let Some(meeting) = payload.0.downcast_ref::<Arc<Barrier>>().filter(|_| name == "hold") else {
            return false;
        };
        meeting.wait();
        meeting.wait();
        true
    }
}

async_test_suite::register_bundle!(Holder);

/// One misuse, made by hand in a suite called `storage`, and what it is told.
struct Row {
    operation: &'static str,
    suite: &'static str,
    says: &'static str,
    advises: &'static str,
}

const fn row(operation: &'static str, suite: &'static str, says: &'static str, advises: &'static str) -> Row {
    Row {
        operation,
        suite,
        says,
        advises,
    }
}

const NO_JOB: &str = "there is no job 4711";
const NUMBER: &str = "use the number that `new_job` returned";

const ROWS: &[Row] = &[
    row(
        "Suite::current",
        "",
        "no suite is running here",
        "call it from the body of a `#[suite]` or `subtest!`",
    ),
    row(
        "plan!",
        "storage",
        "the plan comes too late",
        "put the plan before the first check",
    ),
    row(
        "plan!",
        "storage/twice",
        "the plan cannot be fulfilled: 2 tests are planned already, 3",
        "correct the number",
    ),
    row(
        "skip_rest!",
        "storage",
        "unknown without a plan",
        "give the suite a plan, or name a count",
    ),
    row(
        "plan!",
        "storage/ended",
        "the suite has ended",
        "start it with `t.spawn(..)`",
    ),
    row(
        "skip_rest!",
        "storage/ended",
        "the suite has ended",
        "start it with `t.spawn(..)`",
    ),
    row(
        "set_stage",
        "storage",
        "a suite that is in progress cannot become initializing",
        "see `Stage`",
    ),
    row("start", "storage", NO_JOB, NUMBER),
    row("start_job", "storage", NO_JOB, NUMBER),
    row("invoke_job", "storage", NO_JOB, NUMBER),
    row("postpone", "storage", NO_JOB, NUMBER),
    row("start", "storage", "is done", "a job is started or postponed once"),
    row(
        "await_all_jobs",
        "storage",
        "1 postponed job",
        "let the suite do it: `await_jobs`",
    ),
    row(
        "post_event",
        "storage",
        "only while an event is handled",
        "use `send`; `post_event` is for hooks",
    ),
    row(
        "send_command",
        "storage",
        "nobody handles the command `mend`",
        "register a bundle",
    ),
    row(
        "try_send",
        "storage",
        "the event queue is full",
        "use `send`, which waits",
    ),
    row("start", "storage", "no tokio runtime is running here", ""),
];

/// Every misuse, in the order of the rows.
async fn misuse(t: Suite) -> Vec<Error> {
    let mut errors = Vec::new();
    // Outside of any suite the value is the text of a panic.
    let outside = std::thread::spawn(|| drop(Suite::current())).join().unwrap_err();
    assert_eq!(
        outside.downcast_ref::<String>(),
        Some(&Error::new("", "Suite::current", ErrorKind::NoSuite).to_string())
    );
    errors.push(Error::new("", "Suite::current", ErrorKind::NoSuite));
    t.pass("the first test");
    errors.push(t.plan(Plan::new().tests(1)).unwrap_err());
    t.subtest("twice", Plan::new().tests(2), Default::default(), |twice| async move {
        twice.plan(Plan::new().tests(3)).expect("the hub says it, not the call");
    })
    .await;
    t.skip_rest("no plan");
    let child = t.create_suite("ended", Plan::new(), |_| async {});
    let ended = child.suite().unwrap().clone();
    child.run().await;
    errors.push(ended.plan(Plan::new()).unwrap_err());
    ended.skip_rest("ended");
    errors.push(t.set_stage(Stage::Initializing).unwrap_err());
    jobs(&t.jobs(), &mut errors).await;
    errors.push(t.post_event(EventKind::NoMoreTests).unwrap_err());
    errors.push(t.send_command("mend", ()).unwrap_err());
    errors.push(full(&t).await);
    errors.push(homeless(&t));
    errors
}

async fn jobs(jobs: &JobManager, errors: &mut Vec<Error>) {
    let unknown = JobId(4711);
    errors.push(jobs.start(unknown).unwrap_err());
    errors.push(jobs.start_job(unknown).await.unwrap_err());
    errors.push(jobs.invoke_job(unknown).await.unwrap_err());
    errors.push(jobs.postpone(unknown).unwrap_err());
    let done = jobs.new_job(async {});
    jobs.invoke_job(done).await.unwrap();
    errors.push(jobs.start(done).unwrap_err());
    let put_off = jobs.new_job(async {});
    jobs.postpone(put_off).unwrap();
    errors.push(jobs.await_all_jobs().await.unwrap_err());
    jobs.start(put_off).unwrap();
}

/// Sends until there is no place, while the hub is held up.
async fn full(t: &Suite) -> Error {
    let meeting = Arc::new(Barrier::new(2));
    let (suite, held) = (t.clone(), meeting.clone());
    let command = std::thread::spawn(move || suite.send_command("hold", held));
    meeting.wait();
    let error = (0..100_000).find_map(|_| t.try_send(EventKind::JobsAwaited).err());
    meeting.wait();
    command.join().unwrap().unwrap();
    error.expect("the queue is bounded")
}

/// A job of a suite that has not begun, started where there is no runtime.
fn homeless(t: &Suite) -> Error {
    let new = t.create_suite("not begun", Plan::new(), |_| async {});
    let suite = new.suite().unwrap().clone();
    let start = move || {
        let jobs = suite.jobs();
        let job = jobs.new_job(async {});
        let error = jobs.start(job).unwrap_err();
        jobs.release_job(job);
        Error {
            suite: "storage".to_owned(),
            ..error
        }
    };
    std::thread::spawn(start).join().unwrap()
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn a34_the_table_of_all_misuses() {
    let made = Arc::new(Mutex::new(Vec::new()));
    let inner = made.clone();
    let seen = Intercept::new()
        .run("storage", |t| async move {
            let errors = misuse(t).await;
            *inner.lock().unwrap() = errors;
        })
        .await;
    let told = |path: &str| {
        problems(&seen, path).into_iter().filter_map(|problem| match problem {
            Problem::Misuse(at, error) => Some((at, error)),
            _ => None,
        })
    };
    // What only the hub can know comes with the end of the suite, what comes after that with the end of the run.
    let run = seen.run_end().problems.iter().filter_map(|problem| match &**problem {
        Problem::Misuse(at, error) => Some((at.clone(), error.clone())),
        _ => None,
    });
    let by_the_hub: Vec<_> = told("storage").chain(told("storage/twice")).chain(run).collect();
    for (at, error) in &by_the_hub {
        is!(at.file, file!(), "{error}: the place of the call");
    }
    let mut errors = made.lock().unwrap().clone();
    is!(errors.len(), ROWS.len() - 3, "three rows are told by the hub alone");
    errors.extend(by_the_hub.into_iter().map(|(_, error)| error));
    for Row {
        operation,
        suite,
        says,
        advises,
    } in ROWS
    {
        let found = errors.iter().find(|error| {
            error.operation == *operation && error.suite == *suite && error.kind.to_string().contains(says)
        });
        let Some(error) = ok!(found.is_some(), "`{operation}` in `{suite}`: {says}")
            .then_some(found)
            .flatten()
        else {
            continue;
        };
        ok!(error.advice().contains(advises), "{error}: what to do");
        let text = error.to_string();
        ok!(
            text.starts_with(&format!("`{operation}`")) && text.contains(says),
            "{text}"
        );
        ok!(
            suite.is_empty() || text.contains(&format!("in suite `{suite}`")),
            "{text}"
        );
    }
    let kinds: Vec<Discriminant<ErrorKind>> = errors.iter().map(|error| discriminant(&error.kind)).collect();
    for kind in every_kind() {
        ok!(kinds.contains(&discriminant(&kind)), "{kind:?} is reached");
    }
}

/// One of each kind but that of the verifier, which has a table of its own.
fn every_kind() -> Vec<ErrorKind> {
    let job = JobId(0);
    let (from, to) = (Stage::Finished, Stage::Initializing);
    vec![
        ErrorKind::NoSuite,
        ErrorKind::PlanTooLate,
        ErrorKind::ImpossiblePlan(String::new()),
        ErrorKind::NoPlan,
        ErrorKind::SuiteEnded,
        ErrorKind::StageTransition { from, to },
        ErrorKind::NoSuchJob(job),
        ErrorKind::JobState { job, state: "".into() },
        ErrorKind::PostponedJobs(0),
        ErrorKind::OutsideEventLoop,
        ErrorKind::UnknownCommand(String::new()),
        ErrorKind::QueueFull,
        ErrorKind::Other(String::new()),
    ]
}
