#!/bin/sh
# Installs rust-analyzer, which tests/editors.rs needs, where there is none: a component of the toolchain, which is
# downloaded in seconds.
set -eu

if rust-analyzer --version >/dev/null 2>&1; then
    exit 0
fi
echo "rust-analyzer is missing; installing it"
rustup component add rust-analyzer
rust-analyzer --version
