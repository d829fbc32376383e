//! TAP 14, and of it only what Perl's `prove`, node's `tap-parser` and Python's `tappy` all understand alike:
//! subtests indented by four spaces, every point numbered in the order of printing, `\` and `#` escaped, directives last
//! on the line, diagnostics in plain block YAML, no pragma.

mod block;
mod end;
mod lines;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io;
use std::ops::Range;

use super::blocks::{Block, Blocks};
use super::printed::{Printed, log_text};
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::record::{Check, Record, SuiteEnd, SuiteInfo, Verdict};

use block::{Lines, Plan};
use lines::{as_comments, description, escaped, problem_comment, push_point};

pub(super) struct Tap {
    blocks: Blocks<Lines>,
    printed: Printed,
    version: Option<u8>,
    begun: bool,
    /// The number of the newest point of the root.
    last: u64,
    /// Our own runner is in charge: the plan of the root comes with the end of the run, not with its only suite.
    whole_run: bool,
    /// After `Bail out!` nothing counts any more, so the rest is comments.
    bailed_out: bool,
}

impl Tap {
    pub(super) fn new(style: &Style) -> Tap {
        Tap {
            blocks: Blocks::new(),
            printed: Printed::new(style),
            version: style.tap_version,
            begun: false,
            last: 0,
            whole_run: false,
            bailed_out: false,
        }
    }

    /// A check that is no subtest's end.
    fn point(&mut self, check: &Check) {
        let block = self.blocks.of(&check.suite);
        if !block.state.has_points {
            block.print_plan();
            block.state.has_points = true;
        }
        if !block.point_again(check) {
            push_point(&mut block.text, block.depth, check);
        }
        if block.depth == 0 {
            self.root_has(check.number);
        }
    }

    /// The root has so many points.
    fn root_has(&mut self, points: u64) {
        self.last = points;
        if !self.whole_run {
            let _ = writeln!(self.blocks.root().text, "1..{points}");
        }
    }

    fn check(&mut self, check: &Check) {
        if check.child.is_none() {
            self.point(check);
            return;
        }
        let printed = self.printed.ended(check);
        let child = check.child.as_ref().map(|end| (end, self.blocks.close(&end.suite)));
        let parent = self.blocks.of(&check.suite);
        if !parent.state.has_points {
            parent.print_plan();
            parent.state.has_points = true;
        }
        let point = 4 * parent.depth;
        let mut after = String::new();
        match child {
            // It has no lines of its own, but those of a failure help to understand it.
            Some((end, block)) if end.suite.hidden && !check.verdict.is_ok() => after = as_comments(point, &block.text),
            Some((end, _)) if end.suite.hidden => {}
            // A consumer that looks into a block would take the promised failures in it for real ones.
            Some((_, block)) if matches!(check.verdict, Verdict::Flunked(_)) => after = as_comments(point, &block.text),
            Some((end, mut block)) => {
                block.correct_plan(end.tally.run, !check.verdict.fails());
                if let Some(printed) = printed {
                    block.printed("printed", &printed);
                }
                // A suite may have said much; it is not copied for nothing.
                if parent.text.is_empty() {
                    parent.text = std::mem::take(&mut block.text);
                } else {
                    parent.text.push_str(&block.text);
                }
            }
            None => {}
        }
        push_point(&mut parent.text, parent.depth, check);
        parent.text.push_str(&after);
        if parent.depth == 0 {
            self.root_has(check.number);
        }
    }

    /// Points of which no more is known than that they passed.
    fn passed(&mut self, suite: &SuiteInfo, numbers: Range<u64>) {
        let block = self.blocks.of(suite);
        if !block.state.has_points {
            block.print_plan();
            block.state.has_points = true;
        }
        for number in numbers {
            let _ = writeln!(block.text, "{:1$}ok {number}", "", 4 * block.depth);
        }
    }

    fn suite_ended(&mut self, end: &SuiteEnd) {
        let bailed_out = self.bailed_out;
        let block = self.open(&end.suite);
        if block.depth == 0 || bailed_out {
            return;
        }
        match &end.skipped {
            Some(why) if end.tally.run == 0 => {
                let _ = writeln!(
                    block.text,
                    "{:1$}1..0 # SKIP {why}",
                    "",
                    4 * block.depth,
                    why = escaped(why)
                );
            }
            _ => {
                if matches!(block.state.plan, Plan::Unknown) {
                    block.state.plan = Plan::Pending(end.tally.run);
                }
                block.print_plan();
            }
        }
        if let Some(log) = &end.log {
            block.printed("log", &log_text(log));
        }
        if end.tally.failed > 0 {
            let plural = if end.tally.run == 1 { "" } else { "s" };
            block.comment(&format!(
                "Failed {} of {} test{plural}",
                end.tally.failed, end.tally.run
            ));
        }
    }

