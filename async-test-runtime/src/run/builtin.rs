//! The door of the built-in harness: each `#[suite]` is one ordinary test, on a runtime of its own.

use std::io::Write as _;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::cancel::Cause;
use crate::panic;
use crate::queue::{Collected, Message};
use crate::record::{Attempt, Verdict};
use crate::report;
use crate::run::exits::HAS_FAILED;
use crate::run::interrupt::{self, Door, INSIDE};
use crate::run::{Launch, create, in_harness, retries, seed_of_pass};
use crate::run::{exits, time_limit};
use crate::runtime::Own;
use crate::settings::Settings;
use crate::spec::SuiteSpec;
use crate::suite::Suite;

/// How one run of one suite ended.
struct Ended {
    failed: bool,
    /// It failed and another attempt is to follow.
    is_followed: bool,
    collected: Collected,
    payload: Option<Box<dyn std::any::Any + Send>>,
}

/// What the tests of expansions call.
impl SuiteSpec {
    #[doc(hidden)]
    pub fn run_builtin(&'static self) -> ExitCode {
        let _inside = INSIDE.enter();
        let ended = attempts(self);
        print(&ended);
        if ended.failed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }

    /// Where the harness itself judges the panic, it is raised again for it.
    #[doc(hidden)]
    pub fn run_builtin_should_panic(&'static self) {
        let _inside = INSIDE.enter();
        let ended = attempts(self);
        print(&ended);
        match (ended.failed, ended.payload) {
            (false, Some(payload)) => resume_unwind(payload),
            // Skipped or TODO, so it passes; the harness takes only the panic it expects for that.
            (false, None) => resume_unwind(Box::new(self.keys().should_panic.unwrap_or_default().to_owned())),
            // Of another panic than the expected one the harness has something to say itself.
            (true, Some(payload))
                if !panic::message(&*payload).contains(self.keys().should_panic.unwrap_or_default()) =>
            {
                resume_unwind(payload);
            }
            // Without a panic the harness fails the test, as it should; why is in the report above.
            (true, _) => {}
        }
    }
}

/// Runs the suite, unless the variables leave it out, until one run of it fails or all have held.
fn attempts(spec: &'static SuiteSpec) -> Ended {
    let _turn = spec.keys().serial.map(turn);
    let top = Suite::top();
    let settings = &top.0.hub.settings;
    // Asked once: what has begun gets its verdict.
    let stopped = settings.fail_fast && HAS_FAILED.load(Ordering::SeqCst);
    let (passes, repeats) = (settings.repeat.max(1), spec.keys().repeat.max(1));
    let (mut pass, mut repeat) = (0, 0);
    loop {
        let ended = held(spec, settings, seed_of_pass(settings.seed, u64::from(pass)), stopped);
        repeat += 1;
        if repeat == repeats {
            (pass, repeat) = (pass + 1, 0);
        }
        if ended.failed {
            HAS_FAILED.store(true, Ordering::SeqCst);
        }
        if ended.failed || pass == passes {
            return ended;
        }
    }
}

/// One run of the suite, tried again as often as `retries` says. What failed attempts have to say is printed.
fn held(spec: &'static SuiteSpec, settings: &Settings, seed: u64, stopped: bool) -> Ended {
    let of = retries(spec, settings).saturating_add(1);
    let mut attempt = Attempt { number: 1, of };
    loop {
        let last = once(spec, attempt, seed, stopped);
        if !last.is_followed {
            return last;
        }
        print(&last);
        attempt.number += 1;
    }
}

/// The name of a `serial` group and its turn.
type Group = (&'static str, &'static Mutex<()>);

