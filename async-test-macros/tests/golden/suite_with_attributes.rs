#[cfg(unix)]
::async_test_suite::__rt::suite! {
    static __suite_boom "boom"[::core::line!(), ::core::column!(), ::core::line!()] {
    #[allow(unused_imports, reason = "an inner body may import it once more")] use
    ::async_test_suite::__rt::verify_loop; #[tracing::instrument] #[expect(unused)] async
    fn boom() { verify_loop!(async { Ok(1) }); } } { start_paused : true, ignore :
    ::core::option::Option::Some("slow"), should_panic :
    ::core::option::Option::Some("boom"), } Async _ {
    ::async_test_suite::__rt::suite_future!(boom()) } { #[ignore = "slow"]
    #[should_panic(expected = "boom")] #[allow(unused)] fn boom } { __suite_boom
    .run_builtin_should_panic() }
}
