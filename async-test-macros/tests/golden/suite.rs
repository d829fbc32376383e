::async_test_suite::__rt::suite! {
    __suite_storage "storage" { async fn storage() {} } { line : ::core::line!(), column
    : ::core::column!(), end_line : ::core::line!(), } Async _ {
    ::async_test_suite::__rt::suite_future!(storage()) } { fn storage } { __suite_storage
    .run_builtin() } -> ExitCode
}
