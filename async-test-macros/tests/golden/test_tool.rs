#[track_caller]
pub fn is_even(n: u64) -> bool {
    static __TOOL: ::async_test_suite::__rt::ToolSpec = ::async_test_suite::__rt::ToolSpec {
        name: "is_even",
        ..::async_test_suite::__rt::ToolSpec::BASE
    };
    ::async_test_suite::__rt::tool(&__TOOL, || -> bool { n % 2 == 0 })
}
