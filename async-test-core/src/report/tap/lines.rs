//! The lines of TAP: points with their directives and diagnostics, comments, and what must be escaped in them.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::claim::{Figure, Problem};
use crate::diff::expected_got;
use crate::record::{Check, Verdict};
use crate::report::attempts::flaky;
use crate::report::words::{self, Value, one_line, plain};
use crate::report::yaml::{Yaml, millis};

/// Lines as comments at an indentation; what indents all of them is taken off.
pub(super) fn as_comments(indent: usize, text: &str) -> String {
    let dedent = text
        .lines()
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let line = |line: &str| match line[dedent..].strip_prefix("# ") {
        Some(text) => comment(indent, text),
        None => comment(indent, &line[dedent..]),
    };
    text.lines().map(line).collect()
}

/// The short form of a problem, for those who do not read the diagnostics of the closing point.
pub(super) fn problem_comment(problem: &Problem) -> String {
    let told = words::problem(problem);
    let you = if matches!(problem, Problem::PlanMismatch { .. }) {
        "You "
    } else {
        ""
    };
    let mut text = format!("{you}{}", told.title);
    for row in &told.rows {
        let value = match (row.key.as_ref(), &row.value) {
            ("thread" | "backtrace" | "debug", _) => continue,
            (_, Value::At(at)) => format!("at {at}"),
            ("message", Value::Figure(Figure::Text(message))) => words::shortened(message, 2_000, 20).into_owned(),
            (key, Value::Figure(Figure::Text(text))) => format!("{key}: {text}"),
            (_, Value::Figure(Figure::List(items))) => items.join("\n"),
            (_, Value::Figure(Figure::Count(_) | Figure::Time(_) | Figure::Share(_))) => continue,
        };
        for line in value.lines() {
            let _ = write!(text, "\n  {line}");
        }
    }
    text
}

pub(super) fn comment(indent: usize, text: &str) -> String {
    let mut out = String::new();
    for line in plain(text).trim_end().split('\n') {
        // `# Subtest` and `# time=` at the beginning mean something to a consumer.
        let is_special = ["Subtest", "time="].iter().any(|word| line.starts_with(word));
        let line = format!("#{}{line}", if is_special { "  " } else { " " });
        let _ = writeln!(out, "{:indent$}{}", "", line.trim_end());
    }
    out
}

/// Whether there is nothing to say of a check but its label.
pub(super) fn is_plain(check: &Check) -> bool {
    matches!(check.verdict, Verdict::Passed) && check.detail.is_none() && check.child.is_none()
}

