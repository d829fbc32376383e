//! What is kept of one suite while it is open: its lines, and its plan.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::lines::{comment, is_plain, push_point};
use crate::record::Check;
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
    again: Again,
}

/// The newest plain point: one with the same label that comes next differs from it in its number only. That is how most
/// points come that come by the million, from one line of a program.
#[derive(Default)]
struct Again {
    label: &'static str,
    number: u64,
    /// The line of that point, once there have been two, without the last digit of its number: what stands before that, of
    /// which the number begins at `number_at`, and what follows it.
    before: String,
    number_at: usize,
    after: String,
}

impl Again {
    /// Adds the line of the next point of it. To count the last digit on is less work than to write each number anew.
    fn count(&mut self, text: &mut String) {
        self.number += 1;
        let digit = self.number % 10;
        if digit == 0 {
            self.before.truncate(self.number_at);
            let _ = write!(self.before, "{}", self.number / 10);
        }
        text.push_str(&self.before);
        text.push(char::from(b'0' + digit as u8));
        text.push_str(&self.after);
    }

    /// Takes the line of a point as it was written.
    fn keep(&mut self, line: &str, depth: usize) {
        self.number_at = 4 * depth + "ok ".len();
        let digits = line[self.number_at..].bytes().take_while(u8::is_ascii_digit).count();
        let last = self.number_at + digits - 1;
        self.before = line[..last].to_owned();
        self.after = line[last + 1..].to_owned();
    }
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

    /// Adds a point like the one before it; the answer is whether this is one.
    pub(super) fn point_again(&mut self, check: &Check) -> bool {
        let Cow::Borrowed(label) = check.label else {
            return false;
        };
        if !is_plain(check) {
            return false;
        }
        let again = &mut self.state.again;
        if check.number != again.number + 1 || !std::ptr::eq(label, again.label) {
            *again = Again {
                label,
                number: check.number,
                ..Again::default()
            };
            return false;
        }
        if again.before.is_empty() {
            let begin = self.text.len();
            push_point(&mut self.text, self.depth, check);
            again.number += 1;
            again.keep(&self.text[begin..], self.depth);
            return true;
        }
        again.count(&mut self.text);
        true
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.text.push_str(&comment(4 * self.depth, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::record::Verdict;
    use crate::report::script::suite;

    #[test]
    fn a_point_like_the_one_before_it_is_the_point_that_it_would_be_without_it() {
        let mut check = Check {
            suite: suite(1, 0, "a"),
            number: 0,
            verdict: Verdict::Passed,
            label: Cow::Borrowed("one"),
            at: Place::new("a.rs", 1, 1),
            detail: None,
            child: None,
        };
        for depth in [0, 1, 3] {
            let mut block = Block::<Lines> {
                depth,
                ..Block::default()
            };
            let mut expected = String::new();
            for number in 1..2_500 {
                check.number = number;
                check.verdict = if number % 700 == 0 {
                    Verdict::Failed
                } else {
                    Verdict::Passed
                };
                check.label = match number / 300 {
                    0 => Cow::Borrowed("one"),
                    1 => Cow::Borrowed("7 # of \\ them {"),
                    2 => Cow::Borrowed(["even", "odd"][number as usize % 2]),
                    3 => Cow::Owned("one".to_owned()),
                    4 => Cow::Borrowed(""),
                    _ => Cow::Borrowed("8"),
                };
                if !block.point_again(&check) {
                    push_point(&mut block.text, depth, &check);
                }
                push_point(&mut expected, depth, &check);
            }
            assert!(block.text == expected, "at a depth of {depth}");
        }
    }
}
