//! What is kept of one suite while it is open: its lines, and its plan.

use std::fmt::Write as _;

use super::lines::comment;
use crate::report::blocks::Block;

/// What is remembered of an open suite beside its text.
#[derive(Default)]
pub(in crate::report) struct Lines {
    pub(super) plan: Plan,
    /// From here on the plan has to wait for the end.
    pub(super) has_points: bool,
    pub(super) hidden: bool,
    /// Where the text has the plan, and what it says.
    pub(super) plan_at: Option<(usize, u64)>,
}

/// The plan line of a suite.
#[derive(Default)]
pub(super) enum Plan {
    /// It comes at the end.
    #[default]
    Unknown,
    /// It comes before the first point.
    Pending(u64),
    Printed,
}

impl Block<Lines> {
    pub(super) fn print_plan(&mut self) {
        if let Plan::Pending(planned) = self.state.plan {
            self.state.plan_at = Some((self.text.len() + 4 * self.depth, planned));
            let _ = writeln!(self.text, "{:1$}1..{planned}", "", 4 * self.depth);
            self.state.plan = Plan::Printed;
        }
    }

    /// Where the plan was not compared, for instance after an abort, a consumer must not do so either; and one that finds
    /// more points than were planned drops the rest of the block. The failure is told by the closing point anyway.
    pub(super) fn correct_plan(&mut self, run: u64, is_good: bool) {
        match self.state.plan_at {
            Some((at, planned)) if planned < run || (planned != run && is_good) => {
                let plan = |tests: u64| format!("1..{tests}");
                self.text.replace_range(at..at + plan(planned).len(), &plan(run));
            }
            _ => {}
        }
    }

    /// What others wrote is set off, so that no line of it is taken for anything but a comment.
    pub(super) fn printed(&mut self, title: &str, text: &str) {
        self.comment(&format!("{title}:"));
        let lines: String = text.split_inclusive('\n').map(|line| format!("  {line}")).collect();
        self.comment(&lines);
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.text.push_str(&comment(4 * self.depth, text));
    }
}
