//! The end of a run for people: the failures once more, all together, and the one line that programs look for.

use std::fmt::Write as _;

use super::paint::{Paint, Tone};
use super::pretty_failure as failure;
use super::tree::Ended;
use crate::record::{Passes, RunEnd, RunStart, Verdict};

/// What waits for the end of a run.
#[derive(Default)]
pub(super) struct Summary {
    failures: String,
}

/// How a suite ended, in the words of the built-in harness.
pub(super) enum Row {
    Ok,
    Failed,
    Ignored(String),
}

impl Row {
    pub(super) fn of(verdict: &Verdict) -> Row {
        match verdict {
            Verdict::Passed | Verdict::Flunked(_) | Verdict::Todo(_) | Verdict::UnexpectedPass(_) => Row::Ok,
            Verdict::Failed | Verdict::Unflunked(_) => Row::Failed,
            Verdict::Skipped(why) => Row::Ignored(super::words::one_line(why)),
        }
    }
}

pub(super) fn header(start: &RunStart) -> String {
    let plural = if start.suites == 1 { "" } else { "s" };
    format!("\nrunning {} test{plural}\n", start.suites)
}

impl Summary {
    pub(super) fn add(&mut self, ended: &Ended) {
        if !ended.text.is_empty() {
            self.failures.push('\n');
            self.failures.push_str(&ended.text);
        }
    }

    pub(super) fn finish(&mut self, paint: &Paint, end: &RunEnd) -> String {
        let mut text = std::mem::take(&mut self.failures);
        for problem in &end.problems {
            text.push('\n');
            text.push_str(&failure::problem(paint, 0, problem, None));
        }
        if !text.is_empty() {
            text.insert_str(0, "\nfailures:\n");
        }
        if !end.failures.is_empty() {
            text.push_str("\nfailures:\n");
            for failed in &end.failures {
                let _ = writeln!(text, "    {}", failed.suite.path);
            }
        }
        text.push('\n');
        if let Some(why) = &end.bailed_out {
            let _ = writeln!(
                text,
                "{} {}",
                paint.tone(Tone::Bad, "bailed out:"),
                super::words::one_line(why)
            );
        }
        text.push_str(&passes(end));
        text.push_str(&checks(end));
        text.push_str(&result(paint, end));
        text
    }
}

fn passes(end: &RunEnd) -> String {
    match end.passes {
        None => String::new(),
        Some(Passes { run, failed }) => {
            let plural = if run == 1 { "" } else { "es" };
            format!("{run} pass{plural}: {} held, {failed} failed\n", run - failed)
        }
    }
}

fn checks(end: &RunEnd) -> String {
    let tally = &end.checks;
    let plural = if tally.run == 1 { "" } else { "s" };
    let mut text = format!("{} check{plural}: {} passed", tally.run, tally.passed());
    for (count, what) in [
        (tally.failed, "failed"),
        (tally.skipped, "skipped"),
        (tally.todo, "todo"),
        (tally.unexpected, "unexpectedly passed"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    format!("{text}; seed {}\n", end.seed)
}

fn result(paint: &Paint, end: &RunEnd) -> String {
    let word = if end.is_ok() {
        paint.tone(Tone::Good, "ok")
    } else {
        paint.tone(Tone::Bad, "FAILED")
    };
    format!(
        "test result: {word}. {} passed; {} failed; {} ignored; 0 measured; {} filtered out; finished in {:.2}s\n\n",
        end.passed,
        end.failed,
        end.ignored,
        end.filtered_out,
        end.took.as_secs_f64()
    )
}
