//! A run goes on where the threads of its runtime are all blocked.
//!
//! It is a task of that runtime, as its suites are, and so it would get no turn either. The thread of `main` waits for it,
//! and takes it over when nobody who blocks a thread is to come back: what has not been started is told then, and the run
//! ends.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::sleep_real;
use crate::run::pass::Pass;
use crate::spare::Spares;

/// How often it is looked at whether a thread is left.
const LOOK: Duration = Duration::from_millis(500);

/// Knows whether there is a thread left for the pass that is under way.
#[derive(Clone)]
pub(super) struct Watch {
    spares: Arc<Spares>,
    pass: Arc<Mutex<Option<Arc<Pass>>>>,
}

impl Watch {
    pub(super) fn new(spares: Arc<Spares>) -> Watch {
        Watch {
            spares,
            pass: Arc::default(),
        }
    }

    pub(super) fn begins(&self, pass: &Arc<Pass>) {
        *lock(&self.pass) = Some(pass.clone());
    }

    /// Ends when every thread of the runtime is blocked for good: those that block them have been asked to end and did not.
    /// Cancel safe.
    pub(super) async fn no_thread_is_left(&self) {
        loop {
            sleep_real(LOOK).await;
            if self.spares.are_exhausted() {
                let pass = lock(&self.pass).clone();
                if pass.is_some_and(|pass| !pass.is_alive()) {
                    return;
                }
            }
        }
    }
}

/// The run, for whoever polls it. Once it has ended there is nothing more for anybody else.
pub(super) struct Run<T>(Arc<Mutex<Option<Boxed<T>>>>);

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T> Clone for Run<T> {
    fn clone(&self) -> Run<T> {
        Run(self.0.clone())
    }
}

impl<T> Run<T> {
    pub(super) fn new(run: impl Future<Output = T> + Send + 'static) -> Run<T> {
        Run(Arc::new(Mutex::new(Some(Box::pin(run)))))
    }

    /// Drives it from here when there is no thread left for it. Never ends where somebody else has ended it.
    pub(super) async fn taken_over(self, watch: &Watch) -> T {
        watch.no_thread_is_left().await;
        loop {
            // Whoever polled it last is woken, and that may be the task that gets no turn.
            let mut again = std::pin::pin!(sleep_real(LOOK));
            let mut run = self.clone();
            let ended = poll_fn(|context| match Pin::new(&mut run).poll(context) {
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
                Poll::Pending => again.as_mut().poll(context).map(|()| None),
            });
            match ended.await {
                Some(Some(ended)) => return ended,
                Some(None) => return pending().await,
                None => {}
            }
        }
    }
}

impl<T> Future for Run<T> {
    /// None where somebody else has ended it.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut run = lock(&self.0);
        match &mut *run {
            None => Poll::Ready(None),
            Some(running) => match running.as_mut().poll(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(ended) => {
                    let over = run.take();
                    drop(run);
                    drop(over);
                    Poll::Ready(Some(ended))
                }
            },
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
