//! JUnit XML in the flavour that Jenkins, GitLab and most others read: a `testsuite` for each `#[suite]`, written when it
//! ends, and in it a `testcase` for the suite itself and for each subtest.
//!
//! A case fails by what is its own: checks, a panic, a time limit. A failed subtest is a failed case beside it, so nothing
//! is counted twice. What is forgiven (TODO) counts as skipped, for JUnit knows nothing between passed and failed.

use std::collections::HashMap;
use std::io;

use quick_junit::{Property, Report, TestSuite};

use super::junit_case::{Case, allowed};
use super::paint::Paint;
use super::words::one_line;
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::options::Shard;
use crate::record::{Check, Record, RunEnd, SuiteEnd, SuiteInfo, Verdict};

/// Names of suites that are still running, in a document that is cut short.
const MAX_RUNNING: usize = 20;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"async-test-suite\">\n";
const TAIL: &str = "</testsuites>\n";

pub(super) struct Junit {
    paint: Paint,
    /// Our own runner is in charge: all suites are one document.
    whole_run: bool,
    seed: Option<u64>,
    shard: Option<Shard>,
    open: HashMap<SuiteId, Open>,
    /// The `#[suite]`s that are running, for a document that is cut short.
    running: Vec<(SuiteId, String)>,
    has_ended: bool,
}

/// A suite that has not ended: its own case, and those of its subtests.
struct Open {
    own: Case,
    below: Vec<Case>,
}

impl Junit {
    pub(super) fn new(style: &Style) -> Junit {
        let plain = Style {
            color: false,
            ..style.clone()
        };
        Junit {
            paint: Paint::new(&plain),
            whole_run: false,
            seed: None,
            shard: None,
            open: HashMap::new(),
            running: Vec::new(),
            has_ended: false,
        }
    }

    fn open(&mut self, suite: &SuiteInfo) -> &mut Open {
        self.open.entry(suite.id).or_insert_with(|| Open {
            own: Case::new(suite),
            below: Vec::new(),
        })
    }

    /// The case that a remark about a suite belongs to: a hidden one speaks for whoever called it.
    fn case(&mut self, suite: &SuiteInfo) -> &mut Case {
        &mut self.open(suite).own
    }

    fn check(&mut self, check: &Check) -> io::Result<String> {
        let Some(end) = &check.child else {
            let paint = self.paint.clone();
            // Checks of the root are nobody's case; a failed one shows in the exit code.
            if check.suite.id != SuiteId::ROOT {
                self.case(&check.suite).check(&paint, check);
            }
            return Ok(String::new());
        };
        let mut child = match self.open.remove(&end.suite.id) {
            Some(open) => open,
            None => Open {
                own: Case::new(&end.suite),
                below: Vec::new(),
            },
        };
        child.own.ended(check, end);
        match &check.verdict {
            Verdict::Todo(why) => child.forgive(|case| case.todo(why)),
            Verdict::Flunked(why) => child.forgive(|case| case.promised(why)),
            Verdict::Passed
            | Verdict::Failed
            | Verdict::Unflunked(_)
            | Verdict::UnexpectedPass(_)
            | Verdict::Skipped(_) => {}
        }
        if end.suite.nesting == 1 {
            return self.outermost(end, child);
        }
        let parent = self.open(&check.suite);
        if end.suite.hidden {
            parent.own.swallow(child.own, check.verdict.fails());
        } else {
            parent.own.has_subtest(end.took);
            parent.below.push(child.own);
        }
        parent.below.append(&mut child.below);
        Ok(String::new())
    }

    fn outermost(&mut self, end: &SuiteEnd, open: Open) -> io::Result<String> {
        self.running.retain(|(id, _)| *id != end.suite.id);
        let mut suite = TestSuite::new(allowed(&end.suite.test_name));
        suite.set_time(end.took);
        // Where everything is run several times, each pass has its own.
        if let Some(seed) = end.suite.rerun.as_ref().map(|rerun| rerun.seed).or(self.seed) {
            suite.add_property(Property::new("seed", seed.to_string()));
        }
        if let Some(shard) = self.shard {
            suite.add_property(Property::new("shard", shard.to_string()));
        }
        for tag in &end.suite.tags {
            suite.add_property(Property::new("tag", allowed(tag)));
        }
        suite.add_test_case(open.own.finish());
        suite.add_test_cases(open.below.into_iter().map(Case::finish));
        self.suite(suite)
    }

