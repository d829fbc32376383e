//! The ledger driven by events alone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::claim::{Claim, Panic, Pass, Raw};
use crate::event::{Amnesty, BodySpan, Span};
use crate::ids::EventId;
use crate::place::Place;
use crate::plan::Plan;
use crate::record::Attempt;

const AT: Place = Place::new("t.rs", 7, 5);

struct Bench {
    ledger: Ledger,
    records: Vec<Record>,
    next: u64,
}

fn info(id: u64, parent: Option<u64>, name: &str, nesting: u32) -> Arc<SuiteInfo> {
    Arc::new(SuiteInfo {
        id: SuiteId(id),
        parent: parent.map(SuiteId),
        top: SuiteId(id),
        name: name.to_owned(),
        test_name: name.into(),
        path: name.to_owned(),
        nesting,
        at: AT,
        ..SuiteInfo::root()
    })
}

impl Bench {
    fn new() -> Bench {
        Bench {
            ledger: Ledger::new(info(0, None, "", 0), false),
            records: Vec::new(),
            next: 0,
        }
    }

    fn send(&mut self, origin: u64, kind: EventKind) {
        let mut effects = Effects::default();
        let event = Event {
            origin: SuiteId(origin),
            id: EventId(0),
            time: Instant::now(),
            kind,
        };
        self.ledger.apply(event, &mut effects);
        self.records.extend(effects.records);
        for (reply, snapshot) in effects.replies {
            reply.send(snapshot);
        }
    }

    fn open(&mut self, parent: u64, plan: Plan) -> u64 {
        self.next += 1;
        let id = self.next;
        let nesting = if parent == 0 { 1 } else { 2 };
        let opening = Opening {
            info: info(id, Some(parent), &format!("s{id}"), nesting),
            plan,
            should_panic: None,
            body: Some(BodySpan {
                file: "t.rs",
                first: 1,
                last: 10,
            }),
        };
        self.send(id, EventKind::Open(Box::new(opening)));
        id
    }

    fn check(&mut self, suite: u64, held: bool) {
        self.send(suite, EventKind::Test(Claim::new(Raw::of(held), "c", AT)));
    }

    fn passes(&mut self, suite: u64, count: usize) {
        let mut effects = Effects::default();
        let pass = |_| Pass {
            label: "c".into(),
            at: AT,
        };
        let mut passes: VecDeque<Pass> = (0..count).map(pass).collect();
        let from = (SuiteId(suite), Instant::now());
        self.ledger.passes(from, passes.drain(..), &mut effects);
        self.records.extend(effects.records);
    }

    fn close(&mut self, suite: u64) {
        let closing = Closing {
            aborted: false,
            took: Duration::ZERO,
            waited: Duration::ZERO,
            seeded: false,
            reply: None,
        };
        self.send(suite, EventKind::DoneTesting(Box::new(closing)));
    }

    fn verdicts(&self, suite: u64) -> Vec<Verdict> {
        self.records
            .iter()
            .filter_map(|record| match record {
                Record::Check(check) if check.suite.id == SuiteId(suite) => Some(check.verdict.clone()),
                _ => None,
            })
            .collect()
    }

    fn problems(&self) -> Vec<Problem> {
        self.records
            .iter()
            .filter_map(|record| match record {
                Record::Problem(_, problem) => Some(Problem::clone(problem)),
                _ => None,
            })
            .collect()
    }
}

fn panic(message: &str, line: u32) -> EventKind {
    EventKind::Problem(Box::new(Problem::Panicked(Panic {
        message: message.to_owned(),
        at: Some(Place::new("t.rs", line, 1)),
        thread: None,
        backtrace: None,
    })))
}

#[test]
fn a_child_is_one_test_of_its_parent() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new().tests(2));
    let b = bench.open(a, Plan::new());
    bench.check(b, false);
    bench.check(a, true);
    bench.close(b);
    bench.close(a);
    assert_eq!(bench.verdicts(a), [Verdict::Passed, Verdict::Failed]);
    assert_eq!(bench.verdicts(0), [Verdict::Failed]);
    assert_eq!(bench.problems(), []);
    let end = bench.ledger.run_end(0, 0, Duration::ZERO, 0);
    assert_eq!(
        (end.failed, end.checks.run, end.checks.failed),
        (1, 2, 1),
        "checks are not counted twice"
    );
}

