//! JUnit XML, read back with the library that wrote it.

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

/// Attempts of one suite: what fails in each, by the names of its subtests.
fn of_attempts(of: u32, attempts: &[&[(&str, bool)]]) -> Script {
    let mut script = Script::default();
    script.start(0, 0, "");
    for (number, subtests) in (1..).zip(attempts) {
        script.attempt = Some(Attempt { number, of });
        let suite = u64::from(number) * 100;
        script.start(suite, 0, "a");
        for (id, (name, held)) in (suite + 1..).zip(*subtests) {
            script.start(id, suite, name);
            let verdict = if *held { Verdict::Passed } else { Verdict::Failed };
            script.check(id, &format!("{name}{number}"), verdict, None);
            script.end(id, suite, None);
        }
        script.end(suite, 0, None);
    }
    script.run_ended(None, Vec::new());
    script
}

/// Cases with their failures, flaky and rerun elements: `name failure [flaky] {rerun}`.
fn told(script: &Script) -> Vec<String> {
    let message = |message: &Option<quick_junit::XmlString>| message.as_ref().map_or("", |it| it.as_str()).to_owned();
    let runs = |runs: &[quick_junit::TestRerun]| {
        let all: Vec<String> = runs.iter().map(|run| message(&run.message)).collect();
        all.join(", ")
    };
    let report = parsed(&junit(&script.records));
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let case = |case: &quick_junit::TestCase| {
        let name = case.name.as_str();
        match &case.status {
            TestCaseStatus::Success { flaky_runs } => format!("{name} [{}]", runs(flaky_runs)),
            TestCaseStatus::NonSuccess {
                message: it, reruns, ..
            } => {
                format!("{name} {} {{{}}}", message(it), runs(&reruns.runs))
            }
            TestCaseStatus::Skipped { .. } => format!("{name} skipped"),
        }
    };
    cases.map(case).collect()
}

#[test]
fn failed_attempts_stand_in_the_case_that_they_failed() {
    let script = of_attempts(
        3,
        &[
            &[("b", false), ("c", true)],
            &[("b", true), ("c", false)],
            &[("b", true), ("c", true)],
        ],
    );
    assert_eq!(
        told(&script),
        ["a []", "a/b [attempt 1 of 3: b1]", "a/c [attempt 2 of 3: c2]"]
    );
    let script = of_attempts(2, &[&[("b", false), ("c", false)], &[("b", false), ("c", true)]]);
    assert_eq!(
        told(&script),
        [
            "a []",
            "a/b attempt 1 of 2: b1 {attempt 2 of 2: b2}",
            "a/c [attempt 1 of 2: c1]"
        ]
    );
}

#[test]
fn no_failed_attempt_is_lost() {
    // The last attempt has no such case, or has two of one name.
    let script = of_attempts(2, &[&[("b", false)], &[("c", true)]]);
    assert_eq!(told(&script), ["a [attempt 1 of 2: a/b: b1]", "a/c []"]);
    let script = of_attempts(2, &[&[("b", true), ("b", false)], &[("b", true), ("b", true)]]);
    assert_eq!(told(&script), ["a []", "a/b []", "a/b [attempt 1 of 2: b1]"]);
    // There is no last attempt.
    let script = of_attempts(3, &[&[("b", false)], &[("b", false)]]);
    assert_eq!(told(&script), ["a []", "a/b attempt 1 of 3: b1 {attempt 2 of 3: b2}"]);
    // Before the end of the run, either.
    let mut junit = Junit::new(&Style::default());
    let (last, records) = script.records.split_last().unwrap();
    let mut text = Vec::new();
    for record in records {
        junit.record(record, &mut text).unwrap();
    }
    let document = String::from_utf8(text.clone()).unwrap() + &junit.closing();
    assert_eq!(
        cases(&parsed(&document)),
        ["a=ok; a/b=failed", "the end of the run=failed"]
    );
    junit.record(last, &mut text).unwrap();
    assert!(junit.closing().is_empty());
}

#[test]
fn what_a_skipped_case_failed_by_before_is_said_in_it() {
    let mut script = of_attempts(2, &[&[("b", false)]]);
    script.records.pop();
    script.attempt = Some(Attempt { number: 2, of: 2 });
    script.start(200, 0, "a");
    script.start(201, 200, "b");
    script.end(201, 200, Some(Verdict::Skipped("no disk".into())));
    script.end(200, 0, None);
    script.run_ended(None, Vec::new());
    assert_eq!(told(&script), ["a []", "a/b skipped"]);
    let text = junit(&script.records);
    assert!(text.contains("<system-out>attempt 1 of 2 failed:\n✗ b1\n"), "{text}");
}
