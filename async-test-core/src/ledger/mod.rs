//! The tree of suites. `apply` is the only place where anything is counted or judged.
//!
//! It does not print, wait, lock or read the time, so that a test can drive it with nothing but events.

mod checks;
mod effects;
mod late;
mod node;
mod plain;
mod recent;
#[cfg(test)]
mod tests;
mod totals;
mod whole;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::amnesty::Mark;
use crate::claim::{LastSeen, Problem};
use crate::error::{Error, ErrorKind};
use crate::event::{Closing, Command, Event, EventKind, Opening};
use crate::ids::{BySuite, SuiteId};
use crate::record::{Check, Record, RunEnd, SuiteInfo, Tally, Verdict};

use checks::{passed, skip_rest, test};
pub use effects::Effects;
use node::Node;
pub use plain::{is_about_children, is_plain};
use recent::Recent;
pub(crate) use totals::Totals;

/// How many ended suites can still be named when something comes too late for them.
const REMEMBERED: usize = 4096;

/// The tree of suites that have not ended, and the totals of the run.
#[derive(Debug)]
pub struct Ledger {
    /// Boxed: a node is large, and is handed from function to function.
    nodes: BySuite<Box<Node>>,
    ended: Recent,
    root: Arc<SuiteInfo>,
    bailed_out: Option<Cow<'static, str>>,
    totals: Totals,
    problems: Vec<Arc<Problem>>,
    /// Late checks that no suite has been made to fail for yet; see `Ledger::blame_late`.
    unblamed: Vec<Arc<Problem>>,
    blame_late: bool,
    shows_log: bool,
}

impl Ledger {
    /// A tree that holds only its root. What was logged is told of each suite, or only of those that fail.
    pub fn new(root: Arc<SuiteInfo>, shows_log: bool) -> Ledger {
        let opening = Opening {
            info: root.clone(),
            plan: crate::plan::Plan::new(),
            should_panic: None,
            body: None,
        };
        let mut nodes = BySuite::default();
        nodes.insert(root.id, Box::new(Node::new(opening, Mark::default(), None)));
        Ledger {
            nodes,
            ended: Recent::new(REMEMBERED),
            root,
            bailed_out: None,
            totals: Totals::default(),
            problems: Vec::new(),
            unblamed: Vec::new(),
            blame_late: false,
            shows_log,
        }
    }

    /// Makes the next `#[suite]` that ends fail for a check that came too late for another.
    ///
    /// Under the built-in harness the run itself has no verdict of ours, so nobody else could fail for it.
    pub fn blame_late(&mut self) {
        self.blame_late = true;
    }

    /// Whether the next `#[suite]` that ends is to fail for that.
    pub fn blames_next(&self) -> bool {
        !self.unblamed.is_empty()
    }

    /// A suite has ended, and had nothing to be judged.
    pub fn note_ended(&mut self, id: SuiteId, path: String) {
        self.ended.push(id, path);
    }

    /// What no `#[suite]` has been made to fail for.
    pub fn take_unblamed(&mut self) -> Vec<Arc<Problem>> {
        std::mem::take(&mut self.unblamed)
    }

