//! The other side of the loop: starting, waiting, giving up, the verdict.

use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use super::attempt::Attempt;
use super::error::VerifyError;
use super::fault::Fault;
use super::shared::{Book, By, Core, order};
use super::task;
use super::verdict::Verdict;
use crate::cancel::Cause;
use crate::claim::Claim;
use crate::clock::sleep_real;
use crate::event::EventKind;
use crate::round::{Mode, Observation, VerifierEvent, VerifierState, VerifySpec};
use crate::settle::{Blame, Ending, Gate, RoundFacts};
use crate::suite::Attachment;

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
    pub(crate) async fn start(self: &Arc<Self>) -> Result<(), VerifyError<T, E>> {
        let opened = self.open()?;
        let (gate, number) = (opened.spec.gate, opened.number);
        if opened.timing.has_threads() {
            self.watch(number);
        }
        tokio::spawn(self.suite.scope(task::run(self.clone(), opened)));
        self.wait(|book| match &book.session {
            Some(session) if session.number == number => session.is_through(gate),
            _ => true,
        })
        .await;
        if gate { self.pass_gate(number) } else { Ok(()) }
    }

    /// A gate that was not passed takes the start back.
    fn pass_gate(&self, number: u64) -> Result<(), VerifyError<T, E>> {
        let mut book = self.lock();
        let now = self.timing(&book).now().at();
        let session = book.session.as_ref();
        if session.is_none_or(|session| session.number != number || session.standing.gate() == Gate::Open) {
            return Ok(());
        }
        let Some(closed) = book.close(now) else {
            return Ok(());
        };
        book.state = VerifierState::Idle;
        let who = closed.found().map(|_| book.who(&self.suite));
        drop(book);
        closed.at_the_gate().into_result(who).map(drop)
    }

    pub(crate) async fn stop(self: &Arc<Self>) -> Result<Vec<Observation<T>>, VerifyError<T, E>> {
        const STOP: &str = "stop_job";
        if !self.is_over() {
            // A loop at full speed holds the book half of the time, so it is asked to end before that is opened.
            self.order(order::STOP);
        }
        {
            let book = self.lock();
            if book.state.after(VerifierEvent::Stop).is_none() {
                return Err(self.state_error(&book, STOP, book.state.name()));
            }
            if !self.is_over() {
                self.order(order::STOP);
            }
        }
        loop {
            self.wait_for_end().await;
            let mut book = self.lock();
            let now = self.timing(&book).now().at();
            match (book.close(now), book.state.after(VerifierEvent::Stop)) {
                (Some(closed), Some(next)) => {
                    book.state = next;
                    let who = closed.found().map(|_| book.who(&self.suite));
                    drop(book);
                    return closed.into_result(who);
                }
                // Somebody else took the results, or finished it.
                (_, None) => return Err(self.state_error(&book, STOP, book.state.name())),
                (None, Some(_)) => {}
            }
        }
    }

    /// Ends it with this order and gives the verdict. Nothing when it is finished already.
    pub(crate) async fn finish(self: &Arc<Self>, order: u8) {
        while !self.conclude() {
            self.order(order);
            self.wait_for_end().await;
        }
    }

    /// Gives the verdict, unless the loop runs; then false.
    pub(crate) fn conclude(&self) -> bool {
        let mut book = self.lock();
        if book.state == VerifierState::Finished {
            return true;
        }
        if book.session.as_ref().is_some_and(|session| !session.over) {
            return false;
        }
        let now = self.timing(&book).now().at();
        let closed = book.close(now);
        let activity = self.suite.activity();
        let events = self.suite.activity_since(book.life.blind.mark());
        book.life.blind.take(activity, &events, false);
        book.state = VerifierState::Finished;
        book.finished_at = Some(now);
        let report = book.report(now);
        let verdict = Verdict {
            report: &report,
            found: book.life.found(&book.spec),
            cut_short: self.suite.is_cancelled(),
        };
        let claim = verdict.claim(self.at.clone());
        let todo = book.todo.clone();
        let attachment = book.attachment.take();
        let runner = book.runner.take();
        drop(book);
        // The user's values and captures are dropped outside of the lock.
        drop((closed, runner));
        self.publish(claim, todo);
        if let Some(attachment) = attachment {
            self.suite.detach(attachment);
        }
        true
    }

    fn publish(&self, claim: Claim, todo: Option<std::borrow::Cow<'static, str>>) {
        if matches!(self.suite.0.cancel.cause(), Some(Cause::Abort)) {
            // Quietly, as everything of an aborted suite.
            return;
        }
        // After a bail-out no checks are taken from a body; what a verifier has found is told all the same.
        self.suite.send_event(EventKind::Test(claim.on_own_terms(todo)));
    }

    /// Waits until this is so.
    async fn wait(&self, is_so: impl Fn(&Book<T, E>) -> bool) {
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

    /// Waits until the loop has ended, or gives it up when its round does not come back.
    async fn wait_for_end(&self) {
        let is_over = |book: &Book<T, E>| book.session.as_ref().is_none_or(|session| session.over);
        let is_watched = self.watchdog.is_on();
        if !is_watched && self.is_over_soon().await {
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
            (session.number, book.spec.in_range(), self.timing(&book).now())
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

    /// Ends the body of the suite, if a violation is to; true when it did.
    pub(super) fn fail_fast(&self, spec: &VerifySpec, text: &str) -> bool {
        let book = self.lock();
        let wanted = spec.fail_fast && book.todo.is_none();
        let name = book.name.clone();
        drop(book);
        if wanted {
            self.suite.cancel(Cause::FailFast(format!("{name}: {text}")));
        }
        wanted
    }

    /// The subtests and jobs that run now.
    pub(super) fn running(&self) -> Vec<String> {
        self.suite.running().into_iter().map(|running| running.name).collect()
    }
}

impl<T, E> Attachment for Core<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    fn end(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move { self.finish(order::END).await })
    }
}

/// What the handle asks for when it goes.
pub(crate) trait Leave: Send + Sync {
    fn leave(&self);
}

impl<T, E> Leave for Core<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    fn leave(&self) {
        if !self.conclude() {
            self.order(order::DROPPED);
            // The loop may have ended between the two.
            let over = self.lock().session.as_ref().is_none_or(|session| session.over);
            if over {
                self.conclude();
            }
        }
    }
}
