//! What is known by suites.
//!
//! They are asked for with every event and every record, mostly by programs that are built without optimization, where
//! a generic map costs ten times as much as these few loops. Nobody from outside chooses the numbers of suites, so the
//! hash need not resist anybody.

use super::SuiteId;

/// No entry belongs here.
const FREE: usize = usize::MAX;

/// A map whose keys are suites. It says nothing about the order of its values.
#[derive(Debug)]
#[doc(hidden)]
pub struct BySuite<T> {
    entries: Vec<(SuiteId, T)>,
    /// Where in `entries` the suite is whose hash leads here, or whose own place was taken when it came. As many as a
    /// power of two, and at least twice as many as entries.
    places: Vec<usize>,
    /// Bits of a hash that are not used.
    shift: u32,
}

impl<T> Default for BySuite<T> {
    fn default() -> BySuite<T> {
        BySuite::new()
    }
}

impl<T> BySuite<T> {
    pub const fn new() -> BySuite<T> {
        BySuite {
            entries: Vec::new(),
            places: Vec::new(),
            shift: u64::BITS,
        }
    }

    /// The first place to look at. Not where there are no places at all.
    fn home(&self, id: SuiteId) -> usize {
        // The golden ratio, as a fraction of 2^64: neighbours end up far from each other.
        (id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }

    /// The place that leads to a suite, and where that is.
    fn find(&self, id: SuiteId) -> Option<(usize, usize)> {
        let places = self.places.as_slice();
        if places.is_empty() {
            return None;
        }
        let entries = self.entries.as_slice();
        let mut at = self.home(id);
        loop {
            let entry = places[at];
            if entry == FREE {
                return None;
            }
            if entries[entry].0.0 == id.0 {
                return Some((at, entry));
            }
            at = (at + 1) & (places.len() - 1);
        }
    }

    pub(crate) fn get(&self, id: SuiteId) -> Option<&T> {
        match self.find(id) {
            Some((_, entry)) => Some(&self.entries.as_slice()[entry].1),
            None => None,
        }
    }

    pub(crate) fn get_mut(&mut self, id: SuiteId) -> Option<&mut T> {
        match self.find(id) {
            Some((_, entry)) => Some(&mut self.entries.as_mut_slice()[entry].1),
            None => None,
        }
    }

    /// What is known of the first of the two suites of which something is.
    pub(crate) fn get_either_mut(&mut self, id: SuiteId, other: SuiteId) -> Option<&mut T> {
        let found = match self.find(id) {
            None => self.find(other),
            found => found,
        };
        match found {
            Some((_, entry)) => Some(&mut self.entries.as_mut_slice()[entry].1),
            None => None,
        }
    }

    pub(crate) fn contains(&self, id: SuiteId) -> bool {
        self.find(id).is_some()
    }

    /// What is known of a suite; made now where nothing is.
    pub fn get_or_insert_with(&mut self, id: SuiteId, make: impl FnOnce() -> T) -> &mut T {
        let entry = match self.find(id) {
            Some((_, entry)) => entry,
            None => self.add(id, make()),
        };
        &mut self.entries.as_mut_slice()[entry].1
    }

    /// The answer is what was known before.
    pub fn insert(&mut self, id: SuiteId, value: T) -> Option<T> {
        match self.get_mut(id) {
            Some(known) => Some(std::mem::replace(known, value)),
            None => {
                self.add(id, value);
                None
            }
        }
    }

    fn add(&mut self, id: SuiteId, value: T) -> usize {
        if 2 * (self.entries.len() + 1) > self.places.len() {
            self.grow();
        }
        let entry = self.entries.len();
        self.entries.push((id, value));
        self.lead(id, entry);
        entry
    }

    /// Takes the first free place for an entry.
    fn lead(&mut self, id: SuiteId, entry: usize) {
        let mut at = self.home(id);
        let places = self.places.as_mut_slice();
        while places[at] != FREE {
            at = (at + 1) & (places.len() - 1);
        }
        places[at] = entry;
    }

    fn grow(&mut self) {
        let count = (2 * self.places.len()).max(8);
        self.places.clear();
        self.places.resize(count, FREE);
        self.shift = u64::BITS - count.trailing_zeros();
        for entry in 0..self.entries.len() {
            self.lead(self.entries[entry].0, entry);
        }
    }

    pub fn remove(&mut self, id: SuiteId) -> Option<T> {
        let (at, entry) = self.find(id)?;
        let last = self.entries.len() - 1;
        // The last entry takes the room of the one that goes.
        let (of_last, _) = self.find(self.entries.as_slice()[last].0)?;
        self.places[of_last] = entry;
        let (_, value) = self.entries.swap_remove(entry);
        self.free(at);
        Some(value)
    }

    /// Gives a place free: those behind it that would be looked for there move up.
    fn free(&mut self, mut gap: usize) {
        let most = self.places.len() - 1;
        let mut at = gap;
        loop {
            at = (at + 1) & most;
            let entry = self.places.as_slice()[at];
            if entry == FREE {
                break;
            }
            let home = self.home(self.entries.as_slice()[entry].0);
            // Whether the gap lies on the way from its home to where it is.
            if (at.wrapping_sub(home) & most) >= (at.wrapping_sub(gap) & most) {
                self.places[gap] = entry;
                gap = at;
            }
        }
        self.places[gap] = FREE;
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn suites_are_found_by_their_numbers() {
        let mut all = BySuite::default();
        assert!(all.get(SuiteId(0)).is_none() && all.remove(SuiteId(0)).is_none() && all.is_empty());
        for id in 0..10_000 {
            assert_eq!(all.insert(SuiteId(id), id), None);
        }
        assert_eq!(all.len(), 10_000);
        assert!((0..10_000).all(|id| all.get(SuiteId(id)) == Some(&id)));
        assert!(!all.contains(SuiteId(10_000)));
        assert_eq!(all.insert(SuiteId(7), 8), Some(7));
        assert_eq!(*all.get_or_insert_with(SuiteId(7), || 9), 8);
        assert_eq!(all.get_either_mut(SuiteId(5), SuiteId(6)), Some(&mut 5));
        assert_eq!(all.get_either_mut(SuiteId(20_000), SuiteId(6)), Some(&mut 6));
        assert_eq!(all.get_either_mut(SuiteId(20_000), SuiteId(20_001)), None);
        assert_eq!(all.values().sum::<u64>(), 9_999 * 10_000 / 2 + 1);
    }

    #[test]
    fn whatever_comes_and_goes_it_is_a_map() {
        for step in [1, 8, 1 << 32, 0x9e37_79b9] {
            let (mut ours, mut other) = (BySuite::default(), HashMap::new());
            let mut random = 1_u64;
            for round in 0..20_000 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let id = SuiteId((random >> 33) % 100 * step);
                match random >> 62 {
                    0 => assert_eq!(ours.insert(id, round), other.insert(id, round)),
                    1 => assert_eq!(ours.remove(id), other.remove(&id)),
                    2 => assert_eq!(
                        *ours.get_or_insert_with(id, || round),
                        *other.entry(id).or_insert(round)
                    ),
                    _ => assert_eq!(ours.get(id), other.get(&id)),
                }
                assert_eq!(ours.len(), other.len());
            }
            assert!(other.iter().all(|(id, round)| ours.get(*id) == Some(round)));
        }
    }
}
