use async_test_suite::prelude::*;

#[suite(when = mod("release"))]
async fn reserved_word() {}

#[suite(when = moed("release"))]
async fn nearly() {}

#[suite(when = any(unix(), env(), command("")))]
async fn several() {}

#[suite(when = "release")]
async fn text() {}

#[suite(when = cfg(unix, test))]
async fn two_predicates() {}

#[suite(when = [])]
async fn empty() {}

#[suite(when)]
async fn missing() {}

fn main() {}
