//! What began and ended inside one `#[suite]`, newest last: what a verifier blames when its invariant breaks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::record::SuiteInfo;

/// How many of the newest are kept.
const KEPT: usize = 256;

#[derive(Default, Debug)]
pub(crate) struct Activity {
    count: AtomicU64,
    newest: Mutex<VecDeque<(u64, &'static str, Arc<SuiteInfo>)>>,
}

impl Activity {
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
