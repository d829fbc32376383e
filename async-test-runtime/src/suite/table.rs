//! The table of a suite's jobs. Most suites start none, so it is made for the first one.

use std::sync::OnceLock;

use crate::jobs::Jobs;
use crate::suite::Suite;

pub(super) struct LazyJobs {
    /// What the table is made with.
    limit: usize,
    takes_turns: bool,
    table: OnceLock<Jobs>,
}

impl LazyJobs {
    pub(super) const fn new(limit: usize, takes_turns: bool) -> LazyJobs {
        LazyJobs {
            limit,
            takes_turns,
            table: OnceLock::new(),
        }
    }

    /// Whether there has never been a job.
    pub(super) fn is_untouched(&self) -> bool {
        self.table.get().is_none()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.get().is_none_or(|jobs| !jobs.has_any())
    }
}

impl Suite {
    pub(crate) fn table(&self) -> &Jobs {
        let LazyJobs {
            limit,
            takes_turns,
            table,
        } = &self.0.jobs;
        let table = match table.get() {
            Some(table) => table,
            None => table.get_or_init(|| Jobs::new(*limit, *takes_turns)),
        };
        // Each time, since the body may have begun while the table was made.
        if table.runtime().is_none() {
            if let Some(runtime) = self.runtime() {
                table.run_on(runtime.clone());
            }
        }
        table
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
