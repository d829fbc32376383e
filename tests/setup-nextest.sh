#!/bin/sh
# Installs cargo-nextest, which tests/nextest.rs needs, where there is none. It is built without optimization: that takes
# two or three minutes on two cores, and the tests hardly notice.
set -eu
version=0.9.143

if cargo nextest --version >/dev/null 2>&1; then
    exit 0
fi
echo "cargo-nextest is missing; installing $version"
cargo install cargo-nextest --locked --version "$version" --no-default-features --features default-no-update \
    --profile dev --config 'profile.dev.debug = false'
cargo nextest --version
