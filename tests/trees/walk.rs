//! The pass over a tree that the model is: it keeps the suites whose bodies run on a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{Frame, Kind, Mark, Outcome, Raw, judged};
use super::tree::{Door, End, Job, Keys, Node, Op, Tree, Wait};

/// What a body does to the suites around it when it ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Signal {
    None,
    /// So many levels above end quietly.
    Abort(usize),
    BailOut,
}

/// A subtest that has been created and not judged.
pub struct Pending {
    pub node: Arc<Node>,
    pub mark: Mark,
    pub how: How,
}

#[derive(Clone, Copy, PartialEq)]
pub enum How {
    Here,
    Running,
    PutOff,
    Dropped,
}

pub struct Model<'a> {
    pub seen: &'a BTreeMap<String, Raw>,
    strict: bool,
    pub out: Outcome,
    stack: Vec<Frame>,
}

impl Outcome {
    /// `seen` is how the suites ended, for those that an abort leaves undetermined.
    pub fn of(tree: &Tree, seen: &BTreeMap<String, Raw>) -> Outcome {
        let mut model = Model {
            seen,
            strict: tree.strict,
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
}

impl Model<'_> {
    pub fn top(&mut self) -> &mut Frame {
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

    pub fn suite(&mut self, node: &Node, mark: Mark, inherited: bool) -> (Raw, Mark, Signal) {
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
        let came_from_below = signal != Signal::None;
        let mut is_over = came_from_below;
        if !is_over {
            self.settle(
                |pending| pending.node.wait == Wait::AtTheEnd && pending.how != How::Dropped,
                true,
            );
            signal = self.end(node.end);
            is_over = matches!(node.end, End::Abort(_) | End::BailOut);
        }
        if signal == Signal::BailOut {
            self.top().problems.push("Stopped");
        }
        // What ends at the same time ends in any order.
        let ending = self.top().pending.len() + usize::from(came_from_below);
        let is_ordered = self.strict && ending < 2;
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

    fn op(&mut self, op: &Op) -> Signal {
        let frame = self.top();
        match op {
            Op::Check { label, held, skippable } => frame.test(format!("c{label}"), Raw::of(*held), *skippable),
            Op::Skip(count) => (0..*count).for_each(|_| frame.test(String::new(), Raw::Skip, true)),
            Op::SkipRest => {
                frame.has_begun = true;
                match frame.keys.tests {
                    Some(planned) => (frame.made..planned).for_each(|_| frame.test(String::new(), Raw::Skip, true)),
                    None => frame.problems.push("Misuse"),
                }
            }
            Op::SkipRemaining { global: false } => frame.is_skipping = true,
            Op::SkipRemaining { global: true } => self.stack.iter_mut().for_each(|frame| frame.is_skipping = true),
            Op::Todo(count) => frame.todo_window.set(*count),
            Op::Flunk(count) => frame.flunk_window.set(*count),
            Op::Plan(keys) => frame.plan(*keys),
            Op::DoneTesting => frame.is_done = true,
            Op::Diag | Op::Yield | Op::Job(Job::Quiet) => {}
            Op::Job(Job::Panic) => frame.problems.push("JobPanicked"),
            Op::Job(Job::Check { label, held }) => frame.test(format!("c{label}"), Raw::of(*held), true),
            Op::Child(child) => return self.child(child),
        }
        Signal::None
    }

    fn child(&mut self, node: &Arc<Node>) -> Signal {
        let frame = self.top();
        let start = node.start;
        let is_awaited = node.wait != Wait::Never || start.door == Door::Run;
        if is_awaited && (frame.is_skipping || node.plan.skip_all || node.plan.unmet) {
            self.out.held.insert(node.name.clone(), true);
        }
        let frame = self.top();
        if frame.is_skipping {
            frame.test(node.name.clone(), Raw::Skip, true);
            return Signal::None;
        }
        frame.has_begun = true;
        // It is counted all the same.
        if frame.is_done {
            frame.problems.push("LateCheck");
        }
        frame.made += 1;
        if node.plan.skip_all || node.plan.unmet {
            frame.judge(node.name.clone(), Raw::Skip, Mark::default());
            self.skipped(node);
            return Signal::None;
        }
        let mark = frame.take();
        let is_here = start.door == Door::Run || (start.door == Door::Macro && start.instant);
        let how = match start.door {
            Door::Dropped => How::Dropped,
            _ if is_here => How::Here,
            _ if frame.keys.random && !start.instant => How::PutOff,
            _ if start.spawned || (frame.keys.parallel && !start.instant) => How::Running,
            _ => How::Here,
        };
        let pending = Pending {
            node: node.clone(),
            mark,
            how,
        };
        if how == How::Here || (node.wait == Wait::AtOnce && how != How::Dropped) {
            return self.ends(&pending, is_awaited);
        }
        frame.pending.push(pending);
        Signal::None
    }

    fn end(&mut self, end: End) -> Signal {
        match end {
            End::Return => Signal::None,
            End::Panic => {
                self.top().problems.push("Panicked");
                Signal::None
            }
            End::Err => {
                self.top().problems.push("Returned");
                Signal::None
            }
            End::Abort(levels) => Signal::Abort(levels),
            End::BailOut => {
                self.out.bailed_out = true;
                Signal::BailOut
            }
        }
    }
}
