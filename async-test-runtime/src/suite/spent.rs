//! The memory of what has ended, for what begins.
//!
//! A block of memory belongs to the thread that it was taken on. Where another thread gives it back, both need a lock of the
//! allocator, and whoever finds that taken sleeps until he is woken, which takes longer than a small suite. So the hub and
//! the thread that ends suites give nothing of them back: it is used again for the next suites, on the threads of these.

use std::sync::{Arc, Mutex};

use crate::suite::lock;

/// What comes when there are so many already is dropped.
const KEPT: usize = 512;

/// Things of one kind whose memory can be used again. Clones are handles to the same ones.
#[derive(Debug)]
pub(crate) struct Spent<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Spent<T> {
    fn default() -> Spent<T> {
        Spent(Arc::default())
    }
}

impl<T> Clone for Spent<T> {
    fn clone(&self) -> Spent<T> {
        Spent(self.0.clone())
    }
}

impl<T> Spent<T> {
    /// Nothing of the user's may be in it: it may be dropped much later, or never.
    pub(crate) fn put(&self, it: T) {
        let mut list = lock(&self.0);
        if list.len() < KEPT {
            list.push(it);
        } else {
            drop(list);
            drop(it);
        }
    }

    pub(crate) fn take(&self) -> Option<T> {
        lock(&self.0).pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::plan::Plan;
    use crate::suite::{Birth, Suite};

    #[test]
    fn a_suite_in_the_memory_of_another_is_another_one() {
        let suite = |name: &str, plan| Suite::top().child(Birth::new(name.to_owned(), Place::caller()), plan);
        let old = suite("old", Plan::new().skip_all("it is old"));
        assert!(old.is_skipping());
        let place = Arc::as_ptr(&old.0);
        let new = Arc::into_inner(suite("new", Plan::new()).0).unwrap();
        let id = new.info.id;
        let new = Suite::in_place_of(Some(old), new);
        assert_eq!(Arc::as_ptr(&new.0), place);
        assert_eq!((new.path(), new.info().id), ("new", id));
        assert!(!new.is_skipping());
    }

    #[test]
    fn a_suite_that_somebody_holds_keeps_its_memory() {
        let suite = |name: &str| Suite::top().child(Birth::new(name.to_owned(), Place::caller()), Plan::new());
        let (old, other) = (suite("old"), Arc::into_inner(suite("other").0).unwrap());
        let held = old.clone();
        let other = Suite::in_place_of(Some(old), other);
        assert_eq!((held.path(), other.path()), ("old", "other"));
    }

    #[test]
    fn no_more_are_kept_than_are_of_use() {
        let all = Arc::new(());
        let spent = Spent::default();
        for _ in 0..2 * KEPT {
            spent.put(all.clone());
        }
        assert_eq!(Arc::strong_count(&all), 1 + KEPT);
        while spent.take().is_some() {}
        assert_eq!(Arc::strong_count(&all), 1);
    }
}