#[test]
fn a_broken_plan_fails_the_suite_and_a_panic_explains_it_alone() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new().tests(3));
    bench.check(a, true);
    bench.close(a);
    assert_eq!(bench.problems(), [Problem::PlanMismatch { planned: 3, ran: 1 }]);
    let b = bench.open(0, Plan::new().tests(3));
    bench.send(b, panic("oh", 99));
    bench.close(b);
    assert_eq!(bench.problems().len(), 2, "the second suite has only its panic");
}

#[test]
fn a_todo_goes_to_the_subtest_that_was_created_next_however_long_that_takes() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new());
    bench.send(a, EventKind::Amnesty(Amnesty::Todo("later".into(), Span::Next(1))));
    let b = bench.open(a, Plan::new());
    bench.check(a, true);
    bench.check(b, false);
    bench.close(b);
    bench.close(a);
    assert_eq!(
        bench.verdicts(b),
        [Verdict::Todo("later".into())],
        "its own tests are TODO"
    );
    assert_eq!(bench.verdicts(a), [Verdict::Passed, Verdict::Todo("later".into())]);
    assert_eq!(bench.verdicts(0), [Verdict::Passed]);
}

#[test]
fn a_todo_suite_that_passes_is_reported_once() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new().todo("not built"));
    bench.check(a, true);
    bench.close(a);
    assert_eq!(bench.verdicts(a), [Verdict::Passed]);
    assert_eq!(bench.verdicts(0), [Verdict::UnexpectedPass("not built".into())]);
}

#[test]
fn a_promised_flunk_inverts_a_subtest() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new());
    bench.send(a, EventKind::Amnesty(Amnesty::Flunk("known".into(), Span::Next(2))));
    let b = bench.open(a, Plan::new());
    bench.check(a, true);
    bench.check(b, false);
    bench.close(b);
    assert_eq!(
        bench.verdicts(a),
        [Verdict::Unflunked("known".into()), Verdict::Flunked("known".into())]
    );
}

#[test]
fn the_standard_todo_is_a_marker_in_the_own_body_only() {
    let mut bench = Bench::new();
    let own = bench.open(0, Plan::new());
    bench.send(own, panic("not yet implemented: soon", 9));
    bench.close(own);
    let elsewhere = bench.open(0, Plan::new());
    bench.send(elsewhere, panic("not yet implemented", 11));
    bench.close(elsewhere);
    assert_eq!(
        bench.verdicts(0),
        [Verdict::Todo("not yet implemented: soon".into()), Verdict::Failed]
    );
}

#[test]
fn the_rest_is_skipped_up_to_the_plan_and_open_subtests_count() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new().tests(4));
    let b = bench.open(a, Plan::new());
    bench.check(a, true);
    bench.send(a, EventKind::SkipRest("no disk".into(), AT));
    bench.close(b);
    bench.close(a);
    assert_eq!(bench.verdicts(a).len(), 4);
    assert_eq!(bench.problems(), []);
    assert_eq!(bench.verdicts(0), [Verdict::Passed]);
}

