//! The end of a run for people: the failures once more, all together, and the one line that programs look for.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::attempts::Attempts;
use super::paint::{Paint, Tone};
use super::pretty_failure as failure;
use super::printed::{Unattributed, block};
use super::tree::Ended;
use super::words::{one_line, plain};
use crate::record::{Check, Passes, RunEnd, RunStart, Verdict};

/// Flaky suites named in the line that counts them.
const MAX_NAMED: usize = 10;

/// What waits for the end of a run.
#[derive(Default)]
pub(super) struct Summary {
    failures: String,
    /// What passing suites printed, if that is to be shown.
    successes: String,
    /// The trees of failed attempts whose suites have passed since.
    forgiven: String,
    /// Those of suites that are tried again.
    attempts: Attempts<String>,
}

/// How a suite ended, in the words of the built-in harness.
pub(super) enum Row {
    Ok,
    Failed,
    /// Nothing failed but the time it took.
    TooSlow,
    Ignored(String),
    Retried,
}

impl Row {
    pub(super) fn of(check: &Check) -> Row {
        match &check.verdict {
            Verdict::Passed | Verdict::Flunked(_) | Verdict::Todo(_) | Verdict::UnexpectedPass(_) => Row::Ok,
            Verdict::Failed if check.child.as_ref().is_some_and(|end| end.was_only_slow()) => Row::TooSlow,
            Verdict::Failed | Verdict::Unflunked(_) => Row::Failed,
            Verdict::Skipped(why) => Row::Ignored(super::words::one_line(why)),
            Verdict::Retried => Row::Retried,
        }
    }
}

pub(super) fn header(start: &RunStart) -> String {
    let plural = if start.suites == 1 { "" } else { "s" };
    let seed = match start.random {
        true => format!(" (shuffle seed: {})", start.seed),
        false => String::new(),
    };
    format!("\nrunning {} test{plural}{seed}\n", start.suites)
}

impl Summary {
    pub(super) fn add(&mut self, paint: &Paint, ended: &Ended) {
        let Some(end) = &ended.check.child else { return };
        if let Some(printed) = &ended.printed {
            let title = format!("{} printed", plain(&end.suite.path));
            let _ = write!(self.successes, "\n{}", block(paint, 0, &title, printed));
        }
        if ended.check.verdict == Verdict::Retried {
            self.attempts.keep(&end.suite, ended.text.clone());
            return;
        }
        let attempts = self.attempts.take(&end.suite);
        let section = match ended.check.verdict.fails() {
            true => &mut self.failures,
            false => &mut self.forgiven,
        };
        if attempts.is_empty() && ended.text.is_empty() {
            return;
        }
        for text in attempts.iter().chain([&ended.text]).filter(|text| !text.is_empty()) {
            section.push('\n');
            section.push_str(text);
        }
    }

    pub(super) fn finish(&mut self, paint: &Paint, end: &RunEnd, unattributed: &(Vec<Unattributed>, u64)) -> String {
        let mut failures = std::mem::take(&mut self.failures);
        for text in self.attempts.rest().into_iter().flat_map(|(_, texts)| texts) {
            failures.push('\n');
            failures.push_str(&text);
        }
        for problem in &end.problems {
            failures.push('\n');
            failures.push_str(&failure::problem(paint, 0, problem, None));
        }
        let mut text = String::new();
        for (title, section) in [
            ("successes", std::mem::take(&mut self.successes)),
            ("failed attempts", std::mem::take(&mut self.forgiven)),
            ("failures", failures),
        ] {
            if !section.is_empty() {
                let _ = write!(text, "\n{title}:\n{section}");
            }
        }
        text.push_str(&not_attributed(paint, unattributed));
        if !end.failures.is_empty() {
            text.push_str("\nfailures:\n");
            for failed in &end.failures {
                let _ = writeln!(text, "    {}", one_line(&failed.suite.path));
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
        text.push_str(&flaky(paint, end));
        text.push_str(&result(paint, end));
        text
    }
}

fn not_attributed(paint: &Paint, (texts, left_out): &(Vec<Unattributed>, u64)) -> String {
    let mut text = String::new();
    if *left_out > 0 {
        let _ = writeln!(
            text,
            "\n... ({left_out} bytes that belong to no suite for certain are left out)"
        );
    }
    for unattributed in texts {
        let _ = write!(text, "\n{}", block(paint, 0, &unattributed.title(), &unattributed.text));
    }
    text
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
    if end.at_once > 1 {
        let _ = write!(text, "; up to {} suites at once", end.at_once);
    }
    format!("{text}; seed {}\n", end.seed)
}

/// How many suites passed only when they were tried again, and which.
fn flaky(paint: &Paint, end: &RunEnd) -> String {
    if end.flaky.is_empty() {
        return String::new();
    }
    let names: Vec<Cow<'_, str>> = end.flaky.iter().take(MAX_NAMED).map(|it| plain(&it.path)).collect();
    let more = match end.flaky.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let count = format!("flaky: {}", end.flaky.len());
    format!("{} ({}{more})\n", paint.tone(Tone::Odd, &count), names.join(", "))
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
