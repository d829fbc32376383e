//! A body of `lives_ok!` and its kin that ends with a future or a closure: nothing of it would run.

use async_test_suite::prelude::*;

async fn connect() -> Result<(), String> {
    Err("refused".to_owned())
}

#[suite]
async fn looks_lively() {
    lives_ok!(connect(), "connects");
    dies_ok!(|| panic!("in a closure"));
    throws_like!({ connect() }, String);
}

fn main() {}
