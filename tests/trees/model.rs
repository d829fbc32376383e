//! What must come of a tree, told by one pass over it in the order in which its bodies are written.
//!
//! It is made from what the documentation says of each marker, and shares no code with the hub.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::tree::{Door, End, Job, Keys, Node, Op, Tree, Wait};

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

/// What a body does to the suites around it when it ends.
#[derive(Clone, Copy, PartialEq)]
enum Signal {
    None,
    /// So many levels above end quietly.
    Abort(usize),
    BailOut,
}

/// A reason for the next few outcomes, over one for all that follow.
#[derive(Clone, Copy, Default)]
struct Window {
    next: u64,
    rest: bool,
}

impl Window {
    fn set(&mut self, count: Option<u64>) {
        match count {
            Some(0) => {}
            Some(count) => self.next = count,
            None => (self.next, self.rest) = (0, true),
        }
    }

    fn take(&mut self) -> bool {
        let holds = self.next > 0 || self.rest;
        self.next = self.next.saturating_sub(1);
        holds
    }
}

#[derive(Clone, Copy, Default)]
struct Mark {
    flunk: bool,
    todo: bool,
}

/// A subtest that has been created and not judged.
struct Pending {
    node: Arc<Node>,
    mark: Mark,
    how: How,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    Here,
    Running,
    PutOff,
    Dropped,
}

/// A suite whose body runs.
#[derive(Default)]
struct Frame {
    todo_window: Window,
    flunk_window: Window,
    is_skipping: bool,
    is_done: bool,
    /// Tests that have been made, subtests that have not ended included.
    made: u64,
    keys: Keys,
    /// Failures in here are forgiven.
    is_todo: bool,
    /// A todo that the parent holds for the end of the suite.
    mark: Mark,
    forgave: bool,
    points: Vec<(String, Kind)>,
    problems: Vec<&'static str>,
    pending: Vec<Pending>,
}

struct Model<'a> {
    seen: &'a BTreeMap<String, Raw>,
    out: Outcome,
    stack: Vec<Frame>,
}

impl Outcome {
    /// `seen` is how the suites ended, for those that an abort leaves undetermined.
    pub fn of(tree: &Tree, seen: &BTreeMap<String, Raw>) -> Outcome {
        let mut model = Model {
            seen,
            stack: Vec::new(),
            out: Outcome {
                suites: BTreeMap::new(),
                loose: BTreeSet::new(),
                held: BTreeMap::new(),
                verdict: Kind::Skipped,
                bailed_out: false,
            },
        };
        let keys = tree.top.plan;
        if keys.skip_all || keys.unmet {
            model.skipped(&tree.top);
        } else {
            let (raw, mark, _) = model.suite(&tree.top, Mark::default(), false);
            model.out.verdict = judged(raw, mark, false);
        }
        model.out
    }

    pub fn is_ok(&self) -> bool {
        !self.verdict.fails() && !self.bailed_out
    }
}

/// A promise to flunk inverts; a todo forgives what is then still a failure.
fn judged(raw: Raw, mark: Mark, suite_is_todo: bool) -> Kind {
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
    fn judge(&mut self, label: String, raw: Raw, mark: Mark) {
        let kind = judged(raw, mark, self.is_todo);
        self.forgave |= kind == Kind::Todo && !mark.todo;
        self.points.push((label, kind));
    }

    fn take(&mut self) -> Mark {
        Mark {
            flunk: self.flunk_window.take(),
            todo: self.todo_window.take(),
        }
    }

    fn test(&mut self, label: String, raw: Raw, skippable: bool) {
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

    fn plan(&mut self, keys: Keys) {
        if self.made > 0 {
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

    fn ended(self, is_cut_short: bool, is_ordered: bool) -> (Suite, Mark) {
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

impl Model<'_> {
    fn top(&mut self) -> &mut Frame {
        self.stack.last_mut().unwrap()
    }

    fn skipped(&mut self, node: &Node) {
        let keys = Keys {
            skip_all: true,
            ..node.plan
        };
        let frame = Frame {
            keys,
            ..Frame::default()
        };
        let (suite, _) = frame.ended(false, true);
        self.out.suites.insert(node.name.clone(), suite);
    }

    fn suite(&mut self, node: &Node, mark: Mark, inherited: bool) -> (Raw, Mark, Signal) {
        let mark = Mark {
            todo: mark.todo || node.plan.todo,
            ..mark
        };
        self.stack.push(Frame {
            keys: node.plan,
            is_todo: mark.todo || inherited,
            mark,
            ..Frame::default()
        });
        let mut signal = Signal::None;
        for op in &node.ops {
            signal = self.op(op);
            if signal != Signal::None {
                break;
            }
        }
        let mut is_over = signal != Signal::None;
        if !is_over {
            self.settle(|pending| pending.node.wait == Wait::AtTheEnd && pending.how != How::Dropped, true);
            signal = self.end(node.end);
            is_over = matches!(node.end, End::Abort(_) | End::BailOut);
        }
        if signal == Signal::BailOut {
            self.top().problems.push("Stopped");
        }
        let is_ordered = self.top().pending.len() < 2;
        if is_over {
            self.cut(signal);
        } else {
            self.settle(|_| true, false);
        }
        let (suite, mark) = self.stack.pop().unwrap().ended(is_over, is_ordered);
        let raw = suite.raw;
        self.out.suites.insert(node.name.clone(), suite);
        let above = match signal {
            Signal::Abort(0) | Signal::None => Signal::None,
            Signal::Abort(levels) => Signal::Abort(levels - 1),
            Signal::BailOut => Signal::BailOut,
        };
        (raw, mark, above)
    }
}
