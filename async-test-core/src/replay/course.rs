//! How far a run has come by its records, and the records of its end where that is missing.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::claim::Problem;
use crate::ids::{BySuite, SuiteId};
use crate::ledger::Totals;
use crate::record::{Check, Record, RunEnd, RunStart, SuiteEnd, SuiteInfo, Tally, Verdict};

/// Names of `#[suite]`s that were running, at most.
const MAX_NAMED: usize = 20;

/// What is known of a run so far.
#[derive(Default)]
pub(super) struct Course {
    start: Option<Arc<RunStart>>,
    end: Option<Arc<RunEnd>>,
    root: Option<Arc<SuiteInfo>>,
    /// Suites whose parent has not judged them.
    open: BTreeMap<SuiteId, Open>,
    /// Suites whose parent has. One that is mentioned again does not begin again.
    judged: HashSet<SuiteId>,
    totals: Totals,
    /// The counters of the root.
    points: Tally,
    problems: Vec<Arc<Problem>>,
    bailed_out: Option<Cow<'static, str>>,
}

struct Open {
    info: Arc<SuiteInfo>,
    tally: Tally,
    problems: Vec<Arc<Problem>>,
    planned: Option<u64>,
    end: Option<Arc<SuiteEnd>>,
}

impl Course {
    pub(super) fn has_begun(&self) -> bool {
        self.start.is_some()
    }

    pub(super) fn end(&self) -> Option<&Arc<RunEnd>> {
        self.end.as_ref()
    }

    /// The failed test points of the root.
    pub(super) fn failed_points(&self) -> u64 {
        self.points.failed
    }

    pub(super) fn has_broken_plan(&self) -> bool {
        self.totals.has_broken_plan()
    }

    pub(super) fn take(&mut self, record: &Record) {
        match record {
            Record::RunStarted(start) => self.start = Some(start.clone()),
            Record::RunEnded(end) => self.end = Some(end.clone()),
            Record::SuiteStarted(suite)
            | Record::Stage(suite, ..)
            | Record::Telemetry(suite, _)
            | Record::Diag(suite, _)
            | Record::Warning(suite, _) => {
                self.open(suite);
            }
            Record::Plan(suite, tests) => {
                if let Some(open) = self.open(suite) {
                    open.planned = Some(*tests);
                }
            }
            Record::Passed { suite, count, .. } => {
                if let Some(tally) = self.counters(suite) {
                    tally.run += count;
                }
            }
            Record::Problem(suite, problem) => match self.open(suite) {
                Some(open) => open.problems.push(problem.clone()),
                // It fails the run, and its end has it.
                None => self.problems.push(problem.clone()),
            },
            Record::Output(output) => {
                for suite in &output.candidates {
                    self.open(suite);
                }
            }
            Record::BailOut(suite, why) => {
                self.open(suite);
                self.bailed_out.get_or_insert_with(|| why.clone());
            }
            Record::SuiteEnded(end) => {
                if let Some(open) = self.open(&end.suite) {
                    open.end = Some(end.clone());
                }
            }
            Record::Check(check) => {
                if let Some(tally) = self.counters(&check.suite) {
                    tally.count(&check.verdict);
                }
                if let Some(child) = &check.child {
                    self.open.remove(&child.suite.id);
                    self.judged.insert(child.suite.id);
                    self.totals.ended(child, &check.verdict);
                }
            }
        }
    }

    /// What is known of a suite that has not been judged; nothing of the root.
    fn open(&mut self, suite: &Arc<SuiteInfo>) -> Option<&mut Open> {
        if suite.id == SuiteId::ROOT {
            self.root.get_or_insert_with(|| suite.clone());
            return None;
        }
        if self.judged.contains(&suite.id) {
            return None;
        }
        Some(self.open.entry(suite.id).or_insert_with(|| Open {
            info: suite.clone(),
            tally: Tally::default(),
            problems: Vec::new(),
            planned: None,
            end: None,
        }))
    }

    /// The counters of a suite that has not been judged; those of the root count `#[suite]`s.
    fn counters(&mut self, suite: &Arc<SuiteInfo>) -> Option<&mut Tally> {
        match suite.id {
            SuiteId::ROOT => {
                self.open(suite);
                Some(&mut self.points)
            }
            _ => self.open(suite).map(|open| &mut open.tally),
        }
    }

