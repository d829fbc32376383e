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
    /// Sorted by id, which is most often the order in which they begin, and in which they end.
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

    /// Where a suite is, or would be. By hand, where nothing is optimized: see `BySuite`.
    fn place(&self, id: SuiteId) -> Result<usize, usize> {
        let suites = self.suites.as_slice();
        let (mut from, mut to) = (0, suites.len());
        if to > 0 && suites[to - 1].id.0 < id.0 {
            return Err(to);
        }
        if to > 0 && suites[0].id.0 == id.0 {
            return Ok(0);
        }
        while from < to {
            let middle = from.midpoint(to);
            let found = suites[middle].id.0;
            if found == id.0 {
                return Ok(middle);
            }
            if found < id.0 {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        Err(from)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_found_wherever_they_are() {
        let mut running = Running::default();
        for id in [5, 1, 9, 3, 7, 5] {
            let id = SuiteId(id);
            running.insert(&Arc::new(SuiteInfo {
                id,
                ..SuiteInfo::root()
            }));
        }
        let ids = |running: &Running| running.suites.iter().map(|suite| suite.id.0).collect::<Vec<_>>();
        assert_eq!(ids(&running), [1, 3, 5, 7, 9]);
        for (gone, left) in [
            (2, vec![1, 3, 5, 7, 9]),
            (7, vec![1, 3, 5, 9]),
            (1, vec![3, 5, 9]),
            (9, vec![3, 5]),
            (10, vec![3, 5]),
        ] {
            running.remove(SuiteId(gone));
            assert_eq!(ids(&running), left);
        }
    }
}
