//! The pass over a tree that the model is: it keeps the suites whose bodies run on a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{Frame, Kind, Mark, Outcome, Raw, judged};
use super::tree::{Door, End, Job, Keys, Node, Op, Tree, Wait};

/// What a body does to the suites around it when it ends.
#[derive(Clone, Copy, PartialEq)]
enum Signal {
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

struct Model<'a> {
    seen: &'a BTreeMap<String, Raw>,
    strict: bool,
    out: Outcome,
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

    /// Lets a subtest run to its end and judges it.
    fn ends(&mut self, pending: &Pending, is_awaited: bool) -> Signal {
        let Pending { node, mark, .. } = pending;
        let inherited = self.top().is_todo;
        let (raw, mark, signal) = self.suite(node, *mark, inherited);
        self.top().judge(node.name.clone(), raw, mark);
        if is_awaited && signal == Signal::None {
            self.out.held.insert(node.name.clone(), raw != Raw::Fail);
        }
        signal
    }

    /// Ends what has been created and is not judged yet, where nothing is in the way.
    fn settle(&mut self, wanted: impl Fn(&Pending) -> bool, is_awaited: bool) {
        let all = std::mem::take(&mut self.top().pending);
        for pending in all {
            if !wanted(&pending) {
                self.top().pending.push(pending);
            } else if pending.how == How::Dropped {
                self.unbegun(&pending, &["Stopped"]);
            } else {
                self.ends(&pending, is_awaited);
            }
        }
    }

    fn unbegun(&mut self, pending: &Pending, problems: &[&'static str]) {
        let frame = Frame {
            keys: pending.node.plan,
            problems: problems.to_vec(),
            mark: Mark {
                todo: pending.mark.todo || pending.node.plan.todo,
                ..pending.mark
            },
            ..Frame::default()
        };
        let (suite, mark) = frame.ended(true, true);
        let raw = suite.raw;
        let name = pending.node.name.clone();
        self.out.suites.insert(name.clone(), suite);
        self.top().judge(name, raw, mark);
    }

    /// Ends the subtests of a suite that is over before its body is.
    fn cut(&mut self, signal: Signal) {
        for pending in std::mem::take(&mut self.top().pending) {
            match (pending.how, signal) {
                (_, Signal::BailOut) => self.unbegun(&pending, &["Stopped"]),
                (How::PutOff | How::Dropped, _) => self.unbegun(&pending, &[]),
                (How::Here | How::Running, _) => {
                    let name = pending.node.name.clone();
                    let raw = self.seen.get(&name).copied().unwrap_or(Raw::Fail);
                    let mark = Mark {
                        todo: pending.mark.todo || pending.node.plan.todo,
                        ..pending.mark
                    };
                    self.top().judge(name, raw, mark);
                    self.loosen(&pending.node);
                }
            }
        }
    }

    fn loosen(&mut self, node: &Node) {
        self.out.loose.insert(node.name.clone());
        for child in node.children() {
            self.loosen(child);
        }
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
