use async_test_suite::prelude::*;

#[test_tool]
fn number() -> bool {
    3
}

#[test_tool]
async fn early() -> bool {
    if std::env::args().count() > 9 {
        return 3;
    }
    "late"
}

#[test_tool]
async fn nothing() {
    true
}

fn main() {}
