use async_test_suite::prelude::*;

#[test_tool]
fn holds() -> bool {
    subtest!("part", { ok!(true) });
    true
}

#[suite]
async fn caller() {
    let _held: bool = holds();
}

fn main() {}
