//! Every fault in a bundle and in a reporter, under the built-in harness: `docs/faults.md` says what becomes of it.
#![cfg(unix)]

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/matrix/guests.rs"]
mod guests;
#[path = "faults/matrix/mod.rs"]
mod matrix;

use guests::GUESTS;
use matrix::{Door, holds};

#[test]
fn nothing_hangs_and_nothing_is_lost_where_a_guest_is_at_fault() {
    holds(Door::Builtin, "guests built-in", &GUESTS);
}
