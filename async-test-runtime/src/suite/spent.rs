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
