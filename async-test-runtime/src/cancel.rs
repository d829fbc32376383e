//! A request to end, told once and remembered.

use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::Notify;

use crate::claim::Running;

/// Why a suite is ended before its body has returned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// `abort`: quietly.
    Abort,
    /// It took too long; with what was running then.
    TimedOut(Duration, Vec<Running>),
    /// A verifier with `fail_fast` found its invariant broken; the text says which.
    FailFast(String),
    /// The run was ended by a bail-out.
    BailOut(String),
    /// Something around the suite ended; the text says what.
    Stopped(String),
}

/// Set once; whoever waits is woken.
#[derive(Debug)]
pub(crate) struct Cancel {
    cause: OnceLock<Cause>,
    notify: Notify,
}

impl Cancel {
    pub(crate) fn new() -> Cancel {
        Cancel {
            cause: OnceLock::new(),
            notify: Notify::new(),
        }
    }

    /// Only the first cause counts; the answer is whether this was it.
    pub(crate) fn cancel(&self, cause: Cause) -> bool {
        let first = self.cause.set(cause).is_ok();
        self.notify.notify_waiters();
        first
    }

    pub(crate) fn cause(&self) -> Option<&Cause> {
        self.cause.get()
    }

    /// Ends when `cancel` has been called, also when that was before. Cancel safe.
    pub(crate) async fn cancelled(&self) -> &Cause {
        loop {
            let mut notified = pin!(self.notify.notified());
            notified.as_mut().enable();
            if let Some(cause) = self.cause() {
                return cause;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_cause_stays_and_late_listeners_hear_it() {
        let cancel = Cancel::new();
        assert!(cancel.cancel(Cause::Abort));
        assert!(!cancel.cancel(Cause::Stopped("later".into())));
        assert!(matches!(cancel.cancelled().await, Cause::Abort));
    }

    #[tokio::test]
    async fn waiting_listeners_are_woken() {
        let cancel = std::sync::Arc::new(Cancel::new());
        let listener = tokio::spawn({
            let cancel = cancel.clone();
            async move { matches!(cancel.cancelled().await, Cause::Abort) }
        });
        tokio::task::yield_now().await;
        cancel.cancel(Cause::Abort);
        assert!(listener.await.unwrap());
    }
}
