//! A `#[suite]` that is told when it has ended, all at once.

use std::sync::Arc;
use std::time::Instant;

use super::{Effects, Ledger, announce};
use crate::claim::{Raw, Terms};
use crate::event::{Closing, Event, EventKind};
use crate::record::{SuiteEnd, SuiteInfo, Tally};

/// A suite that has passed and has said nothing else.
struct Silent<'a> {
    info: &'a Arc<SuiteInfo>,
    closing: &'a Closing,
    ended: Instant,
    /// How many checks have passed.
    run: u64,
}

impl Ledger {
    /// Applies all events of a `#[suite]`, from its opening to its end, of which each is plain ([`is_plain`]). Where there
    /// is nothing to tell but that it has passed, one record does so. What is left in the list then has been told.
    ///
    /// [`is_plain`]: super::is_plain
    pub fn whole(&mut self, events: &mut Vec<Event>, effects: &mut Effects) {
        let is_told = match Silent::of(events.as_slice()) {
            Some(silent) => self.passes_silently(&silent, effects),
            None => false,
        };
        if !is_told {
            for event in events.drain(..) {
                self.apply(event, effects);
            }
        }
    }

    /// Counts it as a test point of the root and tells of it. False where the root makes something of a pass.
    fn passes_silently(&mut self, silent: &Silent<'_>, effects: &mut Effects) -> bool {
        let blames = self.blames_next();
        let info = silent.info;
        let Some(root) = self.nodes.get_mut(self.root.id) else {
            return false;
        };
        let is_child = matches!(info.parent, Some(parent) if parent.0 == self.root.id.0);
        if blames || !is_child || !root.only_counts() {
            return false;
        }
        announce(root, effects);
        root.tally.run += 1;
        root.said(info.at.clone(), silent.ended);
        self.totals.passed(info, silent.run);
        self.ended.push(info.id, info.path.clone());
        effects.passed(&root.info, root.tally.run, passed_end(silent));
        true
    }
}

impl<'a> Silent<'a> {
    fn of(events: &'a [Event]) -> Option<Silent<'a>> {
        let [first, between @ .., last] = events else {
            return None;
        };
        let (EventKind::Open(opening), EventKind::DoneTesting(closing)) = (&first.kind, &last.kind) else {
            return None;
        };
        let mut run = 0;
        for event in between {
            match &event.kind {
                EventKind::Started | EventKind::JobsAwaited => {}
                EventKind::Passed(count) => run += count,
                EventKind::Test(claim) => match (&claim.raw, &claim.terms) {
                    (Raw::Pass, Terms::Program) => run += 1,
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(Silent {
            info: &opening.info,
            closing,
            ended: last.time,
            run,
        })
    }
}

fn passed_end(silent: &Silent<'_>) -> SuiteEnd {
    SuiteEnd {
        suite: silent.info.clone(),
        planned: None,
        tally: Tally {
            run: silent.run,
            ..Tally::default()
        },
        problems: Vec::new(),
        skipped: None,
        failed: false,
        took: silent.closing.took,
        waited: silent.closing.waited,
        seeded: silent.closing.seeded,
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
    use crate::record::Record;

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
