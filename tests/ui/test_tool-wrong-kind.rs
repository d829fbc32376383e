use async_test_suite::prelude::*;

#[test_tool(anchor = 3, readify = "no", skippable())]
fn held() {}

fn main() {}
