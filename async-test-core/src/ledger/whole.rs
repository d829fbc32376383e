//! A `#[suite]` that is told when it has ended, all at once.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use super::{Effects, Ledger, announce, is_plain};
use crate::claim::Raw;
use crate::event::{Closing, Event, EventKind};
use crate::record::{Check, Record, SuiteEnd, SuiteInfo, Tally, Verdict};

impl Ledger {
    /// Applies all events of a `#[suite]`, from its opening to its end, of which each is plain ([`is_plain`]). Where there
    /// is nothing to tell but that it has passed, one record does so. What is left in the list then has been told.
    pub fn whole(&mut self, events: &mut Vec<Event>, effects: &mut Effects) {
        match self.passes_silently(events) {
            Some((info, run)) => self.passed_silently(info, run, events, effects),
            None => {
                for event in events.drain(..) {
                    self.apply(event, effects);
                }
            }
        }
    }

    /// Who it is that has passed so many checks and has said nothing else. Not where its root makes something of a pass.
    fn passes_silently(&self, events: &[Event]) -> Option<(Arc<SuiteInfo>, u64)> {
        let [first, between @ .., last] = events else {
            return None;
        };
        let (EventKind::Open(opening), EventKind::DoneTesting(_)) = (&first.kind, &last.kind) else {
            return None;
        };
        let is_child = opening.info.parent == Some(self.root.id);
        let is_plain_pass = is_plain(&first.kind) && is_plain(&last.kind) && !self.blames_next();
        if !is_child || !is_plain_pass || !self.nodes.get(self.root.id)?.only_counts() {
            return None;
        }
        let mut run = 0;
        for event in between {
            match &event.kind {
                EventKind::Started | EventKind::JobsAwaited => {}
                EventKind::Passed(count) => run += count,
                EventKind::Test(claim) if claim.raw == Raw::Pass && is_plain(&event.kind) => run += 1,
                _ => return None,
            }
        }
        Some((opening.info.clone(), run))
    }

    fn passed_silently(&mut self, info: Arc<SuiteInfo>, run: u64, events: &[Event], effects: &mut Effects) {
        let Some(Event {
            kind: EventKind::DoneTesting(closing),
            time,
            ..
        }) = events.last()
        else {
            return;
        };
        self.ended.push(info.id, info.path.clone());
        let end = Arc::new(passed_end(info, run, closing));
        if let Some(check) = self.count_whole(&end, *time, effects) {
            self.totals.ended(&end, &check.verdict);
            effects.records.push(Record::Check(Arc::new(check)));
        }
    }

    /// Counts it as a test point of the root.
    fn count_whole(&mut self, end: &Arc<SuiteEnd>, now: Instant, effects: &mut Effects) -> Option<Check> {
        let root = self.nodes.get_mut(self.root.id)?;
        announce(root, effects);
        root.tally.run += 1;
        root.said(end.suite.at.clone(), now);
        Some(Check {
            suite: root.info.clone(),
            number: root.tally.run,
            verdict: Verdict::Passed,
            label: Cow::Owned(end.suite.name.clone()),
            at: end.suite.at.clone(),
            detail: None,
            child: Some(end.clone()),
        })
    }
}

