//! The job manager of a suite, with the verbs of `Test::Async::JobMgr`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::claim::Problem;
use crate::context;
use crate::error::{Error, ErrorKind};
use crate::ids::JobId;
use crate::jobs::Done;
use crate::panic::catch;
use crate::place::Place;
use crate::suite::Suite;

/// The job manager of one suite. Dropping it does nothing.
///
/// A job is made by `new_job` and then started once: by `start_job` (as soon as there is a place under the limit
/// `test_jobs`), by `start` (at once, without a place), by `invoke_job` (here and now), or by the end of the suite
/// (after `postpone`). The suite awaits every started job before it ends; a panic in one fails the suite.
#[derive(Clone, Debug)]
pub struct JobManager(Suite);

impl Suite {
    /// The job manager of the suite.
    pub fn jobs(&self) -> JobManager {
        JobManager(self.clone())
    }
}

impl JobManager {
    fn error(&self, operation: &'static str) -> impl FnOnce(ErrorKind) -> Error {
        let path = self.0.path().to_owned();
        move |kind| Error::new(path, operation, kind)
    }

    /// Makes a job of a future, which will run in the context of the suite. It is not started.
    #[track_caller]
    pub fn new_job(&self, future: impl Future<Output = ()> + Send + 'static) -> JobId {
        let at = Place::caller();
        let name = format!("job at {at}");
        let (suite, job) = (self.0.clone(), name.clone());
        let work = Box::pin(context::scope(self.0.clone(), async move {
            if let Err(panic) = catch(future).await {
                suite.problem(Problem::JobPanicked { job, panic });
            }
        }));
        self.0.table().add(name, at, work, None, true)
    }

    /// Starts a job when fewer than the limit are running; jobs that wait for a place start in the order in which they
    /// began to wait. Returns when it has been started. Cancel safe: a job whose start was given up is as before.
    ///
    /// # Errors
    ///
    /// When the job is not known or has been started already.
    pub async fn start_job(&self, job: JobId) -> Result<(), Error> {
        self.0.table().start_job(job).await.map_err(self.error("start_job"))
    }

    /// Starts a job at once, whatever the limit is.
    ///
    /// # Errors
    ///
    /// When the job is not known or has been started already.
    pub fn start(&self, job: JobId) -> Result<(), Error> {
        self.0.table().start(job).map_err(self.error("start"))
    }

    /// Starts a job at once and returns when it has ended. When this is dropped the job goes on.
    ///
    /// # Errors
    ///
    /// When the job is not known or has been started already.
    pub async fn invoke_job(&self, job: JobId) -> Result<(), Error> {
        let done = self.0.table().done(job);
        self.0.table().start(job).map_err(self.error("invoke_job"))?;
        done.wait().await;
        Ok(())
    }

    /// Puts a job off to the end of the suite's body; postponed jobs are started in an order that the seed decides.
    ///
    /// # Errors
    ///
    /// When the job is not known or has been started already.
    pub fn postpone(&self, job: JobId) -> Result<(), Error> {
        self.0.table().postpone(job).map_err(self.error("postpone"))
    }

    /// The name and the state of a job that has not been released: `new`, `postponed`, `waiting for a place`,
    /// `running` or `done`.
    pub fn job_by_id(&self, job: JobId) -> Option<(String, &'static str)> {
        self.0.table().get(job)
    }

    /// Forgets a job and returns whether it was known. One that runs goes on and is still awaited by its suite.
    pub fn release_job(&self, job: JobId) -> bool {
        self.0.table().release(job)
    }

    /// How many jobs are known: those that have not ended, and ended ones of `new_job` that were not released.
    pub fn job_count(&self) -> usize {
        self.0.table().count()
    }

    /// How many jobs have been started and have not ended.
    pub fn active_count(&self) -> usize {
        self.0.table().active()
    }

    /// The most jobs started with `start_job` that run at once.
    pub fn limit(&self) -> usize {
        self.0.table().limit()
    }

    /// A promise for each known job, kept when the job ends.
    pub fn all_job_promises(&self) -> Vec<JobPromise> {
        self.promises(|_| true)
    }

    /// A promise for each job that is running now.
    pub fn active_job_promises(&self) -> Vec<JobPromise> {
        self.promises(|running| running)
    }

    fn promises(&self, wanted: impl Fn(bool) -> bool) -> Vec<JobPromise> {
        let all = self.0.table().all().into_iter();
        all.filter(|(_, running, _)| wanted(*running))
            .map(|(id, _, done)| JobPromise::new(id, done))
            .collect()
    }

    /// Ends when no job is running. Cancel safe; dropping it ends no job. Awaited by a job it would never end.
    ///
    /// # Errors
    ///
    /// When there are postponed jobs, which nobody has started yet.
    pub async fn await_all_jobs(&self) -> Result<(), Error> {
        match self.0.table().postponed().len() {
            0 => {
                self.0.table().idle().await;
                Ok(())
            }
            postponed => Err(self.error("await_all_jobs")(ErrorKind::PostponedJobs(postponed))),
        }
    }

    /// Starts the postponed jobs, in the order of the seed, and ends when no job is running. Cancel safe; what was not
    /// started stays postponed.
    pub async fn await_jobs(&self) {
        crate::drive::run_postponed(&self.0).await;
        self.0.table().idle().await;
    }
}

/// A future that ends with a job. Dropping it does nothing to the job.
pub struct JobPromise {
    id: JobId,
    done: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl JobPromise {
    fn new(id: JobId, done: Arc<Done>) -> JobPromise {
        JobPromise {
            id,
            done: Box::pin(async move { done.wait().await }),
        }
    }

    /// The job it is for.
    pub fn id(&self) -> JobId {
        self.id
    }
}

impl fmt::Debug for JobPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobPromise").field(&self.id).finish()
    }
}

impl Future for JobPromise {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.done.as_mut().poll(context)
    }
}
