//! Under the hub's own `main`.

mod suites;

async_test_suite::main!();
