#[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]
#[track_caller]
fn one_leader(cluster: Arc<Cluster>) -> ::async_test_suite::Verifier<Term, SplitBrain> {
    async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
        cluster.leader().await
    }
    ::async_test_suite::Verifier::from_spec(
        ::async_test_suite::__rt::VerifySpec {
            name: "one_leader",
            ..::async_test_suite::__rt::VerifySpec::BASE
        },
        move || one_leader(::core::clone::Clone::clone(&cluster)),
    )
}
::core::compile_error! {
    "`#[verify_loop]` has no key `evry`: did you mean `every`? its keys are `every`, `fixed_rate`, `jitter`, `initial_delay`, `round_timeout`, `history`, `fail_fast`, `keep_going`, `after`, `ratio`, `min_rounds`, `rounds`, `max_gap`, `gate`, `last_round`, `name`, `todo`, `clock`, `always`, `eventually`, `sometimes`, `never`, `crate`"
}