    /// One suite as text: a document of its own where the built-in harness prints it, else a part of one.
    fn suite(&self, suite: TestSuite) -> io::Result<String> {
        let mut report = Report::new("async-test-suite");
        report.add_test_suite(suite);
        let document = report.to_string().map_err(io::Error::other)?;
        if !self.whole_run {
            return Ok(document);
        }
        // The library writes whole documents only: its head is two lines, its tail is ours.
        let part = document.splitn(3, '\n').nth(2).and_then(|rest| rest.strip_suffix(TAIL));
        part.map(str::to_owned)
            .ok_or_else(|| io::Error::other("the XML is not laid out as expected"))
    }

    fn run_ended(&mut self, end: &RunEnd) -> io::Result<String> {
        self.has_ended = true;
        let mut cases = Vec::new();
        if let Some(why) = &end.bailed_out {
            cases.push(Case::error("bail out", "bail_out", &one_line(why)));
        }
        for problem in &end.problems {
            cases.push(Case::of_run(&self.paint, problem));
        }
        let mut text = String::new();
        if !cases.is_empty() {
            let mut suite = TestSuite::new("the run");
            suite.add_test_cases(cases.into_iter().map(Case::finish));
            text = self.suite(suite)?;
        }
        Ok(text + TAIL)
    }

    fn text(&mut self, record: &Record) -> io::Result<String> {
        match record {
            Record::RunStarted(start) => {
                self.whole_run = true;
                self.seed = Some(start.seed);
                self.shard = start.shard;
                return Ok(HEAD.to_owned());
            }
            Record::SuiteStarted(suite) if suite.id != SuiteId::ROOT => {
                self.open(suite);
                if suite.nesting == 1 {
                    self.running.push((suite.id, suite.path.clone()));
                }
            }
            Record::Check(check) => return self.check(check),
            Record::Diag(suite, text) if suite.id != SuiteId::ROOT => self.case(suite).remark(text),
            Record::Warning(suite, text) if suite.id != SuiteId::ROOT => {
                self.case(suite).remark(&format!("warning: {text}"));
            }
            Record::Problem(suite, problem) if suite.id != SuiteId::ROOT => {
                let paint = self.paint.clone();
                self.case(suite).problem(&paint, problem, &suite.at);
            }
            Record::RunEnded(end) => return self.run_ended(end),
            // Those of the root have no case, what matters of them comes with the end; plans are compared by the ledger,
            // and a bail-out is told with the end of the run.
            Record::SuiteStarted(_)
            | Record::Diag(..)
            | Record::Warning(..)
            | Record::Problem(..)
            | Record::Plan(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::SuiteEnded(_)
            | Record::BailOut(..) => {}
        }
        Ok(String::new())
    }
}

impl Open {
    /// Nothing in it counts as failed any more.
    fn forgive(&mut self, change: impl Fn(&mut Case)) {
        let cases = std::iter::once(&mut self.own).chain(&mut self.below);
        cases.filter(|case| case.has_failed()).for_each(change);
    }
}

impl Reporter for Junit {
    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let text = self.text(record)?;
        write(&text, out)
    }

    /// A run that was cut short must not look like one that passed.
    fn closing(&self) -> String {
        if !self.whole_run || self.has_ended {
            return String::new();
        }
        let mut names: Vec<&str> = self.running.iter().map(|(_, path)| path.as_str()).collect();
        let left_out = names.len().saturating_sub(MAX_RUNNING);
        names.truncate(MAX_RUNNING);
        let mut why = "the run was cut short".to_owned();
        if !names.is_empty() {
            why.push_str(&format!("; running: {}", one_line(&names.join(", "))));
        }
        if left_out > 0 {
            why.push_str(&format!(" and {left_out} more"));
        }
        let mut suite = TestSuite::new("the run");
        suite.add_test_case(Case::error("the end of the run", "cut_short", &why).finish());
        // Without this case the document is still a document.
        self.suite(suite).unwrap_or_default() + TAIL
    }
}

