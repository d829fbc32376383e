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
//!
//! Where two threads have met at the word, the suite counts in several (`Spread`), one for each thread as good as it goes:
//! a check is so short that to hand one word from core to core takes longer than everything else of it.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// So many passes in a row are sent one by one: one more than reporters name.
const NAMED: u64 = 4;

/// Nothing is counted here any more.
const CLOSED: u64 = 1 << 63;
/// Enough have been named: from here on they are counted.
const READY: u64 = 1 << 62;
/// Several threads count, so they do it in `Spread`.
const SPREAD: u64 = 1 << 61;
/// Something has been ready to be counted, so that somebody may have a number in his hands.
const EVER: u64 = 1 << 60;
/// How many have been named, above the number of those that were counted.
const ONE_NAMED: u64 = 1 << 56;
const NAMES: u64 = 0xf << 56;
const COUNT: u64 = ONE_NAMED - 1;

/// What comes next of a suite, as far as it matters to what was counted before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// A pass that is sent.
    Pass,
    /// Something else that is sent.
    Else,
    /// The end of all counting.
    End,
}

#[derive(Debug)]
pub(super) struct Quiet {
    word: AtomicU64,
    spread: OnceLock<Box<Spread>>,
    /// Held by whoever is about to send something. None where nothing is ever counted.
    turn: Option<Mutex<()>>,
}

impl Quiet {
    pub(super) fn new(is_open: bool) -> Quiet {
        Quiet {
            word: AtomicU64::new(if is_open { 0 } else { CLOSED }),
            spread: OnceLock::new(),
            turn: is_open.then(Mutex::default),
        }
    }

    /// As `new` makes it, of one that nobody uses any more.
    pub(super) fn renew(&mut self, is_open: bool) {
        self.word = AtomicU64::new(if is_open { 0 } else { CLOSED });
        if self.spread.get().is_some() {
            self.spread = OnceLock::new();
        }
        if self.turn.is_some() != is_open {
            self.turn = is_open.then(Mutex::default);
        }
    }

    /// Waits until nobody else has a number in his hands. To be held from the call of `go_on` until
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
        let word = self.word.load(Ordering::Relaxed);
        if word & (CLOSED | READY | SPREAD) != READY {
            return word & (CLOSED | READY) == READY && self.count_apart();
        }
        let counted = self
            .word
            .compare_exchange(word, word + 1, Ordering::Relaxed, Ordering::Relaxed);
        counted.is_ok() || self.count_among_others()
    }

    /// Somebody else has changed the word at the same moment.
    #[cold]
    fn count_among_others(&self) -> bool {
        self.spread();
        let mut word = self.word.load(Ordering::Relaxed);
        while word & (CLOSED | READY | SPREAD) == READY {
            match self
                .word
                .compare_exchange_weak(word, word + 1, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        word & (CLOSED | READY) == READY && self.count_apart()
    }

    /// From here on threads count apart, unless it is somebody's turn: then a later check will do this.
    fn spread(&self) {
        let Some(Ok(_turn)) = self.turn.as_ref().map(Mutex::try_lock) else {
            return;
        };
        if self.word.load(Ordering::Relaxed) & (CLOSED | READY | SPREAD) == READY {
            self.spread.get_or_init(Box::default).open();
            self.word.fetch_or(SPREAD, Ordering::Release);
        }
    }

    fn count_apart(&self) -> bool {
        self.spread.get().is_some_and(|spread| spread.count())
    }

    /// Goes on where nothing has ever been counted, as most suites do to their end: then nobody can have a number in his
    /// hands, and it need not be anybody's turn. The answer is whether that is so; else it has to be, and `go_on` follows.
    pub(super) fn goes_on_freely(&self, next: Next) -> bool {
        let word = self.word.load(Ordering::Acquire);
        if word & EVER != 0 {
            return false;
        }
        let to = after(word, next);
        to == word
            || self
                .word
                .compare_exchange(word, to, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

    /// Takes what has to be told before that which comes next.
    pub(super) fn go_on(&self, next: Next) -> u64 {
        match next {
            Next::Pass => {
                self.name();
                0
            }
            Next::Else => self.take(),
            Next::End => self.close(),
        }
    }

    /// A pass is about to be sent.
    fn name(&self) {
        let before = self.change(|word| after(word, Next::Pass));
        if before & SPREAD != 0 && before & READY == 0 && after(before, Next::Pass) & READY != 0 {
            self.spread.get().inspect(|spread| spread.open());
        }
    }

    /// Something else is about to be sent: takes what was counted, and the next passes are named again.
    fn take(&self) -> u64 {
        if self.word.load(Ordering::Relaxed) & !(CLOSED | SPREAD | EVER) == 0 {
            return 0;
        }
        let word = self.change(|word| after(word, Next::Else));
        self.all_of(word)
    }

    /// Takes back what could not be sent.
    pub(super) fn give_back(&self, count: u64) {
        self.change(|word| word + count);
    }

    /// Takes what was counted, and counts no more.
    fn close(&self) -> u64 {
        let word = self.change(|word| after(word, Next::End));
        self.all_of(word)
    }

    /// Counts no more; what was counted stays to be taken.
    pub(super) fn stop(&self) {
        self.change(|word| word | CLOSED);
        self.spread.get().inspect(|spread| spread.stop());
    }

    /// What this word says and what was counted apart from it.
    fn all_of(&self, word: u64) -> u64 {
        let apart = match word & SPREAD {
            0 => 0,
            _ => self.spread.get().map_or(0, |spread| spread.take()),
        };
        (word & COUNT) + apart
    }

    fn change(&self, mut to: impl FnMut(u64) -> u64) -> u64 {
        let changed = self
            .word
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |word| Some(to(word)));
        changed.unwrap_or_else(|word| word)
    }
}

/// The word when the next has come. What it counted has to be taken.
fn after(word: u64, next: Next) -> u64 {
    match next {
        Next::Pass if word & (CLOSED | READY) != 0 => word,
        Next::Pass if (word & NAMES) / ONE_NAMED + 1 >= NAMED => word | READY | EVER,
        Next::Pass => word + ONE_NAMED,
        Next::Else => word & (CLOSED | SPREAD | EVER),
        Next::End => CLOSED | word & (SPREAD | EVER),
    }
}

/// Words for several threads. Each is on its own cache lines: processors fetch them in pairs.
#[derive(Debug, Default)]
struct Spread([Lane; 16]);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Lane(AtomicU64);

impl Spread {
    /// The word of this thread. Threads have their stacks megabytes apart, so a place on the stack tells most of them
    /// apart, and without asking anybody. Two that get the same word only take longer.
    fn lane(&self) -> &AtomicU64 {
        let here = 0_u8;
        let place = (&raw const here).addr() >> 21;
        &self.0[place % self.0.len()].0
    }

    fn open(&self) {
        for Lane(lane) in &self.0 {
            lane.fetch_or(READY, Ordering::Release);
        }
    }

    fn stop(&self) {
        for Lane(lane) in &self.0 {
            lane.fetch_and(!READY, Ordering::AcqRel);
        }
    }

    /// Takes what was counted, and counts no more before it is opened again.
    fn take(&self) -> u64 {
        self.0
            .iter()
            .map(|Lane(lane)| lane.swap(0, Ordering::AcqRel) & COUNT)
            .sum()
    }

    fn count(&self) -> bool {
        let lane = self.lane();
        let mut word = lane.load(Ordering::Relaxed);
        while word & READY != 0 {
            match lane.compare_exchange_weak(word, word + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }
}
