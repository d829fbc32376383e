//! The pretty report with annotations in it, which GitHub Actions shows at the lines of a change.
//!
//! An annotation is a line `::error file=…,line=…,col=…,title=…::message`, one for each check or problem that a suite
//! fails by. What is forgiven further up (a TODO subtest, say) gives none; what failed attempts of a suite failed by that
//! passed in the end are warnings.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use super::attempts::{Attempts, flaky};
use super::blocks::{Block, Blocks};
use super::paint::Paint;
use super::pretty::Pretty;
use super::words::{one_line, plain, shortened};
use super::{Reporter, Style, pretty_failure as failure, words};
use crate::claim::Problem;
use crate::ids::SuiteId;
use crate::place::Place;
use crate::record::{Check, Record, RunEnd, SuiteInfo, Verdict};

/// Annotations of one `#[suite]`; more of one step than that are not shown anyway.
const MAX_SHOWN: usize = 10;
/// Characters and lines of one message.
const MAX_MESSAGE: (usize, usize) = (4_000, 60);

pub(super) struct GitHub {
    pretty: Pretty,
    paint: Paint,
    /// What is to be annotated of each open suite, if it fails.
    open: Blocks<Vec<Annotation>>,
    /// The same of failed attempts.
    attempts: Attempts<Vec<Annotation>>,
}

/// What is shown at a line of a change.
#[derive(Clone)]
struct Annotation {
    at: Place,
    title: String,
    message: String,
}

impl GitHub {
    pub(super) fn new(style: &Style) -> GitHub {
        let plain = Style {
            color: false,
            ..style.clone()
        };
        GitHub {
            pretty: Pretty::new(style),
            paint: Paint::new(&plain),
            open: Blocks::new(),
            attempts: Attempts::default(),
        }
    }

    /// Takes in a record; the answer is what can be annotated by now.
    fn annotations(&mut self, record: &Record) -> String {
        match record {
            Record::SuiteStarted(suite) => {
                self.open.open(suite);
            }
            Record::Check(check) => return self.check(check),
            Record::Problem(suite, problem) if suite.id != SuiteId::ROOT => {
                let news = self.problem(Some(suite), problem);
                self.open.of(suite).add([news]);
            }
            Record::BailOut(suite, why) => {
                let title = format!("{}: bailed out", suite.path);
                let news = Annotation::new(&suite.at, title, one_line(why));
                self.open.of(suite).add([news]);
            }
            Record::RunEnded(end) => return self.run_ended(end),
            // What fails the root is told with the end of the run; nothing else fails anybody.
            Record::Problem(..)
            | Record::RunStarted(_)
            | Record::SuiteEnded(_)
            | Record::Plan(..)
            | Record::Diag(..)
            | Record::Warning(..)
            | Record::Stage(..)
            | Record::Output(_)
            | Record::Telemetry(..)
            | Record::Passed { .. } => {}
        }
        String::new()
    }

    fn check(&mut self, check: &Check) -> String {
        let child = check.child.as_ref().map(|end| (end, self.open.close(&end.suite)));
        let mut news = Vec::new();
        if check.verdict.fails() || check.verdict == Verdict::Retried {
            news = child.map(|(_, child)| child.state).unwrap_or_default();
            // A subtest that failed by something in it has been told with that.
            if news.is_empty() {
                news.push(self.own(check));
            }
        }
        if check.suite.id == SuiteId::ROOT {
            return self.outermost(check, news);
        }
        self.open.of(&check.suite).add(news);
        String::new()
    }

    fn outermost(&mut self, check: &Check, news: Vec<Annotation>) -> String {
        let Some(end) = &check.child else {
            return errors(&news);
        };
        if check.verdict == Verdict::Retried {
            self.attempts.keep(&end.suite, news);
            return String::new();
        }
        let attempts = self.attempts.take(&end.suite);
        if check.verdict.fails() {
            return errors(&news);
        }
        // It passed in the end, so they are worth a warning.
        let of_all = attempts.into_iter().flatten().take(MAX_SHOWN);
        let aside = flaky(check).unwrap_or_else(|| "a failed attempt".to_owned());
        of_all
            .map(|it| it.in_words("warning", &format!("{} ({aside})", it.title)))
            .collect()
    }

    fn own(&self, check: &Check) -> Annotation {
        let path = [check.suite.path.as_str(), &one_line(&check.label)];
        let path: Vec<&str> = path.into_iter().filter(|part| !part.is_empty()).collect();
        Annotation::new(&check.at, path.join(": "), failure::check(&self.paint, 0, check))
    }

    fn problem(&self, suite: Option<&SuiteInfo>, problem: &Problem) -> Annotation {
        let at = place(problem).or(suite.map(|suite| &suite.at));
        let told = words::problem(problem);
        let title = match suite {
            Some(suite) => format!("{}: {}", suite.path, told.title),
            None => told.title,
        };
        let message = failure::problem(&self.paint, 0, problem, at);
        Annotation::new(at.unwrap_or(&Place::new("", 0, 0)), title, message)
    }

    fn run_ended(&mut self, end: &RunEnd) -> String {
        let mut news = std::mem::take(&mut self.open.root().state);
        for (_, attempts) in self.attempts.rest() {
            news.extend(attempts.into_iter().last().into_iter().flatten());
        }
        let problems = end.problems.iter().take(MAX_SHOWN);
        news.extend(problems.map(|problem| self.problem(None, problem)));
        errors(&news)
    }
}

