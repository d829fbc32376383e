//! `t.spawn(..)`: work beside the body that belongs to the suite.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::claim::{Panic, Problem};
use crate::context;
use crate::ids::JobId;
use crate::jobs::Jobs;
use crate::panic::{Caught, catch, catch_sync};
use crate::place::Place;
use crate::suite::Suite;

/// A job started with [`Suite::spawn`]: a future of what its future returned.
///
/// Cancel safe: it may be awaited again after it was given up. Dropping it does nothing; the suite awaits the job
/// before it ends.
pub struct Job<T> {
    jobs: Jobs,
    id: JobId,
    value: oneshot::Receiver<Result<T, Panic>>,
}

/// Why a job has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JobError {
    /// It panicked, which has failed its suite.
    Panicked(Panic),
    /// It was ended before it was done: by its suite's end, or by `abort`.
    Ended,
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::Panicked(panic) => write!(f, "the job panicked: {}", panic.message),
            JobError::Ended => f.write_str("the job was ended before it was done"),
        }
    }
}

impl std::error::Error for JobError {}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.id).finish()
    }
}

impl<T> Job<T> {
    /// The number of the job in its suite.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Ends the job by dropping its future at its next await. Does nothing when it is done.
    pub fn abort(&self) {
        self.jobs.abort(self.id);
    }
}

impl<T> Future for Job<T> {
    type Output = Result<T, JobError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.value).poll(context).map(|value| match value {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(panic)) => Err(JobError::Panicked(panic)),
            Err(_) => Err(JobError::Ended),
        })
    }
}

/// The future of a job. Where it is stopped, before its first poll or later, it holds values of the test, and what their
/// drop raises is the test's as well.
struct Running<F> {
    suite: Suite,
    job: String,
    future: Option<Pin<Box<F>>>,
}

impl<F> Running<F> {
    fn tell(&self, panic: Panic) {
        let job = self.job.clone();
        self.suite.problem(Problem::JobPanicked { job, panic });
    }
}

impl<F: Future> Future for Running<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match &mut self.future {
            Some(future) => future.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Running<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        if let Err(caught) = catch_sync(|| drop(future)) {
            let Caught { panic, .. } = *caught;
            self.tell(panic);
        }
    }
}

impl Suite {
    /// Starts a job: a future that runs beside the body, in the context of this suite. The suite awaits it before it
    /// ends; a panic in it fails the suite, also one in its drop; when the suite is ended early it is dropped at its next await. It needs no
    /// place under `test_jobs`.
    ///
    /// # Panics
    ///
    /// When neither the suite nor the caller is on a tokio runtime, which cannot be inside of a suite.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> Job<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let at = Place::caller();
        let name = format!("job at {at}");
        let (sender, value) = oneshot::channel();
        let mut running = Running {
            suite: self.clone(),
            job: name.clone(),
            future: Some(Box::pin(future)),
        };
        let work = Box::pin(context::scope(self.clone(), async move {
            let ended = catch(&mut running).await;
            if let Err(panic) = &ended {
                running.tell(panic.clone());
            }
            drop(running);
            // Nobody may be waiting for the value.
            let _ = sender.send(ended);
        }));
        let jobs = self.table().clone();
        let id = jobs.add(name, at, work, None, false);
        if let Err(kind) = jobs.start(id) {
            panic!("{}", crate::error::Error::new(self.path(), "spawn", kind));
        }
        Job { jobs, id, value }
    }
}
