//! The other side of the loop: starting, stopping, the verdict.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::error::VerifyError;
use super::shared::{Core, order};
use super::task;
use super::verdict::Verdict;
use crate::cancel::Cause;
use crate::claim::{Claim, Running};
use crate::context;
use crate::event::EventKind;
use crate::report::time;
use crate::round::{Observation, VerifierEvent, VerifierState, VerifySpec};
use crate::settle::Gate;
use crate::suite::Attachment;

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
        tokio::spawn(context::scope(self.suite.clone(), task::run(self.clone(), opened)));
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
        if self.is_over() {
            let book = self.lock();
            if book.state.after(VerifierEvent::Stop).is_none() {
                return Err(self.state_error(&book, STOP, book.state.name()));
            }
        }
        // Where a loop runs, the book is not opened now: the loop needs it to end.
        if !self.is_over() {
            self.order(order::STOP);
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
            // Somebody else may be giving the verdict right now: the suite must not end before that.
            self.wait(|book| book.state != VerifierState::Finished || book.told)
                .await;
        }
    }

    /// Gives the verdict, unless the loop runs or somebody else is about to; then false.
    pub(crate) fn conclude(&self) -> bool {
        let mut book = self.lock();
        if book.state == VerifierState::Finished {
            return book.told;
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
        self.lock().told = true;
        self.progress.notify_waiters();
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

    fn running(&self) -> Option<Running> {
        if self.is_over() {
            return None;
        }
        let (name, rounds, failed, unknown) = self.counts();
        let doing = match self.in_flight() {
            Some((began, _)) => {
                let age = self.base.elapsed().saturating_sub(began);
                let blocks = if self.held_since().is_some() {
                    ", which blocks its thread"
                } else {
                    ""
                };
                format!("in a round for {}{blocks}", time(age))
            }
            None => "between two rounds".to_owned(),
        };
        let mut running = Running::new(format!("verifier `{name}`"), self.at.clone());
        running.age = self.suite.started().elapsed();
        running.doing = Some(format!("{doing}; {rounds} rounds, {failed} failed, {unknown} unknown"));
        Some(running)
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
