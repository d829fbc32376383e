//! An order of a task, and its waiting for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use super::{Inner, Order};

/// An order of a task.
pub(super) struct Ticket<'a> {
    pub(super) inner: &'a Arc<Inner>,
    /// None where there is no waiting for it.
    pub(super) number: Option<u64>,
    pub(super) waker: Option<Waker>,
}

impl Ticket<'_> {
    /// The answer is whether the thread is to be called.
    pub(super) fn order(&mut self, context: &Context<'_>) -> bool {
        let waker = context.waker().clone();
        let (number, is_to_call) = self.inner.order(Order::Task(waker.clone()));
        self.number = number;
        self.waker = Some(waker);
        is_to_call
    }

    pub(super) fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
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
