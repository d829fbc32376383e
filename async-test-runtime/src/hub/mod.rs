//! The hub: the only owner of the ledger, at the end of the one queue.
//!
//! It hands events to the ledger, records to the reporters, and what they render to their writers. It waits for nothing
//! but these writers. Under `main!` it has a thread of its own, so that reports grow while suites run. Under the built-in
//! harness nothing is shown before a suite ends, and then the thread of that test does what there is to do.

mod core;
mod each;
pub(crate) mod ear;
mod guest;
mod live;

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use crate::aside;
use crate::capture::{self, Capture};
use crate::claim::Running;
use crate::event::Event;
use crate::hook::Bundle;
use crate::ledger::Ledger;
use crate::order;
use crate::queue::{Message, Sender};
use crate::record::{Record, RunStart, SuiteInfo};
use crate::report::{self, Reporter, View};
use crate::settings::Settings;
use crate::suite::{Spent, Suite, Untold};

use self::core::Core;
pub(crate) use self::guest::Guests;

/// Makes the reporter of one suite.
pub(crate) type MakeReporter = Box<dyn Fn() -> Box<dyn Reporter> + Send>;

/// Where records go.
pub(crate) enum Output {
    /// A reporter for each `#[suite]`, whose text the test's own thread prints: the built-in harness is in charge.
    Each {
        make: MakeReporter,
        /// What passes is shown as well.
        shows_passed: bool,
    },
    /// All records to all of them, with what tests print if it is captured.
    Whole(Vec<Sink>, RunStart, Option<Arc<Capture>>),
}

/// A reporter and where it writes.
pub(crate) struct Sink {
    /// What to call it when it fails.
    pub(crate) name: String,
    pub(crate) reporter: Box<dyn Reporter>,
    pub(crate) out: Out,
}

impl Sink {
    /// Whether a suite may be told when it has ended. Whoever watches wants to see it begin.
    fn takes_whole(&self) -> bool {
        self.reporter.takes_whole() && matches!(self.out, Out::Stream(_))
    }
}

/// Where a reporter writes.
pub(crate) enum Out {
    Stream(Box<dyn Write + Send>),
    /// A terminal that somebody watches: a line about what is running stands below what the reporter writes.
    Watched(Box<dyn Write + Send>, View),
}

/// The process's end of the road to the hub.
pub(crate) struct Hub {
    pub(crate) sender: Sender,
    posted: Posted,
    /// Where `#[suite]`s have to say that they begin and end.
    pub(crate) capture: Option<Arc<Capture>>,
    /// A thread of the hub's own handles what is sent.
    pub(crate) is_attended: bool,
    /// Whose code the hub is in.
    pub(crate) guests: Arc<Guests>,
    pub(crate) settings: Settings,
    /// Nobody wants to hear of each passing check.
    pub(crate) counts_passed: bool,
    /// Passing checks come in company: somebody wants to hear of each, but as a part of the report. Only where the hub's
    /// thread handles them at once, since they have one time.
    pub(crate) gathers: bool,
    /// Somebody wants to hear of each step in the life of a suite.
    pub(crate) hears_stages: bool,
    pub(crate) root: Arc<SuiteInfo>,
    /// A `#[suite]` may keep to itself what nobody would see of it.
    holds: AtomicBool,
    /// Those that have passed and of which the hub has not been told, not even their number.
    pub(crate) untold: Untold,
    /// The next `#[suite]` that ends has to fail for something that came too late for another.
    blames_next: Arc<AtomicBool>,
    /// Room for what a suite keeps to itself, of those that have told it.
    pub(crate) spent_events: Spent<Vec<Event>>,
    /// Suites that have ended and that nobody has a handle to. They hold this hub, which lives as long as the process where
    /// there are any.
    pub(crate) spent_suites: Spent<Suite>,
    filters: Mutex<Vec<(String, Option<Vec<String>>)>>,
}

/// Events that hooks have posted.
#[derive(Clone, Default)]
struct Posted(Arc<Mutex<VecDeque<Event>>>);

impl Posted {
    fn add(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }

    fn next(&self) -> Option<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// How long the hub may take to say what it last heard.
const HEARSAY: Duration = Duration::from_millis(500);

/// Makes the bundles of a hub.
pub(crate) type MakeBundles = fn() -> Vec<Box<dyn Bundle>>;

static HUB: OnceLock<Arc<Hub>> = OnceLock::new();

/// Starts the hub of the process, or returns the one that runs; then what is given here has no effect.
pub(crate) fn start(settings: impl FnOnce() -> (Settings, Output), bundles: MakeBundles) -> Arc<Hub> {
    HUB.get_or_init(|| {
        let (settings, output) = settings();
        Hub::new(settings, output, bundles)
    })
    .clone()
}

impl Hub {
    /// Starts a hub with a thread and a root of its own. It ends with `Message::End`, or with its last handle.
    pub(crate) fn new(settings: Settings, output: Output, bundles: MakeBundles) -> Arc<Hub> {
        let root = Arc::new(SuiteInfo::root());
        let (nobody_minds, somebody_hears, may_hold) = match &output {
            Output::Each { make, shows_passed } => {
                let reporter = make();
                (reporter.counts_passed(), reporter.hears_stages(), !shows_passed)
            }
            Output::Whole(sinks, ..) => (
                sinks.iter().all(|sink| sink.reporter.counts_passed()),
                sinks.iter().any(|sink| sink.reporter.hears_stages()),
                sinks.iter().all(Sink::takes_whole),
            ),
        };
        let counts_passed = nobody_minds && !settings.has_bundles;
        let hears_stages = somebody_hears || settings.has_bundles;
        let is_attended = settings.has_bundles || matches!(output, Output::Whole(..));
        let holds = counts_passed && !hears_stages && !settings.has_bundles && may_hold;
        let gathers = is_attended && !counts_passed && !settings.has_bundles;
        let posted = Posted::default();
        let ledger = Ledger::new(root.clone(), settings.show_output);
        let guests = Arc::<Guests>::default();
        let core = Core::new(ledger, output, bundles, posted.clone(), guests.clone(), settings.seed);
        let capture = core.capture.clone();
        let blames_next = core.blames_next.clone();
        let spent_events = core.spent_events.clone();
        let sender = Sender::to(Box::new(core));
        if let Some(capture) = &capture {
            capture.connect(sender.clone());
        }
        if is_attended {
            let road = sender.clone();
            aside::start("async-test-hub", move || road.attend()).expect("failed to start the thread of the hub");
        }
        Arc::new(Hub {
            sender,
            posted,
            capture,
            is_attended,
            guests,
            settings,
            gathers,
            counts_passed,
            hears_stages,
            root,
            holds: AtomicBool::new(holds),
            untold: Untold::default(),
            blames_next,
            spent_events,
            spent_suites: Spent::default(),
            filters: Mutex::default(),
        })
    }

