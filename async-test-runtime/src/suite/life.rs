//! The life cycle of a suite: its stages, its deadline, and how it is ended early.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::cancel::Cause;
use crate::capture::Capture;
use crate::claim::{Problem, Running};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::jobs::Control;
use crate::pulse::Pulse;
use crate::stage::Stage;
use crate::stray;
use crate::suite::{Suite, lock};

/// When and where a body began.
pub(super) struct Begun {
    at: Instant,
    /// The same moment on the clock of its runtime, which may be paused.
    virtually: Option<Instant>,
    /// Its runtime, where that is not the shared one: of that, no suite counts up a handle.
    own: Option<Handle>,
}

impl Suite {
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
        let stage = &self.0.stage;
        let mut now = stage.load(Ordering::Acquire);
        loop {
            let from = Stage::from_u8(now);
            if !from.may_become(to) {
                let kind = ErrorKind::StageTransition { from, to };
                return Err(Error::new(self.path(), "set_stage", kind));
            }
            match stage.compare_exchange(now, to as u8, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    if from != to && self.0.hub.hears_stages {
                        self.send_event(EventKind::StageTransition { from, to });
                    }
                    return Ok(from);
                }
                Err(changed) => now = changed,
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

    /// Its end is being told.
    #[inline]
    pub(super) fn is_finished(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) == Stage::Finished as u8
    }

    pub(crate) fn begin(&self) {
        let is_shared = self.0.is_on_shared_runtime.load(Ordering::Relaxed);
        let own = match is_shared {
            true => None,
            false => Handle::try_current().ok(),
        };
        let at = Instant::now();
        let virtually = match (is_shared, &own) {
            // Where several threads are, the clock cannot be paused.
            (true, _) => Some(at),
            (false, Some(_)) => Some(tokio::time::Instant::now().into_std()),
            (false, None) => None,
        };
        let _ = self.0.begun.set(Begun { at, virtually, own });
        self.note_activity("began");
        self.send_event_of(at, EventKind::Started);
        if let Some(capture) = self.capture() {
            capture.begin(&self.0.info);
        }
        let timeout = lock(&self.0.limits).timeout;
        if let Some(timeout) = timeout {
            self.watch_from_begin(timeout);
        }
    }

