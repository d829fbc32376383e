//! One character for each suite, a line for each that fails, then the same end as the pretty format has.

use std::fmt::Write as _;
use std::io;

use super::attempts::flaky;
use super::paint::{Paint, Tone};
use super::summary::{Row, Summary, header};
use super::tree::{Ended, Tree};
use super::words::plain;
use super::{Reporter, Style, write};
use crate::record::Record;

/// Characters on a line, as the built-in harness has it.
const COLUMNS: usize = 88;

pub(super) struct Terse {
    paint: Paint,
    tree: Tree,
    /// How many suites the run has; unknown where the built-in harness is in charge.
    of: Option<usize>,
    ended: usize,
    /// Characters on the line so far.
    column: usize,
    notices: String,
    summary: Summary,
}

impl Terse {
    pub(super) fn new(style: &Style) -> Terse {
        Terse {
            tree: Tree::new(style),
            paint: Paint::new(style),
            of: None,
            ended: 0,
            column: 0,
            notices: String::new(),
            summary: Summary::default(),
        }
    }

    fn ended(&mut self, ended: &Ended) -> String {
        for notice in &ended.notices {
            let _ = writeln!(self.notices, "{}", self.paint.tone(Tone::Odd, notice));
        }
        let Some(of) = self.of else {
            return ended.text.clone() + &std::mem::take(&mut self.notices);
        };
        self.summary.add(&self.paint, ended);
        let Some(child) = &ended.check.child else {
            return String::new();
        };
        if let Some(flaky) = flaky(&ended.check) {
            let ok = self.paint.tone(Tone::Odd, &format!("ok ({flaky})"));
            return self.own_line(of, &child.suite.path, &ok);
        }
        let short = match Row::of(&ended.check) {
            Row::Retried => return String::new(),
            Row::Ok => self.paint.tone(Tone::Good, "."),
            Row::Ignored(_) => self.paint.tone(Tone::Odd, "i"),
            // The name of a failed one is worth a line of its own before the run has ended.
            Row::Failed | Row::TooSlow => {
                let failed = self.paint.tone(Tone::Bad, "FAILED");
                return self.own_line(of, &child.suite.path, &failed);
            }
        };
        self.ended += 1;
        self.column += 1;
        match self.column {
            COLUMNS => short + &self.progress(of),
            _ => short,
        }
    }

    fn own_line(&mut self, of: usize, path: &str, result: &str) -> String {
        let text = self.progress(of);
        self.ended += 1;
        format!("{text}{} --- {result}\n", plain(path))
    }

    /// Ends a line that has been begun.
    fn progress(&mut self, of: usize) -> String {
        match std::mem::take(&mut self.column) {
            0 => String::new(),
            _ => format!(" {}/{of}\n", self.ended),
        }
    }
}

impl Reporter for Terse {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let ended = self.tree.take(record);
        let text = match record {
            Record::RunStarted(start) => {
                self.of = Some(start.suites);
                header(start)
            }
            Record::Check(_) => ended.map(|ended| self.ended(&ended)).unwrap_or_default(),
            Record::RunEnded(end) => {
                let notices = std::mem::take(&mut self.notices);
                format!(
                    "\n{notices}{}",
                    self.summary.finish(&self.paint, end, &self.tree.unattributed())
                )
            }
            // They are part of the tree.
            Record::SuiteStarted(_)
            | Record::Plan(..)
            | Record::Diag(..)
            | Record::Problem(..)
            | Record::Warning(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::Output(_)
            | Record::Passed { .. }
            | Record::SuiteEnded(_)
            | Record::BailOut(..) => String::new(),
        };
        write(&text, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::every::written;
    use crate::report::script::Script;

    #[test]
    fn full_lines_tell_how_far_it_is() {
        let mut script = Script::default();
        script.start(0, 0, "");
        for id in 1..=90 {
            script.start(id, 0, "a");
            script.end(id, 0, None);
        }
        script.run_ended(None, Vec::new());
        let text = written("terse", &Style::default(), &script.records);
        let dots: Vec<&str> = text.lines().filter(|line| line.starts_with('.')).collect();
        assert_eq!(dots, [&format!("{} 88/1", ".".repeat(88)), ".."]);
    }
}