    fn bail_out(&mut self, suite: &SuiteInfo, why: &str) {
        let line = format!("Bail out! {}", escaped(why));
        let line = line.trim_end();
        let around = self.blocks.around(suite);
        let mut text = String::new();
        let mut depth = 0;
        for id in &around {
            let block = self.blocks.by_id(*id);
            let lines = std::mem::take(&mut block.text);
            block.state.plan_at = None;
            if block.state.hidden {
                text.push_str(&as_comments(4 * depth, &lines));
            } else {
                text.push_str(&lines);
                depth = block.depth;
            }
        }
        if depth > 0 {
            let _ = writeln!(text, "{:1$}{line}", "", 4 * depth);
        }
        let root = self.blocks.root();
        root.text.push_str(&text);
        let _ = writeln!(root.text, "{line}");
    }

    /// The block of a suite, with its heading when it is new.
    fn open(&mut self, suite: &SuiteInfo) -> &mut Block<Lines> {
        let is_new = self.blocks.around(suite).is_empty();
        let block = self.blocks.open(suite);
        block.state.hidden = suite.hidden;
        if is_new && block.depth > 0 && !suite.hidden {
            let name = description(&suite.name);
            let colon = if name.is_empty() { "" } else { ": " };
            let _ = writeln!(block.text, "{:1$}# Subtest{colon}{name}", "", 4 * (block.depth - 1));
        }
        block
    }

    /// The block for comments on a suite: what is said in a hidden one belongs to the suite that called it.
    fn audible(&mut self, suite: &SuiteInfo) -> &mut Block<Lines> {
        let around = self.blocks.around(suite);
        let is_audible = |id: &&SuiteId| !self.blocks.by_id(**id).state.hidden;
        match around.iter().rev().find(is_audible).copied() {
            Some(id) => self.blocks.by_id(id),
            None if around.is_empty() => self.blocks.of(suite),
            None => self.blocks.root(),
        }
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            if let Some(version) = self.version {
                let _ = writeln!(self.blocks.root().text, "TAP version {version}");
            }
        }
    }

    /// What has reached the root.
    fn take(&mut self) -> String {
        std::mem::take(&mut self.blocks.root().text)
    }
}

impl Reporter for Tap {
    fn hears_stages(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        self.begin();
        let mut done = None;
        match record {
            Record::RunStarted(start) => {
                self.whole_run = true;
                let text = format!(
                    "suites: {}; filtered out: {}; seed: {}",
                    start.suites, start.filtered_out, start.seed
                );
                let shard = start.shard.map(|shard| format!("; shard: {shard}")).unwrap_or_default();
                self.blocks.root().comment(&(text + &shard));
            }
            Record::SuiteStarted(suite) => {
                self.open(suite);
            }
            // One that is skipped has not begun, and its plan is not that of the suite around it.
            Record::Plan(suite, planned) => self.open(suite).state.plan = Plan::Pending(*planned),
            Record::Check(check) => self.check(check),
            Record::Passed { suite, first, count } => self.passed(suite, *first..first + count),
            Record::Diag(suite, text) => self.audible(suite).comment(text),
            Record::Problem(suite, problem) => {
                let text = problem_comment(problem);
                self.blocks.of(suite).comment(&text);
            }
            Record::Warning(suite, text) => self.audible(suite).comment(&format!("Warning: {text}")),
            Record::Output(output) => self.printed.take(output),
            // Neither the life cycle nor measurements are part of TAP.
            Record::Stage(..) | Record::Telemetry(..) => {}
            Record::SuiteEnded(end) => self.suite_ended(end),
            Record::BailOut(suite, why) => {
                if !self.bailed_out {
                    self.bail_out(suite, why);
                    done = Some(self.take());
                    self.bailed_out = true;
                }
            }
            Record::RunEnded(end) => self.run_ended(end),
        }
        let root = self.blocks.root();
        if self.bailed_out {
            let done = done.unwrap_or_default() + &as_comments(0, &root.text);
            root.text.clear();
            return write(&done, out);
        }
        let written = write(&root.text, out);
        // Its room is kept for the next record.
        root.text.clear();
        written
    }
}
