//! The job manager of one suite: what runs beside its body, how many at once, and who is still running.
//!
//! It knows nothing of suites: a job that is a suite brings a `Control`, through which it is asked to end and asked
//! what it is doing.
//!
//! 1. A job is in one state: new, postponed, waiting for a place, running, done. It is started once.
//! 2. A place is held from the start of a job to its end. A suite's own places are for its direct children only, so a
//!    parent that waits holds none of them, and no depth and no limit can deadlock.
//! 3. Waiting jobs start in the order in which they began to wait (tokio's semaphore is fair); one whose place was on
//!    its way when the limit was lowered waits anew.
//! 4. Where nobody has set a limit, one that has a place and is not the only one also waits for its turn
//!    (`admission`).

mod admission;
mod end;
mod entry;
mod places;
mod start;
mod table;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};

use crate::cancel::Cause;
use crate::claim::Running;
use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::place::Place;
use crate::pulse::Pulse;
use crate::suite::Suite;

use entry::{Entry, Status};
use places::Places;
pub(crate) use start::Done;
use table::Table;

/// The work of a job.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A job that makes its own work, on the thread that runs it: what one thread takes and another gives back costs both more.
pub(crate) trait Job: Control + 'static {
    /// The work of this job, whose number is that. Called once.
    fn work(self: Arc<Self>, job: JobId) -> Work;
}

/// How to talk to a job that is more than a future.
pub(crate) trait Control: Send + Sync {
    /// Asks it to end soon, in its own way.
    fn cancel(&self, cause: Cause);
    /// Adds what is running inside it; verifiers only if they are wanted.
    fn running(&self, verifiers: bool, into: &mut Vec<Running>);
    /// Adds the pulses of all that runs inside it.
    fn pulses(&self, into: &mut Vec<Arc<Pulse>>);
    /// Asks for a sign of life: the number grows if there is one.
    fn nudge(&self) -> u64;
    /// Has it say what it has only counted.
    fn flush(&self);
    /// The suite that it is, from when that is known.
    fn suite(&self) -> Option<Suite>;
    /// What it is waiting for or doing itself.
    fn doing(&self) -> Option<String>;
}

/// The table of one suite's jobs. Clones are handles to the same one.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Of those who wait for a place.
    queue: Semaphore,
    /// One that has a place waits for its turn.
    in_turn: AtomicBool,
    /// Its tasks are those of the run itself.
    has_own_tasks: AtomicBool,
    idle: Notify,
    runtime: OnceLock<Handle>,
}

struct State {
    next: u64,
    places: Places,
    /// What has a place also waits for its turn.
    takes_turns: bool,
    /// So many of these need not.
    ahead: u32,
    entries: Table<Entry>,
    /// Started and not done.
    active: usize,
    /// Of them, those that nobody waits for any more.
    given_up: usize,
    /// `cancel_all` has been called: what starts from here on ends at once.
    cancelled: bool,
}

impl State {
    fn next_id(&mut self) -> JobId {
        self.next += 1;
        JobId(self.next)
    }

    fn list(&mut self, entry: Entry) -> JobId {
        let id = self.next_id();
        self.entries.push(id, entry);
        id
    }

    /// Whether the next job has to take its turn.
    fn waits_for_its_turn(&mut self) -> bool {
        let waits = self.takes_turns && self.places.is_shared();
        if waits && self.ahead > 0 {
            self.ahead -= 1;
            return false;
        }
        waits
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing of the user's runs under the lock.
        match self.state.lock() {
            Ok(state) => state,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("Jobs")
            .field("limit", &state.places.limit)
            .field("active", &state.active)
            .field("known", &state.entries.len())
            .finish()
    }
}

impl Jobs {
    /// `takes_turns` is whether a job that has a place also waits for its turn.
    pub(crate) fn new(limit: usize, takes_turns: bool) -> Jobs {
        Jobs(Arc::new(Inner {
            state: Mutex::new(State {
                next: 0,
                places: Places::new(limit),
                takes_turns,
                ahead: 0,
                entries: Table::new(),
                active: 0,
                given_up: 0,
                cancelled: false,
            }),
            queue: Semaphore::new(0),
            in_turn: AtomicBool::new(false),
            has_own_tasks: AtomicBool::new(false),
            idle: Notify::new(),
            runtime: OnceLock::new(),
        }))
    }

    /// From here on jobs run on this runtime, wherever they are started from.
    pub(crate) fn run_on(&self, runtime: Handle) {
        let _ = self.0.runtime.set(runtime);
    }

    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.0.runtime.get()
    }

    /// The most jobs started with `start_job` that run at once.
    pub(crate) fn limit(&self) -> usize {
        self.0.lock().places.limit
    }

    /// From here on its tasks are known as ours, and not as some that a test has started.
    pub(crate) fn has_own_tasks(&self) {
        self.0.has_own_tasks.store(true, Ordering::Relaxed);
    }

    /// From here on a job that has a place also waits for its turn, or does not.
    pub(crate) fn take_turns(&self, takes_turns: bool) {
        self.0.lock().takes_turns = takes_turns;
    }

    /// The most jobs started with `start_job` that have run at once.
    pub(crate) fn most(&self) -> usize {
        self.0.lock().places.most
    }

