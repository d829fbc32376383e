use std::hint::black_box;

use async_test_suite::prelude::*;

fn number(name: &str) -> u64 {
    std::env::var(name).expect(name).parse().expect("a number")
}

#[suite]
async fn is_one() {
    for n in 0..number("PEERS_SIZE") {
        is!(black_box(n), n, "equal");
    }
}

#[suite]
async fn ok_one() {
    for n in 0..number("PEERS_SIZE") {
        ok!(black_box(n) == n, "equal");
    }
}

#[suite(flavor = "multi_thread")]
async fn is_many(t: Suite) {
    let tasks = number("PEERS_TASKS");
    let each = number("PEERS_SIZE") / tasks;
    for _ in 0..tasks {
        t.spawn(async move {
            for n in 0..each {
                is!(black_box(n), n, "equal");
            }
        });
    }
}

#[suite(flavor = "multi_thread")]
async fn ok_many(t: Suite) {
    let tasks = number("PEERS_TASKS");
    let each = number("PEERS_SIZE") / tasks;
    for _ in 0..tasks {
        t.spawn(async move {
            for n in 0..each {
                ok!(black_box(n) == n, "equal");
            }
        });
    }
}
