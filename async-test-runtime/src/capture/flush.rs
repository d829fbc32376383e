//! Emptying the buffer that the standard library has for the standard output.
//!
//! Whoever holds its lock holds up everybody who prints, and may do so for ever. So a thread of ours waits for it, and
//! nobody waits for that thread for long.

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::aside;
use crate::clock::{self, Deadline};
use crate::turn::give_way;

/// How long the lock is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long somebody looks around for others who are about to order a flush as well, before the thread is woken.
const GATHERING: Duration = Duration::from_millis(1);

pub(super) struct Flusher(Arc<Inner>);

struct Inner {
    orders: Mutex<Orders>,
    ordered: Condvar,
    /// Up to which number orders have been followed, or are not waited for any more.
    served: AtomicU64,
}

#[derive(Default)]
struct Orders {
    /// The number of the last one.
    last: u64,
    waiting: Vec<Order>,
    /// Of the flush that goes on.
    under_way: Vec<Order>,
    began: Option<Instant>,
    /// The thread has nothing to do, and has to be called.
    is_asleep: bool,
    /// Since when somebody is about to call it.
    gathering: Option<Instant>,
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

/// An order of a task.
struct Ticket<'a> {
    inner: &'a Arc<Inner>,
    /// None where there is no waiting for it.
    number: Option<u64>,
    waker: Option<Waker>,
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

impl Flusher {
    /// # Errors
    ///
    /// When there can be no thread.
    pub(super) fn start() -> io::Result<Flusher> {
        let inner = Arc::new(Inner {
            orders: Mutex::default(),
            ordered: Condvar::new(),
            served: AtomicU64::new(0),
        });
        let serving = inner.clone();
        aside::start("async-test-flush", move || serving.serve())?;
        Ok(Flusher(inner))
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
}

impl Ticket<'_> {
    /// The answer is whether the thread is to be called.
    fn order(&mut self, context: &Context<'_>) -> bool {
        let waker = context.waker().clone();
        let (number, is_to_call) = self.inner.order(Order::Task(waker.clone()));
        self.number = number;
        self.waker = Some(waker);
        is_to_call
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let Some(number) = self.number else {
            return Poll::Ready(());
        };
        if self.inner.served.load(Ordering::Acquire) >= number {
            return Poll::Ready(());
        }
        // Woken by something else; by whom it is polled may have changed.
        if self
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()))
        {
            return Poll::Pending;
        }
        self.waker = Some(context.waker().clone());
        self.inner.tell_as_well(number, context.waker())
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
        if std::mem::take(&mut orders.is_asleep) {
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
        let mut orders = self.lock();
        loop {
            while orders.waiting.is_empty() || orders.gathering.is_some() {
                orders.is_asleep = orders.gathering.is_none();
                orders = self.ordered.wait(orders).unwrap_or_else(PoisonError::into_inner);
            }
            orders.is_asleep = false;
            orders.under_way = std::mem::take(&mut orders.waiting);
            let last = orders.last;
            orders.began = Some(Instant::now());
            if orders.watch.is_none() {
                orders.watch = Some(self.look_after(PATIENCE));
            }
            drop(orders);
            // An error would be one of the pipe, which is there as long as this process is.
            let _ = io::stdout().flush();
            orders = self.lock();
            orders.began = None;
            orders.is_held_up = false;
            self.served.fetch_max(last, Ordering::Release);
            let done = std::mem::take(&mut orders.under_way);
            drop(orders);
            done.into_iter().for_each(Order::tell);
            orders = self.lock();
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
            self.served.fetch_max(orders.last, Ordering::Release);
        }
        drop(orders);
        self.call();
        drop(before);
        let_go.into_iter().for_each(Order::tell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    /// One whose thread has nothing to do.
    fn idle() -> Flusher {
        let flusher = Flusher::start().unwrap();
        while !flusher.0.lock().is_asleep {
            std::thread::yield_now();
        }
        flusher
    }

    /// Polls once; on a busy machine it may be done then.
    fn begin(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn all_who_ask_are_told() {
        let flusher = Arc::new(idle());
        let one = || {
            let flusher = flusher.clone();
            tokio::spawn(async move { flusher.flush().await })
        };
        for task in (0..1_000).map(|_| one()).collect::<Vec<_>>() {
            task.await.unwrap();
        }
        flusher.flush_here();
    }

    #[tokio::test]
    async fn the_first_one_may_be_dropped() {
        let flusher = idle();
        let mut first = Box::pin(flusher.flush());
        begin(first.as_mut());
        let mut second = pin!(flusher.flush());
        let is_done = begin(second.as_mut());
        drop(first);
        if !is_done {
            second.await;
        }
    }

    #[tokio::test]
    async fn where_the_first_one_gets_no_turn_another_calls() {
        let flusher = idle();
        let mut first = pin!(flusher.flush());
        begin(first.as_mut());
        std::thread::sleep(2 * GATHERING);
        flusher.flush().await;
    }

    #[tokio::test]
    async fn where_nobody_else_comes_the_clock_calls() {
        let flusher = idle();
        let (mut first, mut second) = (pin!(flusher.flush()), pin!(flusher.flush()));
        begin(first.as_mut());
        if !begin(second.as_mut()) {
            second.await;
        }
    }
}
