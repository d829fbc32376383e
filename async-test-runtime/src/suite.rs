//! The handle of a suite: what every tool speaks to. It holds no counters; those are the ledger's.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::activity::Activity;
use crate::cancel::{Cancel, Cause};
use crate::claim::{Claim, Problem, Raw, Running};
use crate::clock::{self, Deadline};
use crate::error::{Error, ErrorKind};
use crate::event::{BodySpan, Command, Event, EventKind, Handled, Opening, Payload, Reply, Telemetry};
use crate::hub::{self, Hub};
use crate::ids::{EventId, SuiteId};
use crate::jobs::{Control, Done, Jobs};
use crate::place::Place;
use crate::plan::Plan;
use crate::queue::Message;
use crate::record::{Snapshot, SuiteInfo};
use crate::stage::Stage;

/// A suite: a `#[suite]`, a subtest, or the root above them.
///
/// It is a handle; clones speak of the same suite. It may be used from any task and any thread, inside and outside of
/// the suite's own context. Dropping it does nothing: a suite ends when its body and its jobs have ended.
#[derive(Clone)]
pub struct Suite(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) hub: &'static Hub,
    pub(crate) info: Arc<SuiteInfo>,
    parent: Option<Suite>,
    pub(crate) jobs: Jobs,
    pub(crate) cancel: Cancel,
    stage: AtomicU8,
    /// Checks are ignored: the suite was aborted or the run was bailed out.
    dead: AtomicBool,
    /// `skip_remaining!` is in effect; bodies of tools and subtests are not run.
    skipping: AtomicBool,
    parallel: AtomicBool,
    random: AtomicBool,
    started: OnceLock<Instant>,
    completed: Done,
    limits: Mutex<Limits>,
    clean_ups: Mutex<Vec<CleanUp>>,
    attachments: Mutex<Attachments>,
    activity: Arc<Activity>,
    /// What the body panicked with, for `#[should_panic]` under the built-in harness.
    pub(crate) payload: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Default)]
struct Limits {
    timeout: Option<Duration>,
    job_timeout: Option<Duration>,
    deadline: Option<Deadline>,
}

