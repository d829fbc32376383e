//! What tests print under `main!`, by running this very binary again over the suites in `fixture`.
//!
//! On other systems the output stays as it is.

#[cfg(unix)]
#[path = "output/fixture.rs"]
mod fixture;
#[cfg(unix)]
#[path = "output/suites.rs"]
mod suites;

async_test_suite::main!();
