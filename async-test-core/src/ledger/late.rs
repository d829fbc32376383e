//! What comes for a suite that has ended.

use super::{Effects, Ledger};
use crate::claim::{Claim, Problem};
use crate::error::{Error, ErrorKind};
use crate::event::{Command, EventKind};
use crate::ids::SuiteId;
use crate::record::Record;

impl Ledger {
    /// Makes the run fail for what would have counted, and answers whoever waits.
    pub(super) fn too_late(&mut self, origin: SuiteId, kind: EventKind, effects: &mut Effects) {
        match kind {
            EventKind::Test(Claim { label, at, .. }) => {
                let problem = Problem::LateCheck {
                    suite: self.ended.path(origin),
                    label: label.into_owned(),
                    at,
                };
                self.run_problem(problem, effects);
            }
            EventKind::Passed(count) => {
                let problem = Problem::LateCheck {
                    suite: self.ended.path(origin),
                    label: format!("{count} passing checks"),
                    at: self.root.at.clone(),
                };
                self.run_problem(problem, effects);
            }
            EventKind::Problem(problem) => self.run_problem(*problem, effects),
            EventKind::DoneTesting(closing) => {
                effects.replies.extend(closing.reply.map(|reply| (reply, None)));
            }
            EventKind::Command(Command::SyncEvents(reply)) => effects.replies.push((reply, None)),
            EventKind::Command(Command::Custom { reply: Some(reply), .. }) => reply.send(false),
            EventKind::BailOut(why) => {
                effects.records.push(Record::BailOut(self.root.clone(), why.clone()));
                self.bailed_out.get_or_insert(why);
            }
            EventKind::Diag(text) => effects.records.push(Record::Diag(self.root.clone(), text)),
            EventKind::Plan(_, at) => {
                let error = Error::new(self.ended.path(origin), "plan!", ErrorKind::SuiteEnded);
                self.run_problem(Problem::Misuse(at, error), effects);
            }
            EventKind::SkipRest(_, at) => {
                let error = Error::new(self.ended.path(origin), "skip_rest!", ErrorKind::SuiteEnded);
                self.run_problem(Problem::Misuse(at, error), effects);
            }
            EventKind::Open(_)
            | EventKind::Started
            | EventKind::Amnesty(_)
            | EventKind::StageTransition { .. }
            | EventKind::NoMoreTests
            | EventKind::JobsAwaited
            | EventKind::Telemetry(_)
            | EventKind::Log(_)
            | EventKind::Command(Command::Custom { reply: None, .. })
            | EventKind::Terminate => {}
        }
    }
}
