//! The same for the built-in harness and for `main!`.

use async_test_suite::prelude::*;
use async_test_suite::suite as suite_test;

macro_rules! suites {
    ($($name:ident = $value:expr;)*) => {
        $(
            #[suite]
            async fn $name() {
                is!($value, 4);
            }
        )*
    };
}

suites! {
    two_and_two = 2 + 2; //~ test suites::two_and_two
    four = 4; //~ test suites::four
}

macro_rules! in_modules {
    ($($module:ident)*) => {
        $(mod $module {
            use async_test_suite::prelude::*;

            #[suite]
            async fn works() {
                ok!(true);
            }
        })*
    };
}

in_modules! { //~ test suites::memory::works, test suites::disk::works
    memory //~ test-mod suites::memory
    disk //~ test-mod suites::disk
}

/// With a comment, a handle and a name for reports.
#[suite(name = "a title", retries = 1)]
async fn titled(t: Suite) { //~ test suites::titled
    t.ok(true, "fine");
}

#[suite]
fn blocking() -> Result<(), String> { //~ test suites::blocking
    ok!(true);
    Ok(())
}

#[suite]
#[ignore = "slow"]
async fn is_ignored() { //~ test suites::is_ignored
    ok!(true);
}

#[suite(flavor = "current_thread")]
#[should_panic]
async fn panics() { //~ test suites::panics
    panic!("as it should");
}

#[async_test_suite::suite]
async fn by_path() { //~ test suites::by_path
    ok!(true);
}

#[suite_test]
async fn renamed() { //~ test suites::renamed
    ok!(true);
}

struct Store {
    writes: u32,
}

#[suite]
async fn is_being_typed() { //~ test suites::is_being_typed
    let store = Store { writes: 0 };
    is!(store.writes, 0);
    // in the body
    subtest!("inner", {
        // in the subtest
    });
}
