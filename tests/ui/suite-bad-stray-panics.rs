use async_test_suite::prelude::*;

#[suite(stray_panics = "ignore")]
async fn unknown() {}

#[suite(stray_panics)]
async fn missing() {}

#[suite(stray_panics = report)]
async fn no_string() {}

#[suite(stray_panic = "report")]
async fn nearly() {}

#[suite]
async fn storage() {
    subtest!("reads", stray_panics = "report", {
        ok!(true);
    });
}

fn main() {}
