#[cfg(unix)]
#[doc(hidden)]
#[allow(non_upper_case_globals, reason = "named after the function")]
static __suite_boom: ::async_test_suite::__rt::SuiteSpec = {
    #[allow(unused_imports, reason = "an inner body may import it once more")]
    use ::async_test_suite::__rt::verify_loop;
    #[allow(clippy::unused_async, reason = "a suite need not await anything")]
    #[tracing::instrument]
    #[expect(unused)]
    async fn boom() {
        verify_loop!(async { Ok(1) });
    }
    ::async_test_suite::__rt::SuiteSpec {
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        end_line: ::core::line!(),
        package: ::core::option_env!("CARGO_PKG_NAME"),
        start_paused: true,
        ignore: ::core::option::Option::Some("slow"),
        should_panic: ::core::option::Option::Some("boom"),
        body: ::async_test_suite::__rt::Body::Async(|_| {
            ::async_test_suite::__rt::suite_future!(boom())
        }),
        ..::async_test_suite::__rt::SuiteSpec::of(
            ::core::concat!(::core::module_path!(), "::", "boom"),
        )
    }
};
#[cfg(unix)]
::async_test_suite::__rt::submit!(& __suite_boom);
#[cfg(unix)]
#[ignore = "slow"]
#[should_panic(expected = "boom")]
#[allow(unused)]
#[::core::prelude::v1::test]
fn boom() {
    ::async_test_suite::__rt::run_builtin_should_panic(&__suite_boom)
}
