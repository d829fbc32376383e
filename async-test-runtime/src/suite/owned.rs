//! What lives and ends with a suite beside its jobs: clean-ups, attachments, and the memory of what went on.

use std::any::Any;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::claim::{Problem, Running};
use crate::error::{Error, ErrorKind};
use crate::place::Place;
use crate::suite::{Ending, Suite, lock, log};

pub(crate) struct CleanUp {
    pub(crate) at: Place,
    pub(crate) work: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Something that lives beside a suite's body and is ended with the suite, before its clean-ups.
pub(crate) trait Attachment: Send + Sync {
    /// Ends it. Called once.
    fn end(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// What it is doing, while it is running.
    fn running(&self) -> Option<Running>;
}

/// What a suite has beside its body, and what the end of it waits for. Most suites have nothing of this.
#[derive(Default)]
pub(super) struct Owned {
    clean_ups: Mutex<Vec<CleanUp>>,
    attachments: Mutex<Attachments>,
    pub(super) ending: Mutex<Ending>,
    pub(super) log: log::Lines,
    /// The time limit that has passed.
    pub(super) passed_limit: OnceLock<Duration>,
    payload: Mutex<Option<Box<dyn Any + Send>>>,
}

fn is_empty(owned: &OnceLock<Box<Owned>>) -> bool {
    match owned.get() {
        Some(owned) => lock(&owned.clean_ups).is_empty() && lock(&owned.attachments).list.is_empty(),
        None => true,
    }
}

#[derive(Default)]
struct Attachments {
    next: u64,
    list: Vec<(u64, Arc<dyn Attachment>)>,
}

impl Suite {
    pub(super) fn owned(&self) -> &Owned {
        self.0.owned.get_or_init(Box::default)
    }

    /// Keeps what the body panicked with, for `#[should_panic]` under the built-in harness.
    pub(crate) fn keep_payload(&self, payload: Box<dyn Any + Send>) {
        let before = lock(&self.owned().payload).replace(payload);
        drop(before);
    }

    pub(crate) fn take_payload(&self) -> Option<Box<dyn Any + Send>> {
        lock(&self.0.owned.get()?.payload).take()
    }

    pub(super) fn has_payload(&self) -> bool {
        match self.0.owned.get() {
            Some(owned) => lock(&owned.payload).is_some(),
            None => false,
        }
    }

    /// Registers a clean-up. Clean-ups run when the body and the jobs of the suite have ended, the last registered
    /// first, whatever the end was: success, a panic, an `Err`, a timeout, an abort, a bail-out. A panic in one fails
    /// the suite and the others still run. One that takes longer than the job timeout is dropped and fails the suite. One
    /// that is registered when the suite has ended is dropped without being run and fails the run, as a late check does.
    #[track_caller]
    pub fn on_finish(&self, clean_up: impl Future<Output = ()> + Send + 'static) {
        let at = Place::from(Location::caller());
        lock(&self.owned().clean_ups).push(CleanUp {
            at,
            work: Box::pin(clean_up),
        });
        self.refuse_late_clean_ups();
    }

    /// Takes what has been registered when the clean-ups had run, and fails the run for it. Asked by the end of the suite,
    /// and by whoever registers something, so that one of the two sees it. What is given up has its clean-ups yet to come.
    pub(crate) fn refuse_late_clean_ups(&self) {
        if !self.has_completed() || self.is_dead() {
            return;
        }
        while let Some(CleanUp { at, work }) = self.take_clean_up() {
            let error = Error::new(self.path(), "on_finish", ErrorKind::SuiteEnded);
            self.root().problem(Problem::Misuse(at, error));
            drop(work);
        }
    }

    /// Lets go of a suite that has ended, on a thread that must not be held up. What somebody has registered too late is the
    /// user's and goes with the last handle: then a task of the runtime drops it, whose panic is told as that of any task.
    pub(crate) fn part(mut self) {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            if shared.owned.get().is_none() && shared.jobs.is_untouched() {
                let spent = shared.hub.spent_suites.clone();
                spent.put(self);
                return;
            }
        }
        let Some(shared) = Arc::into_inner(self.0) else { return };
        if is_empty(&shared.owned) && shared.jobs.is_empty() {
            return;
        }
        let root = shared.parent.as_ref();
        if let Some(runtime) = root.and_then(|root| root.known_jobs()?.runtime().cloned()) {
            runtime.spawn(async move { drop(shared) });
        }
    }

    /// Whether there is neither a clean-up nor an attachment to end.
    pub(crate) fn owns_nothing(&self) -> bool {
        is_empty(&self.0.owned)
    }

    pub(crate) fn take_clean_up(&self) -> Option<CleanUp> {
        lock(&self.0.owned.get()?.clean_ups).pop()
    }

    pub(crate) fn attach(&self, attachment: Arc<dyn Attachment>) -> u64 {
        let mut attachments = lock(&self.owned().attachments);
        attachments.next += 1;
        let number = attachments.next;
        attachments.list.push((number, attachment));
        number
    }

    /// Moves an attachment to the end of the order, so that it is ended first.
    pub(crate) fn touch(&self, number: u64) {
        let mut attachments = lock(&self.owned().attachments);
        if let Some(index) = attachments.list.iter().position(|(known, _)| *known == number) {
            let entry = attachments.list.remove(index);
            attachments.list.push(entry);
        }
    }

    pub(crate) fn detach(&self, number: u64) {
        let entry = {
            let mut attachments = lock(&self.owned().attachments);
            let index = attachments.list.iter().position(|(known, _)| *known == number);
            index.map(|index| attachments.list.remove(index))
        };
        drop(entry);
    }

    pub(crate) fn take_attachment(&self) -> Option<Arc<dyn Attachment>> {
        lock(&self.0.owned.get()?.attachments)
            .list
            .pop()
            .map(|(_, attachment)| attachment)
    }

    /// Whether the order or a value in the same `#[suite]` came from the seed.
    pub(crate) fn is_seeded(&self) -> bool {
        self.shared_activity().is_seeded()
    }

    /// A number that grows when a subtest of the same `#[suite]` begins or ends.
    #[inline]
    pub(crate) fn activity(&self) -> u64 {
        self.shared_activity().mark()
    }

    /// What began and ended in the same `#[suite]` after a mark.
    pub(crate) fn activity_since(&self, mark: u64) -> Vec<String> {
        self.shared_activity().since(mark)
    }

    /// The jobs of the suite, and its verifiers if these are wanted. A verifier does not ask for itself.
    pub(super) fn add_running(&self, verifiers: bool, into: &mut Vec<Running>) {
        if let Some(jobs) = self.known_jobs() {
            jobs.running(verifiers, into);
        }
        if let (true, Some(owned)) = (verifiers, self.0.owned.get()) {
            // Their own locks are taken, so ours is let go.
            let list: Vec<_> = lock(&owned.attachments).list.iter().map(|(_, it)| it.clone()).collect();
            into.extend(list.iter().filter_map(|it| it.running()));
        }
    }

    /// The subtests and jobs, at any depth, that are running now.
    pub fn running(&self) -> Vec<Running> {
        let mut running = Vec::new();
        if let Some(jobs) = self.known_jobs() {
            jobs.running(false, &mut running);
        }
        running
    }
}
