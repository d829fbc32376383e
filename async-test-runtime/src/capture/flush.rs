//! Emptying the buffer that the standard library has for the standard output.
//!
//! Whoever holds its lock holds up everybody who prints, and may do so for ever. So a thread of ours waits for it, and
//! nobody waits for that thread for long. Most suites that end do not wait at all: they leave the rest of their end to
//! that thread, which then is paid once for all that end at about the same time.

#[cfg(test)]
mod tests;
mod ticket;

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::aside;
use crate::clock::{self, Deadline, sleep_real};
use crate::ids::SuiteId;
use crate::turn::give_way;

use ticket::Ticket;

/// How long the lock is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long whoever ends the process waits for the ends that are under way: but a part of the time that he has.
const HURRY: Duration = Duration::from_millis(100);

/// For how long after something was printed ends are worked off at once: who has left and has not been ended yet may have
/// printed it, for all that is known.
const TALK: Duration = Duration::from_millis(100);

/// How long somebody looks around for others who are about to order a flush as well, before the thread is woken. For so
/// long that thread waits for others where nobody waits for it.
const GATHERING: Duration = Duration::from_millis(1);

#[derive(Default)]
pub(super) struct Flusher(Arc<Inner>);

/// A suite that has ended, but for what it printed.
pub(super) struct Leaving {
    pub(super) suite: SuiteId,
    /// What comes after that.
    pub(super) then: Box<dyn FnOnce() + Send>,
}

/// Ends them when everything has been flushed, or is not waited for any more.
type End = Box<dyn Fn(&mut Vec<Leaving>) + Send + Sync>;

#[derive(Default)]
struct Inner {
    orders: Mutex<Orders>,
    ordered: Condvar,
    /// Up to which number orders have been followed, or are not waited for any more.
    served: AtomicU64,
    end: OnceLock<End>,
}

#[derive(Default)]
struct Orders {
    /// The number of the last one.
    last: u64,
    waiting: Vec<Order>,
    /// Of the flush that goes on.
    under_way: Vec<Order>,
    /// The same of those who do not wait.
    leaving: Vec<Leaving>,
    leaving_now: Vec<Leaving>,
    /// Those of whom no flush is waited for any more.
    let_go: Vec<Leaving>,
    /// How many of all these have not been ended yet.
    left: usize,
    began: Option<Instant>,
    /// The thread has nothing to do, and has to be called.
    is_asleep: bool,
    /// It waits for more to come, and has to be called by those who wait for it.
    naps: bool,
    /// Since when somebody is about to call it.
    gathering: Option<Instant>,
    /// When something was last printed.
    printed: Option<Instant>,
    /// Somebody has waited in vain, and the thread has not come back since.
    is_held_up: bool,
    /// One for many flushes: it looks only now and then whether one takes too long.
    watch: Option<Deadline>,
}

/// Somebody who wants to know that it is done, or that there is no waiting for it.
enum Order {
    Task(Waker),
    Thread(mpsc::Sender<()>),
}

impl Order {
    fn tell(self) {
        // Somebody may have stopped waiting.
        match self {
            Order::Task(waiter) => waiter.wake(),
            Order::Thread(waiter) => drop(waiter.send(())),
        }
    }
}

impl Orders {
    fn is_quiet(&self) -> bool {
        self.printed.is_none_or(|printed| printed.elapsed() > TALK)
    }

    /// No flush is waited for any more by those who have left.
    fn let_all_go(&mut self) {
        let Orders {
            leaving_now,
            leaving,
            let_go,
            ..
        } = self;
        let_go.append(leaving_now);
        let_go.append(leaving);
    }
}

impl Flusher {
    /// # Errors
    ///
    /// When there can be no thread.
    pub(super) fn start(&self, end: impl Fn(&mut Vec<Leaving>) + Send + Sync + 'static) -> io::Result<()> {
        let _ = self.0.end.set(Box::new(end));
        let serving = self.0.clone();
        aside::start("async-test-flush", move || serving.serve())
    }

