use async_test_suite::prelude::*;

#[test_tool]
#[test]
fn held() {
    ok!(true);
}

fn main() {}
