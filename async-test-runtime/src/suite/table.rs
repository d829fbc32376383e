//! The table of a suite's jobs. Most suites start none, so it is made for the first one.

use std::sync::OnceLock;

use tokio::runtime::Handle;

use crate::jobs::Jobs;
use crate::suite::Suite;

pub(super) struct LazyJobs {
    /// What the table is made with.
    limit: usize,
    takes_turns: bool,
    /// Where its jobs will run, once that is known.
    runtime: OnceLock<Handle>,
    table: OnceLock<Jobs>,
}

impl LazyJobs {
    pub(super) const fn new(limit: usize, takes_turns: bool) -> LazyJobs {
        LazyJobs {
            limit,
            takes_turns,
            runtime: OnceLock::new(),
            table: OnceLock::new(),
        }
    }

    fn table(&self) -> &Jobs {
        let table = match self.table.get() {
            Some(table) => table,
            None => self.table.get_or_init(|| Jobs::new(self.limit, self.takes_turns)),
        };
        // Each time, since it may have become known while the table was made.
        if let (false, Some(runtime)) = (table.has_runtime(), self.runtime.get()) {
            table.run_on(runtime.clone());
        }
        table
    }

    /// From here on jobs run on this runtime, wherever they are started from.
    pub(super) fn run_on(&self, runtime: Handle) {
        let _ = self.runtime.set(runtime);
    }
}

impl Suite {
    pub(crate) fn table(&self) -> &Jobs {
        self.0.jobs.table()
    }

    /// None where nobody has asked for the table: then there is no job.
    pub(super) fn known_jobs(&self) -> Option<&Jobs> {
        self.0.jobs.table.get()
    }

    /// Whether there is a job, in whatever state.
    pub(crate) fn has_jobs(&self) -> bool {
        match self.known_jobs() {
            Some(jobs) => jobs.has_any(),
            None => false,
        }
    }
}
