//! Everything the macros write, in a crate of the edition 2021. It is run as an example of the documentation, since only
//! there can a test have an edition of its own.

use std::cell::RefCell;
use std::sync::Arc;

use async_test_suite::prelude::*;

/// The crate under another name, as `crate = path` has it.
mod renamed {
    pub(crate) use async_test_suite as tests;
}

#[suite(plan = 2, crate = renamed::tests)]
async fn a_suite(t: Suite) -> Result<(), std::num::ParseIntError> {
    let number: u8 = "3".parse()?;
    t.ok(number == 3, "parsed");
    subtest!("child {number}", plan = 1, async |t| {
        let text = String::from("4");
        t.is(text.parse::<u8>()?, number + 1, "next");
    });
    Ok(())
}

#[suite(plan = 1)]
fn a_plain_suite() {
    ok!(true);
}

/// Here only types would be captured by `impl Future`, were it not for the edition of the macro.
#[test_tool]
async fn borrows(list: &[u8], least: &RefCell<u8>) -> bool {
    std::future::ready(()).await;
    list.iter().all(|one| *one >= *least.borrow())
}

#[test_tool(crate = renamed::tests)]
async fn borrows_from_its_end(least: RefCell<u8>) -> bool {
    *least.borrow() == 1
}

#[suite(plan = 2)]
async fn tools() {
    let list = vec![1, 2];
    borrows(&list, &RefCell::new(1)).await;
    borrows_from_its_end(RefCell::new(1)).await;
}

#[suite]
async fn captures() {
    let shared = Arc::new(1);
    let mut count = 0;
    subtest!("counts", instant, {
        count += 1;
    });
    subtest!("owns", { is!(*shared, 1) });
    is!(count, 1);
}

fn main() -> std::process::ExitCode {
    async_test_suite::__rt::main()
}
