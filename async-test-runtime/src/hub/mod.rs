//! The hub: one thread for the process, the only reader of the queue and the only owner of the ledger.
//!
//! It hands events to the ledger, records to the reporters, and what they render to their writers. It waits for
//! nothing but these writers.

mod ear;
mod live;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{self, Write};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;
use std::time::Instant;

use crate::bundles::Bundles;
use crate::capture::Capture;
use crate::claim::Problem;
use crate::event::{Event, EventKind};
use crate::hook::Bundle;
use crate::ids::SuiteId;
use crate::ledger::{Effects, Ledger};
use crate::place::Place;
use crate::queue::{Collected, EndOfRun, Ended, Message, Queue, Sender, queue};
use crate::record::{Attempt, Record, RunStart, SuiteInfo};
use crate::report::{Reporter, View};
use crate::settings::Settings;

use ear::Ear;

/// Where records go.
pub(crate) enum Output {
    /// A reporter for each `#[suite]`, whose text the test's own thread prints: the built-in harness is in charge.
    Each(Box<dyn Fn() -> Box<dyn Reporter> + Send>),
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

/// Where a reporter writes.
pub(crate) enum Out {
    Stream(Box<dyn Write + Send>),
    /// A terminal that somebody watches: a line about what is running stands below what the reporter writes.
    Watched(Box<dyn Write + Send>, View),
}

/// The process's end of the road to the hub.
pub(crate) struct Hub {
    pub(crate) sender: Sender,
    /// Events that hooks have posted: they are handled next.
    posted: Arc<Mutex<VecDeque<Event>>>,
    /// Where `#[suite]`s have to say that they begin and end.
    pub(crate) capture: Option<Arc<Capture>>,
    thread: ThreadId,
    pub(crate) settings: Settings,
    /// Nobody wants to hear of each passing check.
    pub(crate) counts_passed: bool,
    pub(crate) root: Arc<SuiteInfo>,
    filters: Mutex<BTreeMap<String, Option<Vec<String>>>>,
}

/// Makes the bundles of a hub, on its thread.
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
        let root = Arc::new(SuiteInfo {
            id: SuiteId::ROOT,
            parent: None,
            top: SuiteId::ROOT,
            name: String::new(),
            test_name: "".into(),
            path: String::new(),
            nesting: 0,
            at: Place::new("", 0, 0),
            is_async: false,
            should_panic: false,
            hidden: false,
            tags: Vec::new(),
            attempt: Attempt::ONLY,
            rerun: None,
        });
        let nobody_minds = match &output {
            Output::Each(make) => make().counts_passed(),
            Output::Whole(sinks, ..) => sinks.iter().all(|sink| sink.reporter.counts_passed()),
        };
        let counts_passed = nobody_minds && !settings.has_bundles;
        let (sender, receiver) = queue();
        let ledger = Ledger::new(root.clone());
        let posted = Arc::<Mutex<VecDeque<Event>>>::default();
        let mut thread = Thread::new(ledger, output, settings.seed);
        thread.posted = posted.clone();
        let capture = thread.capture.clone();
        if let Some(capture) = &capture {
            capture.connect(sender.clone());
        }
        let thread = std::thread::Builder::new()
            .name("async-test-hub".to_owned())
            .spawn(move || thread.run(receiver, bundles))
            .expect("failed to start the thread of the hub");
        Arc::new(Hub {
            sender,
            posted,
            capture,
            thread: thread.thread().id(),
            settings,
            counts_passed,
            root,
            filters: Mutex::default(),
        })
    }

    /// Takes note of a filter in one suite that it names: the names that turned up where it looked for another, or none
    /// where it was met.
    pub(crate) fn note_filter(&self, filter: &str, beside: Option<Vec<String>>) {
        let mut filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        let known = filters.entry(filter.to_owned()).or_insert_with(|| Some(Vec::new()));
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
        unmet.collect()
    }

    /// Whether this is the hub's own thread: to wait for an answer of the hub would be to wait for ever.
    pub(crate) fn is_here(&self) -> bool {
        std::thread::current().id() == self.thread
    }

    /// Puts an event before all that wait, if this is the hub's own thread: inside of a hook.
    pub(crate) fn post(&self, event: Event) -> bool {
        let inside = self.is_here();
        if inside {
            self.posted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(event);
        }
        inside
    }
}

