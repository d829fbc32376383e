//! The places under the limit of a table, and those who wait for one.
//!
//! Most jobs find a place, so places that are free are a number beside the rest of what the table knows. Only who finds
//! none stands in a queue: that of a semaphore, which holds no permits but those that are on their way to somebody.

use tokio::sync::Semaphore;

use crate::jobs::Inner;

pub(super) struct Places {
    pub(super) limit: usize,
    /// That nobody has, and nobody waits for.
    free: usize,
    /// Of jobs that run.
    held: usize,
    /// The most of them that there have been at once.
    pub(super) most: usize,
    /// That are to go when they come back, or when they arrive, since the limit was lowered.
    surplus: usize,
    /// So many stand in the queue.
    queued: usize,
}

impl Places {
    pub(super) const fn new(limit: usize) -> Places {
        Places {
            limit,
            free: limit,
            held: 0,
            most: 0,
            surplus: 0,
            queued: 0,
        }
    }

    /// Takes a free one; where there is none, whoever asks has to stand in the queue now, and is counted there.
    pub(super) fn take(&mut self) -> bool {
        let is_free = self.free > 0;
        if is_free {
            self.free -= 1;
            self.hold();
        } else {
            self.queued += 1;
        }
        is_free
    }

    fn hold(&mut self) {
        self.held += 1;
        if self.held > self.most {
            self.most = self.held;
        }
    }

    /// Whether one that has a place is not the only one.
    pub(super) fn is_shared(&self) -> bool {
        self.held > 1
    }

    /// Somebody has come to the head of the queue. False where the limit was lowered while the place was on its way: then
    /// it is gone, and he is in the queue anew.
    fn arrive(&mut self) -> bool {
        if self.held >= self.limit && self.surplus > 0 {
            self.surplus -= 1;
            return false;
        }
        self.queued -= 1;
        self.hold();
        true
    }

    /// A place comes back. The answer is for the queue.
    pub(super) fn give_back(&mut self) -> Freed {
        self.held -= 1;
        if self.surplus > 0 {
            self.surplus -= 1;
            return Freed(0);
        }
        self.add(1)
    }

    fn add(&mut self, places: usize) -> Freed {
        match self.queued {
            0 => {
                self.free += places;
                Freed(0)
            }
            _ => Freed(places),
        }
    }

    /// The answer is for the queue.
    pub(super) fn set_limit(&mut self, limit: usize, queue: &Semaphore) -> Freed {
        let before = std::mem::replace(&mut self.limit, limit);
        if limit > before {
            let kept = self.surplus.min(limit - before);
            self.surplus -= kept;
            return self.add(limit - before - kept);
        }
        let fewer = before - limit;
        let free = self.free.min(fewer);
        self.free -= free;
        self.surplus += fewer - free - queue.forget_permits(fewer - free);
        Freed(0)
    }
}

/// So many places for those in the queue.
#[must_use]
pub(super) struct Freed(usize);

impl Freed {
    /// To be called outside of the lock, since it wakes whoever waits for a place.
    pub(super) fn tell(self, queue: &Semaphore) {
        if self.0 > 0 {
            queue.add_permits(self.0);
        }
    }
}

/// A place under the limit, until this is dropped or kept.
pub(super) struct Place<'a>(&'a Inner);

impl<'a> Place<'a> {
    /// That has been taken.
    pub(super) fn taken(jobs: &'a Inner) -> Place<'a> {
        Place(jobs)
    }

    /// The end of a job is to give it back.
    pub(super) fn keep(self) {
        std::mem::forget(self);
    }

    /// Stands in the queue, where whoever calls is counted. With the place, whether others have one. Cancel safe.
    pub(super) async fn queue_up(jobs: &'a Inner) -> (Place<'a>, bool) {
        let queued = Queued(jobs);
        loop {
            // It is never closed.
            if let Ok(permit) = jobs.queue.acquire().await {
                permit.forget();
            }
            let mut state = jobs.lock();
            if state.places.arrive() {
                std::mem::forget(queued);
                return (Place::taken(jobs), state.places.is_shared());
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let freed = self.0.lock().places.give_back();
        freed.tell(&self.0.queue);
    }
}

/// Somebody stands in the queue, until this is dropped.
struct Queued<'a>(&'a Inner);

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.lock().places.queued -= 1;
    }
}
