//! What must come of a tree, told by one pass over it in the order in which its bodies are written.
//!
//! It is made from what the documentation says of each marker, and shares no code with the hub.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Keys;
use super::walk::Pending;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Passed,
    Failed,
    Flunked,
    Unflunked,
    Todo,
    Unexpected,
    Skipped,
}

impl Raw {
    pub fn of(held: bool) -> Raw {
        if held { Raw::Pass } else { Raw::Fail }
    }
}

impl Kind {
    pub fn fails(self) -> bool {
        matches!(self, Kind::Failed | Kind::Unflunked)
    }
}

/// What a suite or a check is before its suite has judged it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raw {
    Pass,
    Fail,
    Skip,
}

/// What must be seen of one suite.
#[derive(Clone, Debug)]
pub struct Suite {
    pub points: Vec<(String, Kind)>,
    /// The points come in this order.
    pub is_ordered: bool,
    pub problems: Vec<&'static str>,
    pub raw: Raw,
    /// The plan that the suite had in the end.
    pub planned: Option<u64>,
}

/// What must be seen of a tree.
#[derive(Debug)]
pub struct Outcome {
    pub suites: BTreeMap<String, Suite>,
    /// What an abort may have cut short anywhere: of these and what is inside them only consistency is known.
    pub loose: BTreeSet<String>,
    pub held: BTreeMap<String, bool>,
    pub verdict: Kind,
    pub bailed_out: bool,
}

/// A reason for the next few outcomes, over one for all that follow.
#[derive(Clone, Copy, Default)]
pub struct Window {
    next: u64,
    rest: bool,
}

impl Window {
    pub fn set(&mut self, count: Option<u64>) {
        match count {
            Some(0) => {}
            Some(count) => self.next = count,
            None => (self.next, self.rest) = (0, true),
        }
    }

    pub fn take(&mut self) -> bool {
        let holds = self.next > 0 || self.rest;
        self.next = self.next.saturating_sub(1);
        holds
    }
}

/// What a suite holds for one outcome.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    pub flunk: bool,
    pub todo: bool,
}

/// A suite whose body runs.
#[derive(Default)]
pub struct Frame {
    pub todo_window: Window,
    pub flunk_window: Window,
    pub is_skipping: bool,
    pub is_done: bool,
    /// A test has been made, counted or not: no plan any more.
    pub has_begun: bool,
    /// Tests that have been made, subtests that have not ended included.
    pub made: u64,
    pub keys: Keys,
    /// Failures in here are forgiven.
    pub is_todo: bool,
    /// A todo that the parent holds for the end of the suite.
    pub mark: Mark,
    pub forgave: bool,
    pub points: Vec<(String, Kind)>,
    pub problems: Vec<&'static str>,
    pub pending: Vec<Pending>,
}

impl Outcome {
    pub fn is_ok(&self) -> bool {
        !self.verdict.fails() && !self.bailed_out
    }
}

/// A promise to flunk inverts; a todo forgives what is then still a failure.
pub fn judged(raw: Raw, mark: Mark, suite_is_todo: bool) -> Kind {
    if raw == Raw::Skip {
        return Kind::Skipped;
    }
    let held = (raw == Raw::Pass) != mark.flunk;
    match (held, mark.todo) {
        (false, true) => Kind::Todo,
        (false, false) if suite_is_todo => Kind::Todo,
        (false, false) if mark.flunk => Kind::Unflunked,
        (false, false) => Kind::Failed,
        (true, true) => Kind::Unexpected,
        (true, false) if mark.flunk => Kind::Flunked,
        (true, false) => Kind::Passed,
    }
}

impl Frame {
    pub fn judge(&mut self, label: String, raw: Raw, mark: Mark) {
        let kind = judged(raw, mark, self.is_todo);
        self.forgave |= kind == Kind::Todo && !mark.todo;
        self.points.push((label, kind));
    }

    pub fn take(&mut self) -> Mark {
        Mark {
            flunk: self.flunk_window.take(),
            todo: self.todo_window.take(),
        }
    }

    pub fn test(&mut self, label: String, raw: Raw, skippable: bool) {
        self.has_begun = true;
        if self.is_done {
            self.problems.push("LateCheck");
            return;
        }
        self.made += 1;
        match raw {
            _ if self.is_skipping && skippable => self.judge(label, Raw::Skip, Mark::default()),
            Raw::Skip => self.judge(label, Raw::Skip, Mark::default()),
            raw => {
                let mark = self.take();
                self.judge(label, raw, mark);
            }
        }
    }

    pub fn plan(&mut self, keys: Keys) {
        if self.has_begun {
            self.problems.push("Misuse");
            return;
        }
        match (self.keys.tests, keys.tests) {
            (Some(first), Some(second)) if first != second => self.problems.push("Misuse"),
            (first, second) => self.keys.tests = second.or(first),
        }
        self.keys.parallel |= keys.parallel;
        self.keys.random |= keys.random;
        self.is_todo |= keys.todo;
        self.mark.todo |= keys.todo;
        if keys.skip_all || keys.unmet {
            self.keys.skip_all = true;
            self.is_skipping = true;
        }
    }

    pub fn ended(self, is_cut_short: bool, is_ordered: bool) -> (Suite, Mark) {
        let (mut problems, run) = (self.problems, self.points.len() as u64);
        let is_compared = !is_cut_short && problems.is_empty() && !self.keys.skip_all;
        if is_compared && self.keys.tests.is_some_and(|planned| planned != run) {
            problems.push("PlanMismatch");
        }
        let failed = !problems.is_empty() || self.points.iter().any(|(_, kind)| kind.fails());
        let all_skipped = self.points.iter().all(|(_, kind)| *kind == Kind::Skipped);
        let raw = match failed || self.forgave {
            false if self.keys.skip_all && all_skipped => Raw::Skip,
            false => Raw::Pass,
            true => Raw::Fail,
        };
        let suite = Suite {
            points: self.points,
            is_ordered,
            problems,
            raw,
            planned: self.keys.tests,
        };
        (suite, self.mark)
    }
}
