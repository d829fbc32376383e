// The same suites, run by the hub's own `main`.
include!("dsl_builtin.rs");

async_test_suite::main!();
