//! JUnit XML in its simplest form, for a run that owes somebody such a report in a build without the feature `junit`: one
//! `testcase` for each `#[suite]`, with what the terminal would show of it.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use super::attempts::Attempts;
use super::paint::Paint;
use super::pretty_failure as failure;
use super::printed::plainly;
use super::tree::{Ended, Tree};
use super::words::{self, one_line};
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::record::{Check, FailedSuite, Record, RunEnd, SuiteEnd, SuiteInfo, Verdict};

/// Names of suites that are still running, in a document that is cut short.
const MAX_RUNNING: usize = 20;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"async-test-suite\">\n";
const TAIL: &str = "</testsuites>\n";

pub(super) struct Cases {
    paint: Paint,
    tree: Tree,
    /// The messages and trees of failed attempts.
    attempts: Attempts<(String, String)>,
    /// The `#[suite]`s that are running, for a document that is cut short.
    running: Vec<(SuiteId, String)>,
    has_ended: bool,
}

impl Cases {
    pub(super) fn new(style: &Style) -> Cases {
        let plain = Style {
            color: false,
            ..style.clone()
        };
        let paint = Paint::new(&plain);
        Cases {
            tree: Tree::new(&plain),
            paint,
            attempts: Attempts::default(),
            running: Vec::new(),
            has_ended: false,
        }
    }

    fn suite_ended(&mut self, ended: &Ended) -> String {
        let Some(end) = &ended.check.child else {
            // A check of no suite is no case; a failed one is in the end of the run.
            return String::new();
        };
        self.running.retain(|(id, _)| *id != end.suite.id);
        let SuiteEnd { suite, took, .. } = &**end;
        let told = (why(&ended.check, end), ended.text.clone());
        if ended.check.verdict == Verdict::Retried {
            self.attempts.keep(suite, told);
            return String::new();
        }
        let attempts = self.attempts.take(suite);
        let inside = match &ended.check.verdict {
            Verdict::Failed | Verdict::Unflunked(_) => failures(&[attempts, vec![told]].concat()),
            Verdict::Skipped(why) => element("skipped", why, "skipped", ""),
            Verdict::Todo(why) => element("skipped", &format!("todo: {why}"), "todo", ""),
            Verdict::Passed | Verdict::Flunked(_) | Verdict::UnexpectedPass(_) | Verdict::Retried => {
                attempts.iter().map(|it| attempt("flakyFailure", it)).collect()
            }
        };
        test_suite(suite, *took, &inside)
    }

    /// What went wrong beside the suites.
    fn run_ended(&mut self, end: &RunEnd) -> String {
        self.has_ended = true;
        let mut text = String::new();
        // The attempt that was to decide has not ended.
        for (name, attempts) in self.attempts.rest() {
            let suite = end.failures.iter().find(|failed| failed.suite.test_name == name);
            let of = |failed: &FailedSuite| test_suite(&failed.suite, Duration::ZERO, &failures(&attempts));
            text.push_str(&suite.map(of).unwrap_or_default());
        }
        if let Some(why) = &end.bailed_out {
            text.push_str(&error("bail out", why, "bail_out", ""));
        }
        for problem in &end.problems {
            let told = words::problem(problem);
            let details = failure::problem(&self.paint, 0, problem, None);
            text.push_str(&error(&told.title, &told.title, told.kind, &details));
        }
        let printed = plainly(&self.tree.unattributed());
        if !printed.is_empty() {
            let _ = writeln!(
                text,
                "  <testsuite name=\"the run\" tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0.000\">\n    \
                 <system-out>{}</system-out>\n  </testsuite>",
                escaped(&printed)
            );
        }
        text + TAIL
    }
}

/// A suite with its only case.
fn test_suite(suite: &SuiteInfo, took: Duration, inside: &str) -> String {
    let count = |element: &str| usize::from(inside.trim_start().starts_with(element));
    let (failures, skipped) = (count("<failure "), count("<skipped "));
    let name = attribute(&suite.test_name);
    let class = attribute(&suite.test_name.replace("::", "."));
    let (file, line) = (attribute(&suite.at.file), suite.at.line);
    let time = format!("{:.3}", took.as_secs_f64());
    format!(
        "  <testsuite name={name} tests=\"1\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{time}\">\n    <testcase name={name} classname={class} time=\"{time}\" file={file} line=\"{line}\">\n\
         {inside}    </testcase>\n  </testsuite>\n"
    )
}

/// The first attempt is the failure of a case, the others are its reruns.
fn failures(attempts: &[(String, String)]) -> String {
    let mut text = String::new();
    for (n, it) in attempts.iter().enumerate() {
        match n {
            0 => text.push_str(&element("failure", &it.0, "check", &it.1)),
            _ => text.push_str(&attempt("rerunFailure", it)),
        }
    }
    text
}

fn attempt(name: &str, (message, text): &(String, String)) -> String {
    let message = attribute(message);
    format!(
        "      <{name} message={message} type=\"check\"><stackTrace>{}</stackTrace></{name}>\n",
        escaped(text)
    )
}

