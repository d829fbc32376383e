//! TAP 14, and of it only what Perl's `prove`, node's `tap-parser` and Python's `tappy` all understand alike:
//! subtests indented by four spaces, every point numbered in the order of printing, `\` and `#` escaped, directives last
//! on the line, diagnostics in plain block YAML, no pragma.

mod lines;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io;
use std::ops::Range;

use super::blocks::{Block, Blocks};
use super::printed::Printed;
use super::words::{self, one_line};
use super::yaml::Yaml;
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::record::{Check, Passes, Record, RunEnd, SuiteEnd, SuiteInfo, Verdict};

use lines::{as_comments, comment, description, escaped, point_lines, problem_comment, problems};

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

/// What is remembered of an open suite beside its text.
#[derive(Default)]
struct Lines {
    plan: Plan,
    /// From here on the plan has to wait for the end.
    has_points: bool,
    hidden: bool,
    /// Where the text has the plan, and what it says.
    plan_at: Option<(usize, u64)>,
}

/// The plan line of a suite.
#[derive(Default)]
enum Plan {
    /// It comes at the end.
    #[default]
    Unknown,
    /// It comes before the first point.
    Pending(u64),
    Printed,
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

    fn check(&mut self, check: &Check) {
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
                parent.text.push_str(&block.text);
            }
            None => {}
        }
        parent.text.push_str(&point_lines(point, check));
        parent.text.push_str(&after);
        if parent.depth == 0 {
            self.last = check.number;
            if !self.whole_run {
                let _ = writeln!(parent.text, "1..{}", check.number);
            }
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

    fn run_ended(&mut self, end: &RunEnd) {
        let (texts, left_out) = self.printed.unattributed();
        let root = self.blocks.root();
        if left_out > 0 {
            root.comment(&format!(
                "{left_out} printed bytes that belong to no suite for certain are left out"
            ));
        }
        for unattributed in texts {
            root.printed(&unattributed.title(), &unattributed.text);
        }
        let mut points = self.last;
        // Their points are forgiven, and the attempt that was to decide has not ended.
        for cut_off in end.failures.iter().filter(|failed| failed.suite.attempt.is_followed()) {
            points += 1;
            let SuiteInfo { path, attempt, at, .. } = &*cut_off.suite;
            let _ = writeln!(root.text, "not ok {points} - {}", description(path));
            root.comment(&format!("{attempt} failed, and the next one did not end"));
            root.comment(&format!("Failed test '{}' at {at}", one_line(path)));
        }
        if !end.problems.is_empty() {
            points += 1;
            let mut yaml = Yaml::new(0);
            yaml.text("severity", "fail");
            problems(&mut yaml, end.problems.iter().map(AsRef::as_ref));
            let _ = write!(root.text, "not ok {points} - the run\n{}", yaml.finish());
        }
        let RunEnd {
            passed,
            failed,
            ignored,
            filtered_out,
            checks,
            seed,
            passes,
            ..
        } = end;
        let took = words::time(end.took);
        root.comment(&format!(
            "{passed} passed, {failed} failed, {ignored} ignored, {filtered_out} filtered out, in {took}"
        ));
        root.comment(&format!("{} checks, {} failed; seed {seed}", checks.run, checks.failed));
        if let Some(Passes { run, failed }) = passes {
            root.comment(&format!("passes: {run}, {failed} failed"));
        }
        if !end.flaky.is_empty() {
            let names: Vec<&str> = end.flaky.iter().map(|suite| suite.path.as_str()).collect();
            root.comment(&format!("flaky: {} ({})", names.len(), one_line(&names.join(", "))));
        }
        if matches!(root.state.plan, Plan::Unknown) {
            root.state.plan = Plan::Pending(points);
        }
        // After the comments: a consumer may take a plan for misplaced when any follow.
        root.print_plan();
        if let Some(why) = end.bailed_out.as_ref().filter(|_| !self.bailed_out) {
            let line = format!("Bail out! {}", escaped(why));
            let _ = writeln!(root.text, "{}", line.trim_end());
        }
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
    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        self.begin();
        let mut done = String::new();
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
                    done = self.take();
                    self.bailed_out = true;
                }
            }
            Record::RunEnded(end) => self.run_ended(end),
        }
        let text = self.take();
        done.push_str(&if self.bailed_out { as_comments(0, &text) } else { text });
        write(&done, out)
    }
}

impl Block<Lines> {
    fn print_plan(&mut self) {
        if let Plan::Pending(planned) = self.state.plan {
            self.state.plan_at = Some((self.text.len() + 4 * self.depth, planned));
            let _ = writeln!(self.text, "{:1$}1..{planned}", "", 4 * self.depth);
            self.state.plan = Plan::Printed;
        }
    }

    /// Where the plan was not compared, for instance after an abort, a consumer must not do so either; and one that finds
    /// more points than were planned drops the rest of the block. The failure is told by the closing point anyway.
    fn correct_plan(&mut self, run: u64, is_good: bool) {
        match self.state.plan_at {
            Some((at, planned)) if planned < run || (planned != run && is_good) => {
                let plan = |tests: u64| format!("1..{tests}");
                self.text.replace_range(at..at + plan(planned).len(), &plan(run));
            }
            _ => {}
        }
    }

    /// What others wrote is set off, so that no line of it is taken for anything but a comment.
    fn printed(&mut self, title: &str, text: &str) {
        self.comment(&format!("{title}:"));
        let lines: String = text.split_inclusive('\n').map(|line| format!("  {line}")).collect();
        self.comment(&lines);
    }

    fn comment(&mut self, text: &str) {
        self.text.push_str(&comment(4 * self.depth, text));
    }
}