/// What the thread owns.
struct Thread {
    ledger: Ledger,
    bundles: Bundles,
    posted: Arc<Mutex<VecDeque<Event>>>,
    capture: Option<Arc<Capture>>,
    ears: Ears,
    seed: u64,
    started: Instant,
}

enum Ears {
    Each {
        make: Box<dyn Fn() -> Box<dyn Reporter> + Send>,
        open: HashMap<SuiteId, Ear>,
    },
    Whole(Vec<Ear>),
}

impl Thread {
    fn new(mut ledger: Ledger, output: Output, seed: u64) -> Thread {
        let (ears, begin, capture) = match output {
            Output::Each(make) => {
                ledger.blame_late();
                let open = HashMap::new();
                (Ears::Each { make, open }, None, None)
            }
            Output::Whole(sinks, begin, capture) => {
                let ears = sinks.into_iter().map(Ear::from).collect();
                (Ears::Whole(ears), Some(begin), capture)
            }
        };
        let mut thread = Thread {
            ledger,
            bundles: Bundles::new(Vec::new()),
            posted: Arc::default(),
            capture,
            ears,
            seed,
            started: Instant::now(),
        };
        if let Some(begin) = begin {
            thread.tell(vec![Record::RunStarted(Arc::new(begin))]);
        }
        thread
    }

    fn run(mut self, mut queue: Queue, bundles: MakeBundles) {
        // Here and not earlier: a bundle may speak of suites when it is made.
        self.bundles = Bundles::new(bundles());
        let mut effects = Effects::default();
        while let Some(message) = self.next(&mut queue) {
            // What a suite printed comes before its end.
            self.tell_output();
            match message {
                Message::Output => {}
                Message::Event(event) if self.bundles.is_empty() => self.judge(event, &mut effects),
                Message::Event(event) => self.past_bundles(event, &mut effects),
                Message::Collect(top, answer) => answer(self.collect(top)),
                Message::End(end) => {
                    let answer = self.end(end, queue.most());
                    answer();
                    return;
                }
            }
        }
    }

    fn tell_output(&mut self) {
        let printed = self.capture.as_ref().map(|capture| capture.take());
        for output in printed.into_iter().flatten() {
            self.tell(vec![Record::Output(Arc::new(output))]);
        }
    }

