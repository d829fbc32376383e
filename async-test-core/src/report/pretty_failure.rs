//! One failure for people: its title, and below it everything that explains it, named and aligned.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Style;
use super::paint::{Mark, Paint, Tone, folded};
use super::words::{self, Row, Value, one_line, shortened};
use crate::claim::{Detail, Figure, Problem};
use crate::diff::expected_got;
use crate::place::Place;
use crate::record::{Check, Record, SuiteEnd, Verdict};

/// Characters and lines shown of one value; the rest is in the other formats.
const MAX_VALUE: (usize, usize) = (4_000, 40);
/// Columns of the names, unless one is longer.
const MAX_KEY: usize = 16;

/// A failed check.
pub(super) fn check(paint: &Paint, depth: usize, check: &Check) -> String {
    let mut text = title(paint, depth, &check.label, &aside(&check.verdict));
    let mut rows = vec![Row::at("at", &check.at)];
    if let Some(detail) = &check.detail {
        rows.extend(explained(paint, detail));
    }
    text.push_str(&below(paint, depth, &rows));
    text
}

/// The heading of a failed subtest or suite; what failed in it comes below.
pub(super) fn heading(paint: &Paint, depth: usize, check: &Check, end: &SuiteEnd, is_empty: bool) -> String {
    let mut asides = Vec::new();
    if end.suite.nesting == 1 && end.suite.attempt.of > 1 {
        asides.push(end.suite.attempt.to_string());
    }
    let judged = aside(&check.verdict);
    if !judged.is_empty() {
        asides.push(judged);
    }
    if end.tally.failed > 0 && !end.suite.hidden {
        asides.push(format!("{} of {} failed", end.tally.failed, end.tally.run));
    }
    asides.push(paint.time(end.took));
    let mut text = title(paint, depth, &check.label, &asides.join(", "));
    if is_empty || end.suite.hidden {
        let mut rows = vec![Row::at("at", &check.at)];
        if let Some(detail) = &check.detail {
            rows.extend(explained(paint, detail));
        }
        text.push_str(&below(paint, depth, &rows));
    }
    text
}

/// A problem outside of any report.
#[doc(hidden)]
pub fn plain(what: &Problem) -> String {
    problem(&Paint::new(&Style::default()), 0, what, None)
}

/// What people are told of a record for which there is no report, if anything.
#[doc(hidden)]
pub fn unreported(record: &Record) -> Option<String> {
    let text = match record {
        Record::Problem(_, problem) => format!("async-test-suite: {}", plain(problem)),
        Record::Diag(_, text) | Record::Warning(_, text) => format!("async-test-suite: {text}\n"),
        Record::BailOut(_, why) => format!("async-test-suite: Bail out! {why}\n"),
        Record::RunStarted(_)
        | Record::RunEnded(_)
        | Record::SuiteStarted(_)
        | Record::Plan(..)
        | Record::Check(_)
        | Record::Stage(..)
        | Record::Telemetry(..)
        | Record::Output(_)
        | Record::Passed { .. }
        | Record::SuiteEnded(_) => return None,
    };
    Some(text)
}

/// What failed a suite beside its checks; `at` is for those that have no place of their own.
pub(super) fn problem(paint: &Paint, depth: usize, problem: &Problem, at: Option<&Place>) -> String {
    let told = words::problem(problem);
    // As with a check, the place comes first.
    let (mut rows, others): (Vec<Row>, Vec<Row>) = told.rows.into_iter().partition(|row| row.key == "at");
    if rows.is_empty() {
        rows.extend(at.map(|at| Row::at("at", at)));
    }
    rows.extend(others);
    let mut text = title(paint, depth, &told.title, "");
    text.push_str(&below(paint, depth, &rows));
    text
}

fn title(paint: &Paint, depth: usize, label: &str, aside: &str) -> String {
    let label = one_line(label);
    let label = paint.cut(&label, 3 * paint.width);
    let mut text = format!("{:1$}{2}", "", 2 * depth, paint.mark(Mark::Failed));
    text.push_str(&paint.tone(Tone::Strong, &label));
    if !aside.is_empty() {
        let _ = write!(text, "  {}", paint.tone(Tone::Aside, aside));
    }
    text.push('\n');
    text
}

fn aside(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Unflunked(why) => format!("passed, though a failure was promised: {}", one_line(why)),
        Verdict::Passed
        | Verdict::Failed
        | Verdict::Flunked(_)
        | Verdict::Todo(_)
        | Verdict::UnexpectedPass(_)
        | Verdict::Skipped(_)
        | Verdict::Retried => String::new(),
    }
}

