//! Every fault in every place, under `main!`: `docs/faults.md` says what becomes of it.

async_test_suite::main!();

#[cfg(unix)]
#[path = "faults/mod.rs"]
mod faults;
#[cfg(unix)]
#[path = "faults/matrix/mod.rs"]
mod matrix;

#[cfg(unix)]
mod tests {
    use async_test_suite::prelude::*;

    use crate::matrix::places::PLACES;
    use crate::matrix::{Door, holds, whole};

    #[suite(timeout = "10m")]
    fn nothing_hangs_is_green_or_is_lost() {
        holds(Door::Main, "places main", &PLACES);
        pass!();
    }

    #[suite(timeout = "10m")]
    fn a_run_that_goes_wrong_as_a_whole_ends_and_loses_nothing() {
        whole::holds(Door::Main, "whole main");
        pass!();
    }
}
