//! What the sources see of the rest of the runtime: a hub whose desk is the ledger and a list of what it said.

use real_std::sync::{Arc, Mutex};
use std::collections::vec_deque::Drain;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::claim::Pass;
use crate::event::{Closing, Event, EventKind};
use crate::ids::SuiteId;
use crate::ledger::{Effects, Ledger};
use crate::place::Place;
use crate::plan::Plan;
use crate::queue::{Desk, EndOfRun, Message, Sender};
use crate::record::{Record, RunEnd, SuiteInfo};
use crate::settings::Settings;
use crate::stage::Stage;
use crate::suite::{Birth, Spent, Suite};

pub(crate) mod hub {
    use crate::claim::Running;
    use crate::event::Event;
    use crate::queue::{Message, Sender};
    use crate::record::SuiteInfo;
    use crate::settings::Settings;
    use crate::suite::{Spent, Suite, Untold};
    use real_std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    pub(crate) fn to_people(_: &str) {}

    /// As the real one sends, asks and posts.
    pub(crate) struct Hub {
        pub(crate) sender: Sender,
        pub(crate) capture: Option<Arc<crate::capture::Capture>>,
        pub(crate) is_attended: bool,
        pub(crate) settings: Settings,
        pub(crate) gathers: bool,
        pub(crate) counts_passed: bool,
        pub(crate) hears_stages: bool,
        pub(crate) root: Arc<SuiteInfo>,
        pub(crate) holds: bool,
        pub(crate) untold: Untold,
        pub(crate) blames_next: Arc<AtomicBool>,
        pub(crate) spent_events: Spent<Vec<Event>>,
        pub(crate) spent_suites: Spent<Suite>,
    }

    #[allow(clippy::unused_self, reason = "the shape of the hub")]
    impl Hub {
        pub(crate) fn with_last_seen(&self, running: Vec<Running>) -> Vec<Running> {
            running
        }

        pub(crate) fn holds(&self) -> bool {
            self.holds
        }

        pub(crate) fn hold_no_more(&self) {}

        pub(crate) fn blames_next(&self) -> bool {
            self.blames_next.load(Ordering::Acquire)
        }

        pub(crate) fn note_filter(&self, _: &str, _: Option<Vec<String>>) {}

        pub(crate) fn send(&self, message: Message, is_awaited: bool) {
            self.sender.send(message);
            if !is_awaited && !self.is_attended {
                self.sender.handle();
            }
        }

        pub(crate) fn ask(&self, message: Message) {
            self.sender.send_and_handle(message);
        }

        pub(crate) fn is_here(&self) -> bool {
            self.sender.is_here()
        }

        pub(crate) fn post(&self, _: Event) -> bool {
            false
        }
    }
}

pub(crate) mod report {
    pub(crate) fn time(time: std::time::Duration) -> String {
        format!("{time:?}")
    }
}

pub(crate) mod capture {
    use crate::record::SuiteInfo;
    use real_std::sync::Arc;

    /// Nothing is captured.
    pub(crate) struct Capture;

    #[allow(clippy::unused_self, reason = "the shape of the capture")]
    impl Capture {
        pub(crate) fn begin(&self, _: &Arc<SuiteInfo>) {}

        pub(crate) fn hurry(&self) {}
    }
}

pub(crate) mod clock {
    use std::time::Duration;

    /// The action of a deadline that never comes.
    pub(crate) struct Deadline(Box<dyn FnOnce() + Send>);

    pub(crate) fn after(_: Duration, action: impl FnOnce() + Send + 'static) -> Deadline {
        Deadline(Box::new(action))
    }
}

/// Nothing panics but on purpose.
pub(crate) mod ours {
    /// Nobody asks whose task it is.
    pub(crate) struct OwnTask;

    impl OwnTask {
        pub(crate) fn new() -> OwnTask {
            OwnTask
        }

        pub(crate) fn has_begun() {}
    }
}

pub(crate) mod stray {
    use crate::suite::Suite;

    pub(crate) fn give_up(_: &Suite) {}

    pub(crate) fn is_settled() -> bool {
        true
    }