/// The rows of a detail as people want them: either a diff or the two values, and nothing twice.
fn explained(paint: &Paint, detail: &Detail) -> Vec<Row> {
    let mut rows = words::detail(detail);
    if let (Some(expected), Some(got)) = (&detail.expected, &detail.got) {
        if expected == got && detail.notes.is_empty() {
            rows.push(Row::list(
                "notes",
                vec!["both print the same; they differ in what their text does not show".to_owned()],
            ));
        }
        let diff = detail.diff.clone().or_else(|| expected_got(expected, got));
        if let Some(diff) = diff {
            let is_handy = |text: &str| !text.contains('\n') && text.chars().count() + 24 <= paint.width;
            let keep_both = is_handy(expected) && is_handy(got);
            rows.retain(|row| row.key != "diff" && (keep_both || !matches!(row.key.as_ref(), "expected" | "got")));
            let after = rows
                .iter()
                .rposition(|row| matches!(row.key.as_ref(), "expression" | "expected" | "got"));
            rows.insert(after.map_or(0, |n| n + 1), Row::text("diff", diff));
        }
    }
    rows.extend(words::figures(detail));
    rows
}

/// The rows under a title, behind a bar, with their names in one column.
pub(super) fn below(paint: &Paint, depth: usize, rows: &[Row]) -> String {
    let bar = format!("{:1$}{2}", "", 2 * depth + 2, paint.bar());
    let named = |row: &&Row| !matches!(row.key.as_ref(), "notes" | "backtrace");
    let lengths = rows.iter().filter(named).map(|row| row.key.chars().count());
    let column = lengths.filter(|length| *length <= MAX_KEY).max().unwrap_or(0);
    let width = paint.width.saturating_sub(2 * depth + 6 + column).max(20);
    let mut text = String::new();
    for row in rows {
        match row.key.as_ref() {
            "diff" => {
                let legend = [paint.tone(Tone::Good, "- expected"), paint.tone(Tone::Bad, "+ got")];
                let name = paint.tone(Tone::Aside, &format!("{:column$}", "diff"));
                let _ = writeln!(text, "{bar} {name}  {}", legend.join("  "));
                for line in diff_lines(paint, &shown(&row.value, paint)) {
                    let _ = writeln!(text, "{}", format!("{bar}   {line}").trim_end());
                }
            }
            "notes" | "backtrace" => {
                for line in lines(&row.value, paint, width + column) {
                    let _ = writeln!(text, "{bar} {line}");
                }
            }
            name => {
                let mut name = paint.tone(Tone::Aside, &format!("{name:column$}"));
                for line in lines(&row.value, paint, width) {
                    let line = match row.key.as_ref() {
                        "expected" => paint.tone(Tone::Good, &line),
                        "got" => paint.tone(Tone::Bad, &line),
                        _ => line,
                    };
                    let _ = writeln!(text, "{}", format!("{bar} {name}  {line}").trim_end());
                    name = " ".repeat(column);
                }
            }
        }
    }
    text
}

fn shown(value: &Value, paint: &Paint) -> String {
    let text = match value {
        Value::At(at) => Cow::Owned(at.to_string()),
        Value::Figure(Figure::Count(count)) => Cow::Owned(count.to_string()),
        Value::Figure(Figure::Share(share)) => Cow::Owned(percent(*share)),
        Value::Figure(Figure::Time(time)) => Cow::Owned(paint.time(*time)),
        Value::Figure(Figure::Text(text)) => paint.foreign(text),
        Value::Figure(Figure::List(items)) => Cow::Owned(paint.foreign(&items.join("\n")).into_owned()),
    };
    text.trim_end().to_owned()
}

fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn lines(value: &Value, paint: &Paint, width: usize) -> Vec<String> {
    let text = shown(value, paint);
    let text = shortened(&text, MAX_VALUE.0, MAX_VALUE.1);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        // A place is to be found by a program, and a colour escape must not be cut.
        if matches!(value, Value::At(_)) || line.contains('\u{1b}') {
            lines.push(line.to_owned());
        } else {
            lines.extend(folded(line, width).iter().map(|piece| piece.trim_end().to_owned()));
        }
    }
    lines
}

/// Coloured by their sign; in a pair of one `-` and one `+` the part that differs stands out.
fn diff_lines(paint: &Paint, diff: &str) -> Vec<String> {
    diff.lines()
        .map(|line| match line.as_bytes().first() {
            Some(b'-') => paint.tone(Tone::Good, line),
            Some(b'+') => paint.tone(Tone::Bad, line),
            Some(b'@') => paint.tone(Tone::Aside, line),
            _ if line.trim_start().starts_with('^') => paint.tone(Tone::Odd, line),
            _ => line.to_owned(),
        })
        .collect()
}