    /// Counts and judges one event.
    pub fn apply(&mut self, event: Event, effects: &mut Effects) {
        let Event { origin, time, kind, .. } = event;
        if let EventKind::Open(opening) = kind {
            self.open(*opening, effects);
            return;
        }
        let Some(node) = self.nodes.get_mut(origin) else {
            self.too_late(origin, kind, effects);
            return;
        };
        match kind {
            EventKind::Open(_) | EventKind::Terminate | EventKind::JobsAwaited => {}
            EventKind::Started => {
                node.began = Some(time);
                effects.records.push(Record::SuiteStarted(node.info.clone()));
            }
            EventKind::Plan(plan, at) => {
                let extra = plan.extra.clone();
                if let Some(problem) = node.plan_in_body(*plan, at) {
                    tell(node, problem, effects);
                }
                warn_of_unknown_keys(node, &extra, effects);
            }
            EventKind::NoMoreTests => node.sealed = true,
            EventKind::Test(claim) if node.sealed => {
                let late = Problem::LateCheck {
                    suite: node.info.path.clone(),
                    label: claim.label.into_owned(),
                    at: claim.at,
                };
                tell(node, late, effects);
            }
            EventKind::Test(claim) => {
                let at = claim.at.clone();
                test(node, claim, effects);
                node.said(at, time);
            }
            EventKind::Passed(count) => passed(node, count, effects),
            EventKind::Diag(text) => {
                announce(node, effects);
                effects.records.push(Record::Diag(node.info.clone(), text));
            }
            EventKind::Amnesty(amnesty) => node.amnesties.grant(amnesty),
            EventKind::SkipRest(why, at) => skip_rest(node, why, at, effects),
            // What fails the root fails no suite.
            EventKind::Problem(problem) if origin == self.root.id => self.run_problem(*problem, effects),
            EventKind::Problem(problem) => tell(node, *problem, effects),
            EventKind::StageTransition { from, to } => {
                effects.records.push(Record::Stage(node.info.clone(), from, to));
            }
            EventKind::Telemetry(telemetry) => {
                effects.records.push(Record::Telemetry(node.info.clone(), telemetry));
            }
            EventKind::Log(log) => node.log.extend(*log),
            EventKind::DoneTesting(closing) => self.close(origin, *closing, time, effects),
            EventKind::BailOut(why) => {
                effects.records.push(Record::BailOut(node.info.clone(), why.clone()));
                self.bailed_out.get_or_insert(why);
            }
            EventKind::Command(Command::SyncEvents(reply)) => {
                let mut snapshot = node.snapshot();
                // What fails the run fails no suite, so nobody but the root can show it.
                snapshot.failed |= origin == self.root.id && !self.problems.is_empty();
                effects.replies.push((reply, Some(snapshot)));
            }
            EventKind::Command(Command::Custom { name, reply, .. }) => {
                let kind = ErrorKind::UnknownCommand(name.into_owned());
                let error = Error::new(node.info.path.clone(), "send_command", kind);
                let at = node.info.at.clone();
                tell(node, Problem::Misuse(at, error), effects);
                if let Some(reply) = reply {
                    reply.send(false);
                }
            }
        }
    }

    fn open(&mut self, mut opening: Opening, effects: &mut Effects) {
        let skipped_before_it_began = opening.plan.skip_all.is_some();
        let extra = std::mem::take(&mut opening.plan.extra);
        let (mark, inherited) = match opening.info.parent.and_then(|parent| self.nodes.get_mut(parent)) {
            Some(parent) => {
                announce(parent, effects);
                if parent.sealed {
                    // It runs and counts all the same.
                    let late = Problem::LateCheck {
                        suite: parent.info.path.clone(),
                        label: opening.info.name.clone(),
                        at: opening.info.at.clone(),
                    };
                    tell(parent, late, effects);
                }
                parent.open_children += 1;
                let mark = if skipped_before_it_began {
                    Mark::default()
                } else {
                    parent.amnesties.take()
                };
                // What stands in the body of a subtest stands in that of its suite.
                opening.body = opening.body.or(parent.body());
                (mark, parent.todo())
            }
            None => (Mark::default(), None),
        };
        let id = opening.info.id;
        let node = Box::new(Node::new(opening, mark, inherited));
        warn_of_unknown_keys(&node, &extra, effects);
        self.nodes.insert(id, node);
    }

    /// Ends every suite that is open, as failed.
    pub fn cut(&mut self, now: Instant, effects: &mut Effects) {
        self.cut_below(self.root.id, now, effects);
    }

    /// Ends what is open in a suite, the first opened first.
    fn cut_below(&mut self, parent: SuiteId, now: Instant, effects: &mut Effects) {
        let open = self.nodes.values().map(|node| &node.info);
        let open = open.filter(|info| info.parent == Some(parent)).map(|info| info.id);
        let mut open: Vec<SuiteId> = open.collect();
        open.sort_unstable();
        for id in open {
            let mut took = Duration::ZERO;
            if let Some(node) = self.nodes.get_mut(id) {
                took = node.age(now);
                let why = "it was still running when nobody waited for it any more".to_owned();
                tell(node, Problem::Stopped(why), effects);
            }
            let closing = Closing {
                aborted: true,
                took,
                ..Closing::default()
            };
            self.close(id, closing, now, effects);
        }
    }

