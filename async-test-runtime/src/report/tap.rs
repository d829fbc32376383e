//! TAP 14, and of it only what Perl's `prove`, node's `tap-parser` and Python's `tappy` all understand alike:
//! subtests indented by four spaces, every point numbered in the order of printing, `\` and `#` escaped, directives last
//! on the line, diagnostics in plain block YAML, no pragma.

use std::fmt::Write as _;
use std::io;

use super::blocks::{Block, Blocks};
use super::tap_lines::{as_comments, comment, description, escaped, point_lines, problem_comment, problems};
use super::words;
use super::yaml::Yaml;
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::record::{Check, Passes, Record, RunEnd, SuiteEnd, SuiteInfo, Verdict};

pub(super) struct Tap {
    blocks: Blocks<Lines>,
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
            version: style.tap_version,
            begun: false,
            last: 0,
            whole_run: false,
            bailed_out: false,
        }
    }

    fn check(&mut self, check: &Check) {
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
        let root = self.blocks.root();
        let mut points = self.last;
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
            Record::Diag(suite, text) => self.audible(suite).comment(text),
            Record::Problem(suite, problem) => {
                let text = problem_comment(problem);
                self.blocks.of(suite).comment(&text);
            }
            Record::Warning(suite, text) => self.audible(suite).comment(&format!("Warning: {text}")),
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

    fn comment(&mut self, text: &str) {
        self.text.push_str(&comment(4 * self.depth, text));
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Output};

    use super::*;
    use crate::claim::{Detail, Problem};
    use crate::report::every::{every, golden, written};
    use crate::report::script::Script;

    fn tap(script: &Script) -> String {
        written("tap", &Style::default(), &script.records)
    }

    /// What `prove` says about a text; `None` where it is not installed.
    fn prove(name: &str, text: &str) -> Option<Output> {
        let file = std::env::temp_dir().join(format!("async-test-{}-{name}.tap", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let output = Command::new("prove")
            .args(["--norc", "--exec", "cat"])
            .arg(&file)
            .output();
        std::fs::remove_file(&file).unwrap();
        match output {
            Ok(output) => Some(output),
            Err(error) => {
                use std::io::Write as _;
                let _ = writeln!(io::stderr(), "SKIPPED: `prove` cannot be run: {error}");
                None
            }
        }
    }

    #[track_caller]
    fn proves(name: &str, text: &str, exit: i32) {
        let Some(output) = prove(name, text) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        // A bail-out leaves the plan out, which is told as such an error.
        assert!(exit == 255 || !said.contains("Parse errors"), "{said}");
    }

    fn nasty() -> Script {
        let mut script = Script::default();
        script.start(0, 0, "");
        for (id, name) in [
            "a # SKIP b",
            "#todo",
            "\\",
            "\\# skip",
            "{",
            "x {",
            "",
            "a\n  ok 1\n",
            "Bail out! no",
            "1..3",
            "\u{1b}[1mé",
        ]
        .iter()
        .enumerate()
        {
            let id = id as u64 + 1;
            script.start(id, 0, name);
            script.check(
                id,
                name,
                Verdict::Passed,
                Some(Detail::new().note(*name).expected_got(*name, "---\n...")),
            );
            script.end(id, 0, None);
        }
        script
    }

    #[test]
    fn prove_agrees() {
        proves("fails", &written("tap", &Style::default(), &every(false)), 1);
        proves("bails", &written("tap", &Style::default(), &every(true)), 255);
        let mut passing = nasty();
        passing.run_ended(None, Vec::new());
        let text = tap(&passing);
        golden("tap_nasty.txt", &text);
        proves("passes", &text, 0);
    }

    #[test]
    fn prove_sees_what_fails_the_run_alone() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.run_ended(None, vec![std::sync::Arc::new(Problem::Stopped("why".to_owned()))]);
        proves("run", &tap(&script), 1);
    }

    #[test]
    fn a_bail_out_is_written_at_once_in_the_suite_and_at_the_root() {
        let mut tap = Tap::new(&Style::default());
        let mut out = Vec::new();
        for record in every(true) {
            out.clear();
            tap.record(&record, &mut out).unwrap();
            if matches!(record, Record::BailOut(..)) {
                break;
            }
        }
        let expected = "# Subtest: last\n    # Subtest: database\n        ok 1 - a host\n        Bail out! the database is gone \\# for ever\n\
                        Bail out! the database is gone \\# for ever\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn suites_side_by_side_are_written_in_the_order_of_their_ends() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.start(2, 0, "b");
        script.check(1, "a1", Verdict::Passed, None);
        script.check(2, "b1", Verdict::Passed, None);
        script.check(1, "a2", Verdict::Passed, None);
        script.end(2, 0, None);
        script.end(1, 0, None);
        script.run_ended(None, Vec::new());
        let text = tap(&script);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert_eq!(
            lines,
            [
                "ok 1 - b1",
                "1..1",
                "ok 1 - b",
                "ok 1 - a1",
                "ok 2 - a2",
                "1..2",
                "ok 2 - a",
                "1..2"
            ]
        );
    }

    #[test]
    fn a_suite_that_ended_is_forgotten() {
        let mut tap = Tap::new(&Style::default());
        for record in every(true) {
            tap.record(&record, &mut io::sink()).unwrap();
        }
        assert_eq!(tap.blocks.kept(), 0);
        assert_eq!(tap.blocks.root().text, "");
    }

    #[test]
    fn a_plan_that_was_not_compared_is_corrected() {
        for (planned, verdict, expected) in [
            (3, None, "1..1"),
            (3, Some(Verdict::Todo("why".into())), "1..1"),
            (3, Some(Verdict::Failed), "1..3"),
            // More points than planned: the rest of the block would be dropped.
            (0, Some(Verdict::Failed), "1..1"),
        ] {
            let mut script = Script::default();
            script.start(0, 0, "");
            script.start_with(1, 0, "a", Some(planned), false);
            script.check(1, "c", Verdict::Passed, None);
            script.end(1, 0, verdict.clone());
            let text = tap(&script);
            let plan = text.lines().nth(1).unwrap();
            assert_eq!(plan.trim(), expected, "{planned} planned, {verdict:?}");
        }
    }

    #[test]
    fn a_promised_failure_is_not_shown_as_one() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.check(1, "c", Verdict::Failed, None);
        script.end(1, 0, Some(Verdict::Flunked("why".into())));
        let text = tap(&script);
        let points: Vec<&str> = text
            .lines()
            .filter(|line| line.trim_start().starts_with("not ok"))
            .collect();
        assert!(points.is_empty(), "{text}");
        assert!(text.contains("#     not ok 1 - c\n"), "{text}");
        proves("flunked", &text, 0);
    }

    #[test]
    fn the_plan_of_a_skipped_suite_is_not_that_of_the_one_around_it() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.check(1, "c", Verdict::Passed, None);
        script.start_with(2, 1, "b", Some(7), false);
        // It does not begin.
        script
            .records
            .retain(|record| !matches!(record, Record::SuiteStarted(suite) if suite.id.0 == 2));
        script.end(2, 1, Some(Verdict::Skipped("why".into())));
        script.end(1, 0, None);
        let expected = "# Subtest: a\n    ok 1 - c\n    # Subtest: b\n        1..0 # SKIP why\n    ok 2 - b # SKIP why\n    \
                        1..2\nok 1 - a\n1..1\n";
        assert_eq!(tap(&script), expected);
    }

    #[test]
    fn what_is_said_in_a_hidden_suite_is_kept() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.start_with(2, 1, "tool!()", None, true);
        script.check(2, "inner", Verdict::Passed, None);
        script.records.push(Record::Diag(script.of(2), "hear".into()));
        script.end(2, 1, None);
        script.end(1, 0, None);
        assert_eq!(
            tap(&script),
            "# Subtest: a\n    # hear\n    ok 1 - tool!()\n    1..1\nok 1 - a\n1..1\n"
        );
    }
}
