::async_test_suite::__rt::suite! {
    const __suite_storage "storage"[::core::line!(), ::core::column!(), ::core::line!()]
    { #[allow(clippy::unwrap_used)] async fn storage(#[allow(unused_variables, reason =
    "a suite need not use its handle")] t : Suite) -> Result < (), StoreError > { t
    .ok(true, "open"); Ok(()) } } Async __suite {
    ::async_test_suite::__rt::suite_future!(storage(::async_test_suite::__rt::handle(__suite)))
    } { #[doc = " Reads and writes."] #[allow(clippy::unwrap_used)] pub (crate) fn
    storage } { __suite_storage.run_builtin() } -> ExitCode
}
