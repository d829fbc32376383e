//! How jobs are asked to end, and what they are doing meanwhile.

use std::sync::Arc;

use crate::cancel::Cause;
use crate::claim::Running;
use crate::ids::JobId;
use crate::jobs::{Control, Entry, Jobs, Status};

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
            for (id, entry) in &mut state.entries {
                match (&entry.control, &entry.status) {
                    (Some(control), status) => {
                        controls.push(control.clone());
                        if matches!(status, Status::New(_) | Status::Postponed(_) | Status::Waiting(_)) {
                            begin.push(*id);
                        }
                    }
                    (None, Status::Running) => {
                        if let Some(abort) = &entry.abort {
                            abort.abort();
                        }
                    }
                    (None, Status::New(_) | Status::Postponed(_) | Status::Waiting(_)) => gone.push(*id),
                    (None, Status::Done) => {}
                }
            }
            for id in gone {
                dropped.extend(state.entries.remove(&id));
            }
        }
        for entry in dropped {
            entry.done.end();
        }
        for control in controls {
            control.cancel(cause.clone());
        }
        for id in begin {
            // Somebody may have started it in the meantime, which is as good.
            let _ = self.launch(id, None);
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
                .map(|(id, _)| *id)
                .collect();
            for id in ids {
                match state.entries.get(&id).and_then(|entry| entry.control.clone()) {
                    Some(control) => begin.push((id, control)),
                    None => dropped.extend(state.entries.remove(&id)),
                }
            }
        }
        for entry in dropped {
            entry.done.end();
        }
        for (id, control) in begin {
            control.cancel(cause.clone());
            let _ = self.launch(id, None);
        }
    }

    pub(crate) fn abort(&self, id: JobId) {
        if let Some(abort) = self.0.lock().entries.get(&id).and_then(|entry| entry.abort.as_ref()) {
            abort.abort();
        }
    }

    /// What is running, or waiting to run, with what is inside it.
    pub(crate) fn running(&self, into: &mut Vec<Running>) {
        let entries: Vec<(Running, Option<Arc<dyn Control>>)> = {
            let state = self.0.lock();
            state
                .entries
                .values()
                .filter(|entry| matches!(entry.status, Status::Running | Status::Waiting(_)))
                .map(|entry| {
                    let doing = match entry.status {
                        Status::Waiting(_) => Some(format!("waiting for one of {} places", state.limit)),
                        _ => None,
                    };
                    let running = Running {
                        name: entry.name.clone(),
                        at: entry.at.clone(),
                        age: entry.since.elapsed(),
                        doing,
                    };
                    (running, entry.control.clone())
                })
                .collect()
        };
        for (mut running, control) in entries {
            if let Some(control) = &control {
                running.doing = running.doing.or_else(|| control.doing());
            }
            into.push(running);
            if let Some(control) = control {
                control.running(into);
            }
        }
    }
}
