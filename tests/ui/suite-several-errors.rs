use async_test_suite::prelude::*;

#[suite(paralel, plan = "x", timeout = "5")]
#[test]
async fn storage(t: Suite, u: u8) -> Result<(), std::io::Error> {
    let number: u8 = "the body is still checked";
    Ok(())
}

fn main() {}
