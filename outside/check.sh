#!/bin/sh
# Uses the library as a stranger does, under both entry points, and holds what they say against each other.
set -eu
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
# What the surroundings ask of the runs below would change what they print.
for name in $(env | sed -n 's/^\(ASYNC_TEST_[A-Z_]*\)=.*/\1/p') RUST_BACKTRACE RUST_TEST_THREADS NO_COLOR; do
    unset "$name"
done

told=$(mktemp -d)
trap 'rm -rf "$told"' EXIT

fail() {
    echo "outside: FAILED: $1" >&2
    [ -z "${2:-}" ] || sed 's/^/    /' "$2" >&2
    exit 1
}
run() { # what it writes to, target, arguments
    into=$told/$1 target=$2
    shift 2
    cargo test --quiet --test "$target" -- "$@" >"$into" 2>"$into.err" || {
        cat "$into.err" >>"$into"
        fail "$target $*" "$into"
    }
}
says() { # where, a line that is in it
    grep -q -- "$2" "$told/$1" || fail "no line \`$2\`" "$told/$1"
}

cargo test --no-run 2>"$told/build" || fail "does not compile" "$told/build"
# The line that cargo ends the warnings of a target with; it is the same for what was compiled before.
! grep '^warning: `outside` ' "$told/build" >"$told/warnings" || fail "warnings in a user's code" "$told/build"
echo "outside: compiles without a warning"

for file in dsl scale; do
    for door in builtin main; do
        run "$file.$door.list" "${file}_$door" --list
        sed -n 's/: test$//p' "$told/$file.$door.list" | sort >"$told/$file.$door.names"
        run "$file.$door" "${file}_$door"
    done
    cmp -s "$told/$file.builtin.names" "$told/$file.main.names" || {
        diff "$told/$file.builtin.names" "$told/$file.main.names" >"$told/difference" || :
        fail "$file: the two entry points list other names" "$told/difference"
    }
    suites=$(wc -l <"$told/$file.main.names" | tr -d ' ')
    for door in builtin main; do
        says "$file.$door" "^test result: ok\. $suites passed; 0 failed; 0 ignored;"
    done
    echo "outside: $file: $suites suites, the same names and results under both entry points"
done
[ "$suites" -eq 1001 ] || fail "1001 suites expected, $suites are there"
! grep -v -e '^$' -e '^running ' -e '^test result: ' -e '^[.]' "$told/dsl.builtin" >"$told/noise" ||
    fail "what passes prints something" "$told/noise"

for door in builtin main; do
    run "attempts.$door" "attempts_$door"
    says "attempts.$door" '^test result: ok\. 1 passed; 0 failed; 0 ignored;'
done
says attempts.builtin.err '^async-test-suite: `flaky` is flaky: passed at attempt 2 of 3; '
says attempts.main '^test flaky \.\.\. ok (flaky: passed at attempt 2 of 3)$'
says attempts.main '^    ✗ it was flushed$'
echo "outside: a flaky suite passes and is called flaky under both entry points"

for file in dsl scale; do
    run "$file.tap" "${file}_main" --format tap
done
says dsl.tap '^    not ok [0-9]* - compaction # TODO not built yet$'
says dsl.tap '^        ok 1 - first write of k$'
says dsl.tap '^ok [0-9]* - storage$'
says dsl.tap '^    ok [0-9]* - one_leader$'
children=$(grep -c '^    ok [0-9]* - child [0-9]*$' "$told/scale.tap") || :
[ "$children" -eq 1000 ] || fail "1000 subtests expected, $children are in the report"
echo "outside: tap: a TODO subtest, a verifier, and 1000 subtests of one suite"

if command -v prove >"$told/where"; then
    prove --exec cat "$told/dsl.tap" "$told/scale.tap" >"$told/prove" 2>&1 || fail "prove" "$told/prove"
    echo "outside: prove: $(sed -n 's/^Files=2, \(Tests=[0-9]*\),.*/\1/p' "$told/prove"), $(tail -n 1 "$told/prove")"
else
    echo "outside: prove is not installed, so no other program has read the TAP"
fi
