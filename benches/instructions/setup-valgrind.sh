#!/bin/sh
# Installs valgrind, which counts the instructions for the package around it, where there is none.
set -eu
if valgrind --version >/dev/null 2>&1; then
    exit 0
fi
echo "valgrind is missing; installing it"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
if ! command -v apt-get >/dev/null 2>&1; then
    echo "there is no apt-get here: install valgrind by hand; the guard of instruction counts needs it" >&2
    exit 1
fi
$as_root apt-get install -y valgrind || {
    $as_root apt-get update
    $as_root apt-get install -y valgrind
}
valgrind --version
