use async_test_suite::prelude::*;

#[test]
#[suite(paralel, plan = "x", timeout = "5")]
async fn storage(t: Suite, u: u8) -> Result<(), std::io::Error> {
    let number: u8 = "the body is still checked";
    Ok(())
}

fn main() {}
