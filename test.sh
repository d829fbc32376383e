#!/bin/sh
# Runs every test of the project: the workspace, its documentation, and the crates that use it from outside.
set -eu
cd "$(dirname "$0")"
sh tests/setup-nextest.sh
sh tests/setup-rust-analyzer.sh
cargo test --workspace --all-targets --all-features
cargo test --workspace --doc --all-features

# Both are no members of the workspace: they see what a stranger sees.
CARGO_TARGET_DIR="$PWD/target/outside"
export CARGO_TARGET_DIR
cargo test --manifest-path examples/extension/Cargo.toml
sh outside/check.sh
