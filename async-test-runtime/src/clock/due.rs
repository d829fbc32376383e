//! What is due when: a list in order, most of which is called off before its time.

use std::time::Instant;

/// When, and a number that keeps two of one instant apart.
pub(super) type Key = (Instant, u64);

struct Entry<T> {
    key: Key,
    /// None where it has been called off.
    what: Option<T>,
}

/// In order of their keys. What is added is mostly the latest, and what is called off mostly the latest or the earliest:
/// both are found with a look at the end. All the rest takes a search, and a place that is empty until so many are
/// that the list is made anew.
pub(super) struct Due<T> {
    entries: Vec<Entry<T>>,
    /// Those before it have gone; the one here has not.
    from: usize,
    /// Places behind it that are empty.
    empty: usize,
}

impl<T> Default for Due<T> {
    fn default() -> Due<T> {
        Due {
            entries: Vec::new(),
            from: 0,
            empty: 0,
        }
    }
}

/// So many of the earliest are looked at before one is searched for.
const FIRST: usize = 4;

/// So many places may be empty without a thought.
const FEW: usize = 32;

impl<T> Due<T> {
    /// The keys must differ.
    pub(super) fn insert(&mut self, key: Key, what: T) {
        let entry = Entry { key, what: Some(what) };
        match self.entries.last() {
            Some(last) if last.key > key => {
                let at = self.place(key);
                self.entries.insert(at, entry);
            }
            _ => self.entries.push(entry),
        }
    }

    /// The time of the earliest.
    pub(super) fn first(&self) -> Option<Instant> {
        self.entries.get(self.from).map(|entry| entry.key.0)
    }

    pub(super) fn pop_first(&mut self) -> Option<T> {
        let what = self.entries.get_mut(self.from)?.what.take();
        self.tidy();
        what
    }

    /// Takes out what has not been taken yet.
    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        let at = self.place(key);
        let entry = self.entries.get_mut(at).filter(|entry| entry.key == key)?;
        let what = entry.what.take()?;
        self.empty += 1;
        self.tidy();
        Some(what)
    }

    /// The first place whose key is not before this one.
    fn place(&self, key: Key) -> usize {
        let (mut low, mut high) = (self.from, self.entries.len());
        let entries = self.entries.as_slice();
        // What began first ends first, most often; by the number alone, which is compared in no time.
        let mut at = low;
        while at < high && at < low + FIRST {
            if entries[at].key.1 == key.1 {
                return at;
            }
            at += 1;
        }
        // A loop by hand: it costs a tenth where nothing is optimized.
        while low < high {
            let middle = low + (high - low) / 2;
            if entries[middle].key < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Lets go of empty places at both ends, and of all of them when there are many.
    fn tidy(&mut self) {
        while self.entries.last().is_some_and(|entry| entry.what.is_none()) {
            self.entries.pop();
        }
        while self.entries.get(self.from).is_some_and(|entry| entry.what.is_none()) {
            self.from += 1;
        }
        if self.from >= self.entries.len() {
            self.entries.clear();
            (self.from, self.empty) = (0, 0);
        } else if self.from + self.empty > FEW.max(self.entries.len() / 2) {
            self.entries.retain(|entry| entry.what.is_some());
            (self.from, self.empty) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::time::Duration;

    #[test]
    fn it_holds_what_a_sorted_map_holds() {
        let begin = Instant::now();
        let mut random = fastrand::Rng::with_seed(17);
        for _ in 0..50 {
            let (mut due, mut map) = (Due::default(), BTreeMap::new());
            let (mut next, mut spread) = (0, 1);
            for _ in 0..2_000 {
                match random.u32(..100) {
                    0 => spread = random.u64(1..5_000),
                    1..45 => {
                        next += 1;
                        let key = (begin + Duration::from_nanos(next + random.u64(..spread)), next);
                        due.insert(key, next);
                        map.insert(key, next);
                    }
                    45..85 => {
                        // One of those that are there, the latest more often, or one that has gone.
                        let at = random.usize(..map.len() + 1).max(random.usize(..map.len() + 1));
                        let key = map.keys().nth(at).copied().unwrap_or((begin, 0));
                        assert_eq!(due.remove(key), map.remove(&key));
                        assert_eq!(due.remove(key), None);
                    }
                    _ => assert_eq!(due.pop_first(), map.pop_first().map(|(_, what)| what)),
                }
                assert_eq!(due.first(), map.first_key_value().map(|((at, _), _)| *at));
                assert!(
                    due.entries.len() <= 2 * map.len() + FEW + 1,
                    "empty places are given back"
                );
            }
        }
    }
}
