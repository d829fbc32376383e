// The same suite, run by the hub's own `main`.
include!("attempts_builtin.rs");

async_test_suite::main!();