    /// The end of a run that was cut short, as records: everything that was running failed, and so did the run.
    pub(super) fn cut(&mut self) -> Vec<Record> {
        let why = self.why();
        let mut records = Vec::new();
        let root = self.root();
        // A parent that no line has mentioned cannot judge; the root does so.
        let (mut orphans, mut children) = (Vec::new(), BySuite::<Vec<SuiteId>>::new());
        for (id, open) in &self.open {
            match open.info.parent.filter(|parent| self.open.contains_key(parent)) {
                Some(parent) => children.get_or_insert_with(parent, Vec::new).push(*id),
                None => orphans.push(*id),
            }
        }
        // Each is asked twice: before its children, which are those that began first, and after them. There may be more
        // below each other than a stack has room for.
        let mut next: Vec<(SuiteId, bool)> = orphans.into_iter().rev().map(|id| (id, false)).collect();
        while let Some((id, was_here)) = next.pop() {
            if was_here {
                records.extend(self.cut_one(id, &root));
                continue;
            }
            records.extend(self.stop(id));
            next.push((id, true));
            let below = children.get_mut(id).map(std::mem::take).unwrap_or_default();
            next.extend(below.into_iter().rev().map(|child| (child, false)));
        }
        let problem = Arc::new(Problem::Stopped(why));
        records.push(Record::Problem(root, problem.clone()));
        self.problems.push(problem);
        let start = self.start.as_ref();
        let end = Arc::new(RunEnd {
            filtered_out: start.map_or(0, |start| start.filtered_out as u64),
            seed: start.map_or(0, |start| start.seed),
            bailed_out: self.bailed_out.clone(),
            problems: self.problems.clone(),
            ..self.totals.end()
        });
        self.end = Some(end.clone());
        records.push(Record::RunEnded(end));
        records
    }

    /// That a suite was running, if it was.
    fn stop(&mut self, id: SuiteId) -> Option<Record> {
        let open = self.open.get_mut(&id).filter(|open| open.end.is_none())?;
        let problem = Arc::new(Problem::Stopped("it was running when the run was cut short".to_owned()));
        open.problems.push(problem.clone());
        Some(Record::Problem(open.info.clone(), problem))
    }

    /// The end of a suite whose children have had theirs, and how its parent judges it.
    fn cut_one(&mut self, id: SuiteId, root: &Arc<SuiteInfo>) -> Vec<Record> {
        let Some(open) = self.open.remove(&id) else {
            return Vec::new();
        };
        let info = open.info.clone();
        let mut records = Vec::new();
        let end = match open.end {
            Some(end) => end,
            None => {
                let end = Arc::new(SuiteEnd {
                    suite: info.clone(),
                    planned: open.planned,
                    tally: open.tally,
                    problems: open.problems,
                    skipped: None,
                    failed: true,
                    took: Duration::ZERO,
                    waited: Duration::ZERO,
                    seeded: false,
                    log: None,
                });
                records.push(Record::SuiteEnded(end.clone()));
                end
            }
        };
        let parent = info.parent.and_then(|parent| self.open.get(&parent));
        let parent = parent.map_or_else(|| root.clone(), |parent| parent.info.clone());
        let verdict = verdict(&end);
        self.totals.ended(&end, &verdict);
        let number = self.counters(&parent).map_or(0, |tally| {
            tally.count(&verdict);
            tally.run
        });
        let check = Check {
            suite: parent,
            number,
            verdict,
            label: info.name.clone().into(),
            at: info.at.clone(),
            detail: None,
            child: Some(end),
        };
        records.push(Record::Check(Arc::new(check)));
        records
    }

    /// Told before anything is cut, while it is known what was running.
    fn why(&self) -> String {
        let of = self.start.as_ref().map_or(0, |start| start.suites);
        let counts = self.totals.end();
        // Of some the stream has the end, and not what was made of it.
        let is_ended = |open: &&Open| open.info.nesting == 1 && open.end.is_some();
        let without_verdict = self.open.values().filter(is_ended).count() as u64;
        let ended = counts.passed + counts.failed + counts.ignored + without_verdict;
        let mut why = format!("the run was cut short after {ended} of {of} suites");
        let running = self
            .open
            .values()
            .filter(|open| open.info.nesting == 1 && open.end.is_none());
        let running: Vec<&str> = running.map(|open| open.info.path.as_str()).collect();
        if !running.is_empty() {
            let named = &running[..running.len().min(MAX_NAMED)];
            why.push_str(&format!("; running: {}", named.join(", ")));
        }
        if running.len() > MAX_NAMED {
            why.push_str(&format!(" and {} more", running.len() - MAX_NAMED));
        }
        why
    }

    fn root(&mut self) -> Arc<SuiteInfo> {
        let root = self.root.get_or_insert_with(|| Arc::new(SuiteInfo::root()));
        root.clone()
    }
}

/// How a parent judges a suite of which nothing is known but its end. A promise or a TODO that would have changed it is
/// not in the stream.
fn verdict(end: &SuiteEnd) -> Verdict {
    match &end.skipped {
        _ if end.failed && end.suite.nesting == 1 && end.suite.attempt.is_followed() => Verdict::Retried,
        _ if end.failed => Verdict::Failed,
        Some(why) => Verdict::Skipped(why.clone()),
        None => Verdict::Passed,
    }
}
