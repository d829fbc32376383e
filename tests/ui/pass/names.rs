//! A suite reaches all that the user names, whatever its expansion calls its own.

#![deny(warnings)]

use async_test_suite::prelude::*;

mod helpers {
    pub(crate) fn __start() -> u8 {
        1
    }

    pub(crate) fn judge() -> u8 {
        2
    }
}

use helpers::{__start, judge};

fn future() -> u8 {
    3
}

#[suite]
async fn reaches() {
    is!(__start() + judge() + future(), 6);
}

#[suite]
fn reaches_plain(__suite: Suite) {
    __suite.is(__start() + judge() + future(), 6, "all three");
}

#[suite]
#[allow(non_snake_case)]
async fn Named() {
    ok!(true);
}

fn main() {}