    fn close(&mut self, id: SuiteId, mut closing: Closing, now: Instant, effects: &mut Effects) {
        if self.nodes.get(id).is_some_and(|node| node.open_children > 0) {
            // They hold their threads, and the suite has given them up.
            self.cut_below(id, now, effects);
        }
        let reply = closing.reply.take();
        let Some(mut node) = self.nodes.remove(id) else {
            return;
        };
        announce(&mut node, effects);
        if self.blame_late && node.info.nesting == 1 {
            for problem in self.unblamed.drain(..) {
                node.problems.push(problem.clone());
                effects.records.push(Record::Problem(node.info.clone(), problem));
            }
        }
        let mut snapshot = node.snapshot();
        let (end, raw, mark, problems) = node.close(&closing, self.shows_log);
        snapshot.failed = end.failed;
        for problem in problems {
            effects.records.push(Record::Problem(end.suite.clone(), problem));
        }
        self.ended.push(id, end.suite.path.clone());
        let end = Arc::new(end);
        effects.records.push(Record::SuiteEnded(end.clone()));
        if let Some(parent) = end.suite.parent {
            let verdict = match self.nodes.get_mut(parent) {
                Some(parent) => {
                    // Subtests of an attempt are in it, too, and are judged as ever.
                    let is_followed = end.suite.nesting == 1 && end.suite.attempt.is_followed();
                    let verdict = parent.judge_child(&raw, &mark, is_followed);
                    parent.said(end.suite.at.clone(), now);
                    effects.records.push(Record::Check(Arc::new(Check {
                        suite: parent.info.clone(),
                        number: parent.tally.run,
                        verdict: verdict.clone(),
                        label: Cow::Owned(end.suite.name.clone()),
                        at: end.suite.at.clone(),
                        detail: None,
                        child: Some(end.clone()),
                    })));
                    verdict
                }
                None => {
                    let late = Problem::LateCheck {
                        suite: self.ended.path(parent),
                        label: end.suite.path.clone(),
                        at: end.suite.at.clone(),
                    };
                    self.run_problem(late, effects);
                    Verdict::Failed
                }
            };
            self.totals.ended(&end, &verdict);
            snapshot.verdict = Some(verdict);
        }
        if let Some(reply) = reply {
            effects.replies.push((reply, Some(snapshot)));
        }
    }

    /// The last that an open suite has said.
    pub fn last_seen(&self, id: SuiteId, now: Instant) -> Option<LastSeen> {
        self.nodes.get(id)?.last_seen(now)
    }

    /// Who a suite is; the root for one that has ended.
    pub fn info(&self, id: SuiteId) -> Arc<SuiteInfo> {
        self.nodes
            .get(id)
            .map_or_else(|| self.root.clone(), |node| node.info.clone())
    }

    /// Takes in what fails the run and no suite of it.
    pub fn run_problem(&mut self, problem: Problem, effects: &mut Effects) {
        let problem = Arc::new(problem);
        effects
            .records
            .push(Record::Problem(self.root.clone(), problem.clone()));
        if self.blame_late {
            self.unblamed.push(problem.clone());
        }
        self.problems.push(problem);
    }

    /// The counters of the root: one test point for each `#[suite]`.
    pub fn root_tally(&self) -> Tally {
        self.nodes.get(self.root.id).map(|node| node.tally).unwrap_or_default()
    }

    /// Whether one of the `#[suite]`s that failed ran another number of tests than it had planned.
    pub fn has_broken_plan(&self) -> bool {
        self.totals.has_broken_plan()
    }

    /// The totals so far.
    pub fn run_end(&self, filtered_out: u64, queue_most: u64, took: Duration, seed: u64) -> RunEnd {
        RunEnd {
            filtered_out,
            bailed_out: self.bailed_out.clone(),
            problems: self.problems.clone(),
            queue_most,
            at_once: 0,
            took,
            seed,
            ..self.totals.end()
        }
    }
}

/// Tells the plan once, before the first thing that a plan must precede.
fn announce(node: &mut Node, effects: &mut Effects) {
    if node.announced {
        return;
    }
    node.announced = true;
    if let Some(tests) = node.planned() {
        effects.records.push(Record::Plan(node.info.clone(), tests));
    }
}

fn tell(node: &mut Node, problem: Problem, effects: &mut Effects) {
    if let Some(problem) = node.problem(problem) {
        effects.records.push(Record::Problem(node.info.clone(), problem));
    }
}

fn warn_of_unknown_keys(node: &Node, extra: &[(Cow<'static, str>, String)], effects: &mut Effects) {
    for (key, value) in extra {
        let text = format!("unknown plan key `{key}` (= {value}): no bundle takes it, so it says nothing");
        effects
            .records
            .push(Record::Warning(node.info.clone(), Cow::Owned(text)));
    }
}
