//! How a job is started, and how its end is told.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::jobs::{Inner, Jobs, State, Status, admission};
use crate::ours::OwnTask;

/// Whether a job has ended; shared with those who wait for it.
#[derive(Default, Debug)]
pub(crate) struct Done {
    ended: AtomicBool,
    /// Somebody has waited, or is about to: most ends are awaited by nobody.
    awaited: AtomicBool,
    notify: Notify,
}

impl Done {
    pub(crate) fn end(&self) {
        // In one order with the two of `wait`: he sees the end, or he is seen here.
        self.ended.store(true, Ordering::SeqCst);
        if self.awaited.load(Ordering::SeqCst) {
            self.notify.notify_waiters();
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Cancel safe.
    pub(crate) async fn wait(&self) {
        loop {
            let mut notified = pin!(self.notify.notified());
            notified.as_mut().enable();
            self.awaited.store(true, Ordering::SeqCst);
            if self.has_ended() {
                return;
            }
            notified.await;
        }
    }
}

/// Marks a job as done however its task ends.
struct Finish {
    jobs: Jobs,
    id: JobId,
    _task: Option<OwnTask>,
}

/// A place under the limit, until this is dropped.
pub(super) struct Place {
    jobs: Arc<Inner>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// None where the limit was lowered while the permit was on its way: then it is gone.
    /// With it, whether the job also waits for its turn: one alone takes turns with nobody.
    fn new(jobs: &Arc<Inner>, permit: OwnedSemaphorePermit) -> Option<(Place, bool)> {
        let mut state = jobs.lock();
        if state.held >= state.limit && state.surplus > 0 {
            state.surplus -= 1;
            permit.forget();
            return None;
        }
        state.held += 1;
        state.most = state.most.max(state.held);
        let waits_for_its_turn = state.takes_turns && state.held > 1;
        drop(state);
        let place = Place {
            jobs: jobs.clone(),
            permit: Some(permit),
        };
        Some((place, waits_for_its_turn))
    }

    /// What is left of it is to be dropped outside of the lock, since that wakes whoever waits for a place.
    fn leave(mut self, state: &mut State) -> Option<OwnedSemaphorePermit> {
        self.free(state)
    }

    fn free(&mut self, state: &mut State) -> Option<OwnedSemaphorePermit> {
        let permit = self.permit.take()?;
        state.held -= 1;
        if state.surplus > 0 {
            state.surplus -= 1;
            permit.forget();
            return None;
        }
        Some(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.permit.is_some() {
            let jobs = self.jobs.clone();
            let permit = self.free(&mut jobs.lock());
            drop(permit);
        }
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.jobs.end(self.id);
    }
}

impl Jobs {
    /// Starts a job when there is a place. Cancel safe: a job whose start was given up is as before.
    pub(crate) async fn start_job(&self, id: JobId) -> Result<(), ErrorKind> {
        let takes_turns = {
            let mut state = self.0.lock();
            state.entries.get_mut(id).ok_or(ErrorKind::NoSuchJob(id))?.wait(id)?;
            state.takes_turns
        };
        let waiting = GiveUp { jobs: self, id };
        let (place, waits_for_its_turn) = loop {
            // Whoever takes turns gives way to others there, and need not do so here. One that waits is not overtaken by
            // this: a permit goes to it first.
            let free = match takes_turns {
                true => self.0.places.clone().try_acquire_owned().ok(),
                false => None,
            };
            let permit = match free {
                Some(permit) => permit,
                None => match self.0.places.clone().acquire_owned().await {
                    Ok(permit) => permit,
                    // The semaphore is never closed.
                    Err(_) => continue,
                },
            };
            if let Some(place) = Place::new(&self.0, permit) {
                break place;
            }
        };
        if waits_for_its_turn {
            let turn = Turn::new(&self.0);
            admission::turn().await;
            drop(turn);
        }
        std::mem::forget(waiting);
        self.launch(id, Some(place))
    }

    /// Whether a job has a place, and waits for nothing but the end of the runtime's queue. Where several do, it may be
    /// forgotten of some.
    pub(crate) fn takes_its_turn(&self) -> bool {
        self.0.in_turn.load(Ordering::Relaxed)
    }

    /// Ends a job that is running, though its task may go on: nobody waits for that any more.
    pub(crate) fn end(&self, id: JobId) {
        let mut state = self.0.lock();
        let Some(at) = state.entries.find(id) else {
            return;
        };
        let entry = state.entries.at(at);
        if !entry.is_running() {
            return;
        }
        let (place, done) = (entry.place.take(), entry.done.clone());
        let (control, gone) = match entry.kept {
            true => {
                entry.status = Status::Done;
                (entry.control.take(), None)
            }
            false => (None, Some(state.entries.remove_at(at))),
        };
        state.active -= 1;
        let idle = state.active <= state.given_up;
        let permit = match place {
            Some(place) => place.leave(&mut state),
            None => None,
        };
        drop(state);
        // It is free before anybody hears of the end, so that a waiting job starts no later than they go on.
        drop(permit);
        drop((control, gone));
        if let Some(done) = done {
            done.end();
        }
        if idle {
            self.0.idle.notify_waiters();
        }
    }

    /// Starts a job at once, without a place.
    pub(crate) fn start(&self, id: JobId) -> Result<(), ErrorKind> {
        self.launch(id, None)
    }

    pub(super) fn launch(&self, id: JobId, place: Option<Place>) -> Result<(), ErrorKind> {
        let here;
        let runtime = match self.0.runtime.get() {
            Some(runtime) => runtime,
            None => {
                here = Handle::try_current()
                    .map_err(|_| ErrorKind::Other("no tokio runtime is running here".to_owned()))?;
                &here
            }
        };
        let (work, pulse) = {
            let mut state = self.0.lock();
            let entry = state.entries.get_mut(id).ok_or(ErrorKind::NoSuchJob(id))?;
            let work = entry.begin(id)?;
            entry.since = Instant::now();
            entry.place = place;
            let pulse = entry.pulse.clone();
            state.active += 1;
            (work, pulse)
        };
        let own_task = self.0.has_own_tasks.load(Ordering::Relaxed).then(OwnTask::new);
        let is_own = own_task.is_some();
        // One with a control is asked to end in its own way.
        let is_plain = pulse.is_some();
        let finish = Finish {
            jobs: self.clone(),
            id,
            _task: own_task,
        };
        let task = runtime.spawn(async move {
            let _finish = finish;
            match pulse {
                Some(pulse) => pulse.of(work).await,
                None => work.await,
            }
        });
        if is_own {
            OwnTask::has_begun();
        }
        if is_plain {
            let mut state = self.0.lock();
            let cancelled = state.cancelled;
            if let Some(entry) = state.entries.get_mut(id) {
                if cancelled {
                    task.abort();
                }
                entry.abort = Some(task.abort_handle());
            }
        }
        Ok(())
    }
}

/// Somebody is taking his turn, until this is dropped.
struct Turn<'a>(&'a Inner);

impl Turn<'_> {
    fn new(jobs: &Inner) -> Turn<'_> {
        jobs.in_turn.store(true, Ordering::Relaxed);
        Turn(jobs)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.in_turn.store(false, Ordering::Relaxed);
    }
}

/// Takes a job back out of the wait when the wait is given up.
struct GiveUp<'a> {
    jobs: &'a Jobs,
    id: JobId,
}

impl Drop for GiveUp<'_> {
    fn drop(&mut self) {
        let _ = self.jobs.change(self.id, |status| match status {
            Status::Waiting(work) => Ok(Status::New(work)),
            other => Err(other),
        });
    }
}
