use async_test_suite::prelude::*;

#[test_tool(skipable = false)]
fn nearly() {}

#[test_tool(colour)]
fn not_at_all() {}

#[test_tool(name = "held", plan = 2, timeout = "1s")]
fn of_another_place() {}

fn main() {}
