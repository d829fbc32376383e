//! Emptying the buffer that the standard library has for the standard output.
//!
//! Whoever holds its lock holds up everybody who prints, and may do so for ever. So a thread of ours waits for it, and
//! nobody waits for that thread for long.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::sleep_real;

/// How long the lock is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Flusher {
    orders: Mutex<Sender<Order>>,
    /// Somebody has waited in vain, and the thread has not come back since.
    is_held_up: Arc<AtomicBool>,
}

/// Somebody who wants to know that it is done.
type Order = oneshot::Sender<()>;

impl Flusher {
    /// # Errors
    ///
    /// When there can be no thread.
    pub(super) fn start() -> io::Result<Flusher> {
        let (orders, waiting) = mpsc::channel();
        let is_held_up = Arc::<AtomicBool>::default();
        let flag = is_held_up.clone();
        std::thread::Builder::new()
            .name("async-test-flush".to_owned())
            .spawn(move || serve(&waiting, &flag))?;
        Ok(Flusher {
            orders: Mutex::new(orders),
            is_held_up,
        })
    }

    fn order(&self) -> Option<oneshot::Receiver<()>> {
        let (done, is_done) = oneshot::channel();
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ordered = !self.is_held_up.load(Ordering::Acquire) && orders.send(done).is_ok();
        is_ordered.then_some(is_done)
    }

    /// Flushes, if nobody holds the lock for too long. Cancel safe.
    pub(super) async fn flush(&self) {
        let Some(is_done) = self.order() else { return };
        tokio::select! {
            biased;
            _ = is_done => {}
            () = sleep_real(PATIENCE) => self.is_held_up.store(true, Ordering::Release),
        }
    }

    /// The same for a thread that may wait.
    pub(super) fn flush_here(&self) {
        let (done, is_done) = mpsc::channel();
        let Some(is_flushed) = self.order() else { return };
        let waiter = std::thread::Builder::new().spawn(move || done.send(is_flushed.blocking_recv().is_ok()));
        if waiter.is_ok() && is_done.recv_timeout(PATIENCE).is_err() {
            self.is_held_up.store(true, Ordering::Release);
        }
    }
}

/// One flush is as good as many for all who have asked for it by then.
fn serve(waiting: &Receiver<Order>, is_held_up: &AtomicBool) {
    while let Ok(first) = waiting.recv() {
        let orders: Vec<Order> = std::iter::once(first).chain(waiting.try_iter()).collect();
        // An error would be one of the pipe, which is there as long as this process is.
        let _ = io::stdout().flush();
        is_held_up.store(false, Ordering::Release);
        for order in orders {
            // Somebody may have stopped waiting.
            let _ = order.send(());
        }
    }
}
