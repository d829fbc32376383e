//! What one event brought about.

use std::borrow::Cow;
use std::sync::Arc;

use crate::claim::Detail;
use crate::event::Reply;
use crate::place::Place;
use crate::record::{Check, Record, Snapshot, SuiteEnd, SuiteInfo, Verdict};

/// So many checks are kept to be used again: as many as are told at once, and as one message brings.
const SPARE: usize = 128;

/// What events brought about, in order.
#[derive(Default, Debug)]
pub struct Effects {
    /// What the reporters are to be told.
    pub records: Vec<Record>,
    /// Who is to be answered, and what.
    pub replies: Vec<(Reply, Option<Snapshot>)>,
    /// Checks that have been told and that nobody has kept: the next ones are written in their place. To allocate one and
    /// to free it would be a good part of what a check costs.
    spare: Vec<Record>,
}

impl Effects {
    /// Tells of a check that is no subtest's end.
    pub(super) fn check(
        &mut self,
        suite: &Arc<SuiteInfo>,
        (number, verdict): (u64, Verdict),
        (label, at): (Cow<'static, str>, Place),
        detail: Option<Arc<Detail>>,
    ) {
        if let Some(mut spare) = self.spare.pop() {
            if let Some(check) = unshared(&mut spare) {
                if !Arc::ptr_eq(&check.suite, suite) {
                    check.suite = suite.clone();
                }
                check.number = number;
                check.verdict = verdict;
                check.label = label;
                check.at = at;
                check.detail = detail;
                if check.child.is_some() {
                    check.child = None;
                }
                self.records.push(spare);
                return;
            }
        }
        self.records.push(Record::Check(Arc::new(Check {
            suite: suite.clone(),
            number,
            verdict,
            label,
            at,
            detail,
            child: None,
        })));
    }

    /// Tells of a subtest that has passed and of which nothing else is to be told.
    pub(super) fn passed(&mut self, suite: &Arc<SuiteInfo>, number: u64, end: SuiteEnd) {
        let mut spare = self.spare.pop();
        let unshared = match &mut spare {
            Some(spare) => unshared(spare),
            None => None,
        };
        let Some(check) = unshared else {
            self.records.push(Record::Check(Arc::new(Check {
                suite: suite.clone(),
                number,
                verdict: Verdict::Passed,
                label: Cow::Owned(end.suite.name.clone()),
                at: end.suite.at.clone(),
                detail: None,
                child: Some(Arc::new(end)),
            })));
            return;
        };
        if !Arc::ptr_eq(&check.suite, suite) {
            check.suite = suite.clone();
        }
        check.number = number;
        check.verdict = Verdict::Passed;
        match &mut check.label {
            Cow::Owned(label) => {
                label.clear();
                label.push_str(&end.suite.name);
            }
            label @ Cow::Borrowed(_) => *label = Cow::Owned(end.suite.name.clone()),
        }
        check.at = end.suite.at.clone();
        let kept = match &mut check.child {
            Some(kept) => Arc::get_mut(kept),
            None => None,
        };
        match kept {
            Some(kept) => *kept = end,
            None => check.child = Some(Arc::new(end)),
        }
        if let Some(spare) = spare {
            self.records.push(spare);
        }
    }

    /// The records have been told.
    pub fn told(&mut self) {
        self.records.truncate(SPARE);
        self.records.retain_mut(is_free);
        if self.spare.len() < self.records.len() {
            std::mem::swap(&mut self.spare, &mut self.records);
        }
        self.records.truncate(SPARE.saturating_sub(self.spare.len()));
        self.spare.append(&mut self.records);
    }
}

/// The check that a record tells of, if nobody else has it.
fn unshared(record: &mut Record) -> Option<&mut Check> {
    match record {
        Record::Check(check) => Arc::get_mut(check),
        _ => None,
    }
}

/// Whether it is a check that nobody has kept, and that keeps nothing big.
fn is_free(record: &mut Record) -> bool {
    let Record::Check(check) = record else { return false };
    if check.detail.is_some() || Arc::strong_count(check) > 1 {
        return false;
    }
    match &check.child {
        None => matches!(check.label, Cow::Borrowed(_)),
        Some(_) => lets_go(check),
    }
}

/// The same of a subtest, which is let go of: whoever has run it may use its memory again, and is to be the last one who
/// has it.
fn lets_go(check: &mut Arc<Check>) -> bool {
    let Some(Check { suite, child, .. }) = Arc::get_mut(check) else {
        return false;
    };
    match child.as_mut().and_then(Arc::get_mut) {
        Some(end) if end.problems.is_empty() && end.skipped.is_none() && end.log.is_none() => {
            end.suite = suite.clone();
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record::Tally;

    fn tell(effects: &mut Effects, suite: &Arc<SuiteInfo>, number: u64) -> Arc<Check> {
        let said = (Cow::Borrowed("a"), Place::new("a.rs", 1, 1));
        effects.check(suite, (number, Verdict::Passed), said, None);
        match effects.records.last() {
            Some(Record::Check(check)) => check.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_check_that_somebody_keeps_stays_as_it_is() {
        let (mut effects, suite) = (Effects::default(), Arc::new(SuiteInfo::root()));
        let kept = tell(&mut effects, &suite, 1);
        let gone = Arc::as_ptr(&tell(&mut effects, &suite, 2));
        effects.told();
        let other = Arc::new(SuiteInfo::root());
        let next = tell(&mut effects, &other, 3);
        assert_eq!(Arc::as_ptr(&next), gone);
        assert!(next.number == 3 && Arc::ptr_eq(&next.suite, &other));
        assert!(kept.number == 1 && Arc::ptr_eq(&kept.suite, &suite));
        // One that is kept only after all, as a reporter may do that clones nothing but what it was shown.
        effects.told();
        let last = tell(&mut effects, &suite, 4);
        assert_eq!((next.number, last.number), (3, 4));
    }
    #[test]
    fn a_subtest_that_somebody_keeps_stays_as_it_is_and_others_are_let_go() {
        let (mut effects, root) = (Effects::default(), Arc::new(SuiteInfo::root()));
        let ended = |name: &str| {
            let info = SuiteInfo {
                name: name.to_owned(),
                ..SuiteInfo::root()
            };
            SuiteEnd {
                suite: Arc::new(info),
                planned: None,
                tally: Tally::default(),
                problems: Vec::new(),
                skipped: None,
                failed: false,
                took: Duration::ZERO,
                waited: Duration::ZERO,
                seeded: false,
                log: None,
            }
        };
        let shown = |effects: &Effects| match effects.records.last() {
            Some(Record::Check(check)) => check.clone(),
            other => panic!("{other:?}"),
        };
        effects.passed(&root, 1, ended("first"));
        let first = shown(&effects).child.clone().unwrap();
        effects.passed(&root, 2, ended("second"));
        let (second, place) = (
            shown(&effects).child.as_ref().unwrap().suite.clone(),
            Arc::as_ptr(&shown(&effects)),
        );
        effects.told();
        // Only this test has it.
        assert_eq!(Arc::strong_count(&second), 1);
        effects.passed(&root, 3, ended("third"));
        let third = shown(&effects);
        assert_eq!(Arc::as_ptr(&third), place);
        assert_eq!((third.number, &*third.label), (3, "third"));
        assert_eq!(third.child.as_ref().unwrap().suite.name, "third");
        assert_eq!(first.suite.name, "first");
    }
}
