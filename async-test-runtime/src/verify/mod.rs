//! The verifier: an invariant that is looked at in a loop beside a test.
//!
//! The handle (`Verifier`), the loop (`task`) and the suite (`Attachment`) share one `Core`. The loop is a task of its
//! own, so that the other two never wait in the user's code: they wait for the loop to say that it has ended, and give
//! it up on the system's clock when a round does not come back. What the rounds mean is judged in `settle`.

mod attempt;
mod batch;
mod closing;
mod control;
mod during;
mod error;
mod fault;
mod keys;
mod landing;
mod note;
mod poll;
mod rest;
mod shared;
mod task;
mod timing;
mod verdict;
mod wait;
mod watchdog;

use std::fmt::{self, Debug};
use std::future::Future;
use std::sync::Arc;

pub use during::DuringOutput;
pub use error::{VerifyCause, VerifyError};
pub use fault::Fault;
pub use poll::Poll;

use self::control::Leave;
use self::shared::{Core, order};
use self::task::Make;
use crate::place::Place;
use crate::round::{Observation, RoundOutcome, VerifierState, VerifySpec};
use crate::settle::VerifyReport;
use crate::suite::Suite;

/// An invariant that is looked at again and again while a test runs.
///
/// It is made idle, belongs to the suite it is made in, and is one test of that suite: its verdict is given when it is
/// finished. Each start makes a loop in a task of its own; one round at a time.
///
/// ```no_run
/// # use async_test_runtime::{Observation, Verifier};
/// # async fn leaders() -> u32 { 1 }
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let v = Verifier::new(|| async {
///     match leaders().await {
///         1 => Ok(1),
///         n => Err(format!("{n} leaders")),
///     }
/// })
/// .name("one leader");
/// v.start_job().await?; // the first round is certain to begin
/// // ... the test itself ...
/// let seen: Vec<Observation<u32>> = v.stop_job().await?;
/// v.finish().await;
/// # Ok(())
/// # }
/// ```
///
/// # Rounds
///
/// The function returns a [`RoundOutcome`]: a `Result`, a `bool`, `()` or a [`Round`](crate::Round). A panic in it is a
/// failure with its place. After `round_timeout` (60 s) its future is dropped and the round has failed; one that blocks
/// its thread is reported as such. Checks (`ok!` and so on) work in a round and are counted for the suite each time.
///
/// # The end
///
/// The verdict fails when the invariant was broken, when a start was not followed by a completed round, when no round
/// could tell, and when the verifier was made and never started. A verifier that is still running when the body of its
/// suite has ended (by whatever cause) goes on until the suite's jobs have ended; then the round in flight is finished
/// and one last round is made (`last_round`). With `eventually`, a stop waits for the pass or the end of the time,
/// unless the suite is being ended early.
///
/// # What it costs
///
/// Memory does not grow with the rounds: about 16 kB for each verifier with a short history, and 208 kB with the full
/// default history of numbers (4,096 times the value, its two times and its number), after 10,000,000 rounds as well.
/// With `every = 0` a loop lets other tasks run after 128 rounds or 100 µs, whichever comes first.
///
/// # Dropping it
///
/// finishes it: the loop ends after the round in flight and the verdict is given. A running verifier that is dropped
/// with the body of its suite, since its variable goes out of scope there, is not ended by that but by the suite, so
/// that it sees the postponed and parallel subtests as well.
#[must_use = "a verifier does nothing until `start_job()` or `during(..)`, and fails its suite if neither is called"]
pub struct Verifier<T, E> {
    core: Arc<Core<T, E>>,
    _handle: Handle,
}

/// The part that is dropped without knowing of types.
struct Handle(Arc<dyn Leave>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl<T, E> Verifier<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    /// An idle verifier of the current suite. The function is called once for each round.
    ///
    /// # Panics
    ///
    /// Outside of any suite, with a message that says what to do.
    #[track_caller]
    pub fn new<F, Fut, R>(round: F) -> Verifier<T, E>
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = R> + Send + 'static,
        R: RoundOutcome<Value = T, Error = E>,
    {
        Verifier::from_spec(VerifySpec::BASE, round)
    }

    /// An idle verifier of the current suite with these keys.
    ///
    /// # Panics
    ///
    /// Outside of any suite, with a message that says what to do.
    #[track_caller]
    pub fn from_spec<F, Fut, R>(spec: VerifySpec, round: F) -> Verifier<T, E>
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = R> + Send + 'static,
        R: RoundOutcome<Value = T, Error = E>,
    {
        Verifier::of_suite(&Suite::current_for("Verifier::new"), spec, round)
    }

    /// An idle verifier of this suite, for tasks and threads that hold the handle of a suite and run in none.
    #[track_caller]
    pub fn of_suite<F, Fut, R>(suite: &Suite, spec: VerifySpec, round: F) -> Verifier<T, E>
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = R> + Send + 'static,
        R: RoundOutcome<Value = T, Error = E>,
    {
        let runner = Box::new(Make::<F, Fut>::new(round));
        let core = Arc::new(Core::new(suite.clone(), Place::caller(), spec, runner));
        let attachment = suite.attach(core.clone());
        core.lock().attachment = Some(attachment);
        Verifier {
            _handle: Handle(core.clone()),
            core,
        }
    }

    /// Starts the loop. Returns when it is certain to begin its first round: at once, or after `initial_delay`, unless
    /// it is stopped before. With `gate`, returns when the first decided round has passed.
    ///
    /// Results begin anew with each start. Cancel safe: dropped half-way, the loop may have been started; then it is
    /// running.
    ///
    /// # Errors
    ///
    /// In any state but idle, which changes nothing; when the suite has ended; with `gate`, when the first decided round
    /// failed or none was decided within `round_timeout`: then the verifier is idle again, and its verdict fails.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start_job(&self) -> Result<(), VerifyError<T, E>> {
        self.core.start().await
    }

    /// Stops the loop and returns what passing rounds observed, oldest first. The round in flight is not interrupted
    /// and is included. Never hangs: a round that does not come back within its limit is given up.
    ///
    /// Cancel safe: dropped half-way, the loop ends and the results stay for the next call.
    ///
    /// # Errors
    ///
    /// When the verifier is not running, which changes nothing; when the invariant was broken, or the verifier has not
    /// looked as it should have. The error has the observations so far. With `todo`, a violation is no error here.
    pub async fn stop_job(&self) -> Result<Vec<Observation<T>>, VerifyError<T, E>> {
        self.core.stop().await
    }

    /// Stops the loop if it runs, and gives the verdict to the suite. Final: nothing can be started afterwards. Saying
    /// it again does nothing. The results of a running loop are judged and then dropped; `report` still has the figures.
    ///
    /// Cancel safe: dropped half-way, the loop ends, and the verdict is given by the next call or the drop.
    pub async fn finish(&self) {
        self.core.finish(order::STOP).await;
    }

    /// Starts, runs the future here, stops, finishes: what was observed while it ran.
    ///
    /// Dropped half-way, it drops the future and finishes the verifier.
    ///
    /// # Errors
    ///
    /// Those of `start_job`, in which case the future is not polled, and of `stop_job`. When the future returned an
    /// `Err`, that is the error; a violation beside it is told with the verdict.
    pub async fn during<F>(self, body: F) -> Result<Vec<Observation<T>>, VerifyError<T, E>>
    where
        F: Future,
        F::Output: DuringOutput,
    {
        self.start_job().await?;
        let failure = body.await.failure();
        let seen = self.stop_job().await;
        self.finish().await;
        match failure {
            None => seen,
            Some(failure) => Err(VerifyError::body(failure, seen, self.core.lock().who(&self.core.suite))),
        }
    }
}

impl<T, E> Verifier<T, E> {
    /// The figures so far, over all starts; also after the end. Cheap enough to be called often.
    pub fn report(&self) -> VerifyReport {
        self.core.report()
    }

    /// Where it is in its life.
    pub fn state(&self) -> VerifierState {
        self.core.lock().state
    }

    /// The suite it belongs to.
    pub fn suite(&self) -> &Suite {
        &self.core.suite
    }
}

impl<T, E> Debug for Verifier<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let book = self.core.lock();
        f.debug_struct("Verifier")
            .field("name", &book.name)
            .field("state", &book.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