/// Suites of one `serial` group take turns. The harness calls each on a thread of its own, so these may block.
fn turn(group: &'static str) -> MutexGuard<'static, ()> {
    static GROUPS: OnceLock<Mutex<Vec<Group>>> = OnceLock::new();
    let mut groups = GROUPS
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let known = groups.iter().find(|(name, _)| *name == group).map(|(_, turn)| *turn);
    let turn = known.unwrap_or_else(|| {
        // One for each group of the program, for as long as it runs.
        let turn: &'static Mutex<()> = Box::leak(Box::default());
        groups.push((group, turn));
        turn
    });
    drop(groups);
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

fn once(spec: &'static SuiteSpec, attempt: Attempt, seed: u64, stopped: bool) -> Ended {
    match prepare(spec, attempt, seed, stopped) {
        Ok((suite, runtime)) => {
            let shared = suite.clone();
            run_prepared(spec, suite, runtime);
            ended(&shared)
        }
        Err(ended) => *ended,
    }
}

/// Makes what is to run; as an error what is to be said where nothing is. A function of its own, and with a box, since in a
/// build without optimization all that it moves about would stand on the stack below the test.
#[inline(never)]
fn prepare(spec: &'static SuiteSpec, attempt: Attempt, seed: u64, stopped: bool) -> Result<(Suite, Own), Box<Ended>> {
    let top = Suite::top();
    let refuse = |text: String| Err(Box::new(failed(text)));
    if let Some(text) = &top.0.hub.settings.complaint {
        return refuse(format!("async-test-suite: {text}\n"));
    }
    static IS_GUARDED: OnceLock<()> = OnceLock::new();
    IS_GUARDED.get_or_init(|| {
        interrupt::watch_the_hub();
        interrupt::listen(Door::Builtin);
        exits::guard(Door::Builtin, 101);
        time_limit::watch(Door::Builtin, 101);
    });
    if let Some(cause) = top.0.cancel.cause() {
        let why = match cause {
            Cause::BailOut(why) => why.clone(),
            other => format!("{other:?}"),
        };
        return refuse(format!("not run: the run was bailed out: {why}\n"));
    }
    let runtime = match Own::of(spec) {
        Ok(runtime) => runtime,
        Err(error) => return refuse(format!("failed to start a tokio runtime: {error}\n")),
    };
    let launch = Launch {
        is_async: false,
        seed,
        attempt,
        skip: stopped.then(|| "another suite has failed, and nothing is to be started after a failure".to_owned()),
        runs: None,
    };
    match create(&top, spec, launch) {
        Ok(suite) => Ok((suite, runtime)),
        // Skipped before it began. The harness counts it as passed, so the reason is all there is to see.
        Err(skipped) => Err(Box::new(Ended {
            failed: false,
            is_followed: false,
            collected: collect(&skipped),
            payload: None,
        })),
    }
}

fn run_prepared(spec: &'static SuiteSpec, suite: Suite, runtime: Own) {
    // A bail-out elsewhere in the process reaches the suite through the root's jobs.
    let job = Suite::top()
        .table()
        .stand_in(suite.path().to_owned(), spec.place(), Arc::new(suite.clone()));
    runtime.belongs_to(&suite);
    suite.keep_late_strays();
    in_harness::run(spec, suite, runtime);
    drop(job);
}

#[inline(never)]
fn ended(suite: &Suite) -> Ended {
    let mut collected = collect(suite);
    // Its report had been written.
    let late = suite.late_strays();
    for problem in &late {
        collected.text.extend_from_slice(report::plain(problem).as_bytes());
    }
    // One that was left behind has failed, whatever it still comes to.
    let verdict = collected.verdict.take().filter(|_| !suite.is_given_up());
    let payload = suite.take_payload();
    Ended {
        // A report that is lost hides what it should have told.
        failed: !late.is_empty() || collected.lost.is_some() || verdict.as_ref().is_none_or(Verdict::fails),
        is_followed: verdict == Some(Verdict::Retried),
        collected,
        payload,
    }
}

/// What the hub has made of a suite that has ended.
fn collect(suite: &Suite) -> Collected {
    if suite.has_passed_unheard() {
        return Collected {
            verdict: Some(Verdict::Passed),
            ..Collected::default()
        };
    }
    let answer = Arc::<OnceLock<Collected>>::default();
    let collected = answer.clone();
    // When `ask` returns, it has been handled.
    suite.0.hub.ask(Message::Collect(
        suite.info().id,
        Box::new(move |it| {
            let _ = answer.set(it);
        }),
    ));
    Arc::into_inner(collected)
        .and_then(OnceLock::into_inner)
        .unwrap_or_default()
}

fn failed(text: String) -> Ended {
    Ended {
        failed: true,
        is_followed: false,
        collected: Collected {
            text: text.into_bytes(),
            ..Collected::default()
        },
        payload: None,
    }
}

/// Prints on the thread of the test, so that the harness captures it and shows it with the failure.
#[expect(clippy::print_stdout, reason = "the harness captures nothing else")]
fn print(ended: &Ended) {
    if let Some(lost) = &ended.collected.lost {
        println!("the report of this suite is incomplete: {lost}");
    }
    if interrupt::ended_by().is_some() {
        // The process ends before the harness shows what it has captured.
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(&ended.collected.text).and_then(|()| out.flush());
    } else if !ended.collected.text.is_empty() {
        print!("{}", String::from_utf8_lossy(&ended.collected.text));
        let _ = std::io::stdout().flush();
    }
}
