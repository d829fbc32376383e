//! What must hold for any input. A property panics where it does not; it says nothing about input that is not for it.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the sources are those of larger crates"
)]

pub mod cases;
pub mod escapes;
pub mod keys;
pub mod lines;
pub mod names;
pub mod replay;

/// A property, by the name of its target.
pub type Property = (&'static str, fn(&str));

/// All of them.
pub const ALL: &[Property] = &[
    ("suite_keys", keys::suite),
    ("subtest_keys", keys::subtest),
    ("plan_keys", keys::plan),
    ("verify_keys", keys::verify_loop),
    ("command_line", lines::command_line),
    ("environment", lines::environment),
    ("duration", lines::duration),
    ("bazel_filter", lines::bazel_filter),
    ("filter", names::filter),
    ("tags", names::tags),
    ("escapes", escapes::round_trip),
    ("replay", replay::any_text),
];

// The macros, from their own sources: outside of a compiler they run on the fallback of `proc-macro2`.
#[path = "../../../async-test-macros/src"]
mod source {
    pub mod args;
    pub mod attrs;
    pub mod body;
    pub mod body_future;
    pub mod condition;
    pub mod door;
    pub mod duration;
    pub mod errors;
    pub mod fallback;
    pub mod inline;
    pub mod item;
    pub mod lists;
    pub mod nearest;
    pub mod plan;
    pub mod plan_keys;
    pub mod scan;
    pub mod spans;
    pub mod subtest;
    pub mod suite;
    pub mod suite_attrs;
    pub mod suite_keys;
    pub mod values;
    pub mod verify_args;
    pub mod verify_keys;
    pub mod verify_loop;
    pub mod verify_loop_inline;
    pub mod verify_output;
}

use source::*;

// Filters and expressions of tags, from theirs.
#[path = "../../../async-test-core/src"]
mod runtime {
    pub mod filter;
    pub mod tags;
}