    pub(crate) fn holds(&self) -> bool {
        self.holds.load(Ordering::Acquire)
    }

    pub(crate) fn hold_no_more(&self) {
        self.holds.store(false, Ordering::Release);
    }

    pub(crate) fn blames_next(&self) -> bool {
        self.blames_next.load(Ordering::Acquire)
    }

    /// Takes note of a filter in one suite that it names: the names that turned up where it looked for another, or none
    /// where it was met.
    pub(crate) fn note_filter(&self, filter: &str, beside: Option<Vec<String>>) {
        let mut filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        let at = filters
            .iter()
            .position(|(known, _)| known == filter)
            .unwrap_or_else(|| {
                filters.push((filter.to_owned(), Some(Vec::new())));
                filters.len() - 1
            });
        let known = &mut filters[at].1;
        match (known.as_mut(), beside) {
            (Some(known), Some(beside)) => known.extend(beside),
            _ => *known = None,
        }
    }

    /// The filters that were met in no suite, each with the names that turned up where it looked for another.
    pub(crate) fn unmet_filters(&self) -> Vec<(String, Vec<String>)> {
        let filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        let unmet = filters.iter().filter_map(|(filter, beside)| {
            let mut beside = beside.clone()?;
            beside.sort();
            beside.dedup();
            Some((filter.clone(), beside))
        });
        let mut unmet: Vec<(String, Vec<String>)> = unmet.collect();
        order::few(&mut unmet, |one, other| one.0 < other.0);
        unmet
    }

    /// Sends a message. What nobody may ask for is handled at once, where there is no thread to do it.
    pub(crate) fn send(&self, message: Message, is_awaited: bool) {
        self.sender.send(message);
        if !is_awaited && !self.is_attended {
            self.sender.handle();
        }
    }

    /// Sends a message and handles it, with all that came before. Not from inside of a hook.
    pub(crate) fn ask(&self, message: Message) {
        self.sender.send_and_handle(message);
    }

    /// Adds what the hub last heard of each. It waits for that only a moment, since the hub may be what is stuck.
    pub(crate) fn with_last_seen(self: &Arc<Self>, running: Vec<Running>) -> Vec<Running> {
        if self.is_here() {
            return running;
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let (hub, known) = (self.clone(), running.clone());
        let asks = move || {
            hub.ask(Message::LastSeen(
                known,
                Box::new(move |running| {
                    let _ = answer.send(running);
                }),
            ));
        };
        // A thread of its own may wait as long as it likes.
        match aside::start("async-test-asks", asks) {
            Ok(()) => answered.recv_timeout(HEARSAY).unwrap_or(running),
            Err(_) => running,
        }
    }

    /// Whether this is a hook, or something else that the hub called: to wait for an answer would be to wait for ever.
    pub(crate) fn is_here(&self) -> bool {
        self.sender.is_here()
    }

    /// Puts an event before all that wait, inside of a hook; the answer is whether this is one.
    pub(crate) fn post(&self, event: Event) -> bool {
        let inside = self.is_here();
        if inside {
            self.posted.add(event);
        }
        inside
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.sender.leave();
    }
}

/// The built-in harness has no word for it, and shows nothing that a passing test prints.
fn flaky_to_stderr(record: &Record) {
    let Record::Check(check) = record else { return };
    if let (Some(attempt), Some(child)) = (check.flaky(), &check.child) {
        let name = &child.suite.test_name;
        to_people(&format!(
            "async-test-suite: `{name}` is flaky: passed at {attempt}; --show-output shows why\n"
        ));
    }
}

/// Says something before there is a report.
pub(crate) fn warn(text: &str) {
    to_people(&format!("async-test-suite: warning: {text}\n"));
}

/// Under the built-in harness nobody collects what belongs to no suite, so it goes where the user looks.
fn to_stderr(record: &Record) {
    if let Some(text) = report::unreported(record) {
        to_people(&text);
    }
}

/// Writes to the error stream for people, past whatever captures the output of tests.
pub(crate) fn to_people(text: &str) {
    live::step_aside();
    capture::to_people(text);
}
