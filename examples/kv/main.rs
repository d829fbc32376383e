//! The store of this folder under test: `cargo run --example kv` runs the suite over the sound store, and
//! `cargo run --example kv -- --include-ignored` also over the variant that loses acknowledged writes.

#[path = "mod.rs"]
mod kv;
mod suite;

async_test_suite::main!();
