use async_test_suite::prelude::*;

#[test_tool(anchor, anchor = false)]
fn held() {}

fn main() {}
