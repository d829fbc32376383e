//! What all suites of one `#[suite]` share: which subtests may run, whether the seed mattered, and what began and ended
//! in it, newest last: what a verifier blames when its invariant breaks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::filter::Paths;
use crate::record::SuiteInfo;

/// How many of the newest are kept.
const KEPT: usize = 256;

#[derive(Default, Debug)]
pub(crate) struct Activity {
    /// The subtests that a filter leaves.
    paths: Paths,
    /// Decides every random choice in it.
    seed: u64,
    seeded: AtomicBool,
    count: AtomicU64,
    newest: Mutex<VecDeque<(u64, &'static str, Arc<SuiteInfo>)>>,
}

impl Activity {
    pub(crate) fn new(paths: Paths, seed: u64) -> Activity {
        Activity {
            paths,
            seed,
            ..Activity::default()
        }
    }

    pub(crate) fn admits_all(&self) -> bool {
        self.paths.is_all()
    }

    pub(crate) fn admits(&self, path: &[&str]) -> bool {
        self.paths.admit(path)
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Something depended on the seed.
    pub(crate) fn note_seed(&self) {
        self.seeded.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_seeded(&self) -> bool {
        self.seeded.load(Ordering::Relaxed)
    }

    pub(crate) fn note(&self, what: &'static str, suite: &Arc<SuiteInfo>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if newest.len() == KEPT {
            newest.pop_front();
        }
        newest.push_back((number, what, suite.clone()));
    }

    /// A number that grows with every entry.
    pub(crate) fn mark(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// What came after a mark, as far as it is still known.
    pub(crate) fn since(&self, mark: u64) -> Vec<String> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest
            .iter()
            .filter(|(number, _, _)| *number > mark)
            .map(|(_, what, suite)| format!("{what} {}", suite.path))
            .collect()
    }
}
