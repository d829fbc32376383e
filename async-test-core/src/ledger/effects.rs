//! What one event brought about.

use std::borrow::Cow;
use std::sync::Arc;

use crate::claim::Detail;
use crate::event::Reply;
use crate::place::Place;
use crate::record::{Check, Record, Snapshot, SuiteInfo, Verdict};

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

    /// The records have been told.
    pub fn told(&mut self) {
        self.records.truncate(SPARE);
        self.records.retain(is_free);
        if self.spare.len() < self.records.len() {
            std::mem::swap(&mut self.spare, &mut self.records);
        }
        self.records.clear();
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
fn is_free(record: &Record) -> bool {
    let Record::Check(check) = record else { return false };
    let is_small = check.detail.is_none() && check.child.is_none() && matches!(check.label, Cow::Borrowed(_));
    is_small && Arc::strong_count(check) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