#[cfg(test)]
mod tests {
    use quick_junit::TestCaseStatus;

    use super::*;
    use crate::report::every::{every, golden, one, written};
    use crate::report::script::Script;

    fn junit(records: &[Record]) -> String {
        written("junit", &Style::default(), records)
    }

    #[track_caller]
    fn parsed(text: &str) -> Report {
        let report = Report::deserialize_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for suite in &report.test_suites {
            let mut counts = (suite.test_cases.len(), 0, 0, 0);
            for case in &suite.test_cases {
                match &case.status {
                    TestCaseStatus::Success { .. } => {}
                    TestCaseStatus::NonSuccess {
                        kind: quick_junit::NonSuccessKind::Failure,
                        ..
                    } => counts.1 += 1,
                    TestCaseStatus::NonSuccess { .. } => counts.2 += 1,
                    TestCaseStatus::Skipped { .. } => counts.3 += 1,
                }
            }
            assert_eq!(
                counts,
                (suite.tests, suite.failures, suite.errors, suite.skipped),
                "{}",
                suite.name.as_str()
            );
        }
        report
    }

    /// Name and status of each case, a suite a line.
    fn cases(report: &Report) -> Vec<String> {
        let status = |status: &TestCaseStatus| match status {
            TestCaseStatus::Success { .. } => "ok".to_owned(),
            TestCaseStatus::NonSuccess { .. } => "failed".to_owned(),
            TestCaseStatus::Skipped { message, .. } => {
                format!("skipped ({})", message.as_ref().map_or("", |it| it.as_str()))
            }
        };
        let suites = report.test_suites.iter();
        suites
            .map(|suite| {
                let cases = suite.test_cases.iter();
                let cases: Vec<String> = cases
                    .map(|case| format!("{}={}", case.name.as_str(), status(&case.status)))
                    .collect();
                cases.join("; ")
            })
            .collect()
    }

    #[test]
    fn it_tells_everything() {
        for (bails_out, name) in [(false, "junit.xml"), (true, "junit_bail.xml")] {
            let text = junit(&every(bails_out));
            golden(name, &text);
            let report = parsed(&text);
            assert!(report.test_suites.len() >= 8);
        }
        let text = junit(&one(10));
        golden("junit_one.xml", &text);
        assert_eq!(parsed(&text).test_suites.len(), 1);
    }

    #[test]
    fn the_document_is_whole_after_every_record() {
        let mut junit = Junit::new(&Style::default());
        let mut text = Vec::new();
        let mut closed = 0;
        for record in every(true) {
            junit.record(&record, &mut text).unwrap();
            let document = String::from_utf8(text.clone()).unwrap() + &junit.closing();
            let report = parsed(&document);
            let last = report.test_suites.last().map(|suite| suite.name.as_str());
            assert_eq!(last, Some("the run"), "{document}");
            closed += usize::from(document.contains("cut short"));
        }
        assert_eq!(closed, every(true).len() - 1);
        assert!(junit.open.is_empty() && junit.running.is_empty());
    }

    #[test]
    fn what_is_still_running_is_named_when_a_run_is_cut_short() {
        let mut junit = Junit::new(&Style::default());
        let mut script = Script::default();
        script.run_ended(None, Vec::new());
        script.records.truncate(1);
        (1..=25).for_each(|id| script.start(id, 0, &format!("s{id}<&>")));
        for record in &script.records {
            junit.record(record, &mut io::sink()).unwrap();
        }
        let document = HEAD.to_owned() + &junit.closing();
        let report = parsed(&document);
        let TestCaseStatus::NonSuccess { message, .. } = &report.test_suites[0].test_cases[0].status else {
            panic!("{document}");
        };
        let message = message.as_ref().unwrap().as_str();
        assert!(
            message.contains("running: s1<&>, s2<&>") && message.ends_with("s20<&> and 5 more"),
            "{message}"
        );
    }

