use async_test_suite::prelude::*;

#[test_tool]
const fn constant() -> bool {
    true
}

#[test_tool]
unsafe fn dangerous() {}

fn main() {}
