//! What all suites of one `#[suite]` share: which subtests may run, whether the seed mattered, and what began and ended
//! in it, newest last: what a verifier blames when its invariant breaks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::filter::{Below, Paths};
use crate::record::SuiteInfo;

/// How many of the newest are kept.
const KEPT: usize = 256;

type Newest = Mutex<VecDeque<(u64, &'static str, Arc<SuiteInfo>)>>;

#[derive(Debug)]
pub(crate) struct Activity {
    /// The subtests that a filter leaves.
    paths: Paths,
    /// For each filter that names something in it, whether that turned up.
    met: Vec<AtomicBool>,
    /// The paths of the subtests that turned up, where a filter looks for one.
    turned_up: Mutex<Vec<Vec<String>>>,
    /// The body came to its end.
    returned: AtomicBool,
    /// Decides every random choice in it.
    seed: u64,
    seeded: AtomicBool,
    count: AtomicU64,
    /// Most have no subtests.
    newest: OnceLock<Box<Newest>>,
}

impl Activity {
    pub(crate) fn new(paths: Paths, seed: u64) -> Activity {
        Activity {
            met: match paths.wanted() {
                [] => Vec::new(),
                wanted => wanted.iter().map(|_| AtomicBool::new(false)).collect(),
            },
            paths,
            turned_up: Mutex::new(Vec::new()),
            returned: AtomicBool::new(false),
            seed,
            seeded: AtomicBool::new(false),
            count: AtomicU64::new(0),
            newest: OnceLock::new(),
        }
    }

    pub(crate) fn admits_all(&self) -> bool {
        self.paths.is_all()
    }

    /// Whether a subtest may run; that it turned up is remembered.
    pub(crate) fn admits(&self, path: &[&str]) -> bool {
        let mut turned_up = self.turned_up.lock().unwrap_or_else(PoisonError::into_inner);
        if turned_up.len() < KEPT {
            turned_up.push(path.iter().map(|&name| name.to_owned()).collect());
        }
        drop(turned_up);
        self.meet(|wanted| wanted.covers(path));
        self.paths.admit(path)
    }

    /// A subtest is skipped with all that is in it: nobody can tell what would have turned up there.
    pub(crate) fn pass_over(&self, path: &[&str]) {
        self.meet(|wanted| wanted.touches(path));
    }

    fn meet(&self, is_met: impl Fn(&Below) -> bool) {
        for (wanted, met) in self.paths.wanted().iter().zip(&self.met) {
            if is_met(wanted) {
                met.store(true, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn note_return(&self) {
        self.returned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_returned(&self) -> bool {
        self.returned.load(Ordering::Relaxed)
    }

    /// Each filter that names something in it, with the names that turned up where that should have been; none for a
    /// filter that was met.
    pub(crate) fn filters(&self) -> Vec<(&Below, Option<Vec<String>>)> {
        let turned_up = self.turned_up.lock().unwrap_or_else(PoisonError::into_inner);
        let beside = |(wanted, met): (_, &AtomicBool)| -> (&Below, Option<Vec<String>>) {
            let wanted: &Below = wanted;
            if met.load(Ordering::Relaxed) {
                return (wanted, None);
            }
            let mut names: Vec<String> = wanted.neighbours(&turned_up);
            names.sort();
            names.dedup();
            (wanted, Some(names))
        };
        self.paths.wanted().iter().zip(&self.met).map(beside).collect()
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
        let newest = self.newest.get_or_init(Box::default);
        let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
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
        let Some(newest) = self.newest.get() else {
            return Vec::new();
        };
        let newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest
            .iter()
            .filter(|(number, _, _)| *number > mark)
            .map(|(_, what, suite)| format!("{what} {}", suite.path))
            .collect()
    }
}