    /// The next message; none when nobody is left to send one. Where somebody watches, the clock goes on meanwhile.
    fn next(&mut self, queue: &mut Queue) -> Option<Message> {
        loop {
            let Ears::Whole(ears) = &mut self.ears else {
                return queue.recv().ok();
            };
            if !ears.iter().any(Ear::is_live) {
                return queue.recv().ok();
            }
            ears.iter_mut().for_each(Ear::tick);
            match queue.recv_timeout(live::TICK) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn judge(&mut self, mut event: Event, effects: &mut Effects) {
        self.ledger.apply(&mut event, effects);
        self.tell(std::mem::take(&mut effects.records));
        for (reply, snapshot) in effects.replies.drain(..) {
            reply.send(snapshot);
        }
    }

    /// Bundles see an event before it is judged; what they post comes right after it.
    fn past_bundles(&mut self, event: Event, effects: &mut Effects) {
        let mut next = Some(event);
        while let Some(event) = next {
            let suite = match &event.kind {
                EventKind::Open(opening) => opening.info.clone(),
                _ => self.ledger.info(event.origin),
            };
            let events = self.bundles.filter(event, &suite);
            // Before the event: if it ends the last suite, nobody else could be made to fail for it.
            for problem in self.bundles.problems() {
                self.ledger.run_problem(problem, effects);
                self.tell(std::mem::take(&mut effects.records));
            }
            for event in events {
                self.judge(event, effects);
            }
            next = self.posted.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        }
    }

    fn tell(&mut self, records: Vec<Record>) {
        match &mut self.ears {
            Ears::Whole(ears) => {
                for record in &records {
                    for ear in ears.iter_mut() {
                        ear.hear(record);
                    }
                }
            }
            Ears::Each { make, open } => {
                for record in &records {
                    match top_of(record) {
                        Some(top) => {
                            let ear = open.entry(top).or_insert_with(|| Ear::new("pretty".to_owned(), make()));
                            ear.hear(record);
                            flaky_to_stderr(record);
                        }
                        None => to_stderr(record),
                    }
                }
            }
        }
    }

    fn collect(&mut self, top: SuiteId) -> Collected {
        match &mut self.ears {
            Ears::Each { open, .. } => open.remove(&top).map_or_else(Collected::default, |ear| Collected {
                text: ear.text,
                lost: ear.lost,
            }),
            Ears::Whole(_) => Collected::default(),
        }
    }

    fn end(mut self, end: EndOfRun, queue_most: u64) -> impl FnOnce() {
        if let Ears::Whole(ears) = &self.ears {
            let broken: Vec<Problem> = ears.iter().filter_map(Ear::problem).collect();
            for problem in broken {
                let mut effects = Effects::default();
                self.ledger.run_problem(problem, &mut effects);
                self.tell(effects.records);
            }
        }
        // What runs now is not waited for any more. Each has its verdict all the same.
        let mut effects = Effects::default();
        self.ledger.cut(Instant::now(), &mut effects);
        self.tell(effects.records);
        let mut run = self
            .ledger
            .run_end(end.filtered_out, queue_most, self.started.elapsed(), self.seed);
        run.passes = end.passes;
        self.tell(vec![Record::RunEnded(Arc::new(run.clone()))]);
        let mut lost = Vec::new();
        if let Ears::Whole(ears) = &mut self.ears {
            for ear in ears {
                ear.flush();
                lost.extend(ear.lost.take().map(|why| format!("{}: {why}", ear.name)));
            }
        }
        let ended = Ended {
            run,
            lost,
            failed_points: self.ledger.root_tally().failed,
        };
        move || (end.answer)(ended)
    }
}

/// The `#[suite]` a record belongs to; none for what concerns the whole process.
fn top_of(record: &Record) -> Option<SuiteId> {
    let suite = match record {
        Record::RunStarted(_) | Record::RunEnded(_) | Record::Output(_) => return None,
        Record::Check(check) => match &check.child {
            Some(child) => return Some(child.suite.top),
            None => &check.suite,
        },
        Record::SuiteEnded(end) => &end.suite,
        Record::SuiteStarted(suite)
        | Record::Plan(suite, _)
        | Record::Diag(suite, _)
        | Record::Problem(suite, _)
        | Record::Warning(suite, _)
        | Record::Stage(suite, _, _)
        | Record::Telemetry(suite, _)
        | Record::Passed { suite, .. }
        | Record::BailOut(suite, _) => suite,
    };
    (suite.top != SuiteId::ROOT).then_some(suite.top)
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
    let text = match record {
        Record::Problem(_, problem) => format!("async-test-suite: {problem:?}\n"),
        Record::Diag(_, text) | Record::Warning(_, text) => format!("async-test-suite: {text}\n"),
        Record::BailOut(_, why) => format!("async-test-suite: Bail out! {why}\n"),
        Record::RunStarted(_)
        | Record::RunEnded(_)
        | Record::SuiteStarted(_)
        | Record::Plan(..)
        | Record::Check(_)
        | Record::Stage(..)
        | Record::Telemetry(..)
        | Record::Output(_)
        | Record::Passed { .. }
        | Record::SuiteEnded(_) => return,
    };
    to_people(&text);
}

/// Writes to the error stream, past whatever captures the output of tests.
pub(crate) fn to_people(text: &str) {
    live::step_aside();
    // There is nobody else to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}
