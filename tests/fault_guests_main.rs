//! Every fault in a bundle and in a reporter, under `main!`: `docs/faults.md` says what becomes of it.

async_test_suite::main!();

#[cfg(unix)]
#[path = "faults/mod.rs"]
mod faults;
#[cfg(unix)]
#[path = "faults/matrix/guests.rs"]
mod guests;
#[cfg(unix)]
#[path = "faults/matrix/mod.rs"]
mod matrix;

#[cfg(unix)]
mod tests {
    use async_test_suite::prelude::*;

    use crate::guests::GUESTS;
    use crate::matrix::{Door, holds};

    #[suite(timeout = "10m")]
    fn nothing_hangs_and_nothing_is_lost_where_a_guest_is_at_fault() {
        holds(Door::Main, "guests main", &GUESTS);
        pass!();
    }
}
