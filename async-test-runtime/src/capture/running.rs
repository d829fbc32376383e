//! Which `#[suite]`s run now.

use std::sync::Arc;

use crate::ids::SuiteId;
use crate::record::{Output, SuiteInfo};

/// Those that may have printed something.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) named: Vec<Arc<SuiteInfo>>,
    pub(super) others: u64,
}

/// The set, and the candidates that follow from it.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Sorted by id, which is most often the order in which they begin.
    suites: Vec<Arc<SuiteInfo>>,
    /// Made when they are asked for: most suites print nothing.
    candidates: Option<Arc<Candidates>>,
}

impl Running {
    pub(super) fn insert(&mut self, suite: &Arc<SuiteInfo>) {
        if let Err(at) = self.place(suite.id) {
            self.suites.insert(at, suite.clone());
        }
        self.candidates = None;
    }

    pub(super) fn remove(&mut self, id: SuiteId) {
        if let Ok(at) = self.place(id) {
            self.suites.remove(at);
        }
        self.candidates = None;
    }

    /// Where a suite is, or would be.
    fn place(&self, id: SuiteId) -> Result<usize, usize> {
        match self.suites.last() {
            Some(last) if last.id >= id => self.suites.binary_search_by(|suite| suite.id.cmp(&id)),
            _ => Err(self.suites.len()),
        }
    }

    /// The same value as long as nobody begins or ends.
    pub(super) fn candidates(&mut self) -> &Arc<Candidates> {
        self.candidates.get_or_insert_with(|| {
            Arc::new(Candidates {
                named: self.suites.iter().take(Output::NAMED).cloned().collect(),
                others: self.suites.len().saturating_sub(Output::NAMED) as u64,
            })
        })
    }
}
