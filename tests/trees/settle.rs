//! The ends of subtests in the model: those that run to their end, those that never began, those that an abort cut short.

use super::model::{Frame, Mark, Raw};
use super::tree::Node;
use super::walk::{How, Model, Pending, Signal};

impl Model<'_> {
    /// Lets a subtest run to its end and judges it.
    pub fn ends(&mut self, pending: &Pending, is_awaited: bool) -> Signal {
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
    pub fn settle(&mut self, wanted: impl Fn(&Pending) -> bool, is_awaited: bool) {
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

    pub fn unbegun(&mut self, pending: &Pending, problems: &[&'static str]) {
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
    pub fn cut(&mut self, signal: Signal) {
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

    pub fn loosen(&mut self, node: &Node) {
        self.out.loose.insert(node.name.clone());
        for child in node.children() {
            self.loosen(child);
        }
    }
}
