//! How a suite of a run is talked to while it runs: whichever of its attempts that is.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::cancel::Cause;
use crate::claim::Running;
use crate::drive::abandon;
use crate::ids::JobId;
use crate::jobs::Control;
use crate::pulse::Pulse;
use crate::run::one::{LEFT_BEHIND, OneSuite};
use crate::suite::{Runs, Suite};

impl Runs for OneSuite {
    fn give_up(&self, suite: &Suite) {
        if abandon(suite) {
            LEFT_BEHIND.fetch_add(1, Ordering::Relaxed);
            self.give_back_leave();
            // It holds the thread of its job.
            self.pass.top.table().end(JobId(self.job.load(Ordering::Acquire)));
        }
    }
}

impl Control for OneSuite {
    fn cancel(&self, cause: Cause) {
        let suite = {
            let mut now = self.now();
            now.cancelled.get_or_insert_with(|| Box::new(cause.clone()));
            now.suite.clone()
        };
        if let Some(suite) = suite {
            suite.cancel(cause);
        }
    }

    fn running(&self, verifiers: bool, into: &mut Vec<Running>) {
        let suite = self.now().suite.clone();
        if let Some(suite) = suite {
            Control::running(&suite, verifiers, into);
        }
    }

    fn pulses(&self, into: &mut Vec<Arc<Pulse>>) {
        let suite = self.now().suite.clone();
        if let Some(suite) = suite {
            Control::pulses(&suite, into);
        }
    }

    fn nudge(&self) -> u64 {
        let suite = self.now().suite.clone();
        suite.map_or(0, |suite| Control::nudge(&suite))
    }

    fn flush(&self) {
        let suite = self.now().suite.clone();
        if let Some(suite) = suite {
            suite.flush_running();
        }
    }

    fn suite(&self) -> Option<Suite> {
        self.now().suite.clone()
    }

    fn doing(&self) -> Option<String> {
        let suite = self.now().suite.clone();
        suite.and_then(|suite| Control::doing(&suite))
    }
}
