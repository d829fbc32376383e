//! What the handle, the loop and the suite share of one verifier.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::error::VerifyError;
use super::fault::Fault;
use super::task::Loop;
use super::timing::{Reading, Timing, base, beginning, nanos};
use super::watchdog::Watchdog;
use crate::error::{Error, ErrorKind};
use crate::place::Place;
use crate::round::{VerifierEvent, VerifierState, VerifySpec};
use crate::settle::{Gate, Life, Ring, Standing, VerifyReport};
use crate::suite::Suite;

/// The user's function, whatever its type is. It is with the loop while that runs.
pub(crate) trait Runner<T, E>: Send {
    fn run<'a>(&'a mut self, work: &'a mut Loop<T, E>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// The orders that a loop can be given, as bits.
pub(crate) mod order {
    /// Finish the round in flight and end.
    pub(crate) const STOP: u8 = 1;
    /// Finish the round in flight, make the last one and end: the body of the suite is over.
    pub(crate) const END: u8 = 2;
    /// The handle is gone; see `Loop::outlive`.
    pub(crate) const DROPPED: u8 = 4;
}

pub(crate) struct Core<T, E> {
    pub(crate) suite: Suite,
    pub(crate) at: Place,
    book: Mutex<Book<T, E>>,
    orders: AtomicU8,
    /// The session is over, for those who ask often: the book says the same.
    over: AtomicBool,
    /// Wakes the loop.
    pub(crate) wake: Notify,
    /// Wakes those who wait for the loop.
    pub(crate) progress: Notify,
    /// The user's code holds the thread of the loop.
    pub(crate) polling: AtomicBool,
    /// When the round in flight began, in nanoseconds since `base`; 0 when there is none.
    in_flight: AtomicU64,
    /// How long it may take, in nanoseconds.
    limit: AtomicU64,
    /// Passes that the loop has not handed over yet; see `Batch`.
    kept_back: AtomicU64,
    /// When the suite began.
    started: Instant,
    /// The same on the system's clock; see `Timing`.
    pub(crate) base: Instant,
    pub(crate) watchdog: Watchdog,
}

pub(crate) struct Book<T, E> {
    pub(crate) state: VerifierState,
    pub(crate) spec: VerifySpec,
    pub(crate) name: Cow<'static, str>,
    pub(crate) todo: Option<Cow<'static, str>>,
    pub(crate) life: Life,
    pub(crate) session: Option<Session<T, E>>,
    pub(crate) runner: Option<Box<dyn Runner<T, E>>>,
    pub(crate) attachment: Option<u64>,
    /// The verdict has been given to the suite.
    pub(crate) told: bool,
    /// The figures stand still from here on.
    pub(crate) finished_at: Option<Duration>,
}

/// What one start has brought so far.
pub(crate) struct Session<T, E> {
    pub(crate) number: u64,
    /// How its times are read.
    timing: Timing,
    pub(crate) standing: Standing,
    pub(super) ring: Ring<T>,
    /// What was wrong with the round that matters: the violation, or the newest bad one.
    pub(super) fault: Option<Fault<E>>,
    /// The loop has been polled, its first round follows.
    pub(crate) begun: bool,
    /// The loop has ended, or has been given up.
    pub(crate) over: bool,
    /// Nobody waits for its round any more.
    pub(crate) given_up: bool,
}

impl<T, E> Core<T, E> {
    pub(crate) fn new(suite: Suite, at: Place, spec: VerifySpec, runner: Box<dyn Runner<T, E>>) -> Core<T, E> {
        let life = Life::new(suite.path());
        let started = beginning(&suite);
        Core {
            started,
            base: base(started),
            suite,
            at,
            book: Mutex::new(Book {
                state: VerifierState::Idle,
                spec,
                name: Cow::Borrowed(spec.name),
                todo: spec.todo.map(Cow::Borrowed),
                life,
                session: None,
                runner: Some(runner),
                attachment: None,
                told: false,
                finished_at: None,
            }),
            orders: AtomicU8::new(0),
            over: AtomicBool::new(true),
            wake: Notify::new(),
            progress: Notify::new(),
            polling: AtomicBool::new(false),
            in_flight: AtomicU64::new(0),
            limit: AtomicU64::new(0),
            kept_back: AtomicU64::new(0),
            watchdog: Watchdog::default(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Book<T, E>> {
        // No code of the user runs under the lock, so a poisoned book is a whole one.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// This session, if it is the current one, is over.
    pub(crate) fn end_session(&self, book: &mut Book<T, E>, number: u64) {
        if let Some(session) = book.session.as_mut().filter(|session| session.number == number) {
            session.over = true;
            self.over.store(true, Ordering::Release);
        }
    }

    #[inline]
    pub(crate) fn orders(&self) -> u8 {
        self.orders.load(Ordering::Acquire)
    }

    pub(crate) fn order(&self, order: u8) {
        self.orders.fetch_or(order, Ordering::AcqRel);
        self.wake.notify_one();
    }

    #[inline]
    pub(crate) fn take_off(&self, began: Reading, limit: Duration) {
        self.limit.store(nanos(limit), Ordering::Relaxed);
        self.in_flight.store(began.real.max(1), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn land(&self) {
        self.in_flight.store(0, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn kept_back(&self, passes: u64) {
        self.kept_back.store(passes, Ordering::Relaxed);
    }

    /// Counts what the loop, which holds its thread and does not come back, can hand over no more.
    pub(crate) fn count_kept_back(&self, book: &mut Book<T, E>) {
        let passes = self.kept_back.swap(0, Ordering::Relaxed);
        if let Some(session) = book.session.as_mut().filter(|_| passes > 0) {
            session.standing.note_unseen(passes);
            session.ring.miss(passes);
            book.life.note_same(passes, Duration::ZERO);
        }
    }

    /// When the round in flight began, counted from `base`, and how long it may take.
    pub(crate) fn in_flight(&self) -> Option<(Duration, Duration)> {
        match self.in_flight.load(Ordering::Relaxed) {
            0 => None,
            began => Some((
                Duration::from_nanos(began),
                Duration::from_nanos(self.limit.load(Ordering::Relaxed)),
            )),
        }
    }

    /// When the round in flight began, counted from `base`, if it holds its thread now.
    pub(crate) fn held_since(&self) -> Option<Duration> {
        let round = self.in_flight().filter(|_| self.polling.load(Ordering::Relaxed));
        round.map(|(began, _)| began)
    }

    pub(crate) fn state_error(
        &self,
        book: &Book<T, E>,
        operation: &'static str,
        state: &'static str,
    ) -> VerifyError<T, E> {
        let error = Error::new(
            self.suite.path(),
            operation,
            ErrorKind::Verifier { state: state.into() },
        );
        VerifyError::state(error, book.name.clone())
    }

    pub(crate) fn report(&self) -> VerifyReport {
        let book = self.lock();
        let now = book.finished_at.unwrap_or_else(|| self.timing(&book).now().at());
        book.report(now)
    }

    pub(crate) fn timing(&self, book: &Book<T, E>) -> Timing {
        match &book.session {
            Some(session) => session.timing,
            None => Timing::new(self.started, self.base, book.spec.real_clock),
        }
    }

    /// Opens a session, if the table says so.
    pub(crate) fn open(&self) -> Result<Opened<T, E>, VerifyError<T, E>> {
        const START: &str = "start_job";
        let mut book = self.lock();
        if !self.suite.stage().is_open() && book.state != VerifierState::Finished {
            let error = Error::new(self.suite.path(), START, ErrorKind::SuiteEnded);
            return Err(VerifyError::state(error, book.name.clone()));
        }
        let Some(next) = book.state.after(VerifierEvent::Start) else {
            return Err(self.state_error(&book, START, book.state.name()));
        };
        let Some(runner) = book.runner.take() else {
            return Err(self.state_error(&book, START, "still in a round that did not come back"));
        };
        let spec = book.spec.in_range();
        let timing = self.timing(&book);
        let number = book.life.begin();
        book.state = next;
        book.session = Some(Session {
            number,
            timing,
            standing: Standing::new(&spec, timing.now().at()),
            ring: Ring::new(spec.history),
            fault: None,
            begun: false,
            over: false,
            given_up: false,
        });
        self.kept_back(0);
        self.orders.store(0, Ordering::Release);
        self.over.store(false, Ordering::Release);
        let attachment = book.attachment;
        drop(book);
        if let Some(attachment) = attachment {
            self.suite.touch(attachment);
        }
        Ok(Opened {
            number,
            spec,
            timing,
            runner,
        })
    }

    /// Rounds, failed and undecided ones, of all sessions.
    pub(crate) fn counts(&self) -> (Cow<'static, str>, u64, u64, u64) {
        let book = self.lock();
        let (rounds, failed, unknown) = book.life.counts(book.session.as_ref().map(|session| &session.standing));
        (book.name.clone(), rounds, failed, unknown)
    }
}

/// A session that has been opened, and what its loop needs.
pub(crate) struct Opened<T, E> {
    pub(crate) number: u64,
    pub(crate) spec: VerifySpec,
    pub(crate) timing: Timing,
    pub(crate) runner: Box<dyn Runner<T, E>>,
}

impl<T, E> Book<T, E> {
    pub(crate) fn report(&self, now: Duration) -> VerifyReport {
        let running = self
            .session
            .as_ref()
            .map(|session| (&session.standing, session.ring.dropped()));
        self.life
            .report(&self.spec, self.name.clone(), self.state, running, now)
    }
}

impl<T, E> Session<T, E> {
    /// Whether whoever waits at the gate may go on, for better or worse.
    pub(crate) fn is_through(&self, gate: bool) -> bool {
        self.over
            || if gate {
                // One that has failed ends the loop, and only then can the start be taken back.
                self.standing.gate() == Gate::Open
            } else {
                self.begun
            }
    }
}
