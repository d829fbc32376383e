# What to run here; `just` alone lists it.
default:
    @just --list

# every test of the project
test:
    sh ./test.sh

# what a change has to pass
ci:
    bash .ci/run

# format and lint
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# the example store, with the variant that carries a bug
example:
    cargo run --example kv -- --include-ignored

# rewrite golden files and expected compiler messages after a look at the difference
bless:
    BLESS=1 cargo test -p async-test-core -p async-test-macros -p async-test-runtime
    TRYBUILD=overwrite cargo test --test ui

# measure the library beside its peers, and the verifier beside a loop by hand; writes docs/performance.md
bench *arguments:
    cargo bench --bench peers -- {{arguments}}

# fail when a check or a round costs more instructions than the committed counts
instructions:
    sh benches/instructions/setup-valgrind.sh
    cargo run --profile counts -p instructions
