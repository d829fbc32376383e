use std::hint::black_box;

use googletest::prelude::*;

fn number(name: &str) -> u64 {
    std::env::var(name).expect(name).parse().expect("a number")
}

#[gtest]
#[tokio::test]
async fn one() {
    for n in 0..number("PEERS_SIZE") {
        expect_eq!(black_box(n), n, "equal");
    }
}
