//! What nothing can be made of but that a suite passes.

use crate::claim::{Raw, Terms};
use crate::event::{EventKind, Opening};

/// Whether a `#[suite]` of which only such events are told has passed, when the last one is its end. Not where it has to
/// fail for something that came too late for another.
pub fn is_plain(kind: &EventKind) -> bool {
    match kind {
        EventKind::Open(opening) => opens_plainly(opening),
        EventKind::Test(claim) => claim.raw == Raw::Pass && claim.terms == Terms::Program,
        EventKind::Started
        | EventKind::Passed(_)
        | EventKind::Diag(_)
        | EventKind::Telemetry(_)
        | EventKind::Log(_)
        | EventKind::JobsAwaited => true,
        EventKind::DoneTesting(closing) => !closing.aborted && closing.reply.is_none(),
        EventKind::Plan(..)
        | EventKind::Amnesty(_)
        | EventKind::SkipRest(..)
        | EventKind::Problem(_)
        | EventKind::StageTransition { .. }
        | EventKind::NoMoreTests
        | EventKind::BailOut(_)
        | EventKind::Command(_)
        | EventKind::Terminate => false,
    }
}

fn opens_plainly(opening: &Opening) -> bool {
    let plan = &opening.plan;
    plan.tests.is_none()
        && plan.todo.is_none()
        && plan.skip_all.is_none()
        && plan.extra.is_empty()
        && opening.should_panic.is_none()
        && !opening.info.attempt.is_again()
}

/// Whether what the root is told may change how suites are judged that are opened after it.
pub fn is_about_children(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Plan(..) | EventKind::Amnesty(_) | EventKind::SkipRest(..) | EventKind::NoMoreTests
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::claim::Claim;
    use crate::event::{Amnesty, Closing, Event, Span};
    use crate::ids::{EventId, SuiteId};
    use crate::ledger::{Effects, Ledger};
    use crate::place::Place;
    use crate::plan::Plan;
    use crate::record::{Attempt, Record, SuiteInfo, Verdict};

    const AT: Place = Place::new("t.rs", 1, 1);

    fn opening(attempt: Attempt) -> Opening {
        let info = SuiteInfo {
            id: SuiteId(1),
            parent: Some(SuiteId::ROOT),
            top: SuiteId(1),
            nesting: 1,
            attempt,
            ..SuiteInfo::root()
        };
        Opening {
            info: Arc::new(info),
            plan: Plan::new(),
            should_panic: None,
            body: None,
        }
    }

    fn open(change: impl FnOnce(&mut Opening)) -> EventKind {
        let mut opening = opening(Attempt::ONLY);
        change(&mut opening);
        EventKind::Open(Box::new(opening))
    }

    fn check(raw: Raw) -> EventKind {
        EventKind::Test(Claim::new(raw, "a check", AT))
    }

    fn done(aborted: bool) -> EventKind {
        EventKind::DoneTesting(Box::new(Closing {
            aborted,
            ..Closing::default()
        }))
    }

    #[test]
    fn of_plain_events_the_ledger_makes_a_pass() {
        let series = [
            vec![],
            vec![check(Raw::Pass)],
            vec![check(Raw::Pass), EventKind::Passed(5), check(Raw::Pass)],
            vec![
                EventKind::Diag("a comment".into()),
                EventKind::JobsAwaited,
                EventKind::Log(Box::default()),
            ],
        ];
        for between in series {
            let mut ledger = Ledger::new(Arc::new(SuiteInfo::root()), false);
            ledger.blame_late();
            let mut effects = Effects::default();
            let mut events = vec![open(|_| ()), EventKind::Started];
            events.extend(between);
            events.push(done(false));
            for kind in events {
                assert!(is_plain(&kind), "{kind:?}");
                let origin = SuiteId(1);
                let (id, time) = (EventId(0), Instant::now());
                ledger.apply(Event { origin, id, time, kind }, &mut effects);
            }
            let Some(Record::Check(check)) = effects.records.last() else {
                panic!("{:?}", effects.records)
            };
            assert_eq!(check.verdict, Verdict::Passed);
            assert!(!ledger.blames_next());
        }
    }

    #[test]
    fn what_may_come_to_something_else_is_not_plain() {
        let again = Attempt { number: 2, of: 3 };
        let kinds = [
            open(|it| it.plan = Plan::new().tests(1)),
            open(|it| it.plan = Plan::new().todo("not yet")),
            open(|it| it.plan = Plan::new().skip_all("not here")),
            open(|it| it.plan.extra.push(("key".into(), "value".to_owned()))),
            open(|it| it.should_panic = Some("")),
            EventKind::Open(Box::new(opening(again))),
            check(Raw::Fail),
            check(Raw::Skip("why".into())),
            EventKind::Amnesty(Amnesty::Flunk("it has to".into(), Span::Next(1))),
            EventKind::NoMoreTests,
            EventKind::Plan(Box::default(), AT),
            done(true),
        ];
        for kind in kinds {
            assert!(!is_plain(&kind), "{kind:?}");
        }
    }
}
