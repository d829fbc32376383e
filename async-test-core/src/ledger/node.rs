//! One suite of the ledger: its plan, its amnesties, its counters, and how it is judged at the end.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::amnesty::{Amnesties, Mark, judge};
use crate::claim::{LastSeen, Panic, Problem, Raw, Terms};
use crate::error::{Error, ErrorKind};
use crate::event::{BodySpan, Closing, Opening};
use crate::place::Place;
use crate::plan::Plan;
use crate::record::{Log, Snapshot, SuiteEnd, SuiteInfo, Tally, Verdict};

type Why = Cow<'static, str>;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) info: Arc<SuiteInfo>,
    pub(super) amnesties: Amnesties,
    pub(super) tally: Tally,
    pub(super) problems: Vec<Arc<Problem>>,
    /// Children that were opened and have not been counted yet.
    pub(super) open_children: u64,
    pub(super) announced: bool,
    /// When its body began.
    pub(super) began: Option<Instant>,
    /// The number of the newest check or subtest that has a place, the place, and when it came.
    last: Option<(u64, Place, Instant)>,
    /// The body has said that it is done; what it still checks comes too late.
    pub(super) sealed: bool,
    pub(super) log: Log,
    planned: Option<u64>,
    /// What the parent holds for the end of this suite.
    mark: Mark,
    /// Why failures in here are forgiven: a todo of this suite or of one above it.
    todo: Option<Why>,
    /// Why the suite as a whole is not run.
    skip_all: Option<Why>,
    /// Failures in here that the suite's own todo forgave.
    forgiven: u64,
    /// A panic of the body, kept apart while `#[should_panic]` may want it.
    panic: Option<Panic>,
    should_panic: Option<&'static str>,
    body: Option<BodySpan>,
}

impl Node {
    pub(super) fn new(opening: Opening, mark: Mark, inherited_todo: Option<Why>) -> Node {
        let todo = mark.todo.clone().or(inherited_todo);
        let mut node = Node {
            info: opening.info,
            amnesties: Amnesties::default(),
            tally: Tally::default(),
            problems: Vec::new(),
            open_children: 0,
            announced: false,
            began: None,
            last: None,
            sealed: false,
            log: Log::default(),
            planned: None,
            mark,
            todo,
            skip_all: None,
            forgiven: 0,
            panic: None,
            should_panic: opening.should_panic,
            body: opening.body,
        };
        node.plan(opening.plan);
        node
    }

    /// For how long it has been running.
    pub(super) fn age(&self, now: Instant) -> Duration {
        let began = self.began.unwrap_or(now);
        now.saturating_duration_since(began)
    }

    /// A check or the end of a subtest has come.
    pub(super) fn said(&mut self, at: Place, now: Instant) {
        self.last = Some((self.tally.run, at, now));
    }

    /// The newest of these.
    pub(super) fn last_seen(&self, now: Instant) -> Option<LastSeen> {
        let (number, at, time) = self.last.as_ref()?;
        // Passing checks that nobody shows come as a number.
        let what = match self.tally.run - number {
            0 => format!("check {number}"),
            more => format!("check {number} (and {more} more that passed)"),
        };
        Some(LastSeen {
            what,
            at: at.clone(),
            ago: now.saturating_duration_since(*time),
        })
    }

    pub(super) fn planned(&self) -> Option<u64> {
        self.planned
    }

    pub(super) fn body(&self) -> Option<BodySpan> {
        self.body
    }

    pub(super) fn todo(&self) -> Option<Why> {
        self.todo.clone()
    }

    fn plan(&mut self, plan: Plan) {
        self.planned = plan.tests.or(self.planned);
        if let Some(why) = plan.todo {
            self.mark.todo.get_or_insert_with(|| why.clone());
            self.todo.get_or_insert(why);
        }
        self.skip_all = plan.skip_all.or(self.skip_all.take());
    }

    /// Takes over a plan that the body gives. Two different numbers contradict each other: then the first one stays, and
    /// what else the second plan says is taken over.
    pub(super) fn plan_in_body(&mut self, mut plan: Plan, at: Place) -> Option<Problem> {
        let misuse = |kind| Problem::Misuse(at, Error::new(self.info.path.clone(), "plan!", kind));
        if self.tally.run + self.open_children > 0 {
            return Some(misuse(ErrorKind::PlanTooLate));
        }
        let problem = match (self.planned, plan.tests) {
            (Some(first), Some(second)) if first != second => {
                plan.tests = None;
                Some(misuse(ErrorKind::ImpossiblePlan(format!(
                    "{first} tests are planned already, {second} are planned now"
                ))))
            }
            _ => None,
        };
        if let Some(why) = &plan.skip_all {
            self.amnesties.grant(crate::event::Amnesty::SkipRemaining(why.clone()));
        }
        self.plan(plan);
        problem
    }

    /// Judges one outcome of this suite's own and counts it.
    pub(super) fn judge(&mut self, raw: Raw, skippable: bool, terms: Terms) -> Verdict {
        // Nearly all are so, and nothing below would make anything else of them.
        if matches!((&raw, &terms), (Raw::Pass, Terms::Program)) && self.amnesties.is_none() {
            self.tally.run += 1;
            return Verdict::Passed;
        }
        let raw = match self.amnesties.skipping() {
            Some(why) if skippable => Raw::Skip(why.clone()),
            _ => raw,
        };
        let mark = match (&raw, terms) {
            (Raw::Skip(_), Terms::LeftOut) if self.amnesties.skipping().is_none() => {
                self.amnesties.take();
                Mark::default()
            }
            (Raw::Skip(_), _) => Mark::default(),
            (_, Terms::Own(todo)) => Mark { todo, flunk: None },
            (_, Terms::Program | Terms::LeftOut) => self.amnesties.take(),
        };
        self.count(judge(&raw, &mark))
    }

