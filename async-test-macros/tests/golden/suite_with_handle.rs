#[doc(hidden)]
#[allow(non_upper_case_globals, reason = "named after the function")]
static __suite_storage: ::async_test_suite::__rt::SuiteSpec = {
    #[allow(clippy::unused_async, reason = "a suite need not await anything")]
    #[allow(clippy::unwrap_used)]
    async fn storage(
        #[allow(unused_variables, reason = "a suite need not use its handle")]
        t: Suite,
    ) -> Result<(), StoreError> {
        t.ok(true, "open");
        Ok(())
    }
    ::async_test_suite::__rt::SuiteSpec {
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        end_line: ::core::line!(),
        package: ::core::option_env!("CARGO_PKG_NAME"),
        body: ::async_test_suite::__rt::Body::Async(|__suite| {
            ::async_test_suite::__rt::suite_future!(storage(__suite))
        }),
        ..::async_test_suite::__rt::SuiteSpec::of(
            ::core::concat!(::core::module_path!(), "::", "storage"),
        )
    }
};
::async_test_suite::__rt::submit!(& __suite_storage);
/// Reads and writes.
#[allow(clippy::unwrap_used)]
#[::core::prelude::v1::test]
pub(crate) fn storage() -> ::std::process::ExitCode {
    ::async_test_suite::__rt::run_builtin(&__suite_storage)
}
