//! The one road from producers to the hub: bounded, first in first out, usable from any thread and any task.
//!
//! There is one desk at its end, and whoever sits at it handles what has come so far. Mostly that is the hub's own
//! thread. But whoever needs an answer sits down himself, since handling a few messages takes less time than waking a
//! thread and being woken by it; so does whoever finds the road full. That cannot deadlock, since the desk waits for
//! nothing but its writers.

use std::collections::vec_deque::{Drain, VecDeque};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use crate::claim::{Pass, Problem, Running};
use crate::event::Event;
use crate::ids::SuiteId;
use crate::record::{Passes, RunEnd, Verdict};

/// How many messages wait at most. Enough to ride out a slow write, little enough to stay in the cache.
const CAPACITY: usize = 1024;
/// How many passing checks one message brings at most, and how many wait at most.
const TOGETHER: usize = 64;
const PASSES: usize = 16 * CAPACITY;
/// How long the hub's thread lets messages gather after it has handled some: to be woken for each of them would cost
/// more than all the rest.
const NAP: Duration = Duration::from_millis(1);
/// It is woken from that where so many wait, or passing checks in proportion: else whoever sends them would soon find the
/// road full and do all of the work himself.
const ENOUGH: usize = CAPACITY / 4;

/// What travels in the queue.
pub(crate) enum Message {
    /// Something that happened to a suite.
    Event(Event),
    /// Everything that happened to a `#[suite]` of which nothing was told before it had ended. Only under `main!`.
    Whole(Vec<Event>),
    /// A suite has ended of which nothing was told, and something comes too late for it. Only under the built-in harness.
    Unheard(SuiteId, String),
    /// So many checks of a suite have passed since this time. They are the next of those that travel beside the messages.
    Passes(SuiteId, usize, Instant),
    /// Something was printed: the hub looks for it before each message.
    Output,
    /// The suite has ended: hand over what was rendered for it. Only under the built-in harness.
    Collect(SuiteId, Box<dyn FnOnce(Collected) + Send>),
    /// Say what was last heard of these suites.
    LastSeen(Vec<Running>, Box<dyn FnOnce(Vec<Running>) + Send>),
    /// Say what should fail a `#[suite]` and came when there was none left. Only under the built-in harness.
    Unblamed(Box<dyn FnOnce(Vec<Arc<Problem>>) + Send>),
    /// The run has ended: tell the reporters, write everything, and answer.
    End(EndOfRun),
}

/// What the hub needs to know to end the run.
pub(crate) struct EndOfRun {
    pub(crate) filtered_out: u64,
    /// How often everything was run, where that was asked for.
    pub(crate) passes: Option<Passes>,
    /// The most suites that ran at once.
    pub(crate) at_once: u64,
    pub(crate) answer: Box<dyn FnOnce(Ended) + Send>,
}

/// The end of a run.
pub(crate) struct Ended {
    pub(crate) run: RunEnd,
    /// What could not be written, and why.
    pub(crate) lost: Vec<String>,
    /// The failed test points of the root, for exit codes of TAP programs.
    pub(crate) failed_points: u64,
    /// One of the failed `#[suite]`s ran another number of tests than it had planned.
    pub(crate) has_broken_plan: bool,
}

/// What was rendered for one `#[suite]`, and how it was judged.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) text: Vec<u8>,
    /// What its reporter said when it failed to render.
    pub(crate) lost: Option<String>,
    /// None where it has not ended.
    pub(crate) verdict: Option<Verdict>,
}

/// Handles messages, one at a time and in their order.
pub(crate) trait Desk: Send {
    /// Handles one; `Break` when it is the last one. `most` is how many have waited at once so far.
    fn handle(&mut self, message: Message, most: u64) -> ControlFlow<()>;

    /// Handles checks of a suite that have passed.
    fn passes(&mut self, suite: SuiteId, since: Instant, passes: Drain<'_, Pass>);

    /// Nothing more is there for the moment.
    fn pause(&mut self);

    /// How often `tick` is to be called where nothing comes; none for never.
    fn ticks(&self) -> Option<Duration>;

    fn tick(&mut self);
}

/// The producers' end.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Road>);

struct Road {
    waiting: Mutex<Waiting>,
    /// Something has come for the thread that waits for it, or nothing ever will.
    come: Condvar,
    end: Mutex<End>,
    /// Who sits at the desk.
    seat: Mutex<Option<ThreadId>>,
}

struct End {
    /// None when the last message has been handled.
    desk: Option<Box<dyn Desk>>,
    /// Those that are being handled; empty, and a place to put the next ones in, while nobody sits there.
    messages: VecDeque<Message>,
    passes: VecDeque<Pass>,
}

/// Somebody sits at the desk until this is dropped.
struct Seated<'a>(&'a Road);

