//! What a suite tells the hub, and what it asks of it.

use std::any::Any;
use std::borrow::Cow;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use crate::claim::{Claim, Pass, Problem, Raw, Terms};
use crate::error::{Error, ErrorKind};
use crate::event::{Command, Event, EventKind, Handled, Payload, Reply, Telemetry};
use crate::ids::EventId;
use crate::place::Place;
use crate::plan::Plan;
use crate::queue::Message;
use crate::record::Snapshot;
use crate::stage::Stage;
use crate::suite::quiet::Next;
use crate::suite::{Suite, lock};

/// Whether there is nothing to say of a check but that it passed.
fn is_plain_pass(claim: &Claim) -> bool {
    claim.raw == Raw::Pass && claim.detail.is_none() && claim.terms == Terms::Program
}

/// What this event is to the passing checks that were counted before it.
fn next(kind: &EventKind) -> Next {
    match kind {
        EventKind::Test(claim) if is_plain_pass(claim) => Next::Pass,
        EventKind::Amnesty(_) | EventKind::SkipRest(..) | EventKind::NoMoreTests | EventKind::DoneTesting(_) => {
            Next::End
        }
        _ => Next::Else,
    }
}

impl Suite {
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        self.event_of(Instant::now(), kind)
    }

    fn event_of(&self, time: Instant, kind: EventKind) -> Event {
        Event {
            origin: self.0.info.id,
            id: EventId(0),
            time,
            kind,
        }
    }

    /// Sends an event, and before it what was counted of passing checks. Waits for a place in the queue.
    pub(crate) fn send_event(&self, kind: EventKind) {
        self.send_event_of(Instant::now(), kind);
    }

    /// The same of something that happened at a time that is known.
    pub(super) fn send_event_of(&self, time: Instant, kind: EventKind) {
        self.tell_passed_before(&kind);
        self.send_one(self.event_of(time, kind));
    }

    pub(super) fn send_one(&self, event: Event) {
        if let Some(event) = self.hold_back(event) {
            self.send_on(event);
        }
    }

    #[inline(never)]
    fn send_on(&self, event: Event) {
        self.0.hub.send(Message::Event(event), self.is_awaited());
    }

    fn tell_passed_before(&self, kind: &EventKind) {
        if !self.0.quiet.ever_counts() {
            return;
        }
        // They come before all checks of the suite, or change nothing of what a check means, and their place among the
        // checks is not shown.
        if matches!(
            kind,
            EventKind::Open(_)
                | EventKind::Started
                | EventKind::Telemetry(_)
                | EventKind::StageTransition { .. }
                | EventKind::Log(_)
        ) {
            return;
        }
        self.tell_passed_of(next(kind));
    }

    /// Sends what was counted of passing checks.
    pub(super) fn tell_passed(&self) {
        self.tell_passed_of(Next::Else);
    }

    /// The same, and from here on nothing is counted.
    pub(super) fn tell_last_passed(&self) {
        self.tell_passed_of(Next::End);
    }

    fn tell_passed_of(&self, next: Next) {
        let quiet = &self.0.quiet;
        if !quiet.goes_on_freely(next) {
            let _turn = quiet.turn();
            self.put_passed(quiet.go_on(next));
        }
    }

    /// Handles nothing, since it is somebody's turn. What is sent next does.
    fn put_passed(&self, count: u64) {
        if count > 0 {
            self.put_number(count);
        }
    }

    /// Apart, so that where nothing was counted nobody pays for the room that this needs.
    #[inline(never)]
    fn put_number(&self, count: u64) {
        if let Some(event) = self.hold_back(self.event(EventKind::Passed(count))) {
            self.0.hub.sender.put(Message::Event(event));
        }
    }

    /// Whether somebody will ask for what becomes of the suite.
    fn is_awaited(&self) -> bool {
        self.0.info.nesting > 0 && self.0.stage.load(Ordering::Relaxed) != Stage::Dismissed as u8
    }

    /// Sends an event that is answered, and handles it.
    fn send_and_handle(&self, kind: EventKind) {
        self.tell_passed();
        self.tell_held();
        self.0.hub.ask(Message::Event(self.event(kind)));
    }

    /// Counts a check that has passed, of which nothing else is worth telling; false where it has to be sent.
    #[inline]
    pub(crate) fn counts(&self) -> bool {
        self.0.quiet.count()
    }

    /// Whether passing checks, of which nothing else is worth telling, go to the hub in company.
    #[inline]
    pub(crate) fn gathers(&self) -> bool {
        self.0.hub.gathers
    }

    /// Sends such a check.
    pub(crate) fn gather(&self, pass: Pass) {
        if self.is_finished() {
            self.late(pass.into());
        } else if !self.is_dead() {
            self.step_on();
            self.0.hub.sender.pass(self.0.info.id, pass);
        }
    }

    /// Sends a check and returns whether it held, before anything forgives or inverts it. A skip counts as held.
    ///
    /// After an abort or a bail-out nothing is sent.
    pub fn claim(&self, claim: Claim) -> bool {
        let held = claim.raw != Raw::Fail;
        if self.is_finished() {
            self.late(claim);
        } else if !self.is_dead() {
            self.step_on();
            self.send_event(EventKind::Test(claim));
        }
        held
    }

    /// Nothing is counted from here on, and what is checked comes too late, whenever the hub hears of the end.
    pub(crate) fn check_no_more(&self) {
        self.tell_last_passed();
        let _ = self.set_stage(Stage::Finished);
    }

    /// Fails the run for a check, as the ledger does for one that comes when the suite has ended there.
    #[cold]
    fn late(&self, claim: Claim) {
        if !self.is_dead() {
            self.root().problem(Problem::LateCheck {
                suite: self.path().to_owned(),
                label: claim.label.into_owned(),
                at: claim.at,
            });
        }
    }

    /// Fails the suite for something that is not a check.
    pub fn problem(&self, problem: Problem) {
        if self.is_given_up() {
            return;
        }
        self.send_event(EventKind::Problem(Box::new(problem)));
    }

    /// Fails the suite for a misuse and returns it.
    pub(crate) fn misuse(&self, operation: &'static str, at: Place, kind: ErrorKind) -> Error {
        let error = Error::new(self.path(), operation, kind);
        self.problem(Problem::Misuse(at, error.clone()));
        error
    }

    /// Sends a measurement, unless the queue is full: the next one will tell as much. Never blocks.
    pub fn telemetry(&self, telemetry: Telemetry) {
        let event = self.event(EventKind::Telemetry(telemetry));
        if let Some(event) = self.hold_back(event) {
            self.0.hub.sender.try_send(Message::Event(event));
        }
    }

    /// Sends an event of this suite. Waits for a place in the queue.
    pub fn send(&self, kind: EventKind) {
        self.send_event(kind);
    }

    /// Sends an event of this suite from a hook of a bundle: it is handled next, before all that wait in the queue.
    ///
    /// # Errors
    ///
    /// Outside of a hook; then nothing was sent.
    pub fn post_event(&self, kind: EventKind) -> Result<(), Error> {
        match self.0.hub.post(self.event(kind)) {
            true => Ok(()),
            false => Err(Error::new(self.path(), "post_event", ErrorKind::OutsideEventLoop)),
        }
    }

    /// Sends a command to the bundles and returns whether one of them handled it. One that nobody handles fails the
    /// suite as a misuse. Blocks until it has been handled.
    ///
    /// # Errors
    ///
    /// When nobody handles it.
    pub fn send_command(
        &self,
        name: impl Into<Cow<'static, str>>,
        payload: impl Any + Send + Sync,
    ) -> Result<(), Error> {
        let name = name.into();
        if self.0.hub.is_here() {
            let kind = ErrorKind::Other("a hook cannot wait for the answer to a command: use `post_event`".to_owned());
            return Err(Error::new(self.path(), "send_command", kind));
        }
        let (answer, answered) = mpsc::sync_channel(1);
        self.send_and_handle(EventKind::Command(Command::Custom {
            name: name.clone(),
            payload: Payload(Arc::new(payload)),
            reply: Some(Handled::new(move |handled| {
                let _ = answer.send(handled);
            })),
        }));
        match answered.recv() {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => {
                let kind = ErrorKind::UnknownCommand(name.into_owned());
                Err(Error::new(self.path(), "send_command", kind))
            }
        }
    }

    /// Sends an event of this suite if there is a place in the queue.
    ///
    /// # Errors
    ///
    /// When there is none; then nothing was sent.
    pub fn try_send(&self, kind: EventKind) -> Result<(), Error> {
        self.tell_held();
        let turn = self.0.quiet.turn();
        let passed = self.0.quiet.go_on(next(&kind));
        if passed > 0 {
            let event = self.event(EventKind::Passed(passed));
            if !self.0.hub.sender.try_send(Message::Event(event)) {
                self.0.quiet.give_back(passed);
                return Err(Error::new(self.path(), "try_send", ErrorKind::QueueFull));
            }
        }
        drop(turn);
        match self.0.hub.sender.try_send(Message::Event(self.event(kind))) {
            true => Ok(()),
            false => Err(Error::new(self.path(), "try_send", ErrorKind::QueueFull)),
        }
    }

    /// Blocks, for microseconds, until the hub has handled every event sent before, and returns the state of the
    /// suite; none for a suite that has ended.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        if self.0.hub.is_here() {
            return None;
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let reply = Reply::new(move |snapshot| {
            let _ = answer.send(snapshot);
        });
        self.send_and_handle(EventKind::Command(Command::SyncEvents(reply)));
        // An error means that the hub has ended, and with it every suite.
        answered.recv().ok().flatten()
    }

    /// Gives the suite a plan, or more of one, from inside its body. After an abort or a bail-out it is ignored, as
    /// checks are.
    ///
    /// # Errors
    ///
    /// When the first test has been run already, or the suite has ended: the plan says nothing then, and the suite, or the
    /// run, fails for it as well. A number of tests that contradicts an earlier one is told by the suite's failure only.
    #[track_caller]
    pub fn plan(&self, plan: Plan) -> Result<(), Error> {
        let at = Place::from(Location::caller());
        if self.is_dead() {
            return Ok(());
        }
        match self.stage() {
            Stage::Initializing => {}
            Stage::InProgress | Stage::Finishing => return Err(self.misuse("plan!", at, ErrorKind::PlanTooLate)),
            Stage::Finished | Stage::Fatality | Stage::Dismissed => {
                return Err(self.misuse("plan!", at, ErrorKind::SuiteEnded));
            }
        }
        if let Some(parallel) = plan.parallel {
            self.0.parallel.store(parallel, Ordering::Relaxed);
        }
        if let Some(random) = plan.random {
            self.0.random.store(random, Ordering::Relaxed);
        }
        if let Some(limit) = plan.test_jobs {
            self.table().set_limit(limit);
            self.table().take_turns(false);
        }
        if let Some(limit) = plan.job_timeout {
            lock(&self.0.limits).job_timeout = Some(limit);
        }
        if let Some(limit) = plan.timeout {
            lock(&self.0.limits).timeout = Some(limit);
            self.watch(limit);
        }
        let plan = crate::condition::resolve(plan);
        if plan.skip_all.is_some() {
            self.skip_from_here_on();
        }
        self.send_event(EventKind::Plan(Box::new(plan), at));
        Ok(())
    }
}
