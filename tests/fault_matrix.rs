//! Every fault in every place, under the built-in harness: `docs/faults.md` says what becomes of it.
#![cfg(unix)]

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/matrix/mod.rs"]
mod matrix;

use matrix::places::PLACES;
use matrix::{Door, holds, whole};

#[test]
fn nothing_hangs_is_green_or_is_lost() {
    holds(Door::Builtin, "places built-in", &PLACES);
}

#[test]
fn a_run_that_goes_wrong_as_a_whole_ends_and_loses_nothing() {
    whole::holds(Door::Builtin, "whole built-in");
}
