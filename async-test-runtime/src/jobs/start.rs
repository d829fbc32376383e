//! How a job is started, and how its end is told.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::error::ErrorKind;
use crate::ids::JobId;
use crate::jobs::places::Place;
use crate::jobs::{Control, Entry, Inner, Job, Jobs, State, Status, Work, admission};
use crate::ours::OwnTask;
use crate::place::Place as At;
use crate::pulse::Pulse;
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
    task: Option<OwnTask>,
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.jobs.end(self.id);
    }
}

/// What the table says to one that is to run.
struct Asked {
    /// It has got a place. Else it has to stand in the queue.
    has_place: bool,
    takes_turns: bool,
    waits_for_its_turn: bool,
}

impl State {
    /// For one that is to run: takes a place for it, if one is free.
    fn ask(&mut self) -> Asked {
        let has_place = self.places.take();
        Asked {
            has_place,
            takes_turns: self.takes_turns,
            waits_for_its_turn: self.waits_for_its_turn(),
        }
    }
}

impl Jobs {
    /// Starts a job when there is a place. Cancel safe: a job whose start was given up is as before.
    pub(crate) async fn start_job(&self, id: JobId) -> Result<(), ErrorKind> {
        let asked = {
            let mut state = self.0.lock();
            state.entries.get_mut(id).ok_or(ErrorKind::NoSuchJob(id))?.wait(id)?;
            state.ask()
        };
        self.start_asked(id, asked).await
    }

    /// Makes a job and starts it when there is a place, as `start_job` does. One that need not wait is made and started
    /// in one step, since a run does this for each of its suites. Cancel safe: what was given up is a job that has not begun.
    pub(crate) async fn run<J: Job>(&self, name: &'static str, at: At, job: Arc<J>) {
        let control: Arc<dyn Control> = job.clone();
        let mut entry = Entry::new(Cow::Borrowed(name), at, Status::Running, Some(control), false);
        let (id, asked) = {
            let mut state = self.0.lock();
            let asked = state.ask();
            match self.0.runtime.get() {
                Some(runtime) if asked.has_place && asked.takes_turns && !asked.waits_for_its_turn => {
                    entry.has_place = true;
                    state.active += 1;
                    let id = state.list(entry);
                    drop(state);
                    return self.spawn_job(runtime, id, job);
                }
                _ => {}
            }
            let id = state.next_id();
            entry.status = Status::Waiting(Box::pin(async move { job.work(id).await }));
            state.entries.push(id, entry);
            (id, asked)
        };
        // A new job can be started; that a bail-out has started it to end it is as good.
        let _ = self.start_asked(id, asked).await;
    }

    async fn start_asked(&self, id: JobId, asked: Asked) -> Result<(), ErrorKind> {
        let waiting = GiveUp { jobs: self, id };
        let (place, waits_for_its_turn) = match asked.has_place {
            true => (Place::taken(&self.0), asked.waits_for_its_turn),
            false => {
                let (place, is_shared) = Place::queue_up(&self.0).await;
                (place, asked.takes_turns && is_shared)
            }
        };
        if !asked.takes_turns && id.0 % GIVES_WAY == 0 {
            give_way().await;
        }
        let mut ahead = 0;
        if waits_for_its_turn {
            let _turn = Turn::new(&self.0);
            ahead = admission::turn().await;
        }
        std::mem::forget(waiting);
        self.launch(id, Some(place), ahead)
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
        let (has_place, control, done) = (entry.has_place, entry.control.take(), entry.done.take());
        let (mut gone, mut task) = (None, None);
        if entry.kept {
            entry.status = Status::Done;
            entry.has_place = false;
            entry.done.clone_from(&done);
        } else {
            let mut entry = state.entries.remove_at(at);
            if control.is_none() {
                task = Some((entry.abort.take(), entry.pulse.take()));
            }
            gone = state.entries.keep(entry);
        }
        state.active -= 1;
        let idle = state.active <= state.given_up;
        let freed = match has_place {
            true => Some(state.places.give_back()),
            false => None,
        };
        drop(state);
        // It is free before anybody hears of the end, so that a waiting job starts no later than they go on.
        if let Some(freed) = freed {
            freed.tell(&self.0.queue);
        }
        if let Some(control) = control {
            drop(control);
        }
        drop((task, gone));
        if let Some(done) = done {
            done.end();
        }
        if idle {
            self.0.idle.notify_waiters();
        }
    }

    /// Starts a job at once, without a place.
    pub(crate) fn start(&self, id: JobId) -> Result<(), ErrorKind> {
        self.launch(id, None, 0)
    }

    /// So many more may start with it.
    pub(super) fn launch(&self, id: JobId, place: Option<Place<'_>>, ahead: u32) -> Result<(), ErrorKind> {
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
            if ahead > 0 {
                state.ahead = ahead;
            }
            let Some(entry) = state.entries.get_mut(id) else {
                return Err(ErrorKind::NoSuchJob(id));
            };
            let work = entry.begin(id)?;
            entry.since = Instant::now();
            if let Some(place) = place {
                entry.has_place = true;
                place.keep();
            }
            let pulse = entry.pulse.clone();
            state.active += 1;
            (work, pulse)
        };
        self.spawn(runtime, id, work, pulse);
        Ok(())
    }

    fn finish(&self, id: JobId) -> Finish {
        let task = match self.0.has_own_tasks.load(Ordering::Relaxed) {
            true => Some(OwnTask::new()),
            false => None,
        };
        Finish {
            jobs: self.clone(),
            id,
            task,
        }
    }

    fn spawn(&self, runtime: &Handle, id: JobId, work: Work, pulse: Option<Arc<Pulse>>) {
        let finish = self.finish(id);
        let is_own = finish.task.is_some();
        // One with a control is asked to end in its own way.
        let is_plain = pulse.is_some();
        // In this order, also where the task is dropped before its first poll: what is raised where the work is dropped is
        // told before the end of the job is.
        let job = (work, finish);
        let task = runtime.spawn(async move {
            let (work, _finish) = job;
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
    }

    fn spawn_job<J: Job>(&self, runtime: &Handle, id: JobId, job: Arc<J>) {
        let finish = self.finish(id);
        let is_own = finish.task.is_some();
        runtime.spawn(async move {
            let finish = finish;
            job.work(finish.id).await;
        });
        if is_own {
            OwnTask::has_begun();
        }
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
