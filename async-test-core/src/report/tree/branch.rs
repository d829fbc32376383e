//! What is kept of one suite while it is open: its lines, what is still to be joined into one, and who is to blame.

use std::borrow::Cow;

use crate::record::{Check, SuiteEnd};
use crate::report::blocks::Block;
use crate::report::paint::{Mark, Paint, Tone};
use crate::report::pretty_failure as failure;
use crate::report::words::one_line;

/// Neighbours of the same fate are named up to this number, and else counted.
const NAMED: usize = 3;
/// Warnings and unexpected passes told of one suite that passed.
const MAX_NOTICES: usize = 20;
/// Failures shown in full of one suite.
pub(super) const MAX_SHOWN: u64 = 25;

/// What is remembered of an open suite beside its text.
#[derive(Default)]
pub(in crate::report) struct Branch {
    neighbours: Option<Neighbours>,
    pub(super) blame: Blame,
    pub(super) shown: u64,
    pub(super) left_out: u64,
    /// The user said something in it, which is shown even if it passed.
    pub(super) has_remarks: bool,
    pub(super) notices: Vec<String>,
}

/// Checks in a row of which the same is to be told.
struct Neighbours {
    mark: Mark,
    aside: String,
    first: Cow<'static, str>,
    /// As many more as are named.
    more: Vec<Cow<'static, str>>,
    count: u64,
}

/// Where in a suite something failed: decides which command to offer.
#[derive(Default)]
pub(super) enum Blame {
    #[default]
    Nowhere,
    /// In one subtest only; its command.
    Child(String),
    /// In the suite itself or in several subtests.
    Here,
}

impl Block<Branch> {
    /// Something that needs one line at most.
    pub(super) fn tell(&mut self, paint: &Paint, mark: Mark, label: Cow<'static, str>, aside: String) {
        match &mut self.state.neighbours {
            Some(before) if before.mark == mark && before.aside == aside => {
                before.count += 1;
                if before.more.len() + 1 < NAMED {
                    before.more.push(label);
                }
                return;
            }
            Some(_) => self.flush(paint),
            None => {}
        }
        self.state.neighbours = Some(Neighbours {
            mark,
            aside,
            first: label,
            more: Vec::new(),
            count: 1,
        });
    }

    /// Passing checks of which no more is known.
    pub(super) fn passed(&mut self, paint: &Paint, count: u64) {
        self.tell(paint, Mark::Passed, Cow::Borrowed(""), String::new());
        if let Some(neighbours) = &mut self.state.neighbours {
            neighbours.count += count - 1;
        }
    }

    /// Writes what was collected of neighbours. Most of it never is, since its suite passes.
    pub(super) fn flush(&mut self, paint: &Paint) {
        let Some(Neighbours {
            mark,
            aside,
            first,
            more,
            count,
        }) = self.state.neighbours.take()
        else {
            return;
        };
        if more.len() as u64 + 1 == count {
            let labels = [first].into_iter().chain(more);
            let lines = labels.map(|label| line(paint, self.depth, mark, &one_line(&label), &aside));
            self.text.extend(lines);
        } else {
            let what = if mark == Mark::Passed { "passed" } else { "tests" };
            self.text
                .push_str(&line(paint, self.depth, mark, &format!("{count} {what}"), &aside));
        }
    }

    pub(super) fn failed(&mut self, paint: &Paint, render: impl FnOnce(usize) -> String) {
        self.state.blame = Blame::Here;
        if self.state.shown == MAX_SHOWN {
            self.state.left_out += 1;
            return;
        }
        self.state.shown += 1;
        self.flush(paint);
        let text = render(self.depth);
        self.text.push_str(&text);
    }

    pub(super) fn child_failed(&mut self, paint: &Paint, check: &Check, end: &SuiteEnd, mut child: Block<Branch>) {
        child.flush(paint);
        let below = match &child.state.blame {
            Blame::Child(command) => Some(command.clone()),
            Blame::Nowhere | Blame::Here => end.rerun(),
        };
        let blame = match (&self.state.blame, below.or_else(|| end.rerun())) {
            (Blame::Nowhere, Some(command)) => Blame::Child(command),
            _ => Blame::Here,
        };
        let heading = failure::heading(
            paint,
            self.depth,
            check,
            end,
            matches!(child.state.blame, Blame::Nowhere),
        );
        let text = heading + &child.text;
        self.failed(paint, |_| text);
        self.state.blame = blame;
    }
}

impl Branch {
    pub(super) fn notice(&mut self, notice: String) {
        match self.notices.len() {
            0..MAX_NOTICES => self.notices.push(notice),
            MAX_NOTICES => self.notices.push("... and more of this kind".to_owned()),
            _ => {}
        }
    }
}

pub(super) fn line(paint: &Paint, depth: usize, mark: Mark, text: &str, aside: &str) -> String {
    let text = paint.cut(text, paint.width.saturating_sub(2 * depth + 2).max(20));
    let text = match mark {
        Mark::Passed | Mark::Skipped => paint.tone(Tone::Aside, &text),
        Mark::Failed | Mark::Todo | Mark::Odd => text.into_owned(),
    };
    let aside = if aside.is_empty() {
        String::new()
    } else {
        format!("  {}", paint.tone(Tone::Aside, aside))
    };
    format!("{:1$}{2}{text}{aside}\n", "", 2 * depth, paint.mark(mark))
}
