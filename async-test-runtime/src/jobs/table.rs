//! The jobs that are known, in the order in which they were made.
//!
//! A job is looked for half a dozen times in its life, mostly by programs that are built without optimization, where a
//! generic map costs ten times as much as these few loops.

use crate::ids::JobId;

/// A map whose keys only grow. Values are boxed, since what is removed from the middle moves all that follow.
///
/// What is made on one thread and freed on another costs a lock of the allocator, so a few boxes are used again.
pub(super) struct Table<T> {
    jobs: Vec<(JobId, Box<T>)>,
    spare: Vec<Box<T>>,
}

/// So many boxes are kept for later.
const SPARE: usize = 64;

impl<T> Table<T> {
    pub(super) const fn new() -> Table<T> {
        Table {
            jobs: Vec::new(),
            spare: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Where a job stands, until another one is removed.
    pub(super) fn find(&self, id: JobId) -> Option<usize> {
        let jobs = self.jobs.as_slice();
        let (mut from, mut to) = (0, jobs.len());
        // Most often it is about the newest.
        if to > 0 && jobs[to - 1].0.0 == id.0 {
            return Some(to - 1);
        }
        while from < to {
            let middle = from.midpoint(to);
            let found = jobs[middle].0.0;
            if found == id.0 {
                return Some(middle);
            }
            if found < id.0 {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        None
    }

    pub(super) fn get(&self, id: JobId) -> Option<&T> {
        match self.find(id) {
            Some(at) => Some(&self.jobs.as_slice()[at].1),
            None => None,
        }
    }

    pub(super) fn get_mut(&mut self, id: JobId) -> Option<&mut T> {
        match self.find(id) {
            Some(at) => Some(&mut self.jobs.as_mut_slice()[at].1),
            None => None,
        }
    }

    pub(super) fn at(&mut self, at: usize) -> &mut T {
        &mut self.jobs.as_mut_slice()[at].1
    }

    pub(super) fn remove_at(&mut self, at: usize) -> Box<T> {
        self.jobs.remove(at).1
    }

    /// Adds one whose number is higher than those of all others before it.
    pub(super) fn push(&mut self, id: JobId, value: T) {
        let value = match self.spare.pop() {
            Some(mut spare) => {
                *spare = value;
                spare
            }
            None => Box::new(value),
        };
        self.jobs.push((id, value));
    }

    /// Keeps what has been removed for its box, or gives it back. There is to be nothing of the user's in it.
    pub(super) fn keep(&mut self, gone: Box<T>) -> Option<Box<T>> {
        if self.spare.len() < SPARE {
            self.spare.push(gone);
            return None;
        }
        Some(gone)
    }

    pub(super) fn remove(&mut self, id: JobId) -> Option<Box<T>> {
        match self.find(id) {
            Some(at) => Some(self.jobs.remove(at).1),
            None => None,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (JobId, &T)> {
        self.jobs.iter().map(|(id, value)| (*id, &**value))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (JobId, &mut T)> {
        self.jobs.iter_mut().map(|(id, value)| (*id, &mut **value))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.jobs.iter().map(|(_, value)| &**value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_a_map_in_the_order_of_its_keys() {
        let mut random = fastrand::Rng::with_seed(1);
        let (mut table, mut map) = (Table::new(), BTreeMap::new());
        for next in 1..1_000 {
            table.push(JobId(next), next);
            map.insert(JobId(next), next);
            for _ in 0..random.u64(..3) {
                let id = JobId(random.u64(..=next + 1));
                assert_eq!(table.get(id), map.get(&id));
                assert_eq!(table.get_mut(id), map.get_mut(&id));
                let gone = table.remove(id);
                assert_eq!(gone.as_deref(), map.remove(&id).as_ref());
                gone.and_then(|gone| table.keep(gone));
            }
            assert_eq!((table.len(), table.is_empty()), (map.len(), map.is_empty()));
        }
        assert!(table.iter().eq(map.iter().map(|(id, value)| (*id, value))));
        assert!(table.values().eq(map.values()));
        assert!(table.iter_mut().eq(map.iter_mut().map(|(id, value)| (*id, value))));
    }
}
