//! What people see: a row for each suite as it ends, then the tree of each failed one and the result.
//!
//! Where the built-in harness is in charge it prints the rows itself; only the tree of a failed suite is written, and why
//! one was skipped.

use std::borrow::Cow;
use std::io;

use super::attempts::flaky;
use super::paint::{Paint, Tone};
use super::summary::{Row, Summary, header};
use super::tree::{Ended, Tree};
use super::{Reporter, Style, write};
use crate::escape::controls;
use crate::options::TimeOptions;
use crate::record::{Record, SuiteEnd, Verdict};

pub(super) struct Pretty {
    paint: Paint,
    tree: Tree,
    times: bool,
    /// The tree of a failed suite is shown at once, and again at the end.
    live: bool,
    slow: Option<TimeOptions>,
    /// Our own runner is in charge.
    whole_run: bool,
    summary: Summary,
}

impl Pretty {
    pub(super) fn new(style: &Style) -> Pretty {
        Pretty {
            tree: Tree::new(style),
            paint: Paint::new(style),
            times: style.times,
            live: style.live,
            slow: style.slow.clone(),
            whole_run: false,
            summary: Summary::default(),
        }
    }

    fn ended(&mut self, ended: &Ended) -> String {
        let mut text = if self.whole_run {
            self.summary.add(&self.paint, ended);
            match self.live && !ended.text.is_empty() {
                true => format!("{}\n{}\n", self.row(ended), ended.text),
                false => self.row(ended),
            }
        } else {
            match &ended.check.verdict {
                // To the harness it is a passed test; nothing else tells that it did not run.
                Verdict::Skipped(why) => format!("skipped: {}\n", super::words::one_line(why.as_ref())),
                _ => ended.text.clone(),
            }
        };
        for notice in &ended.notices {
            text.push_str(&self.paint.tone(Tone::Odd, notice));
            text.push('\n');
        }
        text
    }

    fn row(&self, ended: &Ended) -> String {
        let Some(child) = &ended.check.child else {
            return String::new();
        };
        let mut row = String::with_capacity(child.suite.path.len() + 64);
        row.push_str("test ");
        // A row is one line, whatever is in a name.
        row.push_str(&controls(&child.suite.path));
        if child.suite.should_panic {
            row.push_str(" - should panic");
        }
        row.push_str(" ... ");
        let (tone, result) = match Row::of(&ended.check) {
            Row::Ok => (Tone::Good, Cow::Borrowed("ok")),
            Row::Failed => (Tone::Bad, Cow::Borrowed("FAILED")),
            Row::TooSlow => (Tone::Bad, Cow::Borrowed("FAILED (time limit exceeded)")),
            Row::Ignored(why) if why.is_empty() => (Tone::Odd, Cow::Borrowed("ignored")),
            Row::Ignored(why) => (
                Tone::Odd,
                Cow::Owned(format!("ignored, {}", super::words::one_line(why.as_ref()))),
            ),
            Row::Retried => (Tone::Odd, Cow::Borrowed("retried")),
        };
        self.paint.push(&mut row, tone, &result);
        if self.times && !matches!(ended.check.verdict, Verdict::Skipped(_)) {
            row.push_str(&self.time(child));
        }
        let aside = match &ended.check.verdict {
            Verdict::Todo(why) => Some(format!("todo: {}", super::words::one_line(why.as_ref()))),
            Verdict::UnexpectedPass(_) => Some("unexpectedly".to_owned()),
            Verdict::Retried => Some(format!("{} failed", child.suite.attempt)),
            Verdict::Passed | Verdict::Failed | Verdict::Flunked(_) | Verdict::Unflunked(_) | Verdict::Skipped(_) => {
                None
            }
        };
        match (aside, flaky(&ended.check)) {
            (None, None) => {}
            (Some(only), None) | (None, Some(only)) => row.push_str(&format!(" ({only})")),
            (Some(one), Some(other)) => row.push_str(&format!(" ({one}; {other})")),
        }
        row.push('\n');
        row
    }
}

impl Pretty {
    /// How long a suite took, marked where that is long.
    fn time(&self, end: &SuiteEnd) -> String {
        let text = format!(" <{:.3}s>", end.took.as_secs_f64());
        let limits = self.slow.as_ref().map(|slow| slow.limits(&end.suite.at.file));
        match limits {
            Some(limits) if end.took > limits.critical => self.paint.tone(Tone::Bad, &text),
            Some(limits) if end.took > limits.warn => self.paint.tone(Tone::Odd, &text),
            _ => text,
        }
    }
}

impl Reporter for Pretty {
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
                self.whole_run = true;
                header(start)
            }
            Record::Check(_) => match ended {
                Some(ended) => self.ended(&ended),
                None => return Ok(()),
            },
            Record::RunEnded(end) => self.summary.finish(&self.paint, end, &self.tree.unattributed()),
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
            | Record::BailOut(..) => return Ok(()),
        };
        write(&text, out)
    }
}
