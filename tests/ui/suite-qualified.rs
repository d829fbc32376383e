use async_test_suite::prelude::*;

#[suite]
const fn constant() {}

#[suite]
async unsafe fn dangerous() {}

#[suite]
extern "C" fn foreign() {}

fn main() {}
