use async_test_suite::prelude::*;

#[test_tool]
fn result() -> Result<(), std::io::Error> {
    Ok(())
}

#[test_tool]
async fn future() -> impl Sized {}

fn main() {}
