use async_test_suite::prelude::*;

#[suite]
async fn typed<T>() {}

#[suite]
async fn bounded()
where
    u8: Copy,
{
}

fn main() {}
