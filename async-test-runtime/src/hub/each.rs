//! The reporters under the built-in harness: one for each `#[suite]`, whose text the test's own thread prints.
//!
//! The harness shows what a test has printed only when the test has failed, unless it was asked for more. So what a suite
//! brings is kept as it is, and rendered when it has not passed.

use super::ear::Ear;
use super::{Guests, MakeReporter};
use crate::ids::{BySuite, SuiteId};
use crate::queue::Collected;
use crate::record::{Record, Verdict};

/// So many records are kept of one suite; with more they are rendered.
const KEPT: usize = 256;

pub(super) struct Each {
    make: MakeReporter,
    guest: usize,
    /// What passes is shown, too.
    shows_passed: bool,
    open: BySuite<One>,
}

/// What there is of one suite.
#[derive(Default)]
struct One {
    kept: Vec<Record>,
    ear: Option<Ear>,
    has_passed: bool,
}

impl One {
    /// Renders what was kept.
    fn render(&mut self, make: &MakeReporter, guest: usize, guests: &Guests) -> &mut Ear {
        let ear = self
            .ear
            .get_or_insert_with(|| Ear::new("pretty".to_owned(), guest, make()));
        ear.hear(&self.kept, guests);
        self.kept.clear();
        ear
    }
}

/// Whether this is the word on a `#[suite]` that the harness counts as passed.
fn tells_that_it_passed(record: &Record) -> bool {
    let Record::Check(check) = record else { return false };
    // The harness has a word of its own on one that should panic.
    let Some(end) = &check.child else { return false };
    let is_its_own = end.suite.nesting == 1 && !end.suite.should_panic;
    is_its_own && !check.verdict.fails() && check.verdict != Verdict::Retried
}

impl Each {
    pub(super) fn new(make: MakeReporter, guest: usize, shows_passed: bool) -> Each {
        Each {
            make,
            guest,
            shows_passed,
            open: BySuite::default(),
        }
    }

    /// A record of the suite with this number, or of what is in it.
    pub(super) fn hear(&mut self, top: SuiteId, record: Record, guests: &Guests) {
        let one = self.open.get_or_insert_with(top, One::default);
        one.has_passed |= tells_that_it_passed(&record);
        one.kept.push(record);
        if self.shows_passed || one.ear.is_some() || one.kept.len() > KEPT {
            one.render(&self.make, self.guest, guests);
        }
    }

    /// What was rendered of a suite that has ended: nothing, where nobody would see it.
    pub(super) fn collect(&mut self, top: SuiteId, guests: &Guests) -> Collected {
        let Some(mut one) = self.open.remove(top) else {
            return Collected::default();
        };
        if one.has_passed && one.ear.is_none() {
            return Collected::default();
        }
        let ear = one.render(&self.make, self.guest, guests);
        Collected {
            text: std::mem::take(&mut ear.text),
            lost: ear.lost.take(),
        }
    }
}