pub(crate) struct CleanUp {
    pub(crate) at: Place,
    pub(crate) work: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Something that lives beside a suite's body and is ended with the suite, before its clean-ups.
pub(crate) trait Attachment: Send + Sync {
    /// Ends it. Called once.
    fn end(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

#[derive(Default)]
struct Attachments {
    next: u64,
    list: Vec<(u64, Arc<dyn Attachment>)>,
}

/// What a child is created with, beside its plan.
pub(crate) struct Birth {
    pub(crate) name: String,
    pub(crate) at: Place,
    pub(crate) is_async: bool,
    pub(crate) hidden: bool,
    pub(crate) should_panic: Option<&'static str>,
    pub(crate) body: Option<BodySpan>,
    pub(crate) rerun: Option<String>,
}

impl Birth {
    pub(crate) fn new(name: String, at: Place) -> Birth {
        Birth {
            name,
            at,
            is_async: false,
            hidden: false,
            should_panic: None,
            body: None,
            rerun: None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing of the user's runs under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static ROOT: OnceLock<Suite> = OnceLock::new();

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("id", &self.0.info.id)
            .field("path", &self.0.info.path)
            .field("stage", &self.stage())
            .finish_non_exhaustive()
    }
}

impl Suite {
    /// The root: one for the process, created on first use. Every `#[suite]` is a child of it.
    pub fn top() -> Suite {
        ROOT.get_or_init(|| {
            let hub = hub::start(crate::boot::from_environment);
            Suite::assemble(hub, hub.root.clone(), None, &Plan::new())
        })
        .clone()
    }

    /// Whether the root exists already.
    pub fn has_top() -> bool {
        ROOT.get().is_some()
    }

    fn assemble(hub: &'static Hub, info: Arc<SuiteInfo>, parent: Option<Suite>, plan: &Plan) -> Suite {
        let activity = match &parent {
            Some(parent) if parent.0.info.id != SuiteId::ROOT => parent.0.activity.clone(),
            _ => Arc::default(),
        };
        let settings = &hub.settings;
        let timeout = match info.nesting {
            1 => plan.timeout.or(settings.timeout),
            _ => plan.timeout,
        };
        Suite(Arc::new(Shared {
            hub,
            jobs: Jobs::new(plan.test_jobs.unwrap_or(settings.test_jobs)),
            cancel: Cancel::default(),
            stage: AtomicU8::new(Stage::Initializing as u8),
            dead: AtomicBool::new(false),
            skipping: AtomicBool::new(plan.skip_all.is_some()),
            parallel: AtomicBool::new(plan.parallel.unwrap_or(false)),
            random: AtomicBool::new(plan.random.unwrap_or(settings.random)),
            started: OnceLock::new(),
            completed: Done::default(),
            limits: Mutex::new(Limits {
                timeout,
                job_timeout: plan.job_timeout.or(settings.job_timeout),
                deadline: None,
            }),
            clean_ups: Mutex::default(),
            attachments: Mutex::default(),
            activity,
            payload: Mutex::new(None),
            info,
            parent,
        }))
    }

    /// Creates a child and tells the hub. A child whose plan says `skip_all` must not be driven.
    pub(crate) fn child(&self, birth: Birth, plan: Plan) -> Suite {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.step_on();
        let parent = &self.0.info;
        let id = SuiteId(NEXT.fetch_add(1, Ordering::Relaxed));
        let path = match parent.path.as_str() {
            "" => birth.name.clone(),
            above => format!("{above}/{}", birth.name),
        };
        let info = Arc::new(SuiteInfo {
            id,
            parent: Some(parent.id),
            top: if parent.id == SuiteId::ROOT { id } else { parent.top },
            name: birth.name,
            path,
            nesting: parent.nesting + 1,
            at: birth.at,
            is_async: birth.is_async || parent.is_async,
            hidden: birth.hidden,
            tags: plan.tags.clone(),
            rerun: birth.rerun.or_else(|| parent.rerun.clone()),
        });
        let child = Suite::assemble(self.0.hub, info.clone(), Some(self.clone()), &plan);
        child.send_event(EventKind::Open(Box::new(Opening {
            info,
            plan,
            should_panic: birth.should_panic,
            body: birth.body,
        })));
        child
    }

    /// Who the suite is.
    pub fn info(&self) -> &Arc<SuiteInfo> {
        &self.0.info
    }

    /// The suite it was created in; the root has none.
    pub fn parent(&self) -> Option<Suite> {
        self.0.parent.clone()
    }

    /// How many suites are above it: 0 for the root, 1 for a `#[suite]`, 2 for a subtest of that.
    pub fn nesting(&self) -> usize {
        self.0.info.nesting as usize
    }

    /// Four spaces for each suite above it: how far TAP indents the suite's lines.
    pub fn nesting_prefix(&self) -> String {
        " ".repeat(4 * self.nesting())
    }

    /// What the suite is called in reports.
    pub fn message(&self) -> &str {
        &self.0.info.name
    }

    /// The names from the `#[suite]` down, joined with `/`; empty for the root.
    pub fn path(&self) -> &str {
        &self.0.info.path
    }

    /// It, or a suite above it, runs beside its siblings.
    pub fn is_async(&self) -> bool {
        self.0.info.is_async
    }

    /// Whether its subtests run side by side.
    pub fn parallel(&self) -> bool {
        self.0.parallel.load(Ordering::Relaxed)
    }

    /// Whether its subtests are put off to the end and shuffled.
    pub fn random(&self) -> bool {
        self.0.random.load(Ordering::Relaxed)
    }

    pub(crate) fn table(&self) -> &Jobs {
        &self.0.jobs
    }

    /// When its body began, or now if it has not.
    pub fn started(&self) -> Instant {
        self.0.started.get().copied().unwrap_or_else(Instant::now)
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.0.hub.settings.seed
    }

    /// A generator of random numbers for one purpose. Its values depend on the seed of the run, the suite's path and
    /// the purpose, and on nothing else: neither on other suites nor on a filter.
    pub fn rng(&self, purpose: &str) -> fastrand::Rng {
        crate::order::rng(self.seed(), &self.0.info.path, purpose)
    }

    // ---- life cycle -------------------------------------------------------------------------------------------

    /// Where the suite is in its life.
    pub fn stage(&self) -> Stage {
        Stage::from_u8(self.0.stage.load(Ordering::Acquire))
    }

    /// Steps to another stage and returns the one before. Of several callers each sees a valid chain of steps.
    ///
    /// # Errors
    ///
    /// When the life cycle has no such step; then nothing changes.
    pub fn set_stage(&self, to: Stage) -> Result<Stage, Error> {
        let step = self.0.stage.fetch_update(Ordering::AcqRel, Ordering::Acquire, |from| {
            Stage::from_u8(from).may_become(to).then_some(to as u8)
        });
        match step.map(Stage::from_u8).map_err(Stage::from_u8) {
            Ok(from) => {
                if from != to {
                    self.send_event(EventKind::StageTransition { from, to });
                }
                Ok(from)
            }
            Err(from) => {
                let kind = ErrorKind::StageTransition { from, to };
                Err(Error::new(self.path(), "set_stage", kind))
            }
        }
    }

    /// The first test has come: no plan any more.
    pub(crate) fn step_on(&self) {
        if self.0.stage.load(Ordering::Relaxed) == Stage::Initializing as u8 {
            // Another thread may have been first, or the suite may be ending; both are as good.
            let _ = self.set_stage(Stage::InProgress);
        }
    }

    pub(crate) fn begin(&self) {
        let _ = self.0.started.set(Instant::now());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.0.jobs.run_on(runtime);
        }
        self.0.activity.note("began", &self.0.info);
        self.send_event(EventKind::Started);
        let timeout = lock(&self.0.limits).timeout;
        if let Some(timeout) = timeout {
            self.watch(timeout);
        }
    }

    pub(crate) fn mark_dismissed(&self) {
        // Not an event: the suite has left the ledger.
        self.0.stage.store(Stage::Dismissed as u8, Ordering::Release);
        self.0.completed.end();
    }

    /// Ends when the suite has ended: its jobs, verifiers and clean-ups included. Cancel safe; dropping it does nothing.
    /// A suite that awaits its own end never gets there.
    pub async fn completed(&self) {
        self.0.completed.wait().await;
    }

    pub(crate) fn note_end(&self) {
        self.0.activity.note("ended", &self.0.info);
    }

    /// Cancels the suite when `limit` has passed since its body began.
    fn watch(&self, limit: Duration) {
        let suite = Arc::downgrade(&self.0);
        let deadline = clock::after(limit.saturating_sub(self.started().elapsed()), move || {
            if let Some(shared) = suite.upgrade() {
                let suite = Suite(shared);
                let running = suite.running();
                suite.cancel(Cause::TimedOut(limit, running));
            }
        });
        let before = lock(&self.0.limits).deadline.replace(deadline);
        drop(before);
    }

    pub(crate) fn call_off_deadline(&self) {
        let deadline = lock(&self.0.limits).deadline.take();
        drop(deadline);
    }

    pub(crate) fn job_timeout(&self) -> Option<Duration> {
        lock(&self.0.limits).job_timeout
    }

    /// Drops the suite's body at its next await. Its jobs are ended, its clean-ups run. Only the first cause counts.
    pub(crate) fn cancel(&self, cause: Cause) {
        if matches!(cause, Cause::Abort | Cause::BailOut(_)) {
            self.0.dead.store(true, Ordering::Release);
        }
        self.0.cancel.cancel(cause);
    }

    /// Whether the suite is being ended before its body has returned: after a timeout, an abort, a bail-out.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel.cause().is_some()
    }

    /// Ends when the suite is being ended early. Cancel safe; dropping it does nothing.
    pub async fn cancelled(&self) {
        self.0.cancel.cancelled().await;
    }

    pub(crate) fn is_skipping(&self) -> bool {
        self.0.skipping.load(Ordering::Acquire)
    }

    pub(crate) fn skip_from_here_on(&self) {
        self.0.skipping.store(true, Ordering::Release);
    }

    // ---- events -----------------------------------------------------------------------------------------------

    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event {
            origin: self.0.info.id,
            id: EventId(0),
            time: Instant::now(),
            kind,
        }
    }