    #[test]
    fn any_text_makes_a_valid_document() {
        let mut nasty: String = (0..=0xa0).filter_map(char::from_u32).collect();
        nasty.push_str("\u{2028}\u{fffe}\u{ffff}\u{1b}[31mred\u{1b}[0m<![CDATA[ ]]> <!-- & &#0; ]]>\r\n🦀\u{10ffff}");
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, &nasty);
        script.records.push(Record::Diag(script.of(1), nasty.clone().into()));
        let detail = crate::claim::Detail::new()
            .expected_got(nasty.clone(), "x")
            .figure(nasty.clone(), crate::claim::Figure::Text(nasty.clone()));
        script.check(1, &nasty, Verdict::Failed, Some(detail));
        script.problem(1, crate::claim::Problem::DidNotPanic(nasty.clone()));
        script.start(2, 1, &nasty);
        script.end(2, 1, Some(Verdict::Skipped(nasty.clone().into())));
        script.end(1, 0, None);
        script.run_ended(Some("a ]]> \u{0}"), Vec::new());
        let text = junit(&script.records);
        let report = parsed(&text);
        assert_eq!(report.test_suites[0].tests, 2);
        let is_allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || c == '\n' || c == '\t';
        assert_eq!(text.chars().find(|c| !is_allowed(*c)), None);
        let out = report.test_suites[0].test_cases[0].system_out.as_ref().unwrap();
        assert!(out.as_str().contains("red<![CDATA[ ]]> <!-- & &#0; ]]>"), "{out:?}");
    }

    #[test]
    fn a_case_fails_by_what_is_its_own() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.start(2, 1, "b");
        script.start(3, 2, "c");
        script.check(3, "x", Verdict::Failed, None);
        script.end(3, 2, None);
        script.end(2, 1, None);
        script.end(1, 0, None);
        script.run_ended(None, Vec::new());
        assert_eq!(cases(&parsed(&junit(&script.records))), ["a=ok; a/b=ok; a/b/c=failed"]);
    }

    #[test]
    fn verdicts_of_the_parent_decide_about_all_below() {
        for (verdict, expected) in [
            (
                Verdict::Todo("later".into()),
                "a=ok; a/b=skipped (todo: later); a/b/c=skipped (todo: later)",
            ),
            (Verdict::Flunked("issue 1".into()), "a=ok; a/b=ok; a/b/c=ok"),
            (Verdict::UnexpectedPass("x".into()), "a=ok; a/b=ok; a/b/c=failed"),
            (Verdict::Unflunked("x".into()), "a=ok; a/b=failed; a/b/c=failed"),
            (
                Verdict::Skipped("no disk".into()),
                "a=ok; a/b=skipped (no disk); a/b/c=failed",
            ),
        ] {
            let mut script = Script::default();
            script.start(0, 0, "");
            script.start(1, 0, "a");
            script.start(2, 1, "b");
            script.start(3, 2, "c");
            script.check(3, "x", Verdict::Failed, None);
            script.end(3, 2, None);
            script.end(2, 1, Some(verdict.clone()));
            script.end(1, 0, Some(Verdict::Passed));
            script.run_ended(None, Vec::new());
            assert_eq!(cases(&parsed(&junit(&script.records))), [expected], "{verdict:?}");
        }
    }

    #[test]
    fn names_hold_no_numbers_of_ours() {
        let names = |shift: u64| {
            let mut script = Script::default();
            script.start(0, 0, "");
            (0..shift).for_each(|_| script.check(0, "other", Verdict::Passed, None));
            script.start(1 + shift, 0, "a");
            script.check(1 + shift, "x", Verdict::Failed, None);
            script.start(2 + shift, 1 + shift, "b");
            script.end(2 + shift, 1 + shift, None);
            script.end(1 + shift, 0, None);
            script.run_ended(None, Vec::new());
            cases(&parsed(&junit(&script.records)))
        };
        assert_eq!(names(0), names(70));
        assert_eq!(names(0), ["a=failed; a/b=ok"]);
    }
}
