#!/bin/sh
# Runs every test of the project: the workspace, its documentation, and the crate that uses it from outside.
set -eu
cd "$(dirname "$0")"
cargo test --workspace --all-targets --all-features
cargo test --workspace --doc --all-features
if [ -x outside/check.sh ]; then
    outside/check.sh
fi
