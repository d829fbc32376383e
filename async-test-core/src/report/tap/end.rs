//! The end of a run in TAP: what belongs to no suite, the counts, and the plan of the whole stream.

use std::fmt::Write as _;

use super::Tap;
use super::block::Plan;
use super::lines::{description, escaped, problems};
use crate::record::{Passes, RunEnd, SuiteInfo};
use crate::report::words::{self, one_line};
use crate::report::yaml::Yaml;

impl Tap {
    pub(super) fn run_ended(&mut self, end: &RunEnd) {
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
            at_once,
            ..
        } = end;
        let took = words::time(end.took);
        root.comment(&format!(
            "{passed} passed, {failed} failed, {ignored} ignored, {filtered_out} filtered out, in {took}"
        ));
        let plural = if checks.run == 1 { "" } else { "s" };
        root.comment(&format!(
            "{} check{plural}, {} failed; seed {seed}",
            checks.run, checks.failed
        ));
        if *at_once > 1 {
            root.comment(&format!("up to {at_once} suites at once"));
        }
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
}