    pub(crate) fn is_of_the_process(_: &Suite) -> bool {
        false
    }

    pub(crate) fn running() -> Vec<Suite> {
        Vec::new()
    }
    pub(crate) fn woken() {}
    pub(crate) fn passed_by() {}
}

pub(crate) mod condition {
    use crate::plan::Plan;

    pub(crate) fn resolve(plan: Plan) -> Plan {
        plan
    }
}

pub(crate) mod options {
    use std::num::NonZeroUsize;
    use std::time::Duration;

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Shard {
        pub number: NonZeroUsize,
        pub of: NonZeroUsize,
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum LogLevel {
        Info,
    }

    impl LogLevel {
        pub(crate) fn name(self) -> &'static str {
            "info"
        }
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct TimeOptions {
        pub ensure: bool,
    }

    pub struct TimeLimits {
        pub critical: Duration,
    }

    impl TimeOptions {
        pub fn limits(&self, _: &str) -> TimeLimits {
            TimeLimits {
                critical: Duration::MAX,
            }
        }
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum StrayPanics {
        Fail,
        Report,
    }

    pub fn variable(_: &str) -> Option<real_std::ffi::OsString> {
        None
    }
}

/// What sits at the desk.
struct Judge {
    ledger: Ledger,
    records: Arc<Mutex<Vec<Record>>>,
    blames_next: Arc<AtomicBool>,
    spent_events: Spent<Vec<Event>>,
}

impl Desk for Judge {
    fn handle(&mut self, message: Message, most: u64) -> ControlFlow<()> {
        let mut effects = Effects::default();
        match message {
            Message::Event(event) => self.ledger.apply(event, &mut effects),
            Message::Whole(mut events) => {
                self.ledger.whole(&mut events, &mut effects);
                self.spent_events.put(events);
            }
            Message::Passes(..) => {}
            Message::Output | Message::Collect(..) => {}
            Message::Unheard(suite, path) => self.ledger.note_ended(suite, path),
            Message::LastSeen(running, answer) => answer(running),
            Message::Unblamed(answer) => answer(Vec::new()),
            Message::End(end) => {
                self.ledger.cut(Instant::now(), &mut effects);
                self.records.lock().unwrap().append(&mut effects.records);
                (end.answer)(crate::queue::Ended {
                    run: self.ledger.run_end(0, most, Duration::ZERO, 0),
                    lost: Vec::new(),
                    failed_points: 0,
                    has_broken_plan: false,
                });
                return ControlFlow::Break(());
            }
        }
        self.records.lock().unwrap().append(&mut effects.records);
        for (reply, snapshot) in effects.replies {
            reply.send(snapshot);
        }
        ControlFlow::Continue(())
    }

    fn passes(&mut self, suite: SuiteId, since: Instant, passes: Drain<'_, Pass>) {
        let mut effects = Effects::default();
        self.ledger.passes((suite, since), passes, &mut effects);
        self.records.lock().unwrap().append(&mut effects.records);
    }

    fn pause(&mut self) {
        self.blames_next.store(self.ledger.blames_next(), Ordering::Release);
    }

    fn ticks(&self) -> Option<Duration> {
        None
    }

    fn tick(&mut self) {}
}

/// A run with one suite.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) suite: Suite,
    pub(crate) sender: Sender,
    records: Arc<Mutex<Vec<Record>>>,
}

fn settings() -> Settings {
    Settings {
        seed: 0,
        random: false,
        test_jobs: 2,
        takes_turns: false,
        job_timeout: None,
        timeout: None,
        run_timeout: None,
        signals: false,
        stray_panics: crate::options::StrayPanics::Fail,
        grace_period: None,
        filters: Vec::new(),
        skip: Vec::new(),
        left_out: Default::default(),
        tag: None,
        repeat: 1,
        fail_fast: false,
        retries: None,
        time: None,
        no_capture: false,
        show_output: false,
        own_command_line: true,
        has_bundles: false,
        complaint: None,
    }
}

fn begin(root: &Suite, name: &str) -> Suite {
    let suite = root.child(Birth::new(name.to_owned(), Place::new("t.rs", 1, 1)), Plan::new());
    suite.send_event(EventKind::Started);
    suite
}

impl World {
    /// With a thread at the desk, as under `main!`, or without one, as under the built-in harness.
    pub(crate) fn new(is_attended: bool, counts_passed: bool) -> World {
        World::with(is_attended, counts_passed, false)
    }

