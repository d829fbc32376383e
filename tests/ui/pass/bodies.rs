//! The forms of a body, and what may stand in one without a warning.

#![deny(warnings)]
#![allow(dead_code)]

use async_test_suite::prelude::*;

async fn reads(t: Suite) -> Result<(), String> {
    t.ok(true, "read");
    Ok(())
}

#[suite]
async fn forms(t: Suite) {
    let n = 3;
    let mut count = 0;
    subtest!("block {n}", {
        ok!(true);
    });
    subtest!("async", async { ok!(true) });
    subtest!("move", async move {
        is!(n, 3);
    });
    subtest!("handle", async |t| {
        t.ok(true, "");
    });
    subtest!("typed", async move |t: Suite| t.ok(n == 3, ""));
    subtest!("closure", |t| async move {
        t.ok(true, "");
    });
    subtest!("path", reads);
    subtest!("call", reads(t.clone()));
    subtest!("borrows", instant, {
        count += 1;
    });
    subtest!("error", {
        let _: u8 = "3".parse()?;
    });
    subtest!("two errors", {
        let number: u8 = "3".parse()?;
        std::str::from_utf8(&[number])?;
        ok!(number > 2)
    });
    subtest!("says so", { if n > 3 { Err("too many") } else { Ok(()) } });
    subtest!("never", todo = "later", { panic!("never returns") });
    subtest!(String::from("name"), plan = usize::from(count > 0), tags("net"), {});
}

#[test_tool]
async fn never() {
    panic!("never returns")
}

#[test_tool]
fn dies() -> bool {
    panic!("never returns")
}

#[test_tool]
async fn loops() -> bool {
    loop {
        if ok!(true) {
            return true;
        }
    }
}

fn main() {}