#[test]
fn misuse_of_plans_fails_the_suite() {
    let mut bench = Bench::new();
    let late = bench.open(0, Plan::new());
    bench.check(late, true);
    bench.send(late, EventKind::Plan(Box::new(Plan::new().tests(1)), AT));
    let no_plan = bench.open(0, Plan::new());
    bench.send(no_plan, EventKind::SkipRest("x".into(), AT));
    let twice = bench.open(0, Plan::new().tests(1));
    bench.send(twice, EventKind::Plan(Box::new(Plan::new().tests(2)), AT));
    let kinds: Vec<ErrorKind> = bench
        .problems()
        .into_iter()
        .map(|problem| match problem {
            Problem::Misuse(_, error) => error.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds[..2], [ErrorKind::PlanTooLate, ErrorKind::NoPlan]);
    assert!(matches!(&kinds[2], ErrorKind::ImpossiblePlan(_)), "{kinds:?}");
}

#[test]
fn a_check_for_an_ended_suite_fails_the_run_and_names_the_suite() {
    let mut bench = Bench::new();
    let a = bench.open(0, Plan::new());
    bench.close(a);
    bench.check(a, true);
    let end = bench.ledger.run_end(0, 0, Duration::ZERO, 0);
    assert!(!end.is_ok());
    assert!(
        matches!(&*end.problems[0], Problem::LateCheck { suite, .. } if suite == "s1"),
        "{:?}",
        end.problems
    );
}

#[test]
fn should_panic_needs_a_panic_with_the_text() {
    for (message, expected, failed) in [("a boom", "boom", false), ("a bang", "boom", true), ("", "", false)] {
        let mut bench = Bench::new();
        let opening = Opening {
            info: info(1, Some(0), "s1", 1),
            plan: Plan::new(),
            should_panic: Some(expected),
            body: None,
        };
        bench.send(1, EventKind::Open(Box::new(opening)));
        bench.send(1, panic(message, 3));
        bench.close(1);
        assert_eq!(bench.verdicts(0)[0].fails(), failed, "{message:?} against {expected:?}");
    }
}

#[test]
fn a_subtest_that_comes_after_the_last_test_is_late() {
    let mut bench = Bench::new();
    let suite = bench.open(0, Plan::new());
    let early = bench.open(suite, Plan::new());
    bench.send(suite, EventKind::NoMoreTests);
    bench.close(early);
    assert!(bench.problems().is_empty());
    let late = bench.open(suite, Plan::new());
    assert!(matches!(&bench.problems()[..], [Problem::LateCheck { label, .. }] if label == "s3"));
    bench.close(late);
    bench.close(suite);
    assert_eq!(bench.verdicts(suite), [Verdict::Passed, Verdict::Passed]);
    assert_eq!(bench.verdicts(0), [Verdict::Failed]);
}

#[test]
fn a_plan_that_contradicts_a_number_is_taken_over_but_for_that() {
    let mut bench = Bench::new();
    let suite = bench.open(0, Plan::new().tests(1));
    bench.send(suite, EventKind::Plan(Box::new(Plan::new().tests(2).todo("later")), AT));
    bench.check(suite, true);
    bench.close(suite);
    assert!(matches!(bench.problems()[..], [Problem::Misuse(..)]));
    assert_eq!(bench.verdicts(0), [Verdict::Todo("later".into())]);
}

#[test]
fn a_skipped_suite_need_not_panic() {
    let mut bench = Bench::new();
    let opening = Opening {
        info: info(1, Some(0), "s1", 1),
        plan: Plan::new().skip_all("no disk"),
        should_panic: Some("boom"),
        body: None,
    };
    bench.send(1, EventKind::Open(Box::new(opening)));
    bench.close(1);
    assert_eq!(bench.verdicts(0), [Verdict::Skipped("no disk".into())]);
}

/// Runs attempts of one suite, each with a check and a subtest with another one.
fn attempts(bench: &mut Bench, of: u32, held: &[bool], plan: &Plan) {
    for (number, held) in (1..).zip(held) {
        bench.next += 2;
        let (suite, subtest) = (bench.next - 1, bench.next);
        for (id, parent) in [(suite, 0), (subtest, suite)] {
            let mut info = Arc::into_inner(info(id, Some(parent), "s", if parent == 0 { 1 } else { 2 })).unwrap();
            info.attempt = Attempt { number, of };
            info.top = SuiteId(suite);
            let opening = Opening {
                info: Arc::new(info),
                plan: if parent == 0 { plan.clone() } else { Plan::new() },
                should_panic: None,
                body: None,
            };
            bench.send(id, EventKind::Open(Box::new(opening)));
        }
        bench.check(suite, true);
        bench.check(subtest, *held);
        bench.close(subtest);
        bench.close(suite);
    }
}

#[test]
fn a_failed_attempt_with_another_to_come_decides_nothing() {
    let mut bench = Bench::new();
    attempts(&mut bench, 3, &[false, false, true], &Plan::new());
    assert_eq!(bench.verdicts(0), [Verdict::Retried, Verdict::Retried, Verdict::Passed]);
    assert_eq!(bench.verdicts(1)[1], Verdict::Failed, "a subtest is judged as ever");
    let end = bench.ledger.run_end(0, 0, Duration::ZERO, 0);
    assert!(end.is_ok());
    assert_eq!((end.passed, end.failed, end.failures.len()), (1, 0, 0));
    let flaky: Vec<_> = end
        .flaky
        .iter()
        .map(|suite| (&*suite.path, suite.attempt.number))
        .collect();
    assert_eq!(flaky, [("s", 3)]);
    assert_eq!((end.checks.run, end.checks.failed), (2, 0), "those of the last attempt");
    assert_eq!(bench.ledger.root_tally().failed, 0);
}

#[test]
fn the_last_attempt_decides() {
    let mut bench = Bench::new();
    attempts(&mut bench, 2, &[false, false], &Plan::new());
    assert_eq!(bench.verdicts(0), [Verdict::Retried, Verdict::Failed]);
    let end = bench.ledger.run_end(0, 0, Duration::ZERO, 0);
    assert_eq!((end.passed, end.failed, end.flaky.len()), (0, 1, 0));
    assert_eq!((end.checks.run, end.checks.failed), (2, 1));
}

#[test]
fn an_attempt_whose_successor_does_not_end_has_failed() {
    let mut bench = Bench::new();
    attempts(&mut bench, 3, &[false], &Plan::new());
    let end = bench.ledger.run_end(0, 0, Duration::ZERO, 0);
    assert!(!end.is_ok());
    assert_eq!((end.failed, &*end.failures[0].suite.path), (1, "s"));
}

#[test]
fn what_is_forgiven_is_not_tried_again() {
    let mut bench = Bench::new();
    attempts(&mut bench, 2, &[false], &Plan::new().todo("later"));
    assert_eq!(bench.verdicts(0), [Verdict::Todo("later".into())]);
    assert!(bench.ledger.run_end(0, 0, Duration::ZERO, 0).is_ok());
}

#[test]
fn what_is_open_when_the_run_is_cut_has_failed_children_first() {
    let mut bench = Bench::new();
    let outer = bench.open(0, Plan::new().tests(5));
    bench.send(outer, EventKind::Started);
    bench.check(outer, true);
    let inner = bench.open(outer, Plan::new());
    let other = bench.open(0, Plan::new());
    bench.check(other, true);
    bench.close(other);
    let mut effects = Effects::default();
    let later = Instant::now() + Duration::from_secs(7);
    bench.ledger.cut(later, &mut effects);
    let ended = effects.records.iter().filter_map(|record| match record {
        Record::SuiteEnded(end) => Some((end.suite.id, end.failed, end.took >= Duration::from_secs(7))),
        _ => None,
    });
    let expected = [(SuiteId(inner), true, false), (SuiteId(outer), true, true)];
    assert_eq!(ended.collect::<Vec<_>>(), expected);
    let run = bench.ledger.run_end(0, 0, Duration::ZERO, 1);
    assert_eq!((run.passed, run.failed, run.problems.len()), (1, 1, 0));
}

#[test]
fn a_suite_that_gives_up_on_a_child_ends_it() {
    let mut bench = Bench::new();
    let outer = bench.open(0, Plan::new());
    bench.open(outer, Plan::new());
    bench.close(outer);
    assert!(matches!(&bench.problems()[..], [Problem::Stopped(_)]));
    assert_eq!(bench.verdicts(outer), [Verdict::Failed]);
    assert_eq!(bench.ledger.run_end(0, 0, Duration::ZERO, 1).failed, 1);
}

#[test]
fn what_passes_in_company_is_judged_as_one_by_one() {
    let [company, alone] = [true, false].map(|in_company| {
        let mut bench = Bench::new();
        let suite = bench.open(0, Plan::new().tests(9));
        let passes = |bench: &mut Bench, count| match in_company {
            true => bench.passes(suite, count),
            false => (0..count).for_each(|_| bench.check(suite, true)),
        };
        passes(&mut bench, 2);
        bench.send(suite, EventKind::Amnesty(Amnesty::Todo("later".into(), Span::Next(2))));
        passes(&mut bench, 3);
        bench.send(suite, EventKind::Amnesty(Amnesty::Flunk("wrong".into(), Span::Next(1))));
        passes(&mut bench, 2);
        bench.send(suite, EventKind::Amnesty(Amnesty::SkipRemaining("enough".into())));
        passes(&mut bench, 2);
        let seen = bench.ledger.last_seen(SuiteId(suite), Instant::now()).unwrap();
        assert_eq!((seen.what.as_str(), seen.at), ("check 9", AT));
        bench.send(suite, EventKind::NoMoreTests);
        passes(&mut bench, 2);
        bench.close(suite);
        passes(&mut bench, 2);
        format!("{:#?}", bench.records)
    });
    assert_eq!(company, alone);
}
