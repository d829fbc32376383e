//! The tree of a suite, down to each failing check. What passed is only counted; the text of a suite is kept until the
//! suite ends, and let go then unless something failed.

use std::fmt::Write as _;
use std::sync::Arc;

use super::blocks::{Block, Blocks};
use super::paint::{Mark, Paint, Tone};
use super::pretty_failure as failure;
use super::words::{one_line, plain};
use crate::ids::SuiteId;
use crate::record::{Check, Record, SuiteEnd, SuiteInfo, Verdict};

/// Neighbours of the same fate are named up to this number, and else counted.
const NAMED: usize = 3;
/// Warnings and unexpected passes told of one suite that passed.
const MAX_NOTICES: usize = 20;
/// Failures shown in full of one suite.
const MAX_SHOWN: u64 = 25;

pub(super) struct Tree {
    paint: Paint,
    blocks: Blocks<Branch>,
}

/// What is remembered of an open suite beside its text.
#[derive(Default)]
pub(super) struct Branch {
    neighbours: Option<Neighbours>,
    blame: Blame,
    shown: u64,
    left_out: u64,
    /// The user said something in it, which is shown even if it passed.
    has_remarks: bool,
    notices: Vec<String>,
}

/// Checks in a row of which the same is to be told.
struct Neighbours {
    mark: Mark,
    aside: String,
    labels: Vec<String>,
    count: u64,
}

/// Where in a suite something failed: decides which command to offer.
#[derive(Default)]
enum Blame {
    #[default]
    Nowhere,
    /// In one subtest only; its command.
    Child(String),
    /// In the suite itself or in several subtests.
    Here,
}

/// A `#[suite]` that has ended, or a check of the root.
pub(super) struct Ended {
    pub(super) check: Arc<Check>,
    /// The tree of a failed one.
    pub(super) text: String,
    /// Warnings and unexpected passes, a line each, of one that passed.
    pub(super) notices: Vec<String>,
}