    /// One whose suite tells nothing before it has to, as under the built-in harness.
    pub(crate) fn that_holds() -> World {
        World::with(false, true, true)
    }

    /// One whose suite is told all at once when it has passed, as under `main!`.
    pub(crate) fn that_is_told_whole() -> World {
        World::with(true, true, true)
    }

    fn with(is_attended: bool, counts_passed: bool, holds: bool) -> World {
        let root = Arc::new(SuiteInfo::root());
        let records = Arc::<Mutex<Vec<Record>>>::default();
        let blames_next = Arc::<AtomicBool>::default();
        let mut ledger = Ledger::new(root.clone(), false);
        if holds && !is_attended {
            ledger.blame_late();
        }
        let spent_events = Spent::default();
        let sender = Sender::to(Box::new(Judge {
            ledger,
            records: records.clone(),
            blames_next: blames_next.clone(),
            spent_events: spent_events.clone(),
        }));
        if is_attended {
            let road = sender.clone();
            std::thread::spawn(move || road.attend());
        }
        let hub = hub::Hub {
            sender: sender.clone(),
            capture: None,
            is_attended,
            settings: settings(),
            gathers: is_attended && !counts_passed,
            counts_passed,
            hears_stages: !holds,
            root,
            holds,
            untold: Default::default(),
            blames_next,
            spent_events,
            spent_suites: Spent::default(),
        };
        World {
            suite: begin(&Suite::root_of(Arc::new(hub)), "s"),
            sender,
            records,
        }
    }

    /// Another suite beside it.
    pub(crate) fn next(&self) -> World {
        let root = self.suite.parent().expect("it is in the root");
        World {
            suite: begin(&root, "next"),
            ..self.clone()
        }
    }

    /// A check that passes, on the road that `ok!` takes.
    pub(crate) fn pass(&self) {
        self.pass_as("");
    }

    pub(crate) fn pass_as(&self, label: &'static str) {
        pass(&self.suite, label);
    }

    pub(crate) fn fail(&self) {
        use crate::claim::{Claim, Raw};
        self.suite.claim(Claim::new(Raw::Fail, "", Place::new("t.rs", 1, 1)));
    }

    pub(crate) fn diag(&self, text: String) {
        self.suite.send_event(EventKind::Diag(text.into()));
    }

    /// The last steps of a suite, as `drive` goes them.
    pub(crate) fn end(&self, aborted: bool) {
        let _ = self.suite.set_stage(Stage::Finishing);
        let _ = self.suite.set_stage(Stage::Finished);
        self.suite.send_event(EventKind::DoneTesting(Box::new(Closing {
            aborted,
            ..Closing::default()
        })));
        self.suite.mark_dismissed();
    }

    /// Ends the run, and returns what was recorded.
    pub(crate) fn end_of_run(self) -> (Vec<Record>, RunEnd) {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.sender.send_and_handle(Message::End(EndOfRun {
            filtered_out: 0,
            passes: None,
            at_once: 0,
            answer: Box::new(move |ended| {
                let _ = answer.send(ended);
            }),
        }));
        let run = answered.recv().expect("an answer").run;
        let records = real_std::mem::take(&mut *self.records.lock().unwrap());
        (records, run)
    }
}

/// A check that passes, on the road that `ok!` takes.
pub(crate) fn pass(suite: &Suite, label: &'static str) {
    use crate::claim::{Claim, Raw};
    let at = Place::new("t.rs", 1, 1);
    if suite.counts() {
        return;
    }
    if suite.gathers() {
        let label = label.into();
        suite.gather(Pass { label, at });
    } else {
        suite.claim(Claim::new(Raw::Pass, label, at));
    }
}
