//! How jobs are asked to end, and what they are doing meanwhile.

use std::sync::Arc;

use crate::cancel::Cause;
use crate::claim::Running;
use crate::ids::JobId;
use crate::jobs::{Control, Entry, Jobs, Status};
use crate::pulse::Pulse;
use crate::suite::Suite;

impl Jobs {
    /// Asks every job to end: those with a control in their own way, others by dropping their future. Jobs that have
    /// not begun are begun only where their control has to see the end of it.
    pub(crate) fn cancel_all(&self, cause: &Cause) {
        let mut begin = Vec::new();
        let mut controls = Vec::new();
        let mut dropped = Vec::new();
        {
            let mut state = self.0.lock();
            state.cancelled = true;
            let mut gone = Vec::new();
            for (id, entry) in state.entries.iter_mut() {
                match (&entry.control, &entry.status) {
                    (Some(control), status) => {
                        controls.push(control.clone());
                        if matches!(status, Status::New(_) | Status::Postponed(_) | Status::Waiting(_)) {
                            begin.push(id);
                        }
                    }
                    (None, Status::Running) => {
                        if let Some(abort) = &entry.abort {
                            abort.abort();
                        }
                    }
                    (None, Status::New(_) | Status::Postponed(_) | Status::Waiting(_)) => gone.push(id),
                    (None, Status::Done) => {}
                }
            }
            for id in gone {
                dropped.extend(state.entries.remove(id));
            }
        }
        for entry in dropped {
            entry.tell_end();
        }
        for control in controls {
            control.cancel(cause.clone());
        }
        for id in begin {
            // Somebody may have started it in the meantime, which is as good.
            let _ = self.launch(id, None, 0);
        }
    }

    /// Ends what was made and never started: a job with a control is begun, so that it sees its end, others are dropped.
    pub(crate) fn end_unstarted(&self, cause: &Cause) {
        let mut begin = Vec::new();
        let mut dropped = Vec::new();
        {
            let mut state = self.0.lock();
            let new = |entry: &Entry| matches!(entry.status, Status::New(_));
            let ids: Vec<JobId> = state
                .entries
                .iter()
                .filter(|(_, entry)| new(entry))
                .map(|(id, _)| id)
                .collect();
            for id in ids {
                match state.entries.get(id).and_then(|entry| entry.control.clone()) {
                    Some(control) => begin.push((id, control)),
                    None => dropped.extend(state.entries.remove(id)),
                }
            }
        }
        for entry in dropped {
            entry.tell_end();
        }
        for (id, control) in begin {
            control.cancel(cause.clone());
            let _ = self.launch(id, None, 0);
        }
    }

    pub(crate) fn abort(&self, id: JobId) {
        if let Some(abort) = self.0.lock().entries.get(id).and_then(|entry| entry.abort.as_ref()) {
            abort.abort();
        }
    }

    /// Asks the running jobs that end in their own way for a sign of life: the number changes if there is one.
    pub(crate) fn nudge(&self) -> u64 {
        let controls = self.controls();
        let polls = controls.iter().map(|control| control.nudge());
        polls.fold(controls.len() as u64, u64::wrapping_add)
    }

    /// Has the running jobs say what they have only counted.
    pub(crate) fn flush(&self) {
        self.controls().iter().for_each(|control| control.flush());
    }

    /// The pulses of all that runs.
    pub(crate) fn pulses(&self, into: &mut Vec<Arc<Pulse>>) {
        {
            let state = self.0.lock();
            let running = state.entries.values();
            let plain = running.filter(|entry| matches!(entry.status, Status::Running) && entry.control.is_none());
            into.extend(plain.filter_map(|entry| entry.pulse.clone()));
        }
        self.controls().iter().for_each(|control| control.pulses(into));
    }

    /// The suites among those that are running.
    pub(crate) fn suites(&self) -> Vec<Suite> {
        self.controls().iter().filter_map(|control| control.suite()).collect()
    }

    fn controls(&self) -> Vec<Arc<dyn Control>> {
        let state = self.0.lock();
        let running = state
            .entries
            .values()
            .filter(|entry| matches!(entry.status, Status::Running));
        running.filter_map(|entry| entry.control.clone()).collect()
    }

    /// Waits no more for the jobs that are running now.
    pub(crate) fn give_up(&self) -> usize {
        let mut state = self.0.lock();
        state.given_up = state.active;
        state.given_up
    }

    /// The name of a job that is running and that the body of its suite waits for.
    pub(crate) fn awaited(&self) -> Option<String> {
        let state = self.0.lock();
        let is_awaited =
            |entry: &&Entry| matches!(entry.status, Status::Running) && entry.control.is_some() && !entry.concurrent;
        state
            .entries
            .values()
            .find(is_awaited)
            .map(|entry| entry.name.clone().into_owned())
    }

    /// What is running, or waiting to run, with what is inside it.
    pub(crate) fn running(&self, verifiers: bool, into: &mut Vec<Running>) {
        let entries: Vec<(Running, Option<Arc<dyn Control>>)> = {
            let state = self.0.lock();
            state
                .entries
                .values()
                .filter(|entry| matches!(entry.status, Status::Running | Status::Waiting(_)))
                .map(|entry| {
                    let doing = match entry.status {
                        Status::Waiting(_) => Some(format!("waiting for one of {} places", state.places.limit)),
                        _ => entry.pulse.as_ref().and_then(|pulse| pulse.blocks()),
                    };
                    let mut running = Running::new(entry.name.clone().into_owned(), entry.at.clone());
                    running.age = entry.since.elapsed();
                    running.doing = doing;
                    (running, entry.control.clone())
                })
                .collect()
        };
        for (mut running, control) in entries {
            if let Some(control) = &control {
                running.doing = running.doing.or_else(|| control.doing());
                running.suite = control.suite().map(|suite| suite.info().id);
            }
            into.push(running);
            if let Some(control) = control {
                control.running(verifiers, into);
            }
        }
    }
}