fn passed_end(suite: Arc<SuiteInfo>, run: u64, closing: &Closing) -> SuiteEnd {
    SuiteEnd {
        suite,
        planned: None,
        tally: Tally {
            run,
            ..Tally::default()
        },
        problems: Vec::new(),
        skipped: None,
        failed: false,
        took: closing.took,
        waited: closing.waited,
        seeded: closing.seeded,
        log: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::claim::Claim;
    use crate::event::{Amnesty, Opening, Span};
    use crate::ids::{EventId, SuiteId};
    use crate::place::Place;
    use crate::plan::Plan;

    const AT: Place = Place::new("t.rs", 1, 1);

    fn event(id: u64, kind: EventKind) -> Event {
        Event {
            origin: SuiteId(id),
            id: EventId(0),
            time: Instant::now(),
            kind,
        }
    }

    fn suite(id: u64, between: impl IntoIterator<Item = EventKind>) -> Vec<Event> {
        let info = SuiteInfo {
            id: SuiteId(id),
            parent: Some(SuiteId::ROOT),
            top: SuiteId(id),
            nesting: 1,
            name: format!("s{id}"),
            path: format!("s{id}"),
            ..SuiteInfo::root()
        };
        let opening = Opening {
            info: Arc::new(info),
            plan: Plan::new(),
            should_panic: None,
            body: None,
        };
        let closing = Closing {
            took: Duration::from_millis(id),
            waited: Duration::from_secs(1),
            seeded: true,
            ..Closing::default()
        };
        let mut events = vec![
            event(id, EventKind::Open(Box::new(opening))),
            event(id, EventKind::Started),
        ];
        events.extend(between.into_iter().map(|kind| event(id, kind)));
        events.push(event(id, EventKind::DoneTesting(Box::new(closing))));
        events
    }

    fn check() -> EventKind {
        EventKind::Test(Claim::new(Raw::Pass, "a check", AT))
    }

    fn ledger() -> Ledger {
        Ledger::new(Arc::new(SuiteInfo::root()), false)
    }

    /// What both ways make of suites: what is said of each by the root, the totals, and how many records there are.
    fn both(suites: impl Fn() -> Vec<Vec<Event>>) -> [(Vec<String>, String, usize); 2] {
        let told = |ledger: &Ledger, effects: &Effects| {
            let of_root = effects.records.iter().filter_map(|record| match record {
                Record::Check(check) if check.suite.id == SuiteId::ROOT => Some(format!("{check:?}")),
                _ => None,
            });
            let run = ledger.run_end(0, 0, Duration::ZERO, 0);
            (
                of_root.collect(),
                format!("{run:?}{:?}", ledger.root_tally()),
                effects.records.len(),
            )
        };
        let (mut one, mut effects) = (ledger(), Effects::default());
        suites()
            .into_iter()
            .flatten()
            .for_each(|event| one.apply(event, &mut effects));
        let apart = told(&one, &effects);
        let (mut other, mut effects) = (ledger(), Effects::default());
        suites()
            .into_iter()
            .for_each(|mut events| other.whole(&mut events, &mut effects));
        [apart, told(&other, &effects)]
    }

    #[test]
    fn what_passes_is_one_record_that_says_the_same() {
        let suites = || {
            let more = [check(), EventKind::Passed(40), EventKind::JobsAwaited];
            vec![suite(1, [check()]), suite(2, []), suite(3, more)]
        };
        let [apart, whole] = both(suites);
        assert_eq!((&apart.0, &apart.1), (&whole.0, &whole.1));
        assert_eq!((whole.0.len(), whole.2), (3, 3));
    }

    #[test]
    fn what_says_more_is_told_as_ever() {
        let suites = || {
            let said = EventKind::Diag("a comment".into());
            let forgiven = EventKind::Amnesty(Amnesty::Todo("not yet".into(), Span::Remaining));
            vec![
                suite(1, [check(), said]),
                suite(2, [forgiven, EventKind::Test(Claim::new(Raw::Fail, "it fails", AT))]),
                suite(3, [EventKind::Test(Claim::new(Raw::Fail, "it fails", AT))]),
            ]
        };
        let [apart, whole] = both(suites);
        assert_eq!(apart, whole);
        assert!(apart.2 > 9, "{apart:?}");
    }

    #[test]
    fn a_root_that_makes_something_of_a_pass_does_so() {
        let flunks = || Amnesty::Flunk("it has to".into(), Span::Next(1));
        let [root, mut child] = [0, 1].map(|_| {
            let grant = event(0, EventKind::Amnesty(flunks()));
            (grant, suite(1, [check()]))
        });
        let (mut one, mut other) = (ledger(), ledger());
        let (mut apart, mut whole) = (Effects::default(), Effects::default());
        one.apply(root.0, &mut apart);
        root.1.into_iter().for_each(|event| one.apply(event, &mut apart));
        other.apply(child.0, &mut whole);
        other.whole(&mut child.1, &mut whole);
        assert_eq!(one.root_tally().failed, 1);
        assert_eq!(other.root_tally(), one.root_tally());
    }

    #[test]
    fn what_comes_too_late_names_it() {
        let (mut ledger, mut effects) = (ledger(), Effects::default());
        ledger.whole(&mut suite(1, [check()]), &mut effects);
        ledger.apply(event(1, check()), &mut effects);
        let run = ledger.run_end(0, 0, Duration::ZERO, 0);
        assert!(format!("{:?}", run.problems).contains("s1"), "{:?}", run.problems);
    }
}
