//! Checks of an open suite: one by one, in company, as a number.

use std::borrow::Cow;
use std::collections::vec_deque::Drain;
use std::sync::Arc;
use std::time::Instant;

use super::node::Node;
use super::{Effects, Ledger, announce, tell};
use crate::claim::{Claim, Pass, Problem, Raw};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, EventKind};
use crate::ids::{EventId, SuiteId};
use crate::place::Place;
use crate::record::{Record, Verdict};

impl Ledger {
    /// Counts and judges checks that have passed, as those that come one by one.
    pub fn passes(&mut self, (origin, time): (SuiteId, Instant), mut passes: Drain<'_, Pass>, effects: &mut Effects) {
        match self.nodes.get_mut(origin) {
            Some(node) if !node.sealed => {
                announce(node, effects);
                while let Some(pass) = passes.next() {
                    let last = (passes.len() == 0).then(|| pass.at.clone());
                    // As `test` would judge it, without making a claim of it.
                    if node.amnesties.is_none() {
                        node.tally.run += 1;
                        let number = node.tally.run;
                        effects.check(&node.info, (number, Verdict::Passed), (pass.label, pass.at), None);
                    } else {
                        test(node, pass.into(), effects);
                    }
                    if let Some(at) = last {
                        node.said(at, time);
                    }
                }
            }
            _ => {
                for pass in passes {
                    let event = Event {
                        origin,
                        id: EventId(0),
                        time,
                        kind: EventKind::Test(pass.into()),
                    };
                    self.apply(event, effects);
                }
            }
        }
    }
}

pub(super) fn test(node: &mut Node, claim: Claim, effects: &mut Effects) {
    announce(node, effects);
    let Claim {
        raw,
        label,
        at,
        detail,
        skippable,
        terms,
    } = claim;
    let verdict = node.judge(raw, skippable, terms);
    let detail = detail.map(|detail| Arc::new(*detail));
    effects.check(&node.info, (node.tally.run, verdict), (label, at), detail);
}

pub(super) fn passed(node: &mut Node, count: u64, effects: &mut Effects) {
    announce(node, effects);
    effects.records.push(Record::Passed {
        suite: node.info.clone(),
        first: node.tally.run + 1,
        count,
    });
    node.tally.run += count;
}

pub(super) fn skip_rest(node: &mut Node, why: Cow<'static, str>, at: Place, effects: &mut Effects) {
    let Some(planned) = node.planned() else {
        let error = Error::new(node.info.path.clone(), "skip_rest!", ErrorKind::NoPlan);
        tell(node, Problem::Misuse(at, error), effects);
        return;
    };
    let begun = node.tally.run + node.open_children;
    if let Some(error) = Error::too_many_skips(&node.info.path, "skip_rest!", planned.saturating_sub(begun)) {
        tell(node, Problem::Misuse(at, error), effects);
        return;
    }
    for _ in begun..planned {
        let claim = Claim::new(Raw::Skip(why.clone()), "", at.clone());
        test(node, claim, effects);
    }
}
