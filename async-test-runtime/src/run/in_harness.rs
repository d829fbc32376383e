//! Where the body of a suite runs under the built-in harness, so that one that holds its thread does not hang it.
//!
//! The harness waits for the thread that it has called a test on. A suite with a time limit of its own gets a thread
//! beside that one, which can then be left behind: the test fails, and the harness goes on. That costs as much as an
//! ordinary small test, so suites that have only the default limit run on the thread of the harness. When one of those
//! does not come back, its report is printed at once, and the process is ended as soon as no other suite is at work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::aside;
use crate::drive::abandon;
use crate::hub;
use crate::options;
use crate::queue::Message;
use crate::run::interrupt::INSIDE;
use crate::run::{main, run_here};
use crate::runtime::Own;
use crate::spec::SuiteSpec;
use crate::suite::Suite;

/// How long no suite may have begun or ended before the process is ended past those that do not come back.
const QUIET: Duration = Duration::from_secs(10);

/// Runs a suite to its end, or until it is left behind.
pub(super) fn run(spec: &'static SuiteSpec, suite: Suite, runtime: Own) {
    if may_be_left(spec, &suite) {
        on_own_thread(spec, suite, runtime);
    } else {
        in_place(spec, suite, runtime);
    }
}

/// Whether the suite is worth a thread.
fn may_be_left(spec: &SuiteSpec, suite: &Suite) -> bool {
    let limit = suite.0.hub.settings.timeout;
    spec.keys().timeout.is_some() || limit != Some(options::DEFAULT_TIMEOUT) || LEFT.load(Ordering::SeqCst) > 0
}

fn on_own_thread(spec: &'static SuiteSpec, suite: Suite, runtime: Own) {
    let (ended, end) = mpsc::channel();
    let left = ended.clone();
    suite.when_stuck(move |suite| {
        if abandon(suite) {
            let _ = left.send(());
        }
    });
    let body = move || {
        // Told however it ends.
        let _ended = Told(ended);
        to_the_end(spec, suite, runtime);
    };
    // What looks at the name of the thread expects that of the test.
    let name = thread::current().name().unwrap_or_default().to_owned();
    match aside::start(&name, body) {
        // An error would mean that the thread has ended without a word.
        Ok(()) => end.recv().unwrap_or_default(),
        Err(error) => panic!("failed to start a thread for the suite: {error}"),
    }
}

fn to_the_end(spec: &'static SuiteSpec, suite: Suite, runtime: Own) {
    runtime.run(run_here(spec, suite, Duration::ZERO, None));
}

struct Told(mpsc::Sender<()>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// How many suites are on threads of the harness and do not come back.
static LEFT: AtomicUsize = AtomicUsize::new(0);

fn in_place(spec: &'static SuiteSpec, suite: Suite, runtime: Own) {
    suite.when_stuck(leave_in_place);
    let seen = suite.clone();
    to_the_end(spec, suite, runtime);
    if seen.is_given_up() {
        LEFT.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tells the end of a suite whose test does not get to tell it, and sees to the end of the process.
fn leave_in_place(suite: &Suite) {
    LEFT.fetch_add(1, Ordering::SeqCst);
    if !abandon(suite) {
        LEFT.fetch_sub(1, Ordering::SeqCst);
        return;
    }
    suite.0.hub.ask(Message::Collect(
        suite.info().id,
        Box::new(|collected| hub::to_people(&String::from_utf8_lossy(&collected.text))),
    ));
    static WAITS: OnceLock<()> = OnceLock::new();
    WAITS.get_or_init(|| {
        let quiet = QUIET.min(2 * suite.patience());
        // Without a thread the process goes on as if it had not been watched.
        let _ = aside::start("async-test-end", move || end_when_quiet(quiet));
    });
}

/// Ends the process when nothing but suites that do not come back has been at work for so long.
fn end_when_quiet(quiet: Duration) {
    let (mut seen, mut since) = (INSIDE.changes(), Instant::now());
    loop {
        thread::sleep(quiet / 20);
        let changes = INSIDE.changes();
        let left = LEFT.load(Ordering::SeqCst);
        if changes != seen || left == 0 || INSIDE.count() > left {
            (seen, since) = (changes, Instant::now());
        } else if since.elapsed() >= quiet {
            hub::to_people(&format!(
                "async-test-suite: {left} suites do not come back, and no other one is at work: the process ends here. \
                 With a time limit of its own (`timeout = \"..\"`, ASYNC_TEST_TIMEOUT) a suite is left behind and the \
                 rest goes on.\n"
            ));
            main::leave(main::FAILED);
        }
    }
}
