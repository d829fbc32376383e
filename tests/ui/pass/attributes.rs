//! Other attributes beside ours.

#![deny(warnings)]
#![allow(dead_code)]

use async_test_suite::prelude::*;

/// Documented.
#[suite]
#[ignore = "slow"]
#[cfg(not(any()))]
#[allow(unused_variables)]
async fn kept(t: Suite) {
    let unused = 1;
}

#[suite]
#[should_panic(expected = "boom")]
async fn panics() {
    panic!("boom");
}

#[suite]
fn never() -> ! {
    panic!("a plain one");
}

#[suite]
async fn never_async() -> ! {
    panic!("an asynchronous one");
}

#[suite]
#[cfg(any())]
async fn compiled_away() {
    not::there();
}

#[must_use]
#[track_caller]
#[test_tool]
#[inline]
pub(crate) fn holds() -> bool {
    true
}

#[test_tool]
#[expect(unused_variables)]
async fn expects(a: u8) -> bool {
    let unused = 1;
    true
}

fn main() {}