    /// Judges the end of a child with what was held for it when it was opened. A failure that is followed by another
    /// attempt decides nothing.
    pub(super) fn judge_child(&mut self, raw: &Raw, mark: &Mark, is_followed: bool) -> Verdict {
        self.open_children = self.open_children.saturating_sub(1);
        match judge(raw, mark) {
            Verdict::Failed if is_followed => self.count(Verdict::Retried),
            verdict => self.count(verdict),
        }
    }

    fn count(&mut self, verdict: Verdict) -> Verdict {
        let verdict = match (verdict, &self.todo) {
            (Verdict::Failed | Verdict::Unflunked(_), Some(why)) => {
                self.forgiven += 1;
                Verdict::Todo(why.clone())
            }
            (verdict, _) => verdict,
        };
        self.tally.count(&verdict);
        verdict
    }

    /// Whether of a child that passes it makes nothing but one more that has.
    pub(super) fn only_counts(&self) -> bool {
        let has_no_plan = self.planned.is_none() && self.todo.is_none() && self.skip_all.is_none();
        has_no_plan && !self.sealed && self.amnesties.is_none()
    }

    /// Takes a problem in; the answer is whether it is to be told as a failure.
    pub(super) fn problem(&mut self, problem: Problem) -> Option<Arc<Problem>> {
        if let Problem::Panicked(panic) = &problem {
            if let Some(why) = self.as_todo_marker(panic) {
                self.todo.get_or_insert_with(|| why.clone());
                self.mark.todo.get_or_insert(why);
            }
            if self.should_panic.is_some() {
                self.panic = Some(panic.clone());
                return None;
            }
        }
        let problem = Arc::new(problem);
        self.problems.push(problem.clone());
        Some(problem)
    }

    /// The standard `todo!()` and `unimplemented!()` in the lines of the suite's own body are markers, in a subtest as well.
    fn as_todo_marker(&self, panic: &Panic) -> Option<Why> {
        let (body, at) = (self.body?, panic.at.as_ref()?);
        let marker = ["not yet implemented", "not implemented"]
            .iter()
            .any(|text| panic.message == *text || panic.message.starts_with(&format!("{text}: ")));
        (marker && at.file == body.file && (body.first..=body.last).contains(&at.line))
            .then(|| Cow::Owned(panic.message.clone()))
    }

    /// Why the suite has failed beside its checks when it is ending now.
    fn problems_at_the_end(&self, closing: &Closing) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (self.should_panic, &self.panic) {
            (None, _) => {}
            // Nothing of it ran.
            (Some(_), None) if self.skip_all.is_some() => {}
            (Some(_), None) => problems.push(Problem::DidNotPanic(
                "the suite is marked #[should_panic] and did not panic".to_owned(),
            )),
            (Some(expected), Some(panic)) if !panic.message.contains(expected) => {
                problems.push(Problem::DidNotPanic(format!(
                    "the panic's message should contain {expected:?} and is {:?}",
                    panic.message
                )));
            }
            (Some(_), Some(_)) => {}
        }
        let cut_short = closing.aborted || self.panic.is_some() || !self.problems.is_empty();
        match self.planned {
            Some(planned) if planned != self.tally.run && !cut_short && self.skip_all.is_none() => {
                problems.push(Problem::PlanMismatch {
                    planned,
                    ran: self.tally.run,
                });
            }
            _ => {}
        }
        problems
    }

    /// Ends the suite: how it ended, its raw outcome for the parent, the parent's mark for it, and the problems that
    /// only the end shows.
    pub(super) fn close(mut self, closing: &Closing, shows_log: bool) -> (SuiteEnd, Raw, Mark, Vec<Arc<Problem>>) {
        let late: Vec<Arc<Problem>> = self.problems_at_the_end(closing).into_iter().map(Arc::new).collect();
        self.problems.extend(late.iter().cloned());
        let failed = self.failed();
        let all_skipped = self.tally.run == self.tally.skipped;
        let skipped = self.skip_all.take().filter(|_| !failed && all_skipped);
        let raw = match &skipped {
            Some(why) => Raw::Skip(why.clone()),
            None => Raw::of(!failed && self.forgiven == 0),
        };
        let end = SuiteEnd {
            suite: self.info,
            planned: self.planned,
            tally: self.tally,
            problems: self.problems,
            skipped,
            failed: raw == Raw::Fail,
            took: closing.took,
            waited: closing.waited,
            seeded: closing.seeded,
            log: (shows_log || raw == Raw::Fail)
                .then(|| Arc::new(self.log))
                .filter(|log| !log.lines.is_empty()),
        };
        (end, raw, self.mark, late)
    }

    fn failed(&self) -> bool {
        self.tally.failed > 0 || !self.problems.is_empty()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let own = self.amnesties.todo().map(|(why, count)| (why.clone(), count));
        let (todo_message, todo_count) = match (own, &self.todo) {
            (Some((why, count)), _) => (Some(why), count),
            (None, Some(why)) => (Some(why.clone()), None),
            (None, None) => (None, Some(0)),
        };
        Snapshot {
            planned: self.planned,
            tally: self.tally,
            is_todo: self.todo.is_some(),
            todo_message,
            todo_count,
            failed: self.failed(),
            verdict: None,
        }
    }
}
