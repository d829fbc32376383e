::async_test_suite::__rt::suite! {
    const __suite_storage "storage"[::core::line!(), ::core::column!(), ::core::line!()]
    { async fn storage() {} } Async _ {
    ::async_test_suite::__rt::suite_future!(storage()) } { fn storage } { __suite_storage
    .run_builtin() } -> ExitCode
}
