use async_test_suite::prelude::*;

#[test_tool]
struct Held;

fn main() {}
