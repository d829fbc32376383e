//! Which `#[suite]`s run now.

use std::collections::BTreeMap;
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
    suites: BTreeMap<SuiteId, Arc<SuiteInfo>>,
    /// Made when they are asked for: most suites print nothing.
    candidates: Option<Arc<Candidates>>,
}

impl Running {
    pub(super) fn insert(&mut self, suite: &Arc<SuiteInfo>) {
        self.suites.insert(suite.id, suite.clone());
        self.candidates = None;
    }

    pub(super) fn remove(&mut self, id: SuiteId) {
        self.suites.remove(&id);
        self.candidates = None;
    }

    /// The same value as long as nobody begins or ends.
    pub(super) fn candidates(&mut self) -> &Arc<Candidates> {
        self.candidates.get_or_insert_with(|| {
            Arc::new(Candidates {
                named: self.suites.values().take(Output::NAMED).cloned().collect(),
                others: self.suites.len().saturating_sub(Output::NAMED) as u64,
            })
        })
    }
}
