//! What the job manager uses of tokio's runtime, under the scheduler of shuttle.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use real_std::sync::atomic::{AtomicBool, Ordering};
use real_std::sync::{Arc, Mutex};
use real_std::task::Waker;

/// The real one, with a point before each call at which others go on.
#[derive(Default, Debug)]
pub struct Notify(real_tokio::sync::Notify);

fn others_go_on() {
    // The checker switches at each operation of its own, and a task is a thread to it.
    shuttle::sync::atomic::AtomicBool::new(false).load(shuttle::sync::atomic::Ordering::SeqCst);
}

impl Notify {
    pub fn new() -> Notify {
        Notify::default()
    }

    pub fn notified(&self) -> real_tokio::sync::futures::Notified<'_> {
        others_go_on();
        self.0.notified()
    }

    pub fn notify_waiters(&self) {
        others_go_on();
        self.0.notify_waiters();
    }
}

/// Any task may go on beside any other.
#[derive(Clone, Debug)]
pub struct Handle;

impl Handle {
    pub fn try_current() -> Result<Handle, ()> {
        Ok(Handle)
    }

    pub fn spawn<F: Future<Output = ()> + Send + 'static>(&self, task: F) -> Task {
        let stop = Arc::<Stop>::default();
        let _ = shuttle::future::spawn(Stoppable {
            task: Some(Box::pin(task)),
            stop: stop.clone(),
        });
        Task(stop)
    }
}

#[derive(Default)]
struct Stop {
    asked: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// The handle of a task, which goes on when it is dropped.
#[derive(Clone)]
pub struct Task(Arc<Stop>);

impl Task {
    /// The task is dropped when it is polled next, as tokio does it.
    pub fn abort(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        let waker = self.0.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn abort_handle(&self) -> Task {
        self.clone()
    }
}

struct Stoppable {
    task: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    stop: Arc<Stop>,
}

impl Future for Stoppable {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        *self.stop.waker.lock().unwrap() = Some(context.waker().clone());
        if self.stop.asked.load(Ordering::SeqCst) {
            self.task = None;
        }
        let ended = self
            .task
            .as_mut()
            .is_none_or(|task| task.as_mut().poll(context).is_ready());
        match ended {
            true => {
                self.task = None;
                Poll::Ready(())
            }
            false => Poll::Pending,
        }
    }
}