impl Tree {
    pub(super) fn new(paint: Paint) -> Tree {
        Tree {
            paint,
            blocks: Blocks::new(),
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
            Record::Diag(suite, text) => self.remark(suite, text, Tone::Aside),
            Record::Warning(suite, text) => {
                let notice = format!("warning: {}: {}", suite.path, one_line(text));
                if self.blocks.of(suite).depth > 0 {
                    self.remark(suite, &format!("warning: {text}"), Tone::Odd);
                }
                self.blocks.of(suite).state.notice(notice);
                None
            }
            Record::Problem(suite, problem) => {
                let paint = self.paint.clone();
                self.failed(suite, |depth| failure::problem(&paint, depth, problem, Some(&suite.at)))
            }
            Record::SuiteEnded(end) => {
                self.suite_ended(end);
                None
            }
            Record::BailOut(suite, why) => {
                let paint = self.paint.clone();
                let title = format!("bailed out: {}", one_line(why));
                self.failed(suite, |depth| line(&paint, depth, Mark::Failed, &title, ""))
            }
            Record::RunStarted(_)
            | Record::Plan(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::RunEnded(_) => None,
        }
    }

    fn check(&mut self, check: &Check) {
        let paint = self.paint.clone();
        let child = check.child.as_ref().map(|end| (end, self.blocks.close(&end.suite)));
        let block = self.blocks.of(&check.suite);
        let label = &check.label;
        match &check.verdict {
            Verdict::Passed | Verdict::Flunked(_) => {
                let child = child.map(|(_, child)| child);
                block.tell(&paint, Mark::Passed, label, String::new());
                if let Some(child) = child.as_ref().filter(|child| child.state.has_remarks) {
                    block.flush(&paint);
                    block.text.push_str(&child.text);
                    block.state.has_remarks = true;
                }
                for notice in child.into_iter().flat_map(|child| child.state.notices) {
                    block.state.notice(notice);
                }
            }
            Verdict::Skipped(why) => block.tell(&paint, Mark::Skipped, label, reason("skipped", why)),
            Verdict::Todo(why) => block.tell(&paint, Mark::Todo, label, reason("todo", why)),
            Verdict::UnexpectedPass(why) => {
                let aside = format!("passed unexpectedly, {}", reason("todo", why));
                block.tell(&paint, Mark::Odd, label, aside);
                let path = if check.suite.path.is_empty() {
                    ""
                } else {
                    &format!("{}: ", check.suite.path)
                };
                block
                    .state
                    .notice(format!("unexpected pass: {path}{} ({})", one_line(label), check.at));
            }
            Verdict::Failed | Verdict::Unflunked(_) => match child {
                Some((end, child)) => block.child_failed(&paint, check, end, child),
                None => block.failed(&paint, |depth| failure::check(&paint, depth, check)),
            },
        }
    }

    fn outermost(&mut self, check: &Arc<Check>) -> Ended {
        self.check(check);
        let root = self.blocks.root();
        let state = std::mem::take(&mut root.state);
        let mut text = std::mem::take(&mut root.text);
        if !check.verdict.fails() {
            text.clear();
        } else if let Blame::Child(command) = &state.blame {
            let name = self.paint.tone(Tone::Aside, "run again:");
            let _ = writeln!(text, "  {name} {}", self.paint.tone(Tone::Strong, command));
        }
        Ended {
            check: check.clone(),
            text,
            notices: state.notices,
        }
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

    fn failed(&mut self, suite: &SuiteInfo, render: impl FnOnce(usize) -> String) -> Option<Ended> {
        let paint = self.paint.clone();
        let block = self.blocks.of(suite);
        // What fails the root is told with the end of the run.
        if block.depth > 0 {
            block.failed(&paint, render);
        }
        None
    }

    fn suite_ended(&mut self, end: &SuiteEnd) {
        let paint = self.paint.clone();
        let block = self.blocks.open(&end.suite);
        block.flush(&paint);
        if block.state.left_out > 0 {
            let text = format!("{} more failed", block.state.left_out);
            block.text.push_str(&line(&paint, block.depth, Mark::Failed, &text, ""));
        }
    }
}

impl Block<Branch> {
    /// Something that needs one line at most.
    fn tell(&mut self, paint: &Paint, mark: Mark, label: &str, aside: String) {
        let alike = |before: &&mut Neighbours| before.mark == mark && before.aside == aside;
        if let Some(before) = self.state.neighbours.as_mut().filter(alike) {
            before.count += 1;
            if before.labels.len() < NAMED {
                before.labels.push(one_line(label));
            }
            return;
        }
        self.flush(paint);
        self.state.neighbours = Some(Neighbours {
            mark,
            aside,
            labels: vec![one_line(label)],
            count: 1,
        });
    }

    /// Writes what was collected of neighbours.
    fn flush(&mut self, paint: &Paint) {
        let Some(Neighbours {
            mark,
            aside,
            labels,
            count,
        }) = self.state.neighbours.take()
        else {
            return;
        };
        if labels.len() as u64 == count {
            self.text
                .extend(labels.iter().map(|label| line(paint, self.depth, mark, label, &aside)));
        } else {
            let what = if mark == Mark::Passed { "passed" } else { "tests" };
            self.text
                .push_str(&line(paint, self.depth, mark, &format!("{count} {what}"), &aside));
        }
    }

    fn failed(&mut self, paint: &Paint, render: impl FnOnce(usize) -> String) {
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

    fn child_failed(&mut self, paint: &Paint, check: &Check, end: &SuiteEnd, child: Block<Branch>) {
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
    fn notice(&mut self, notice: String) {
        match self.notices.len() {
            0..MAX_NOTICES => self.notices.push(notice),
            MAX_NOTICES => self.notices.push("... and more of this kind".to_owned()),
            _ => {}
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

fn line(paint: &Paint, depth: usize, mark: Mark, text: &str, aside: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Style;
    use crate::report::every::{every, written};
    use crate::report::script::Script;

    fn pretty(script: &Script) -> String {
        written("pretty", &Style::default(), &script.records)
    }

    #[test]
    fn the_command_is_that_of_the_innermost_suite_around_all_failures() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        for (id, name) in [(2, "b"), (3, "c")] {
            script.start(id, 1, name);
            script.start(id + 10, id, "d");
            script.check(
                id + 10,
                "x",
                if id == 2 { Verdict::Failed } else { Verdict::Passed },
                None,
            );
            script.end(id + 10, id, None);
            script.end(id, 1, None);
        }
        script.end(1, 0, None);
        assert!(pretty(&script).ends_with("  run again: cargo test --test store -- a/b/d --exact --seed 4711\n"));
        script.start(4, 0, "e");
        for id in [5, 6] {
            script.start(id, 4, "f");
            script.check(id, "x", Verdict::Failed, None);
            script.end(id, 4, None);
        }
        script.end(4, 0, None);
        assert!(pretty(&script).ends_with("  run again: cargo test --test store -- e --exact --seed 4711\n"));
    }

    #[test]
    fn neighbours_are_named_or_counted_and_failures_bounded() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        for (n, why) in [(2, "one"), (5, "two")] {
            (0..n).for_each(|n| script.check(1, &format!("s{n}"), Verdict::Skipped(why.into()), None));
        }
        (0..4).for_each(|n| script.check(1, &format!("t{n}"), Verdict::Todo("later".into()), None));
        (0..MAX_SHOWN + 7).for_each(|n| script.check(1, &format!("f{n}"), Verdict::Failed, None));
        script.end(1, 0, None);
        let text = pretty(&script);
        let lines = [
            "○ s0  skipped: one",
            "○ s1  skipped: one",
            "○ 5 tests  skipped: two",
            "◌ 4 tests  todo: later",
            "✗ f0",
        ];
        assert_eq!(text.lines().skip(1).take(5).map(str::trim).collect::<Vec<_>>(), lines);
        assert!(
            text.contains("  ✗ f24\n") && !text.contains("f25") && text.contains("\n  ✗ 7 more failed\n"),
            "{text}"
        );
    }

    #[test]
    fn a_suite_that_ended_is_forgotten() {
        let mut tree = Tree::new(Paint::new(&Style::default()));
        for record in every(true) {
            let _ = tree.take(&record);
        }
        assert_eq!(tree.blocks.kept(), 0);
        assert_eq!(tree.blocks.root().text, "");
    }
}
