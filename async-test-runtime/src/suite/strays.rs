//! What a `#[suite]` knows of tasks and threads that were not started through it.

use std::sync::{Arc, Mutex, OnceLock};

use crate::claim::Problem;
use crate::options::StrayPanics;
use crate::pulse::Pulse;
use crate::stage::Stage;
use crate::suite::{Suite, lock};

pub(super) struct Strays {
    /// What such a panic does to the suite.
    pub(super) wish: StrayPanics,
    /// Of a body that is no future.
    plain: OnceLock<Arc<Pulse>>,
    /// Panics that came when the suite had ended, where whoever ends its runtime still asks for them.
    late: Mutex<Option<Vec<Problem>>>,
}

impl Strays {
    pub(super) const fn new(wish: StrayPanics) -> Strays {
        Strays {
            wish,
            plain: OnceLock::new(),
            late: Mutex::new(None),
        }
    }
}

impl Suite {
    /// What a stray panic does to it.
    pub(crate) fn stray_panics(&self) -> StrayPanics {
        let own = self.0.strays.as_ref().map(|strays| strays.wish);
        own.unwrap_or(self.0.hub.settings.stray_panics)
    }

    /// From here on the stray panics that come when it has ended are kept for `late_strays`, which has to follow.
    pub(crate) fn keep_late_strays(&self) {
        if let Some(strays) = &self.0.strays {
            lock(&strays.late).get_or_insert_default();
        }
    }

    /// Fails for a stray panic, or leaves that to whoever ends its runtime; where nobody does, the run fails.
    pub(crate) fn stray(&self, problem: Problem) {
        let has_ended = matches!(self.stage(), Stage::Finished | Stage::Fatality | Stage::Dismissed);
        if let Some(strays) = self.0.strays.as_ref().filter(|_| has_ended) {
            if let Some(late) = &mut *lock(&strays.late) {
                late.push(problem);
                return;
            }
        }
        self.problem(problem);
    }

    /// The stray panics that came too late for its report.
    pub(crate) fn late_strays(&self) -> Vec<Problem> {
        let strays = self.0.strays.as_ref();
        strays.and_then(|strays| lock(&strays.late).take()).unwrap_or_default()
    }

    /// The pulse of a body that is no future.
    pub(crate) fn plain_pulse(&self) -> Arc<Pulse> {
        match &self.0.strays {
            Some(strays) => strays.plain.get_or_init(Arc::default).clone(),
            None => Arc::default(),
        }
    }

    /// The pulses of all that runs in it.
    pub(crate) fn pulses(&self) -> Vec<Arc<Pulse>> {
        let mut pulses = vec![self.0.pulse.clone()];
        pulses.extend(self.0.strays.as_ref().and_then(|strays| strays.plain.get().cloned()));
        if let Some(jobs) = self.known_jobs() {
            jobs.pulses(&mut pulses);
        }
        pulses
    }
}
