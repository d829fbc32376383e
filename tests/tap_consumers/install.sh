#!/bin/sh
# Installs the readers of TAP that tests/tap_consumers.rs asks, into the directory that is given.
# They need perl, node with npm, and python3; what is there already is left alone.
set -eu

into=${1:-"$(dirname "$0")/../../target/tap-consumers"}
mkdir -p "$into"
cd "$into"

if [ ! -d node_modules/tap-parser ]; then
    npm install --prefix . --no-save --no-audit --no-fund --loglevel error tap-parser@18.3.4
fi
if [ ! -x python/bin/tappy ]; then
    python3 -m venv python
    python/bin/pip install --quiet --disable-pip-version-check tap.py==3.2.1 pyyaml more-itertools
fi
command -v prove >/dev/null || {
    echo "prove is missing: it comes with perl" >&2
    exit 1
}