impl<'a> Seated<'a> {
    fn at(road: &'a Road) -> Seated<'a> {
        *lock(&road.seat) = Some(std::thread::current().id());
        Seated(road)
    }
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        *lock(&self.0.seat) = None;
    }
}

#[derive(Default)]
struct Waiting {
    messages: VecDeque<Message>,
    /// What `Message::Passes` speaks of, in its order.
    passes: VecDeque<Pass>,
    /// The most that there have been at once.
    most: usize,
    /// The hub's thread sleeps until it is woken.
    is_awaited: bool,
    /// It lets messages gather, and is woken when they are enough.
    is_napping: bool,
    /// Nothing is taken in any more.
    is_closed: bool,
}

impl Waiting {
    /// Whether it is time to handle them.
    fn are_enough(&self) -> bool {
        self.messages.len() >= ENOUGH || self.passes.len() >= PASSES / CAPACITY * ENOUGH
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A desk catches what its extensions raise; the rest of this file raises nothing.
    match mutex.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

impl Sender {
    /// A new road that ends at this desk.
    pub(crate) fn to(desk: Box<dyn Desk>) -> Sender {
        Sender(Arc::new(Road {
            waiting: Mutex::default(),
            come: Condvar::new(),
            end: Mutex::new(End {
                desk: Some(desk),
                messages: VecDeque::new(),
                passes: VecDeque::new(),
            }),
            seat: Mutex::new(None),
        }))
    }

    /// Handles what waits when there is too much of it. After the end, what is sent is dropped: there is nobody left to
    /// tell.
    pub(crate) fn send(&self, message: Message) {
        if self.put(message) {
            self.handle();
        }
    }

    /// Handles nothing, however much waits: for one message at a time, and before one that is sent otherwise. The answer
    /// is whether there is too much of it.
    pub(crate) fn put(&self, message: Message) -> bool {
        self.push(message, true)
    }

    /// Sends a check that has passed. It joins the newest message where that brings such of the same suite: most of what
    /// one costs is not to judge and to render it but to bring it here, as an event for itself. With the newest one only,
    /// so that whatever one task says stays in its order.
    pub(crate) fn pass(&self, suite: SuiteId, pass: Pass) {
        let mut guard = lock(&self.0.waiting);
        let waiting = &mut *guard;
        if waiting.is_closed {
            return;
        }
        waiting.passes.push_back(pass);
        if let Some(Message::Passes(of, count, _)) = waiting.messages.back_mut() {
            if of.0 == suite.0 && *count < TOGETHER {
                *count += 1;
                return;
            }
        }
        if self.add(guard, Message::Passes(suite, 1, Instant::now()), true) {
            self.handle();
        }
    }

    /// Does not wait; the answer is whether there was a place.
    pub(crate) fn try_send(&self, message: Message) -> bool {
        if lock(&self.0.waiting).messages.len() >= CAPACITY {
            return false;
        }
        self.push(message, true);
        true
    }

    /// Sends a message and handles all that wait, this one included. From inside of the desk it is only sent.
    pub(crate) fn send_and_handle(&self, message: Message) {
        self.push(message, false);
        self.handle();
    }

    /// Whether too much waits now.
    fn push(&self, message: Message, wakes: bool) -> bool {
        let guard = lock(&self.0.waiting);
        if guard.is_closed {
            // Outside of the lock, since what it holds may speak again.
            drop(guard);
            drop(message);
            return false;
        }
        self.add(guard, message, wakes)
    }

    fn add(&self, mut guard: MutexGuard<'_, Waiting>, message: Message, wakes: bool) -> bool {
        let waiting = &mut *guard;
        waiting.messages.push_back(message);
        let is_too_much = waiting.messages.len() >= CAPACITY || waiting.passes.len() >= PASSES;
        let wakes = (wakes && waiting.is_awaited) || (waiting.is_napping && waiting.are_enough());
        if wakes {
            waiting.is_awaited = false;
            waiting.is_napping = false;
        }
        drop(guard);
        if wakes {
            self.0.come.notify_one();
        }
        is_too_much
    }

    /// Whether this thread sits at the desk: to wait for an answer would be to wait for ever.
    pub(crate) fn is_here(&self) -> bool {
        *lock(&self.0.seat) == Some(std::thread::current().id())
    }

    /// Handles what waits, and waits for whoever is handling something. Nothing where neither is the case.
    pub(crate) fn settle(&self) {
        // In this order: whoever has taken messages away had sat down before, and stays until the desk has paused.
        let none_wait = lock(&self.0.waiting).messages.is_empty();
        if !none_wait || lock(&self.0.seat).is_some() {
            self.handle();
        }
    }

    /// Handles all that wait; waits for whoever is doing so. Nothing from inside of the desk.
    pub(crate) fn handle(&self) {
        if self.is_here() {
            return;
        }
        let mut end = lock(&self.0.end);
        let End {
            desk: Some(desk),
            messages,
            passes,
        } = &mut *end
        else {
            return;
        };
        let seated = Seated::at(&self.0);
        let most = {
            let mut waiting = lock(&self.0.waiting);
            // Since the last look they have only become more.
            waiting.most = waiting.most.max(waiting.messages.len());
            std::mem::swap(&mut waiting.messages, messages);
            std::mem::swap(&mut waiting.passes, passes);
            waiting.most as u64
        };
        let mut goes_on = true;
        while let (true, Some(message)) = (goes_on, messages.pop_front()) {
            match message {
                Message::Passes(suite, count, since) => desk.passes(suite, since, passes.drain(..count)),
                message => goes_on = desk.handle(message, most).is_continue(),
            }
        }
        if goes_on {
            desk.pause();
            return;
        }
        messages.clear();
        passes.clear();
        let ended = end.desk.take();
        drop((seated, end));
        // What has no answer yet gets none: its sender sees that it was dropped.
        drop((ended, self.close()));
    }

    fn close(&self) -> VecDeque<Message> {
        let mut waiting = lock(&self.0.waiting);
        waiting.is_closed = true;
        self.0.come.notify_one();
        waiting.passes.clear();
        std::mem::take(&mut waiting.messages)
    }

    /// Nothing more will be sent that matters: the thread that attends to the desk may go.
    pub(crate) fn leave(&self) {
        self.handle();
        drop(self.close());
    }

    /// Handles what comes until the end.
    pub(crate) fn attend(&self) {
        while self.await_message() {
            self.handle();
            self.nap();
        }
    }

    /// Lets messages gather; one that is woken for nothing has napped for less, and that is all.
    fn nap(&self) {
        let mut waiting = lock(&self.0.waiting);
        if !waiting.is_closed && !waiting.are_enough() {
            waiting.is_napping = true;
            let waited = self.0.come.wait_timeout(waiting, NAP);
            waited.unwrap_or_else(PoisonError::into_inner).0.is_napping = false;
        }
    }

    /// False when nothing will come.
    fn await_message(&self) -> bool {
        loop {
            let ticks = match &lock(&self.0.end).desk {
                Some(desk) => desk.ticks(),
                None => return false,
            };
            let until = ticks.map(|ticks| Instant::now() + ticks);
            if let Some(has_come) = self.await_until(until) {
                return has_come;
            }
            if let Some(desk) = &mut lock(&self.0.end).desk {
                desk.tick();
            }
        }
    }

    /// Whether something has come, or nothing will; none when it is time.
    fn await_until(&self, until: Option<Instant>) -> Option<bool> {
        let mut waiting = lock(&self.0.waiting);
        loop {
            if !waiting.messages.is_empty() || waiting.is_closed {
                waiting.is_awaited = false;
                return Some(!waiting.is_closed);
            }
            waiting.is_awaited = true;
            waiting = match until {
                None => self.0.come.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let Some(left) = until
                        .checked_duration_since(Instant::now())
                        .filter(|left| !left.is_zero())
                    else {
                        waiting.is_awaited = false;
                        return None;
                    };
                    let waited = self.0.come.wait_timeout(waiting, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
