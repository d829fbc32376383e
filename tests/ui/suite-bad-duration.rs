use async_test_suite::prelude::*;

#[suite(timeout = "soon")]
async fn no_number() {}

#[suite(timeout = "5", job_timeout = "5 parsecs")]
async fn no_unit() {}

#[suite(timeout = "", job_timeout = "99999999999999999999h")]
async fn no_length() {}

fn main() {}
