use async_test_suite::prelude::*;

#[suite]
fn storage() -> Result<(), std::num::ParseIntError> {
    let number: u8 = "3".parse()?;
    subtest!("reads", { ok!(number == 3) });
    Ok(())
}

fn main() {}
