::async_test_suite::__rt::suite! {
    const __suite_parses "parses"[::core::line!(), ::core::column!(), ::core::line!()] {
    fn parses() -> Result < (), String > { Ok(()) } } Blocking _ {
    ::async_test_suite::__rt::suite_result!(parses()) } { fn parses } { __suite_parses
    .run_builtin() } -> ExitCode
}
