//! What the formats have in common: problems and details as titled rows, and texts made fit to print.

use std::borrow::Cow;
use std::time::Duration;

use crate::claim::{Detail, Figure, Panic, Problem, Running};
use crate::escape::{controls, is_one_line, is_printable};
use crate::outcome::BodyFailure;
use crate::place::Place;

/// A named piece of an explanation.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    pub(super) key: Cow<'static, str>,
    pub(super) value: Value,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Figure(Figure),
    At(Place),
}

impl Row {
    pub(super) fn new(key: impl Into<Cow<'static, str>>, value: Value) -> Row {
        Row { key: key.into(), value }
    }

    pub(super) fn text(key: &'static str, text: impl Into<String>) -> Row {
        Row::new(key, Value::Figure(Figure::Text(text.into())))
    }

    pub(super) fn at(key: &'static str, at: &Place) -> Row {
        Row::new(key, Value::At(at.clone()))
    }

    pub(super) fn list(key: &'static str, items: Vec<String>) -> Row {
        Row::new(key, Value::Figure(Figure::List(items)))
    }
}

/// A problem in words.
pub(super) struct Told {
    /// One word for programs.
    pub(super) kind: &'static str,
    /// One line for people.
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// The ways out of a stray panic.
const STRAY: &str = "start it with `t.spawn(..)`; if it is meant to panic, say so: `#[suite(stray_panics = \"report\")]`, \
                     or ASYNC_TEST_STRAY_PANICS=report for the whole run";

pub(super) fn problem(problem: &Problem) -> Told {
    let (kind, title, rows) = match problem {
        Problem::Panicked(panic) => ("panicked", "panicked".to_owned(), of_panic(panic)),
        Problem::Returned(failure) => ("returned_error", "returned an error".to_owned(), of_failure(failure)),
        Problem::TimedOut { limit, running } => (
            "timed_out",
            format!("timed out after {}", time(*limit)),
            of_running(running),
        ),
        Problem::JobsTimedOut { limit, running } => {
            let title = format!("jobs had not ended {} after the body", time(*limit));
            ("jobs_timed_out", title, of_running(running))
        }
        Problem::Stuck { grace, running } => {
            let title = format!("was asked to end and had not {} later", time(*grace));
            ("stuck", title, of_running(running))
        }
        Problem::StrayPanic {
            panic,
            is_task,
            suspects,
        } => {
            let what = if *is_task { "task" } else { "thread" };
            let mut rows = of_panic(panic);
            if !suspects.is_empty() {
                rows.push(Row::list("running then", suspects.clone()));
            }
            rows.push(Row::text("help", STRAY));
            (
                "stray_panic",
                format!("a {what} panicked that no suite has started"),
                rows,
            )
        }
        Problem::JobPanicked { job, panic } => ("job_panicked", format!("job `{job}` panicked"), of_panic(panic)),
        Problem::CleanUp { at, what } => (
            "clean_up",
            "a clean-up failed".to_owned(),
            vec![Row::text("message", what), Row::at("at", at)],
        ),
        Problem::PlanMismatch { planned, ran } => {
            let plural = if *planned == 1 { "" } else { "s" };
            (
                "plan",
                format!("planned {planned} test{plural}, but ran {ran}"),
                Vec::new(),
            )
        }
        Problem::Misuse(at, error) => {
            let mut rows = vec![Row::at("at", at)];
            if !error.advice().is_empty() {
                rows.push(Row::text("help", error.advice()));
            }
            ("misuse", format!("`{}`: {}", error.operation, error.kind), rows)
        }
        Problem::DidNotPanic(how) => (
            "did_not_panic",
            "did not panic as it should".to_owned(),
            vec![Row::text("message", how)],
        ),
        Problem::LateCheck { suite, label, at } => (
            "late_check",
            format!("a check came after suite `{suite}` had ended"),
            vec![Row::text("check", label), Row::at("at", at)],
        ),
        Problem::NoSubtest { filter, beside } => {
            let rows = match beside.as_slice() {
                [] => Vec::new(),
                names => vec![Row::list("found", names.to_vec())],
            };
            ("no_subtest", format!("no subtest is called `{filter}`"), rows)
        }
        Problem::TooSlow { took, limit } => {
            let title = format!("took {}, and {} are allowed", time(*took), time(*limit));
            ("too_slow", title, Vec::new())
        }
        Problem::Stopped(why) => ("stopped", format!("stopped: {}", one_line(why)), Vec::new()),
        Problem::Extension { name, what } => (
            "extension",
            format!("extension `{name}` failed"),
            vec![Row::text("message", what)],
        ),
    };
    Told { kind, title, rows }
}

/// What a detail holds, in its order, but for the figures.
pub(super) fn detail(detail: &Detail) -> Vec<Row> {
    let Detail {
        expression,
        expected,
        got,
        diff,
        panic,
        notes,
        figures: _,
    } = detail;
    let mut rows = Vec::new();
    let texts = [
        ("expression", expression.as_deref()),
        ("expected", expected.as_deref()),
        ("got", got.as_deref()),
        ("diff", diff.as_deref()),
    ];
    rows.extend(
        texts
            .iter()
            .filter_map(|(key, text)| text.map(|text| Row::text(key, text))),
    );
    if let Some(panic) = panic {
        rows.extend(of_panic(panic).into_iter().map(|row| match row.key.as_ref() {
            "message" => Row {
                key: "panic".into(),
                ..row
            },
            "at" => Row {
                key: "panicked at".into(),
                ..row
            },
            _ => row,
        }));
    }
    if !notes.is_empty() {
        rows.push(Row::list("notes", notes.clone()));
    }
    rows
}

pub(super) fn figures(detail: &Detail) -> Vec<Row> {
    let row = |(name, figure): &(Cow<'static, str>, Figure)| {
        Row::new(controls(name).into_owned(), Value::Figure(figure.clone()))
    };
    detail.figures.iter().map(row).collect()
}

fn of_panic(panic: &Panic) -> Vec<Row> {
    let mut rows = vec![Row::text("message", &panic.message)];
    rows.extend(panic.at.iter().map(|at| Row::at("at", at)));
    rows.extend(panic.thread.iter().map(|thread| Row::text("thread", thread)));
    rows.extend(panic.backtrace.iter().map(|trace| Row::text("backtrace", trace)));
    rows
}

fn of_failure(failure: &BodyFailure) -> Vec<Row> {
    let message = failure.message.as_ref().unwrap_or(&failure.debug);
    let mut rows = vec![Row::text("message", message)];
    rows.extend(failure.sources.iter().map(|source| Row::text("caused by", source)));
    if *message != failure.debug {
        rows.push(Row::text("debug", &failure.debug));
    }
    rows.extend(failure.at.iter().map(|at| Row::at("at", at)));
    rows
}

fn of_running(running: &[Running]) -> Vec<Row> {
    match running {
        [] => Vec::new(),
        _ => vec![Row::list("running", running.iter().map(still_running).collect())],
    }
}

/// Something that runs, in one line.
#[doc(hidden)]
pub fn still_running(what: &Running) -> String {
    let Running {
        name,
        suite: _,
        at,
        age,
        doing,
        last,
    } = what;
    let mut text = format!("{name} for {}", time(*age));
    if let Some(doing) = doing {
        text.push_str(&format!(", {doing}"));
    }
    text.push_str(&format!(" ({at})"));
    if let Some(last) = last {
        text.push_str(&format!(
            "; last: {} at {}, {} before",
            last.what,
            last.at,
            time(last.ago)
        ));
    }
    text
}

/// A length of time with three digits or so.
#[doc(hidden)]
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (number, unit) = match time.as_nanos() {
        0..1_000 => return format!("{}ns", time.as_nanos()),
        1_000..1_000_000 => (seconds * 1e6, "µs"),
        1_000_000..1_000_000_000 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = if number >= 99.95 {
        0
    } else if number >= 9.995 {
        1
    } else {
        2
    };
    let text = format!("{number:.digits$}");
    let text = if digits > 0 {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{unit}")
}

/// White space of any length, line ends included, as one space each, and no control characters.
pub(super) fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let text = plain(text);
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Without escape sequences, and other control characters than line end and tab as `\u{..}`.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    without_controls(text, false)
}

/// As `plain`, but colours are kept if asked for.
pub(super) fn without_controls(text: &str, keep_colors: bool) -> Cow<'_, str> {
    let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if is_printable(text) || text.chars().all(is_fine) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c| !is_fine(c)) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = escape_sequence(rest);
        if length > 0 {
            if keep_colors && rest[..length].ends_with('m') {
                out.push_str(&rest[..length]);
            }
            rest = &rest[length..];
        } else if let Some(after) = rest.strip_prefix("\r\n") {
            out.push('\n');
            rest = after;
        } else {
            let mut chars = rest.chars();
            out.extend(chars.next().into_iter().flat_map(char::escape_debug));
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the terminal control sequence that a text begins with.
fn escape_sequence(text: &str) -> usize {
    let Some(body) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let parameters = body.bytes().take_while(|b| (0x20..0x40).contains(b)).count();
    let ends = body
        .as_bytes()
        .get(parameters)
        .is_some_and(|b| (0x40..0x7f).contains(b));
    if ends { parameters + 3 } else { 0 }
}

/// At most so many characters and lines, with a line that tells what was left out.
pub(super) fn shortened(text: &str, characters: usize, lines: usize) -> Cow<'_, str> {
    let by_characters = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let by_lines = text
        .match_indices('\n')
        .nth(lines.saturating_sub(1))
        .map_or(text.len(), |(at, _)| at);
    let end = by_characters.min(by_lines);
    if end == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}\n... ({} more bytes)", &text[..end], text.len() - end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_about_three_digits() {
        for (nanos, text) in [
            (0, "0ns"),
            (999, "999ns"),
            (1_500, "1.5µs"),
            (12_340_000, "12.3ms"),
            (123_400_000, "123ms"),
            (60_000_000_000, "60s"),
            (100_000_000_000, "100s"),
            (1_234_000_000, "1.23s"),
        ] {
            assert_eq!(time(Duration::from_nanos(nanos)), text);
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text = "a\u{1b}[31mred\u{1b}[0m\u{1b}[2Jb\u{7}\r\n\tc\r\u{1b}";
        assert_eq!(plain(text), "aredb\\u{7}\n\tc\\r\\u{1b}");
        assert_eq!(
            without_controls(text, true),
            "a\u{1b}[31mred\u{1b}[0mb\\u{7}\n\tc\\r\\u{1b}"
        );
        assert_eq!(one_line(" a\n   b\u{1b}[1m c "), "a b c");
    }

    #[test]
    fn long_texts_are_shortened_with_a_note() {
        assert_eq!(shortened("ab\ncd", 5, 2), "ab\ncd");
        assert_eq!(shortened("äbcdef", 2, 9), "äb\n... (4 more bytes)");
        assert_eq!(shortened("a\nb\nc", 99, 2), "a\nb\n... (2 more bytes)");
    }
}
