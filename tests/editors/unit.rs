//! Suites in a library.

#[cfg(test)]
mod tests { //~ test-mod tests
    use async_test_suite::prelude::*;

    #[suite]
    async fn in_a_library() { //~ test tests::in_a_library
        ok!(true);
    }

    mod deeper { //~ test-mod tests::deeper
        use async_test_suite::prelude::*;

        #[suite(plan = 2)]
        async fn nested() { //~ test tests::deeper::nested
            ok!(true);
            subtest!("inner", { ok!(true) });
        }
    }
}