/// What failed a suite, in a line.
fn why(check: &Check, end: &SuiteEnd) -> String {
    let why = match (&check.verdict, end.problems.first()) {
        (Verdict::Unflunked(why), _) => format!("did not fail as it should: {why}"),
        (_, Some(problem)) => words::problem(problem).title,
        (_, None) => format!("{} of {} failed", end.tally.failed, end.tally.run),
    };
    match end.suite.attempt {
        attempt if attempt.of > 1 => format!("{attempt}: {why}"),
        _ => why,
    }
}

/// A suite of its own for something that belongs to none.
fn error(name: &str, message: &str, kind: &str, text: &str) -> String {
    let name = attribute(name);
    format!(
        "  <testsuite name=\"the run\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0.000\">\n    \
         <testcase name={name} classname=\"the run\" time=\"0.000\">\n{}    </testcase>\n  </testsuite>\n",
        element("error", message, kind, text)
    )
}

fn element(name: &str, message: &str, kind: &str, text: &str) -> String {
    let message = attribute(message);
    format!(
        "      <{name} message={message} type=\"{kind}\">{}</{name}>\n",
        escaped(text)
    )
}

/// The value of an attribute with its quotes, on one line.
fn attribute(text: &str) -> String {
    format!("\"{}\"", escaped(&one_line(text)))
}

/// Text that means nothing to XML. What it cannot hold at all is shown as an escape.
fn escaped(text: &str) -> String {
    let text = words::plain(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

impl Reporter for Cases {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let ended = self.tree.take(record);
        let text = match record {
            Record::RunStarted(_) => HEAD.to_owned(),
            Record::SuiteStarted(suite) => {
                if suite.nesting == 1 {
                    self.running.push((suite.id, suite.path.clone()));
                }
                String::new()
            }
            Record::Check(_) => ended.map(|ended| self.suite_ended(&ended)).unwrap_or_default(),
            Record::RunEnded(end) => self.run_ended(end),
            // They are part of the tree.
            Record::Plan(..)
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

    /// A document that is cut short must not look like one of a run that has passed.
    fn closing(&self) -> String {
        if self.has_ended {
            return String::new();
        }
        let mut why = "the run was cut short".to_owned();
        let names: Vec<&str> = self.running.iter().map(|(_, path)| path.as_str()).collect();
        if !names.is_empty() {
            let _ = write!(why, "; running: {}", names[..names.len().min(MAX_RUNNING)].join(", "));
        }
        if names.len() > MAX_RUNNING {
            let _ = write!(why, " and {} more", names.len() - MAX_RUNNING);
        }
        error("cut short", &why, "cut_short", "") + TAIL
    }
}

#[cfg(test)]
mod tests {
    use super::super::every;
    use super::super::script::Script;
    use super::*;

    fn told(records: &[Record]) -> String {
        let mut cases = Cases::new(&Style::default());
        let mut out = Vec::new();
        for record in records {
            cases.record(record, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap() + &cases.closing()
    }

    /// The tags of a document, which have to match; attributes must not hold what would end them.
    fn tags(document: &str) -> Vec<String> {
        let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let mut open: Vec<String> = Vec::new();
        let mut tags = Vec::new();
        for part in body.expect("an XML declaration").split('<').skip(1) {
            let (tag, _) = part.split_once('>').expect("every tag ends");
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "{document}"),
                None => {
                    assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
                    open.push(tag.split(' ').next().unwrap_or_default().to_owned());
                    tags.push(tag.to_owned());
                }
            }
        }
        assert!(open.is_empty(), "{open:?}");
        tags
    }

    #[test]
    fn it_tells_everything() {
        for (bails_out, name) in [(false, "cases.xml"), (true, "cases_bail.xml")] {
            let text = told(&every::every(bails_out));
            every::golden(name, &text);
            assert!(!tags(&text).iter().any(|tag| tag.contains("cut_short")));
        }
    }

    #[test]
    fn a_document_that_is_cut_short_says_what_was_running() {
        let mut records = every::every(false);
        while !matches!(records.last(), Some(Record::SuiteStarted(suite)) if suite.nesting == 1) {
            records.pop();
        }
        let Some(Record::SuiteStarted(last)) = records.last() else {
            unreachable!("the loop ended there");
        };
        let tags = tags(&told(&records));
        let cut = tags.iter().find(|tag| tag.contains("cut_short")).expect("it says so");
        assert!(cut.contains(&last.path), "{cut}");
    }

    #[test]
    fn any_text_makes_a_valid_document() {
        let mut nasty: String = (0..=0xa0).filter_map(char::from_u32).collect();
        nasty.push_str("\u{2028}\u{fffe}\u{ffff}\u{1b}[31mred\u{1b}[0m<![CDATA[ ]]> <!-- & &#0; ]]>\r\n\"quoted\" 🦀");
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, &nasty);
        script.check(1, &nasty, Verdict::Failed, None);
        script.end(1, 0, None);
        script.run_ended(Some("a ]]> \u{0}"), Vec::new());
        let text = told(&script.records);
        let is_allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || c == '\n' || c == '\t';
        assert_eq!(text.chars().find(|c| !is_allowed(*c)), None);
        assert_eq!(tags(&text).iter().filter(|tag| tag.starts_with("failure ")).count(), 1);
        assert!(
            text.contains("&lt;![CDATA[ ]]&gt;") && text.contains("&quot;quoted&quot;"),
            "{text}"
        );
    }
}
