//! Checks of our own.

use std::fmt::Debug;

use async_test_suite::prelude::*;

/// Checks that a list is sorted, and returns whether it is. One check inside: it is the tool's own, at the caller's line.
#[test_tool]
pub fn is_sorted<T: PartialOrd + Debug>(list: &[T]) -> bool {
    let broken = list.windows(2).find(|pair| pair[0] > pair[1]);
    is!(broken, None, "{} elements are sorted", list.len())
}

/// Checks that a value lies between two others. Two checks inside: they are one hidden subtest at the caller's line.
#[test_tool]
pub async fn is_within(low: u64, value: impl Future<Output = u64>, high: u64) -> bool {
    let value = value.await;
    let above = cmp_ok!(value, >=, low);
    let below = cmp_ok!(value, <=, high);
    above && below
}
