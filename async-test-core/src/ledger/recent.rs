//! The names of suites that have left the ledger.

use std::collections::VecDeque;

use crate::ids::SuiteId;

/// The most recent suites that have ended, so that what comes too late for one can still name it.
#[derive(Debug)]
pub(crate) struct Recent {
    paths: VecDeque<(SuiteId, String)>,
    capacity: usize,
}

impl Recent {
    /// Keeps the newest so many.
    pub(crate) fn new(capacity: usize) -> Recent {
        Recent {
            paths: VecDeque::new(),
            capacity,
        }
    }

    /// Remembers one more and forgets the oldest where there are too many.
    pub(crate) fn push(&mut self, id: SuiteId, path: String) {
        if self.paths.len() == self.capacity {
            self.paths.pop_front();
        }
        self.paths.push_back((id, path));
    }

    /// The path, or a text that says that it is forgotten.
    pub(crate) fn path(&self, id: SuiteId) -> String {
        self.paths.iter().rev().find(|(known, _)| *known == id).map_or_else(
            || format!("(suite number {id}, ended long ago)"),
            |(_, path)| path.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recent_ones_have_names_and_the_old_ones_say_so() {
        let mut recent = Recent::new(2);
        for id in 1..=3 {
            recent.push(SuiteId(id), format!("s{id}"));
        }
        assert_eq!(recent.path(SuiteId(3)), "s3");
        assert_eq!(recent.path(SuiteId(1)), "(suite number 1, ended long ago)");
    }
}