fn push_number(text: &mut String, number: u64) {
    let mut digits = [b'0'; 20];
    let (mut at, mut rest) = (digits.len() - 1, number);
    while rest >= 10 {
        digits[at] += (rest % 10) as u8;
        rest /= 10;
        at -= 1;
    }
    digits[at] += rest as u8;
    text.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Adds a test point with its directive, diagnostics and comment.
pub(super) fn push_point(text: &mut String, depth: usize, check: &Check) {
    let indent = 4 * depth;
    for _ in 0..depth {
        text.push_str("    ");
    }
    text.push_str(if check.verdict.is_ok() { "ok " } else { "not ok " });
    push_number(text, check.number);
    let label = description(&check.label);
    if !label.is_empty() {
        text.push_str(" - ");
        text.push_str(&label);
    }
    if is_plain(check) {
        text.push('\n');
        return;
    }
    let directive = match &check.verdict {
        _ if is_followed(check) => Some(("TODO", tried_again(check).into())),
        Verdict::Passed | Verdict::Failed | Verdict::Flunked(_) | Verdict::Unflunked(_) => None,
        Verdict::Todo(why) | Verdict::UnexpectedPass(why) => Some(("TODO", why.clone())),
        Verdict::Skipped(why) => Some(("SKIP", why.clone())),
        Verdict::Retried => None,
    };
    if let Some((word, why)) = directive {
        let _ = write!(text, " # {word} {}", description(&why));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text.push_str(&diagnostics(indent, check));
    if let Some(flaky) = flaky(check) {
        text.push_str(&comment(indent, &flaky));
    }
    let failed = match &check.verdict {
        _ if is_followed(check) => "Failed (tried again)",
        Verdict::Failed | Verdict::Unflunked(_) => "Failed",
        Verdict::Todo(_) => "Failed (TODO)",
        Verdict::Passed | Verdict::Flunked(_) | Verdict::UnexpectedPass(_) | Verdict::Skipped(_) | Verdict::Retried => {
            return;
        }
    };
    text.push_str(&comment(
        indent,
        &format!("{failed} test '{}' at {}", one_line(&check.label), check.at),
    ));
}

/// Whether it failed in an attempt that is followed by another, and so decides nothing. Readers hold a block against its
/// point, so the points in the block have to be forgiven as well.
fn is_followed(check: &Check) -> bool {
    match &check.verdict {
        Verdict::Retried => true,
        Verdict::Failed | Verdict::Unflunked(_) => check.suite.attempt.is_followed(),
        Verdict::Passed | Verdict::Flunked(_) | Verdict::Todo(_) | Verdict::UnexpectedPass(_) | Verdict::Skipped(_) => {
            false
        }
    }
}

fn tried_again(check: &Check) -> String {
    let suite = check.child.as_ref().map_or(&check.suite, |child| &child.suite);
    format!("{} failed, it is tried again", suite.attempt)
}

fn diagnostics(indent: usize, check: &Check) -> String {
    let failing = !check.verdict.is_ok();
    if !failing && check.detail.is_none() && check.flaky().is_none() {
        return String::new();
    }
    let mut yaml = Yaml::new(indent);
    let mut notes = Vec::new();
    match &check.verdict {
        _ if is_followed(check) => yaml.text("severity", "todo"),
        Verdict::Failed => yaml.text("severity", "fail"),
        Verdict::Unflunked(why) => {
            yaml.text("severity", "fail");
            notes.push(format!("passed, though a failure was promised; {why}"));
        }
        Verdict::Todo(_) | Verdict::Retried => yaml.text("severity", "todo"),
        Verdict::Flunked(why) => {
            yaml.text("severity", "comment");
            notes.push(format!("failed as promised; {why}"));
        }
        Verdict::Passed | Verdict::UnexpectedPass(_) | Verdict::Skipped(_) => yaml.text("severity", "comment"),
    }
    if failing {
        yaml.text("message", &one_line(&check.label));
    }
    yaml.place("at", &check.at);
    if !notes.is_empty() {
        yaml.list("judged", &notes);
    }
    if let Some(detail) = &check.detail {
        let mut rows = words::detail(detail);
        if let (Some(expected), Some(got), None) = (&detail.expected, &detail.got, &detail.diff) {
            rows.extend(expected_got(expected, got).map(|diff| words::Row::text("diff", diff)));
        }
        yaml.rows(&rows);
        if !detail.figures.is_empty() {
            yaml.map("figures", |yaml| yaml.rows(&words::figures(detail)));
        }
    }
    if let Some(end) = &check.child {
        yaml.number("duration_ms", millis(end.took));
        if end.suite.nesting == 1 && end.suite.attempt.of > 1 {
            yaml.number("attempt", end.suite.attempt.number);
            yaml.number("attempts", end.suite.attempt.of);
        }
        problems(&mut yaml, end.problems.iter().map(AsRef::as_ref));
        if let Some(rerun) = end.rerun().filter(|_| failing) {
            yaml.text("rerun", &rerun);
        }
    }
    yaml.finish()
}

pub(super) fn problems<'a>(yaml: &mut Yaml, problems: impl Iterator<Item = &'a Problem>) {
    let told: Vec<_> = problems.map(words::problem).collect();
    if !told.is_empty() {
        yaml.maps("problems", &told, |yaml, told| {
            yaml.text("kind", told.kind);
            yaml.text("title", &told.title);
            yaml.rows(&told.rows);
        });
    }
}

/// One line in which no directive begins.
pub(super) fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// Whether a text stands for itself: nothing in it has to be escaped, joined or told from anything else. Most are so.
fn is_as_it_is(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut before = b' ';
    // A plain loop: where nothing is optimized, closures over characters take most of the time of a point.
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let is_second_blank = byte == b' ' && before == b' ';
        if !matches!(byte, b' '..=b'~') || matches!(byte, b'\\' | b'#') || is_second_blank {
            return false;
        }
        before = byte;
        at += 1;
    }
    !matches!(before, b' ' | b'{')
}

/// A name, a label, or the reason behind a directive; some consumers take a `{` at its end for the begin of a block.
pub(super) fn description(text: &str) -> Cow<'_, str> {
    if is_as_it_is(text) {
        return Cow::Borrowed(text);
    }
    let text = escaped(text);
    // A byte order mark is white space in JavaScript.
    match text
        .trim_end_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .ends_with('{')
    {
        true => Cow::Owned(text + " ..."),
        false => Cow::Owned(text),
    }
}