    /// Flushes, if nobody holds the lock for too long. Cancel safe.
    pub(super) async fn flush(&self) {
        let mut ticket = Ticket {
            inner: &self.0,
            number: None,
            waker: None,
        };
        if poll_fn(|context| Poll::Ready(ticket.order(context))).await {
            let call = Call(&self.0);
            call.0.gather().await;
        }
        poll_fn(|context| ticket.poll(context)).await;
    }

    /// The same for a thread that may wait.
    pub(super) fn flush_here(&self) {
        let (done, is_done) = mpsc::channel();
        self.0.order(Order::Thread(done));
        self.0.call();
        // It may be the thread of the clock, which would have to call the waiting off.
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            self.0.lock().is_held_up = true;
        }
    }

    /// Has the rest of a suite's end follow a flush, which nobody waits for. It is given back where there is no waiting
    /// for one.
    pub(super) fn leave(&self, leaving: Leaving) -> Option<Leaving> {
        let mut orders = self.0.lock();
        if orders.is_held_up {
            return Some(leaving);
        }
        orders.leaving.push(leaving);
        orders.left += 1;
        let is_to_wake = std::mem::take(&mut orders.is_asleep);
        drop(orders);
        if is_to_wake {
            self.0.ordered.notify_one();
        }
        None
    }

    /// Something was printed: those who have left are ended soon.
    pub(super) fn note_print(&self) {
        let mut orders = self.0.lock();
        orders.printed = Some(Instant::now());
        let is_to_wake = std::mem::take(&mut orders.naps);
        drop(orders);
        if is_to_wake {
            self.0.ordered.notify_one();
        }
    }

    /// Waits until all have been ended who have left so far. Cancel safe.
    pub(super) async fn all_have_left(&self) {
        while self.0.lock().left > 0 {
            self.flush().await;
            if self.0.lock().left > 0 {
                // A flush is held up, and others end them.
                sleep_real(GATHERING).await;
            }
        }
    }

    /// Ends them here and now, and waits for whoever else is doing so, but not for ever.
    pub(super) fn let_go(&self) {
        self.0.lock().let_all_go();
        self.0.end_let_go();
        let began = Instant::now();
        while self.0.lock().left > 0 && began.elapsed() < HURRY {
            std::thread::sleep(GATHERING);
        }
    }
}

