//! Waiting for the loop, and giving it up.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use super::attempt::Attempt;
use super::fault::Fault;
use super::note::By;
use super::shared::{Book, Core};
use crate::clock::sleep_real;
use crate::round::Mode;
use crate::settle::{Blame, Ending, RoundFacts};

/// Beyond its limit a round may take this much longer until it is taken for stuck: timers are late on busy machines.
pub(super) const GRACE: Duration = Duration::from_millis(500);
/// A loop that is asked to end and is not in a round should do so at once.
const STARVED: Duration = Duration::from_secs(5);
/// How often whoever waits for the end of a loop asks before a deadline is set.
const AT_ONCE: u32 = 4;

impl<T, E> Core<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    /// Waits until this is so.
    pub(super) async fn wait(&self, is_so: impl Fn(&Book<T, E>) -> bool) {
        loop {
            let mut progress = pin!(self.progress.notified());
            progress.as_mut().enable();
            if is_so(&self.lock()) {
                return;
            }
            progress.await;
        }
    }

    /// Asks a few times in a row, letting others run in between: on a runtime of one thread most loops have ended then,
    /// in less time than it takes to set a deadline and to call it off.
    async fn is_over_soon(&self) -> bool {
        let mut asked = 0;
        poll_fn(|context| {
            asked += 1;
            if self.is_over() || asked > AT_ONCE {
                return Poll::Ready(self.is_over());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    /// The same on a runtime of several threads, where each look of the watchdog is progress as well: until then no time
    /// has to be read.
    async fn is_over_with_the_next_progress(&self) -> bool {
        let mut progress = pin!(self.progress.notified());
        progress.as_mut().enable();
        if !self.is_over() {
            progress.await;
        }
        self.is_over()
    }

    /// Waits until the loop has ended, or gives it up when its round does not come back.
    pub(super) async fn wait_for_end(self: &Arc<Self>) {
        let is_over = |book: &Book<T, E>| book.session.as_ref().is_none_or(|session| session.over);
        let is_watched = self.watchdog.is_on();
        if is_watched {
            self.awaits_end();
        }
        let is_over_soon = match is_watched {
            true => self.is_over_with_the_next_progress().await,
            false => self.is_over_soon().await,
        };
        if is_over_soon {
            return;
        }
        let mut ended = pin!(self.wait(is_over));
        loop {
            let since = self.base.elapsed();
            let round = self.in_flight();
            let patience = match round {
                Some((began, limit)) => {
                    let late = limit.saturating_add(GRACE);
                    late.saturating_sub(since.saturating_sub(began))
                }
                None => STARVED,
            };
            if is_watched {
                // Each look of the watchdog is progress as well, so no deadline is needed.
                let is_late = || self.base.elapsed().saturating_sub(since) >= patience;
                self.wait(|book| is_over(book) || is_late()).await;
                if is_over(&self.lock()) {
                    return;
                }
            } else {
                tokio::select! {
                    biased;
                    () = &mut ended => return,
                    () = sleep_real(patience) => {}
                }
            }
            let waits_for_a_pass = {
                let book = self.lock();
                matches!(book.spec.mode, Mode::Eventually(_)) && !self.suite.is_cancelled()
            };
            match (round, self.in_flight()) {
                (Some(before), Some(now)) if before == now => self.give_up(Some(now)),
                (None, None) if !waits_for_a_pass => self.give_up(None),
                _ => {}
            }
        }
    }

    /// The round in flight has not come back in time: it is counted as hung, and nobody waits for it any more. Its
    /// loop ends when it comes back.
    pub(super) fn give_up(&self, round: Option<(Duration, Duration)>) {
        let (number, spec, now) = {
            let mut book = self.lock();
            let Some(session) = book.session.as_mut().filter(|it| !it.over && !it.given_up) else {
                return;
            };
            session.given_up = true;
            let number = session.number;
            self.count_kept_back(&mut book);
            (number, book.spec.in_range(), self.timing(&book).now())
        };
        let held = round.map_or(STARVED, |(began, _)| {
            Duration::from_nanos(now.real).saturating_sub(began)
        });
        let fault = match round {
            Some((_, limit)) if self.polling.load(Ordering::Relaxed) => Fault::Blocked {
                limit,
                held,
                still: true,
            },
            Some((_, limit)) => Fault::TimedOut { limit },
            None => Fault::Starved { waited: held },
        };
        let facts = RoundFacts {
            began: now.at().saturating_sub(held),
            ended: now.at(),
            ending: Ending::Hung,
            again: None,
            draw: 0.0,
        };
        let attempt = Attempt::faulty(Ending::Hung, fault, None);
        let text = attempt.text().cloned();
        let wall = SystemTime::now()
            .checked_sub(now.at())
            .unwrap_or(SystemTime::UNIX_EPOCH);
        let blame = Blame::new(self.running(), Vec::new());
        let recorded = self.record(By::Control(number), &spec, attempt, &facts, Some(blame), wall);
        let Some(recorded) = recorded else { return };
        self.end_session(&mut self.lock(), number);
        self.progress.notify_waiters();
        if recorded.crossed {
            self.fail_fast(&spec, text.as_deref().unwrap_or_default());
        }
    }
}
