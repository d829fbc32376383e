//! `crate = path` and the doors of a crate that has another name.

#![deny(warnings)]

mod my {
    pub(crate) use async_test_suite as tests;
}

use my::tests::{Suite, ok, plan, subtest, suite, test_tool};

#[suite(crate = my::tests, when = any(env("NAME"), mode("release")), keys(owner = "team"))]
async fn by_path(t: Suite) -> Result<(), std::num::ParseIntError> {
    plan!(2);
    t.ok(is_parsed("3").await, "parsed");
    subtest!("child", keys(owner = t.path()), async |t| {
        let number: u8 = "3".parse()?;
        t.is(number, 3, "number");
    });
    Ok(())
}

#[suite(crate = "crate::my::tests")]
fn by_text() {
    ok!(true);
}

#[test_tool(crate = my::tests, anchor)]
async fn is_parsed(text: &str) -> bool {
    text.parse::<u8>().is_ok()
}

fn main() {}