    /// Whether it runs no more. Not the stage, which the test itself may set.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    /// Whether its body has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.begun.get().is_some()
    }

    /// When its body began, or now if it has not.
    pub fn started(&self) -> Instant {
        match self.0.begun.get() {
            Some(begun) => begun.at,
            None => Instant::now(),
        }
    }

    /// When its body began on tokio's clock; that of the system where there is no other.
    pub(crate) fn started_virtually(&self) -> Instant {
        match self.0.begun.get() {
            Some(Begun {
                virtually: Some(at), ..
            }) => *at,
            _ => self.started(),
        }
    }

    /// The runtime that its body began on: there its jobs run, wherever they are started from.
    pub(super) fn runtime(&self) -> Option<&Handle> {
        let begun = self.0.begun.get()?;
        if begun.own.is_some() || !self.0.is_on_shared_runtime.load(Ordering::Relaxed) {
            return begun.own.as_ref();
        }
        let mut top = self;
        while let Some(above) = &top.0.parent {
            top = above;
        }
        top.known_jobs()?.runtime()
    }

    pub(crate) fn mark_dismissed(&self) {
        // Not an event: the suite has left the ledger.
        self.0.stage.store(Stage::Dismissed as u8, Ordering::Release);
        self.0.completed.end();
    }

    pub(super) fn has_completed(&self) -> bool {
        self.0.completed.has_ended()
    }

    /// Ends when the suite has ended: its jobs, verifiers and clean-ups included. Cancel safe; dropping it does nothing.
    /// A suite that awaits its own end never gets there.
    pub async fn completed(&self) {
        self.0.completed.wait().await;
    }

    /// What is printed, as far as it is captured, is told of `#[suite]`s.
    pub(crate) fn capture(&self) -> Option<&Capture> {
        self.0.hub.capture.as_deref().filter(|_| self.0.info.nesting == 1)
    }

    /// Whether the end of a `#[suite]` may follow a moment after that of its task, so that it does not have to wait for what it
    /// printed: its runtime goes on, and the next one does not start because it ends. What others print until then may be its
    /// own, for all that is known.
    pub(crate) fn may_leave(&self) -> bool {
        self.capture().is_some()
            && self.0.hub.settings.takes_turns
            && self.0.is_on_shared_runtime.load(Ordering::Relaxed)
            && !self.is_cancelled()
            // What it panicked with is dropped where it runs.
            && !self.has_payload()
            && stray::is_settled()
    }

    pub(crate) fn note_end(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.note_activity("ended");
    }

    /// A `#[suite]` itself begins before all that could ask and ends after it.
    fn note_activity(&self, what: &'static str) {
        if self.0.info.nesting > 1 {
            self.shared_activity().note(what, &self.0.info);
        }
    }

    /// Where `--ensure-time` is given, a `#[suite]` that takes too long fails.
    pub(crate) fn judge_time(&self, took: Duration) {
        let time = self.0.hub.settings.time.as_ref();
        let Some(time) = time.filter(|time| time.ensure && self.0.info.nesting == 1) else {
            return;
        };
        let limit = time.limits(&self.0.info.at.file).critical;
        if took > limit {
            self.problem(Problem::TooSlow { took, limit });
        }
    }

    pub(crate) fn job_timeout(&self) -> Option<Duration> {
        lock(&self.0.limits).job_timeout
    }

    /// Whether the suite is being ended before its body has returned: after a timeout, an abort, a bail-out.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel.cause().is_some()
    }

    /// Ends when the suite is being ended early. Cancel safe; dropping it does nothing.
    pub async fn cancelled(&self) {
        self.0.cancel.cancelled().await;
    }

    /// Whether it is the same suite.
    pub(crate) fn is_same(&self, other: &Suite) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether checks are ignored: after an abort or a bail-out.
    pub(crate) fn is_dead(&self) -> bool {
        self.0.dead.load(Ordering::Acquire)
    }

    /// Takes no checks from here on.
    pub(crate) fn ignore_checks(&self) {
        self.0.dead.store(true, Ordering::Release);
        self.0.quiet.stop();
    }

    pub(crate) fn is_skipping(&self) -> bool {
        self.0.skipping.load(Ordering::Acquire)
    }

    pub(crate) fn skip_from_here_on(&self) {
        self.0.skipping.store(true, Ordering::Release);
        self.0.quiet.stop();
    }

    /// Ends the suite early and quietly: its body is dropped at its next await, later checks are ignored, its jobs are
    /// ended, its clean-ups run, and its plan is not compared. What was counted before stays counted.
    pub fn abort(&self) {
        self.cancel(Cause::Abort);
    }

    /// Ends the whole run as failed: every suite is ended as by a timeout, its clean-ups run, reports are written.
    pub fn bail_out(&self, why: impl Into<Cow<'static, str>>) {
        let why = why.into();
        let top = self.root();
        self.send_event(EventKind::BailOut(why.clone()));
        self.0.dead.store(true, Ordering::Release);
        self.0.quiet.stop();
        top.0.cancel.cancel(Cause::BailOut(why.to_string()));
        top.table().cancel_all(&Cause::BailOut(why.into_owned()));
    }
}

impl Control for Suite {
    fn cancel(&self, cause: Cause) {
        Suite::cancel(self, cause);
    }

    fn running(&self, verifiers: bool, into: &mut Vec<Running>) {
        self.add_running(verifiers, into);
    }

    fn pulses(&self, into: &mut Vec<Arc<Pulse>>) {
        into.extend(Suite::pulses(self));
    }

    fn nudge(&self) -> u64 {
        self.0.pulse.nudge()
    }

    fn flush(&self) {
        self.flush_running();
    }

    fn suite(&self) -> Option<Suite> {
        Some(self.clone())
    }

    fn doing(&self) -> Option<String> {
        self.doing_now()
    }
}
