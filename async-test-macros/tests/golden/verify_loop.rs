#[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]
#[track_caller]
fn one_leader(cluster: Arc<Cluster>) -> ::async_test_suite::Verifier<Term, SplitBrain> {
    async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
        cluster.leader().await
    }
    ::async_test_suite::Verifier::from_spec(
        ::async_test_suite::__rt::VerifySpec {
            name: "one_leader",
            every: ::core::time::Duration::new(0, 5000000),
            fail_fast: true,
            ..::async_test_suite::__rt::VerifySpec::BASE
        },
        move || one_leader(::core::clone::Clone::clone(&cluster)),
    )
}
