::async_test_suite::__rt::suite! {
    __suite_parses "parses" { fn parses() -> Result < (), String > { Ok(()) } } { line :
    ::core::line!(), column : ::core::column!(), end_line : ::core::line!(), } Blocking _
    { ::async_test_suite::__rt::suite_result!(parses()) } { fn parses } { __suite_parses
    .run_builtin() } -> ExitCode
}
