//! The tree of a suite, down to each failing check. What passed is only counted; the text of a suite is kept until the
//! suite ends, and let go then unless something failed.

mod branch;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::Arc;

use super::Style;
use super::blocks::Blocks;
use super::paint::{Mark, Paint, Tone};
use super::pretty_failure as failure;
use super::printed::{Printed, Unattributed, block as text_block, log_text};
use super::words::{one_line, plain};
use crate::ids::SuiteId;
use crate::record::{Check, Record, SuiteEnd, SuiteInfo, Verdict};

use branch::{Blame, Branch, line};

pub(super) struct Tree {
    paint: Paint,
    blocks: Blocks<Branch>,
    printed: Printed,
}

/// A `#[suite]` that has ended, or a check of the root.
pub(super) struct Ended {
    pub(super) check: Arc<Check>,
    /// The tree of one that failed, also where another attempt follows.
    pub(super) text: String,
    /// Warnings and unexpected passes, a line each, of one that passed.
    pub(super) notices: Vec<String>,
    /// What one that passed has printed, if that is to be shown.
    pub(super) printed: Option<String>,
}

impl Tree {
    pub(super) fn new(style: &Style) -> Tree {
        Tree {
            paint: Paint::new(style),
            blocks: Blocks::new(),
            printed: Printed::new(style),
        }
    }

    /// Takes in a record; tells of the outermost suite that it ends.
    pub(super) fn take(&mut self, record: &Record) -> Option<Ended> {
        match record {
            Record::SuiteStarted(suite) => {
                self.blocks.open(suite);
                None
            }
            Record::Check(check) if check.suite.id == SuiteId::ROOT => Some(self.outermost(check)),
            Record::Check(check) => {
                self.check(check);
                None
            }
            Record::Passed { suite, count, .. } => {
                self.blocks.of(suite).passed(&self.paint, *count);
                None
            }
            Record::Diag(suite, text) => self.remark(suite, text, Tone::Aside),
            Record::Warning(suite, text) => {
                let notice = format!("warning: {}: {}", suite.path, one_line(text));
                if self.blocks.of(suite).depth > 0 {
                    self.remark(suite, &format!("warning: {text}"), Tone::Odd);
                }
                self.blocks.of(suite).state.notice(notice);
                None
            }
            Record::Problem(suite, problem) => self.failed(suite, |paint, depth| {
                failure::problem(paint, depth, problem, Some(&suite.at))
            }),
            Record::SuiteEnded(end) => {
                self.suite_ended(end);
                None
            }
            Record::BailOut(suite, why) => {
                let title = format!("bailed out: {}", one_line(why));
                self.failed(suite, |paint, depth| line(paint, depth, Mark::Failed, &title, ""))
            }
            Record::Output(output) => {
                self.printed.take(output);
                None
            }
            Record::RunStarted(_)
            | Record::Plan(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::RunEnded(_) => None,
        }
    }

    fn check(&mut self, check: &Check) {
        let paint = &self.paint;
        let child = match &check.child {
            Some(end) => Some((end, self.blocks.close(&end.suite))),
            None => None,
        };
        let block = self.blocks.of(&check.suite);
        let label = &check.label;
        match &check.verdict {
            Verdict::Passed | Verdict::Flunked(_) => {
                // Of the outermost nothing is shown but its notices.
                let is_shown = check.suite.id != SuiteId::ROOT;
                if is_shown {
                    block.tell(paint, Mark::Passed, label.clone(), String::new());
                }
                let Some((_, mut child)) = child else { return };
                if child.state.has_remarks && is_shown {
                    child.flush(paint);
                    block.flush(paint);
                    block.text.push_str(&child.text);
                    block.state.has_remarks = true;
                }
                for notice in child.state.notices {
                    block.state.notice(notice);
                }
            }
            Verdict::Skipped(why) => block.tell(paint, Mark::Skipped, label.clone(), reason("skipped", why)),
            Verdict::Todo(why) => block.tell(paint, Mark::Todo, label.clone(), reason("todo", why)),
            Verdict::UnexpectedPass(why) => {
                let aside = format!("passed unexpectedly, {}", reason("todo", why));
                block.tell(paint, Mark::Odd, label.clone(), aside);
                let path = if check.suite.path.is_empty() {
                    ""
                } else {
                    &format!("{}: ", check.suite.path)
                };
                block
                    .state
                    .notice(format!("unexpected pass: {path}{} ({})", one_line(label), check.at));
            }
            Verdict::Failed | Verdict::Unflunked(_) | Verdict::Retried => match child {
                Some((end, child)) => block.child_failed(paint, check, end, child),
                None => block.failed(paint, |depth| failure::check(paint, depth, check)),
            },
        }
    }

    fn outermost(&mut self, check: &Arc<Check>) -> Ended {
        self.check(check);
        let root = self.blocks.root();
        let state = std::mem::take(&mut root.state);
        let mut text = std::mem::take(&mut root.text);
        let mut printed = self.printed.ended(check);
        if !check.verdict.fails() && check.verdict != Verdict::Retried {
            text.clear();
        } else {
            if let Some(printed) = printed.take() {
                text.push_str(&text_block(&self.paint, 1, "printed", &printed));
            }
            if let Blame::Child(command) = &state.blame {
                let name = self.paint.tone(Tone::Aside, "run again:");
                let _ = writeln!(text, "  {name} {}", self.paint.tone(Tone::Strong, command));
            }
        }
        Ended {
            check: check.clone(),
            text,
            notices: state.notices,
            printed,
        }
    }

    /// What was printed, may be of a suite that failed, and has not been told with one.
    pub(super) fn unattributed(&mut self) -> (Vec<Unattributed>, u64) {
        self.printed.unattributed()
    }

    fn remark(&mut self, suite: &SuiteInfo, text: &str, tone: Tone) -> Option<Ended> {
        let paint = &self.paint;
        let block = self.blocks.of(suite);
        block.flush(paint);
        for line in plain(text).trim_end().lines() {
            if block.depth == 0 {
                block.state.notice(format!("# {line}"));
                continue;
            }
            let _ = writeln!(
                block.text,
                "{:1$}{2}",
                "",
                2 * block.depth,
                paint.tone(tone, &format!("# {line}"))
            );
        }
        block.state.has_remarks = true;
        None
    }

    fn failed(&mut self, suite: &SuiteInfo, render: impl FnOnce(&Paint, usize) -> String) -> Option<Ended> {
        let paint = &self.paint;
        let block = self.blocks.of(suite);
        // What fails the root is told with the end of the run.
        if block.depth > 0 {
            block.failed(paint, |depth| render(paint, depth));
        }
        None
    }

    fn suite_ended(&mut self, end: &SuiteEnd) {
        let paint = &self.paint;
        let block = self.blocks.open(&end.suite);
        if block.state.left_out > 0 {
            block.flush(paint);
            let text = format!("{} more failed", block.state.left_out);
            block.text.push_str(&line(paint, block.depth, Mark::Failed, &text, ""));
        }
        let Some(log) = &end.log else { return };
        let text = log_text(log);
        if end.failed {
            block.flush(paint);
            block.text.push_str(&text_block(paint, block.depth, "log", &text));
        } else {
            let path = one_line(&end.suite.path);
            self.printed.add(end.suite.top, &format!("log of {path}:\n{text}"));
        }
    }
}

fn reason(word: &str, why: &str) -> String {
    if why.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", one_line(why))
    }
}