impl Block<Vec<Annotation>> {
    fn add(&mut self, news: impl IntoIterator<Item = Annotation>) {
        let free = MAX_SHOWN.saturating_sub(self.state.len());
        self.state.extend(news.into_iter().take(free));
    }
}

/// Where a problem arose, as far as it knows.
fn place(problem: &Problem) -> Option<&Place> {
    match problem {
        Problem::Panicked(panic) | Problem::JobPanicked { panic, .. } | Problem::StrayPanic { panic, .. } => {
            panic.at.as_ref()
        }
        Problem::Returned(failure) => failure.at.as_ref(),
        Problem::CleanUp { at, .. } | Problem::Misuse(at, _) | Problem::LateCheck { at, .. } => Some(at),
        Problem::TimedOut { .. }
        | Problem::JobsTimedOut { .. }
        | Problem::Stuck { .. }
        | Problem::PlanMismatch { .. }
        | Problem::DidNotPanic(_)
        | Problem::NoSubtest { .. }
        | Problem::TooSlow { .. }
        | Problem::Stopped(_)
        | Problem::Extension { .. } => None,
    }
}

impl Annotation {
    fn new(at: &Place, title: String, message: String) -> Annotation {
        Annotation {
            at: at.clone(),
            title,
            message,
        }
    }

    fn in_words(&self, level: &str, title: &str) -> String {
        let at = &self.at;
        let mut text = format!("::{level} ");
        if !at.file.is_empty() {
            let file = at.file.replace('\\', "/");
            let _ = write!(text, "file={},line={},col={},", property(&file), at.line, at.column);
        }
        let message = plain(&self.message);
        let message = shortened(message.trim_end(), MAX_MESSAGE.0, MAX_MESSAGE.1);
        let _ = writeln!(text, "title={}::{}", property(&one_line(title)), escaped(&message));
        text
    }
}

fn errors(news: &[Annotation]) -> String {
    news.iter().map(|it| it.in_words("error", &it.title)).collect()
}

/// For the part behind the second `::`.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// For a value between the two `::`.
fn property(text: &str) -> Cow<'_, str> {
    match text.contains(['%', '\r', '\n', ':', ',']) {
        true => Cow::Owned(escaped(text).replace(':', "%3A").replace(',', "%2C")),
        false => Cow::Borrowed(text),
    }
}

impl Reporter for GitHub {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.pretty.record(record, &mut text)?;
        let annotations = self.annotations(record);
        match record {
            // The last line of a run is the one that programs look for.
            Record::RunEnded(_) => text.splice(..0, annotations.into_bytes()).for_each(drop),
            _ => text.extend_from_slice(annotations.as_bytes()),
        }
        match text.is_empty() {
            true => Ok(()),
            false => out.write_all(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::every::{every, golden, one, written};
    use crate::report::script::Script;

    fn github(records: &[Record]) -> String {
        written("github", &Style::default(), records)
    }

    #[test]
    fn it_tells_everything() {
        golden("github.txt", &github(&every(false)));
        golden("github_bail.txt", &github(&every(true)));
        golden("github_one.txt", &github(&one(10)));
    }

    #[test]
    fn all_else_is_the_pretty_report() {
        for records in [every(false), every(true), one(10)] {
            let text = github(&records);
            let rest: String = text
                .split_inclusive('\n')
                .filter(|line| !line.starts_with("::"))
                .collect();
            assert_eq!(rest, written("pretty", &Style::default(), &records));
        }
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        let at = Place::new("a b\\c,d:e%.rs", 3, 7);
        let error = |at: &Place, title: &str, message: &str| {
            errors(&[Annotation::new(at, title.to_owned(), message.to_owned())])
        };
        assert_eq!(
            error(&at, "100%: x,\ny", "50%: a,b\r\nc::d\u{1b}[1m\n"),
            "::error file=a b/c%2Cd%3Ae%25.rs,line=3,col=7,title=100%25%3A x%2C y::50%25: a,b%0Ac::d\n"
        );
        let nowhere = Place::new("", 0, 0);
        assert_eq!(error(&nowhere, "t", "m"), "::error title=t::m\n");
    }

    #[test]
    fn what_is_forgiven_further_up_is_not_annotated() {
        for (verdict, number) in [
            (None, 1),
            (Some(Verdict::Todo("later".into())), 0),
            (Some(Verdict::Flunked("issue".into())), 0),
        ] {
            let mut script = Script::default();
            script.start(0, 0, "");
            script.start(1, 0, "a");
            script.start(2, 1, "b");
            script.check(2, "x", Verdict::Failed, None);
            script.end(2, 1, verdict);
            script.end(1, 0, None);
            let text = github(&script.records);
            assert_eq!(text.matches("::error").count(), number, "{text}");
        }
    }

    #[test]
    fn their_number_is_bounded() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        (0..50).for_each(|n| script.check(1, &format!("f{n}"), Verdict::Failed, None));
        script.end(1, 0, None);
        assert_eq!(github(&script.records).matches("::error").count(), MAX_SHOWN);
    }

    #[test]
    fn a_suite_that_ended_is_forgotten() {
        let mut github = GitHub::new(&Style::default());
        for record in every(true) {
            github.record(&record, &mut io::sink()).unwrap();
        }
        assert_eq!(github.open.kept(), 0);
        assert!(github.open.root().state.is_empty());
    }
}
