//! What the verifier uses of tokio, under the scheduler of shuttle: every operation is a point where another task may go
//! on, and a timer goes off at any time from now on unless it is a long one.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shuttle::future::JoinHandle;
use shuttle::rand::Rng;

/// Lets the scheduler choose who goes on.
pub(crate) fn crossroads() {
    shuttle::thread::yield_now();
}

// ---- Notify --------------------------------------------------------------------------------------------------------

#[derive(Default, Debug)]
pub struct Notify(Mutex<Bell>);

#[derive(Default, Debug)]
struct Bell {
    permit: bool,
    /// How often all have been woken.
    rung: u64,
    waiting: VecDeque<(u64, Waker)>,
    chosen: Vec<u64>,
    next: u64,
}

/// Real ones: nothing is switched while they are held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Notify {
    pub fn new() -> Notify {
        Notify::default()
    }

    pub fn notified(&self) -> Notified<'_> {
        crossroads();
        Notified {
            notify: self,
            made: lock(&self.0).rung,
            number: None,
            done: false,
        }
    }

    /// The verifier rings under the lock of its book, so nothing is switched here.
    pub fn notify_one(&self) {
        let waker = {
            let mut bell = lock(&self.0);
            match bell.waiting.pop_front() {
                Some((number, waker)) => {
                    bell.chosen.push(number);
                    Some(waker)
                }
                None => {
                    bell.permit = true;
                    None
                }
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn notify_waiters(&self) {
        crossroads();
        let waiting = {
            let mut bell = lock(&self.0);
            bell.rung += 1;
            std::mem::take(&mut bell.waiting)
        };
        for (_, waker) in waiting {
            waker.wake();
        }
        crossroads();
    }
}

/// Rung for by `notify_one` once it is polled or enabled, and by `notify_waiters` from its making on.
#[derive(Debug)]
pub struct Notified<'a> {
    notify: &'a Notify,
    made: u64,
    number: Option<u64>,
    done: bool,
}

impl Notified<'_> {
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        crossroads();
        self.look(Waker::noop()).is_ready()
    }

    fn look(&mut self, waker: &Waker) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        let mut bell = lock(&self.notify.0);
        let number = self.number;
        let chosen = bell.chosen.iter().position(|it| Some(*it) == number);
        if let Some(index) = chosen {
            bell.chosen.remove(index);
        }
        let rung = chosen.is_some() || bell.rung != self.made || (number.is_none() && std::mem::take(&mut bell.permit));
        if rung {
            bell.waiting.retain(|(it, _)| Some(*it) != number);
            drop(bell);
            self.done = true;
            return Poll::Ready(());
        }
        let number = number.unwrap_or_else(|| {
            bell.next += 1;
            bell.next
        });
        match bell.waiting.iter_mut().find(|(it, _)| *it == number) {
            Some((_, known)) => known.clone_from(waker),
            None => bell.waiting.push_back((number, waker.clone())),
        }
        drop(bell);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        crossroads();
        self.look(context.waker())
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number.filter(|_| !self.done) else {
            return;
        };
        let mut bell = lock(&self.notify.0);
        bell.waiting.retain(|(it, _)| *it != number);
        let before = bell.chosen.len();
        bell.chosen.retain(|it| *it != number);
        let passes_on = bell.chosen.len() != before;
        drop(bell);
        if passes_on {
            self.notify.notify_one();
        }
    }
}

// ---- time ----------------------------------------------------------------------------------------------------------

/// The system's clock, which nothing here depends on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(std::time::Instant);

impl Instant {
    pub fn now() -> Instant {
        Instant(std::time::Instant::now())
    }

    pub fn into_std(self) -> std::time::Instant {
        self.0
    }
}

impl std::ops::Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, time: Duration) -> Instant {
        Instant(self.0 + time)
    }
}

/// Goes off when the scheduler pleases, or never where it is longer than any schedule.
#[derive(Debug)]
pub struct Sleep {
    /// After how many looks.
    left: Option<u32>,
}

pub(crate) fn sleep_for(time: Duration) -> Sleep {
    let left = (time < Duration::from_secs(1)).then(|| shuttle::rand::thread_rng().gen_range(0..3));
    Sleep { left }
}

pub fn sleep_until(deadline: Instant) -> Sleep {
    sleep_for(deadline.0.saturating_duration_since(std::time::Instant::now()))
}

impl Sleep {
    pub fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        *self = sleep_until(deadline);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        crossroads();
        match &mut self.left {
            Some(0) => Poll::Ready(()),
            Some(left) => {
                *left -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }
}

// ---- tasks ---------------------------------------------------------------------------------------------------------

pub async fn yield_now() {
    shuttle::future::yield_now().await;
}

pub async fn consume_budget() {
    shuttle::future::yield_now().await;
}

/// A runtime of several threads: there any task may go on beside any other.
#[derive(Clone, Debug)]
pub struct Handle;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuntimeFlavor {
    CurrentThread,
    MultiThread,
}

impl Handle {
    pub fn current() -> Handle {
        Handle
    }

    pub fn try_current() -> Result<Handle, ()> {
        Ok(Handle)
    }

    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        RuntimeFlavor::MultiThread
    }

    pub fn spawn<F: Future<Output = ()> + Send + 'static>(&self, task: F) -> JoinHandle<()> {
        spawn(task)
    }
}

/// Its task goes on when it is dropped.
pub fn spawn<F: Future<Output = ()> + Send + 'static>(task: F) -> JoinHandle<()> {
    shuttle::future::spawn(task)
}

/// Of two futures, the first where both are ready.
#[macro_export]
macro_rules! select {
    (biased; () = $first:expr => $one:expr, () = $second:expr => $two:expr $(,)?) => {{
        let mut first = $first;
        let mut second = ::std::pin::pin!($second);
        let was_first = ::std::future::poll_fn(|context| {
            if ::std::pin::Pin::new(&mut first).poll(context).is_ready() {
                return ::std::task::Poll::Ready(true);
            }
            second.as_mut().poll(context).map(|()| false)
        });
        if was_first.await { $one } else { $two }
    }};
}
