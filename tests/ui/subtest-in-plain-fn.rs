use async_test_suite::prelude::*;

fn helper() {
    subtest!("reads", {
        ok!(true);
    });
}

fn main() {}
