//! Between two rounds: the delay, the orders, and giving way to others.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::shared::order;
use super::task::Loop;
use super::timing::Reading;
use super::watchdog::LOOK;
use crate::round::Mode;
use crate::stage::Stage;

/// So many rounds in a row, as many steps as tokio lets one task make, or for so many nanoseconds: then others run.
const IN_A_ROW: u32 = 128;
const SHARE: u64 = 100_000;

impl<T, E> Loop<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    /// Whether the next round may follow at once: nobody wants anything, and it is not yet time to let others run.
    #[inline]
    pub(super) fn may_hurry(&mut self, now: Reading) -> bool {
        self.in_a_row += 1;
        let long = !self.timing.is_virtual() && now.real.saturating_sub(self.gave_way) >= SHARE;
        self.in_a_row < IN_A_ROW && !long && !self.makes_room && self.core.orders() == 0
    }

    /// Waits for the next round; nothing when there is to be none.
    pub(super) async fn rest(&mut self, delay: Duration) -> Option<Reading> {
        self.batch.flush(&self.core);
        let makes_room = std::mem::take(&mut self.makes_room) && self.timing.has_threads();
        if makes_room || (delay.is_zero() && self.core.orders() == 0) {
            make_room().await;
        }
        self.in_a_row = 0;
        if delay.is_zero() {
            if self.core.orders() == 0 {
                self.timing.compare();
                let now = self.timing.now();
                self.gave_way = now.real;
                return Some(now);
            }
        } else {
            self.timing.compare();
            // Tokio rounds up to its next millisecond, so a delay is never cut short.
            self.alarm.set(delay);
        }
        let is_long = delay > LOOK;
        if is_long {
            self.core.rests(self.session);
        }
        let next = self.wait(delay).await;
        if is_long && next.is_some() {
            self.core.goes_on(self.session);
        }
        next
    }

    /// Waits for the alarm, if there is a delay, or for an order that is to be followed.
    async fn wait(&mut self, delay: Duration) -> Option<Reading> {
        loop {
            let orders = self.core.orders();
            if orders & order::END != 0 && self.may_end() {
                self.last = self.spec.last_round;
                return self.last.then(|| self.timing.now());
            }
            if orders & order::STOP != 0 && self.may_end() {
                return None;
            }
            if orders & order::DROPPED != 0 && !self.outlives {
                if !self.outlive().await {
                    return None;
                }
                continue;
            }
            if delay.is_zero() || self.ring().await {
                return Some(self.timing.now());
            }
        }
    }

    /// Waits for the alarm or an order; true for the alarm.
    async fn ring(&mut self) -> bool {
        let mut woken = pin!(self.core.wake.notified());
        let alarm = &mut self.alarm;
        poll_fn(|context| {
            if alarm.poll(context).is_ready() {
                return Poll::Ready(true);
            }
            woken.as_mut().poll(context).map(|()| false)
        })
        .await
    }

    /// Where one pass is awaited, the loop goes on until it or until its time is up: it has no good news before. A
    /// suite that is ended early does not wait for that.
    fn may_end(&self) -> bool {
        !matches!(self.spec.mode, Mode::Eventually(_)) || self.core.suite.is_cancelled()
    }

    /// The handle is gone. If it went with the body of the suite, the loop goes on until the suite's end: the children
    /// of a parallel or random suite run only then. If it was dropped before, the loop ends.
    ///
    /// The body's variables are dropped an instant before the suite knows that its body is over, so this is asked
    /// after a short time.
    async fn outlive(&mut self) -> bool {
        let mut short = self.timing.alarm();
        short.set(
            self.spec
                .every
                .clamp(Duration::from_millis(1), Duration::from_millis(20)),
        );
        loop {
            if self.core.orders() & (order::END | order::STOP) != 0 {
                self.outlives = true;
                return true;
            }
            let mut woken = pin!(self.core.wake.notified());
            let is_time = poll_fn(|context| {
                if short.poll(context).is_ready() {
                    return Poll::Ready(true);
                }
                woken.as_mut().poll(context).map(|()| false)
            });
            if is_time.await {
                self.outlives = self.core.suite.stage() >= Stage::Finishing || !self.may_end();
                return self.outlives;
            }
        }
    }
}

/// Lets others run, before a round that may hold the thread.
pub(super) async fn make_room() {
    tokio::task::yield_now().await;
}
