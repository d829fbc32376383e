#[doc(hidden)]
#[allow(non_upper_case_globals, reason = "named after the function")]
static __suite_parses: ::async_test_suite::__rt::SuiteSpec = {
    fn parses() -> Result<(), String> {
        Ok(())
    }
    ::async_test_suite::__rt::SuiteSpec {
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        end_line: ::core::line!(),
        package: ::core::option_env!("CARGO_PKG_NAME"),
        body: ::async_test_suite::__rt::Body::Blocking(|_| {
            ::async_test_suite::__rt::suite_result!(parses())
        }),
        ..::async_test_suite::__rt::SuiteSpec::of(
            ::core::concat!(::core::module_path!(), "::", "parses"),
        )
    }
};
::async_test_suite::__rt::submit!(& __suite_parses);
#[::core::prelude::v1::test]
fn parses() -> ::std::process::ExitCode {
    ::async_test_suite::__rt::run_builtin(&__suite_parses)
}
