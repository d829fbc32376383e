//! The suites that `tests/formats_oracle.rs` builds twice: for the built-in harness, and with `main!`.

use async_test_suite::prelude::*;

#[suite]
async fn passes() {
    ok!(true);
    subtest!("inner", { ok!(true) });
}

#[suite]
async fn fails() {
    is!(1 + 1, 3, "arithmetic");
}

#[suite]
async fn fails_in_a_subtest() {
    subtest!("inner", { flunk!("deep") });
}

#[suite]
async fn panics() {
    panic!("a \"quoted\"\n\ttext \u{1}\u{2028}");
}

#[suite]
async fn returns_an_error() -> Result<(), String> {
    Err("no".to_owned())
}

#[suite]
fn is_blocking() {
    ok!(true);
}

#[suite]
async fn is_slow() {
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    ok!(true);
}

#[suite(todo = "later")]
async fn is_forgiven() {
    ok!(false);
}

#[suite]
#[ignore]
async fn is_ignored() {
    ok!(true);
}

#[suite]
#[ignore = "too slow"]
async fn is_ignored_with_a_reason() {
    ok!(true);
}

#[suite]
#[should_panic]
async fn panics_as_it_should() {
    panic!("any");
}

#[suite]
#[should_panic(expected = "right")]
async fn panics_with_the_right_words() {
    panic!("the right words");
}

#[suite]
#[should_panic]
async fn does_not_panic() {
    ok!(true);
}

#[suite]
#[should_panic(expected = "right")]
async fn panics_with_the_wrong_words() {
    panic!("other words");
}

mod inner {
    use async_test_suite::prelude::*;

    #[suite]
    async fn passes() {
        ok!(true);
    }

    mod deeper {
        use async_test_suite::prelude::*;

        #[suite]
        async fn fails() {
            ok!(false);
        }
    }
}
