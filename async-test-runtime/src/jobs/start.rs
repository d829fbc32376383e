//! How a job is started, and how its end is told.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::jobs::places::Place;
use crate::jobs::{Inner, Jobs, Status, admission};
use crate::ours::OwnTask;
use crate::turn::give_way;

/// Whether a job has ended; shared with those who wait for it.
#[derive(Default, Debug)]
pub(crate) struct Done {
    ended: AtomicBool,
    /// Somebody has waited, or is about to: most ends are awaited by nobody.
    awaited: AtomicBool,
    notify: Notify,
}

impl Done {
    pub(crate) fn new() -> Done {
        Done {
            ended: AtomicBool::new(false),
            awaited: AtomicBool::new(false),
            notify: Notify::new(),
        }
    }

    /// As `new` makes it, of one that nobody waits for.
    pub(crate) fn renew(&mut self) {
        self.ended = AtomicBool::new(false);
        self.awaited = AtomicBool::new(false);
    }

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

/// Whoever starts many jobs that need not wait for anything gives way to others each so many.
const GIVES_WAY: u64 = 64;

/// Marks a job as done however its task ends.
struct Finish {
    jobs: Jobs,
    id: JobId,
    _task: Option<OwnTask>,
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.jobs.end(self.id);
    }
}

impl Jobs {
    /// Starts a job when there is a place. Cancel safe: a job whose start was given up is as before.
    pub(crate) async fn start_job(&self, id: JobId) -> Result<(), ErrorKind> {
        let (has_place, takes_turns, waits_for_its_turn) = {
            let mut state = self.0.lock();
            state.entries.get_mut(id).ok_or(ErrorKind::NoSuchJob(id))?.wait(id)?;
            let has_place = state.places.take();
            (has_place, state.takes_turns, state.waits_for_its_turn())
        };
        let waiting = GiveUp { jobs: self, id };
        let (place, waits_for_its_turn) = match has_place {
            true => (Place::taken(&self.0), waits_for_its_turn),
            false => {
                let (place, is_shared) = Place::queue_up(&self.0).await;
                (place, takes_turns && is_shared)
            }
        };
        if !takes_turns && id.0 % GIVES_WAY == 0 {
            give_way().await;
        }
        if waits_for_its_turn {
            let turn = Turn::new(&self.0);
            let ahead = admission::turn().await;
            drop(turn);
            if ahead > 0 {
                self.0.lock().ahead = ahead;
            }
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
        let (place, control, done) = (entry.place.take(), entry.control.take(), entry.done.clone());
        let gone = match entry.kept {
            true => {
                entry.status = Status::Done;
                None
            }
            false => {
                let mut entry = state.entries.remove_at(at);
                entry.done = None;
                let task = (entry.abort.take(), entry.pulse.take());
                Some((task, state.entries.keep(entry)))
            }
        };
        state.active -= 1;
        let idle = state.active <= state.given_up;
        let freed = place.map(|place| place.leave(&mut state));
        drop(state);
        // It is free before anybody hears of the end, so that a waiting job starts no later than they go on.
        if let Some(freed) = freed {
            freed.tell(&self.0.queue);
        }
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
