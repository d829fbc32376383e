//! Passing checks that are counted here and told to the hub as a number.
//!
//! Nearly all checks pass, and a reporter that only names what failed shows of them no more than how many they were.
//! Where nobody else looks at them either (no bundle, no marker like `todo_next!` in the suite), the first few in a row
//! go the way of every check, so that they can be named; those after them are added up in one word. Before the suite
//! sends anything else, the number goes ahead as `EventKind::Passed`. So what a task says arrives in its order, and
//! every check is counted once: by the word or by an event, never by both.
//!
//! Who takes the number has to bring it into the queue before anybody else of the suite goes on: otherwise a task would
//! find nothing to send of what it had counted itself, and be ahead of its own checks, or end the suite before they came.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many passes in a row are sent one by one: one more than reporters name.
const NAMED: u64 = 4;

/// Nothing is counted here any more.
const CLOSED: u64 = 1 << 63;
/// Enough have been named: from here on they are counted.
const READY: u64 = 1 << 62;
/// How many have been named, above the number of those that were counted.
const ONE_NAMED: u64 = 1 << 56;
const NAMES: u64 = 0x3f << 56;
const COUNT: u64 = ONE_NAMED - 1;

#[derive(Debug)]
pub(super) struct Quiet {
    word: AtomicU64,
    /// Held by whoever is about to send something. None where nothing is ever counted.
    turn: Option<Mutex<()>>,
}

impl Quiet {
    pub(super) fn new(is_open: bool) -> Quiet {
        Quiet {
            word: AtomicU64::new(if is_open { 0 } else { CLOSED }),
            turn: is_open.then(Mutex::default),
        }
    }

    /// Waits until nobody else has a number in his hands. To be held from the call of `name`, `take` or `close` until
    /// what was taken is in the queue or was given back, and not while anything of the user's runs.
    pub(super) fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let turn = self.turn.as_ref()?;
        Some(turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether anything is ever counted.
    pub(super) fn ever_counts(&self) -> bool {
        self.turn.is_some()
    }

    /// Counts a pass, if it need not be sent; the answer is whether it was counted.
    #[inline]
    pub(super) fn count(&self) -> bool {
        let mut word = self.word.load(Ordering::Relaxed);
        while word & (CLOSED | READY) == READY {
            match self
                .word
                .compare_exchange_weak(word, word + 1, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// A pass is about to be sent.
    pub(super) fn name(&self) {
        self.change(|word| match word & NAMES {
            _ if word & (CLOSED | READY) != 0 => word,
            names if names / ONE_NAMED + 1 >= NAMED => word | READY,
            _ => word + ONE_NAMED,
        });
    }

    /// Something else is about to be sent: takes what was counted, and the next passes are named again.
    pub(super) fn take(&self) -> u64 {
        if self.word.load(Ordering::Relaxed) & !CLOSED == 0 {
            return 0;
        }
        self.change(|word| word & CLOSED) & COUNT
    }

    /// Takes back what could not be sent.
    pub(super) fn give_back(&self, count: u64) {
        self.change(|word| word + count);
    }

    /// Takes what was counted, and counts no more.
    pub(super) fn close(&self) -> u64 {
        self.change(|_| CLOSED) & COUNT
    }

    /// Counts no more; what was counted stays to be taken.
    pub(super) fn stop(&self) {
        self.change(|word| word | CLOSED);
    }

    fn change(&self, mut to: impl FnMut(u64) -> u64) -> u64 {
        let changed = self
            .word
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |word| Some(to(word)));
        changed.unwrap_or_else(|word| word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_others_counted() {
        let quiet = Quiet::new(true);
        for _ in 0..NAMED {
            assert!(!quiet.count());
            quiet.name();
        }
        for _ in 0..1000 {
            assert!(quiet.count());
        }
        assert_eq!(quiet.take(), 1000);
        assert_eq!(quiet.take(), 0);
        assert!(!quiet.count(), "after something else they are named again");
    }

    #[test]
    fn one_that_is_closed_counts_nothing() {
        let quiet = Quiet::new(false);
        for _ in 0..9 {
            quiet.name();
            assert!(!quiet.count());
        }
        assert_eq!(quiet.close(), 0);
        let quiet = Quiet::new(true);
        for _ in 0..NAMED {
            quiet.name();
        }
        assert!(quiet.count());
        quiet.stop();
        assert!(!quiet.count());
        assert_eq!(quiet.close(), 1);
        assert_eq!(quiet.close(), 0);
    }

    #[test]
    fn whatever_threads_do_at_once_each_pass_is_counted_once() {
        let quiet = &Quiet::new(true);
        let (sent, counted, taken) = (&AtomicU64::new(0), &AtomicU64::new(0), &AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                scope.spawn(move || {
                    for check in 0..20_000_u64 {
                        if quiet.count() {
                            counted.fetch_add(1, Ordering::Relaxed);
                        } else {
                            quiet.name();
                            sent.fetch_add(1, Ordering::Relaxed);
                        }
                        if check % 97 == thread {
                            taken.fetch_add(quiet.take(), Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        taken.fetch_add(quiet.close(), Ordering::Relaxed);
        assert_eq!(taken.load(Ordering::Relaxed), counted.load(Ordering::Relaxed));
        assert_eq!(sent.load(Ordering::Relaxed) + counted.load(Ordering::Relaxed), 80_000);
    }
}