/// Calls the thread, also where the one who was to do so is dropped.
struct Call<'a>(&'a Inner);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.call();
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number, unless there is no waiting for it, and whether the thread is to be called.
    fn order(self: &Arc<Self>, order: Order) -> (Option<u64>, bool) {
        let mut orders = self.lock();
        if orders.is_held_up {
            return (None, false);
        }
        orders.waiting.push(order);
        orders.last += 1;
        let number = Some(orders.last);
        if std::mem::take(&mut orders.is_asleep) || std::mem::take(&mut orders.naps) {
            orders.gathering = Some(Instant::now());
            if orders.watch.is_none() {
                orders.watch = Some(self.look_after(PATIENCE));
            }
            return (number, true);
        }
        // Whoever was about to call it may be held up himself.
        let is_to_call = orders.gathering.is_some_and(|since| since.elapsed() > GATHERING);
        (number, is_to_call)
    }

    /// Somebody else is to be told of this order.
    fn tell_as_well(&self, number: u64, waker: &Waker) -> Poll<()> {
        let mut orders = self.lock();
        // Under the lock, since what is told is taken out of the list under it.
        if self.served.load(Ordering::Acquire) >= number {
            return Poll::Ready(());
        }
        orders.waiting.push(Order::Task(waker.clone()));
        Poll::Pending
    }

    /// Wakes the thread, unless somebody has.
    fn call(&self) {
        let is_to_wake = self.lock().gathering.take().is_some();
        if is_to_wake {
            self.ordered.notify_one();
        }
    }

    /// Lets others have their turn as long as each time one more of them has ordered a flush: to wake the thread costs
    /// more than all the rest, and so does to be woken by it.
    async fn gather(&self) {
        let mut known = 0;
        loop {
            {
                let orders = self.lock();
                let is_over = orders.gathering.is_none_or(|since| since.elapsed() > GATHERING);
                if is_over || orders.waiting.len() == known {
                    return;
                }
                known = orders.waiting.len();
            }
            give_way().await;
        }
    }

    /// One flush is as good as many for all who have asked for it by then.
    fn serve(self: &Arc<Self>) {
        // Empty, and a place to put the next ones in.
        let mut leaving = Vec::new();
        let mut orders = self.lock();
        loop {
            orders = self.await_orders(orders);
            orders.under_way = std::mem::take(&mut orders.waiting);
            std::mem::swap(&mut orders.leaving, &mut leaving);
            orders.leaving_now = leaving;
            let last = orders.last;
            orders.began = Some(Instant::now());
            if orders.watch.is_none() {
                orders.watch = Some(self.look_after(PATIENCE));
            }
            drop(orders);
            // An error would be one of the pipe, which is there as long as this process is.
            let _ = io::stdout().flush();
            orders = self.lock();
            leaving = std::mem::take(&mut orders.leaving_now);
            if !leaving.is_empty() {
                drop(orders);
                self.end(&mut leaving);
                orders = self.lock();
            }
            orders.began = None;
            orders.is_held_up = false;
            self.served.fetch_max(last, Ordering::Release);
            let done = std::mem::take(&mut orders.under_way);
            drop(orders);
            done.into_iter().for_each(Order::tell);
            orders = self.lock();
        }
    }

    fn await_orders<'a>(&self, mut orders: MutexGuard<'a, Orders>) -> MutexGuard<'a, Orders> {
        let mut may_nap = true;
        loop {
            let is_idle = orders.waiting.is_empty() && orders.leaving.is_empty();
            if is_idle || orders.gathering.is_some() {
                orders.is_asleep = orders.gathering.is_none();
                orders = self.ordered.wait(orders).unwrap_or_else(PoisonError::into_inner);
                orders.is_asleep = false;
            } else if may_nap && orders.waiting.is_empty() && orders.is_quiet() {
                may_nap = false;
                orders.naps = true;
                let waited = self.ordered.wait_timeout(orders, GATHERING);
                orders = waited.unwrap_or_else(PoisonError::into_inner).0;
                orders.naps = false;
            } else {
                return orders;
            }
        }
    }

    /// Ends those who have left.
    fn end(&self, leaving: &mut Vec<Leaving>) {
        let count = leaving.len();
        if let Some(end) = self.end.get() {
            end(leaving);
        }
        self.lock().left -= count;
    }

    fn end_let_go(&self) {
        let mut let_go = std::mem::take(&mut self.lock().let_go);
        if !let_go.is_empty() {
            self.end(&mut let_go);
        }
    }

    fn look_after(self: &Arc<Self>, time: Duration) -> Deadline {
        let me = self.clone();
        clock::after(time, move || me.look())
    }

    /// Lets those go who have waited for too long, and all who wait behind them.
    fn look(self: &Arc<Self>) {
        let mut orders = self.lock();
        let left = orders.began.map(|began| PATIENCE.saturating_sub(began.elapsed()));
        let watch = match left {
            Some(left) if !left.is_zero() => Some(self.look_after(left)),
            _ => None,
        };
        // This one has come true; what is dropped with it is not dropped under the lock.
        let before = std::mem::replace(&mut orders.watch, watch);
        let mut let_go = Vec::new();
        if left.is_some_and(|left| left.is_zero()) {
            orders.is_held_up = true;
            let_go = std::mem::take(&mut orders.under_way);
            let_go.append(&mut orders.waiting);
            orders.let_all_go();
            self.served.fetch_max(orders.last, Ordering::Release);
        }
        let are_let_go = !orders.let_go.is_empty();
        drop(orders);
        self.call();
        drop(before);
        let_go.into_iter().for_each(Order::tell);
        if are_let_go {
            // Not on the thread of the clock, since the hub may take its time.
            let me = self.clone();
            if aside::start("async-test-ends", move || me.end_let_go()).is_err() {
                self.end_let_go();
            }
        }
    }
}
