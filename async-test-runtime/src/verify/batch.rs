//! Passes that are nothing new, on their way into the book.
//!
//! A loop at full speed would feel a lock in every round. So it keeps such passes for itself, and hands them over before
//! it does anything else: before it waits or lets others run, and before it tells anything. That is at most a tenth of a
//! millisecond later. Only a round that holds the thread for ever keeps the ones before it from being handed over; how
//! many they are is in the core then.

use std::time::{Duration, SystemTime};

use super::shared::Core;
use super::timing::Reading;
use crate::panic::catch_sync;
use crate::round::Observation;

pub(super) struct Batch<T> {
    session: u64,
    /// What a time of the loop is added to; see `Loop`.
    wall: SystemTime,
    /// When the first of them began. Each of the others began when the one before it ended.
    began: u64,
    passes: Vec<(T, u64)>,
    /// What had to make room, until the book is closed again.
    gone: Vec<Observation<T>>,
}

impl<T> Batch<T> {
    pub(super) fn new(session: u64, wall: SystemTime) -> Batch<T> {
        Batch {
            session,
            wall,
            began: 0,
            passes: Vec::new(),
            gone: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn push<E>(&mut self, core: &Core<T, E>, data: T, began: Reading, ended: Reading) {
        if self.passes.is_empty() {
            self.began = began.nanos;
        }
        self.passes.push((data, ended.nanos));
        core.kept_back(self.passes.len() as u64);
    }

    /// Hands them over. If the session was given up meanwhile, they are counted already, and their values are dropped.
    #[inline]
    pub(super) fn flush<E>(&mut self, core: &Core<T, E>) {
        if !self.passes.is_empty() {
            self.hand_over(core);
        }
    }

    fn hand_over<E>(&mut self, core: &Core<T, E>) {
        let mut guard = core.lock();
        let book = &mut *guard;
        let session = book.session.as_mut();
        if let Some(session) = session.filter(|it| it.number == self.session && !it.over && !it.given_up) {
            let (mut round, mut began) = (session.standing.rounds(), self.began);
            let passes = self.passes.len() as u64;
            for (data, ended) in self.passes.drain(..) {
                round += 1;
                book.life.note_took(ended.saturating_sub(began));
                let elapsed = Duration::from_nanos(ended);
                let evicted = session.ring.push(Observation {
                    data,
                    timestamp: self.wall + elapsed,
                    round,
                    elapsed,
                });
                if let Some(evicted) = evicted {
                    self.gone.push(evicted);
                }
                began = ended;
            }
            let (first, last) = (Duration::from_nanos(self.began), Duration::from_nanos(began));
            session.standing.note_passes(passes, first, last);
            book.life.note_same(passes, last);
            core.kept_back(0);
        }
        drop(guard);
        // Their destructors are the user's code, so they run outside of the lock; of a panic there nothing is told.
        let _ = catch_sync(|| {
            self.gone.clear();
            self.passes.clear();
        });
    }
}