    pub(crate) fn send_event(&self, kind: EventKind) {
        self.0.hub.sender.send(Message::Event(self.event(kind)));
    }

    /// Sends a check and returns whether it held, before anything forgives or inverts it. A skip counts as held.
    ///
    /// After an abort or a bail-out nothing is sent.
    pub fn claim(&self, claim: Claim) -> bool {
        let held = claim.raw != Raw::Fail;
        if !self.0.dead.load(Ordering::Acquire) {
            self.step_on();
            self.send_event(EventKind::Test(claim));
        }
        held
    }

    /// Fails the suite for something that is not a check.
    pub fn problem(&self, problem: Problem) {
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
        self.0.hub.sender.try_send(Message::Event(event));
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
        self.send_event(EventKind::Command(Command::Custom {
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
        self.send_event(EventKind::Command(Command::SyncEvents(reply)));
        // An error means that the hub has ended, and with it every suite.
        answered.recv().ok().flatten()
    }

    /// Gives the suite a plan, or more of one, from inside its body.
    ///
    /// # Errors
    ///
    /// When the first test has been run already; the suite fails for it as well.
    #[track_caller]
    pub fn plan(&self, plan: Plan) -> Result<(), Error> {
        let at = Place::from(Location::caller());
        let in_time = self.stage() == Stage::Initializing;
        if in_time {
            if let Some(parallel) = plan.parallel {
                self.0.parallel.store(parallel, Ordering::Relaxed);
            }
            if let Some(random) = plan.random {
                self.0.random.store(random, Ordering::Relaxed);
            }
            if let Some(limit) = plan.test_jobs {
                self.0.jobs.set_limit(limit);
            }
            if let Some(limit) = plan.job_timeout {
                lock(&self.0.limits).job_timeout = Some(limit);
            }
            if let Some(limit) = plan.timeout {
                lock(&self.0.limits).timeout = Some(limit);
                self.watch(limit);
            }
            if plan.skip_all.is_some() {
                self.skip_from_here_on();
            }
        }
        let plan = crate::condition::resolve(plan);
        if in_time && plan.skip_all.is_some() {
            self.skip_from_here_on();
        }
        self.send_event(EventKind::Plan(Box::new(plan), at));
        match in_time {
            true => Ok(()),
            false => Err(Error::new(self.path(), "plan!", ErrorKind::PlanTooLate)),
        }
    }

    // ---- what belongs to the suite's life ------------------------------------------------------------------------

    /// Registers a clean-up. Clean-ups run when the body and the jobs of the suite have ended, the last registered
    /// first, whatever the end was: success, a panic, an `Err`, a timeout, an abort, a bail-out. A panic in one fails
    /// the suite and the others still run. One that takes longer than the job timeout is dropped and fails the suite.
    #[track_caller]
    pub fn on_finish(&self, clean_up: impl Future<Output = ()> + Send + 'static) {
        let at = Place::from(Location::caller());
        lock(&self.0.clean_ups).push(CleanUp {
            at,
            work: Box::pin(clean_up),
        });
    }

    pub(crate) fn take_clean_up(&self) -> Option<CleanUp> {
        lock(&self.0.clean_ups).pop()
    }

    pub(crate) fn attach(&self, attachment: Arc<dyn Attachment>) -> u64 {
        let mut attachments = lock(&self.0.attachments);
        attachments.next += 1;
        let number = attachments.next;
        attachments.list.push((number, attachment));
        number
    }

    /// Moves an attachment to the end of the order, so that it is ended first.
    pub(crate) fn touch(&self, number: u64) {
        let mut attachments = lock(&self.0.attachments);
        if let Some(index) = attachments.list.iter().position(|(known, _)| *known == number) {
            let entry = attachments.list.remove(index);
            attachments.list.push(entry);
        }
    }

    pub(crate) fn detach(&self, number: u64) {
        let entry = {
            let mut attachments = lock(&self.0.attachments);
            let index = attachments.list.iter().position(|(known, _)| *known == number);
            index.map(|index| attachments.list.remove(index))
        };
        drop(entry);
    }

    pub(crate) fn take_attachment(&self) -> Option<Arc<dyn Attachment>> {
        lock(&self.0.attachments).list.pop().map(|(_, attachment)| attachment)
    }

    /// A number that grows when a subtest of the same `#[suite]` begins or ends.
    pub(crate) fn activity(&self) -> u64 {
        self.0.activity.mark()
    }

    /// What began and ended in the same `#[suite]` after a mark.
    pub(crate) fn activity_since(&self, mark: u64) -> Vec<String> {
        self.0.activity.since(mark)
    }

    /// The subtests and jobs, at any depth, that are running now.
    pub fn running(&self) -> Vec<Running> {
        let mut running = Vec::new();
        self.0.jobs.running(&mut running);
        running
    }

    /// Ends the suite early and quietly: its body is dropped at its next await, later checks are ignored, its jobs are
    /// ended, its clean-ups run, and its plan is not compared. What was counted before stays counted.
    pub fn abort(&self) {
        self.cancel(Cause::Abort);
    }

    /// Ends the whole run as failed: every suite is ended as by a timeout, its clean-ups run, reports are written.
    pub fn bail_out(&self, why: impl Into<Cow<'static, str>>) {
        let why = why.into();
        let top = Suite::top();
        self.send_event(EventKind::BailOut(why.clone()));
        self.0.dead.store(true, Ordering::Release);
        top.0.cancel.cancel(Cause::BailOut(why.to_string()));
        top.0.jobs.cancel_all(&Cause::BailOut(why.into_owned()));
    }
}

impl Control for Suite {
    fn cancel(&self, cause: Cause) {
        Suite::cancel(self, cause);
    }

    fn running(&self, into: &mut Vec<Running>) {
        self.0.jobs.running(into);
    }

    fn doing(&self) -> Option<String> {
        match self.stage() {
            Stage::Finishing => Some("ending: waiting for its jobs, verifiers or clean-ups".to_owned()),
            _ => None,
        }
    }
}
