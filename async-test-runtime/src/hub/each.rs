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
    verdict: Option<Verdict>,
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

    /// Takes note of the word on the `#[suite]` itself.
    fn note_verdict(&mut self, record: &Record) {
        let Record::Check(check) = record else { return };
        let Some(end) = &check.child else { return };
        if end.suite.nesting == 1 {
            let verdict = &check.verdict;
            // The harness has a word of its own on one that should panic.
            self.has_passed = !end.suite.should_panic && !verdict.fails() && *verdict != Verdict::Retried;
            self.verdict = Some(verdict.clone());
        }
    }
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
        one.note_verdict(&record);
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
        let verdict = one.verdict.take();
        if one.has_passed && one.ear.is_none() {
            return Collected {
                verdict,
                ..Collected::default()
            };
        }
        let ear = one.render(&self.make, self.guest, guests);
        Collected {
            text: std::mem::take(&mut ear.text),
            lost: ear.lost.take(),
            verdict,
        }
    }
}
