//! One job of the table, and the states that it goes through.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::jobs::start::Done;
use crate::jobs::{Control, Work};
use crate::place::Place;
use crate::pulse::Pulse;

pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) at: Place,
    pub(super) status: Status,
    pub(super) since: Instant,
    pub(super) control: Option<Arc<dyn Control>>,
    pub(super) abort: Option<AbortHandle>,
    /// Of a job without a control; others have their own.
    pub(super) pulse: Option<Arc<Pulse>>,
    /// Once somebody wants to hear of the end.
    pub(super) done: Option<Arc<Done>>,
    /// While it runs, if it needs one. Its end gives it back.
    pub(super) has_place: bool,
    /// Stays in the table when it is done, until `release_job`.
    pub(super) kept: bool,
    /// Runs beside its siblings also where they run one by one.
    pub(super) concurrent: bool,
}

pub(super) enum Status {
    New(Work),
    Postponed(Work),
    Waiting(Work),
    Running,
    Done,
}

impl Status {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Status::New(_) => "new",
            Status::Postponed(_) => "postponed",
            Status::Waiting(_) => "waiting for a place",
            Status::Running => "running",
            Status::Done => "done",
        }
    }
}

impl Entry {
    pub(super) fn new(
        name: Cow<'static, str>,
        at: Place,
        status: Status,
        control: Option<Arc<dyn Control>>,
        kept: bool,
    ) -> Entry {
        let pulse = match &control {
            Some(_) => None,
            None => Some(Arc::default()),
        };
        Entry {
            name,
            at,
            status,
            since: Instant::now(),
            control,
            abort: None,
            pulse,
            done: None,
            has_place: false,
            kept,
            concurrent: false,
        }
    }

    /// Steps to running, and gives the work that is to run.
    pub(super) fn begin(&mut self, id: JobId) -> Result<Work, ErrorKind> {
        match std::mem::replace(&mut self.status, Status::Running) {
            Status::New(work) | Status::Postponed(work) | Status::Waiting(work) => Ok(work),
            status => {
                self.status = status;
                Err(self.refuse(id))
            }
        }
    }

    /// Steps to waiting for a place.
    pub(super) fn wait(&mut self, id: JobId) -> Result<(), ErrorKind> {
        match std::mem::replace(&mut self.status, Status::Running) {
            Status::New(work) | Status::Postponed(work) => {
                self.status = Status::Waiting(work);
                Ok(())
            }
            status => {
                self.status = status;
                Err(self.refuse(id))
            }
        }
    }

    /// It is in no state for that.
    pub(super) fn refuse(&self, id: JobId) -> ErrorKind {
        ErrorKind::JobState {
            job: id,
            state: self.status.name().into(),
        }
    }

    /// What tells its end.
    pub(super) fn done(&mut self) -> Arc<Done> {
        match &self.done {
            Some(done) => done.clone(),
            None => {
                let done = Arc::new(Done::default());
                if matches!(self.status, Status::Done) {
                    done.end();
                }
                self.done.insert(done).clone()
            }
        }
    }

    /// Tells that it has ended, or that it never will be begun.
    pub(super) fn tell_end(&self) {
        if let Some(done) = &self.done {
            done.end();
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.status, Status::Running)
    }
}
