//! Under the built-in harness.

mod suites;