    pub(crate) fn set_limit(&self, limit: usize) {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        let freed = self.0.lock().places.set_limit(limit, &self.0.queue);
        freed.tell(&self.0.queue);
    }

    pub(crate) fn add(
        &self,
        name: impl Into<Cow<'static, str>>,
        at: Place,
        work: Work,
        control: Option<Arc<dyn Control>>,
        kept: bool,
    ) -> JobId {
        let entry = Entry::new(name.into(), at, Status::New(work), control, kept);
        self.0.lock().list(entry)
    }

    /// Lists something that runs elsewhere as a job, until what is returned is dropped, so that it is told when the
    /// jobs are to end. It counts as no job otherwise.
    pub(crate) fn stand_in(&self, name: String, at: Place, control: Arc<dyn Control>) -> StandIn {
        let entry = Entry::new(name.into(), at, Status::Running, Some(control), false);
        let id = self.0.lock().list(entry);
        StandIn { jobs: self.clone(), id }
    }

    /// What tells the end of a job; for a job that is not known any more, one that has ended.
    pub(crate) fn done(&self, id: JobId) -> Arc<Done> {
        if let Some(entry) = self.0.lock().entries.get_mut(id) {
            return entry.done();
        }
        let done = Done::default();
        done.end();
        Arc::new(done)
    }

    fn change(&self, id: JobId, change: impl FnOnce(Status) -> Result<Status, Status>) -> Result<(), ErrorKind> {
        let mut state = self.0.lock();
        let entry = state.entries.get_mut(id).ok_or(ErrorKind::NoSuchJob(id))?;
        match change(std::mem::replace(&mut entry.status, Status::Done)) {
            Ok(status) => {
                entry.status = status;
                Ok(())
            }
            Err(status) => {
                entry.status = status;
                Err(entry.refuse(id))
            }
        }
    }

    pub(crate) fn postpone(&self, id: JobId) -> Result<(), ErrorKind> {
        self.change(id, |status| match status {
            Status::New(work) => Ok(Status::Postponed(work)),
            other => Err(other),
        })
    }

    pub(crate) fn set_concurrent(&self, id: JobId) {
        if let Some(entry) = self.0.lock().entries.get_mut(id) {
            entry.concurrent = true;
        }
    }

    pub(crate) fn is_concurrent(&self, id: JobId) -> bool {
        self.0.lock().entries.get(id).is_some_and(|entry| entry.concurrent)
    }

    pub(crate) fn is_postponed(&self, id: JobId) -> bool {
        let state = self.0.lock();
        matches!(
            state.entries.get(id),
            Some(Entry {
                status: Status::Postponed(_),
                ..
            })
        )
    }

    /// The jobs that were put off, in the order in which that was said.
    pub(crate) fn postponed(&self) -> Vec<JobId> {
        let state = self.0.lock();
        state
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.status, Status::Postponed(_)))
            .map(|(id, _)| id)
            .collect()
    }

    /// What tells the end of each known job, started or not.
    pub(crate) fn all(&self) -> Vec<(JobId, bool, Arc<Done>)> {
        let mut state = self.0.lock();
        let entries = state.entries.iter_mut();
        entries
            .map(|(id, entry)| (id, entry.is_running(), entry.done()))
            .collect()
    }

    /// Forgets a job. One that runs goes on and is still awaited by its suite.
    pub(crate) fn release(&self, id: JobId) -> bool {
        let mut state = self.0.lock();
        match state.entries.get_mut(id) {
            Some(entry) if matches!(entry.status, Status::Running) => {
                entry.kept = false;
                true
            }
            Some(_) => {
                let gone = state.entries.remove(id);
                // Its future is the user's.
                drop(state);
                gone.is_some()
            }
            None => false,
        }
    }

    /// The name and state of a job that has not been released.
    pub(crate) fn get(&self, id: JobId) -> Option<(String, &'static str)> {
        let state = self.0.lock();
        state
            .entries
            .get(id)
            .map(|entry| (entry.name.clone().into_owned(), entry.status.name()))
    }

    /// How many jobs are known: new, postponed, waiting, running, and done ones that were not released.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().entries.len()
    }

    /// Whether there is a job, in whatever state.
    pub(crate) fn has_any(&self) -> bool {
        let state = self.0.lock();
        state.active > 0 || !state.entries.is_empty()
    }

    /// How many jobs have been started and have not ended.
    pub(crate) fn active(&self) -> usize {
        self.0.lock().active
    }

    /// Ends when no job is running. Postponed jobs are not looked at. Cancel safe.
    pub(crate) async fn idle(&self) {
        self.idle_but_for(0).await;
    }

    /// Ends when no more than so many jobs are running. Cancel safe.
    pub(crate) async fn idle_but_for(&self, given_up: usize) {
        loop {
            let mut notified = pin!(self.0.idle.notified());
            notified.as_mut().enable();
            if self.0.lock().active <= given_up {
                return;
            }
            notified.await;
        }
    }
}

/// See [`Jobs::stand_in`].
pub(crate) struct StandIn {
    jobs: Jobs,
    id: JobId,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let entry = self.jobs.0.lock().entries.remove(self.id);
        drop(entry);
    }
}
