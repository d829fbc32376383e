#[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]
#[track_caller]
fn one_leader(cluster: Arc<Cluster>) -> other::Verifier<Term, SplitBrain> {
    async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
        cluster.leader().await
    }
    other::Verifier::from_spec(
        other::__rt::VerifySpec {
            name: "one_leader",
            mode: other::__rt::Mode::Eventually(::core::time::Duration::new(5, 0)),
            ..other::__rt::VerifySpec::BASE
        },
        move || one_leader(::core::clone::Clone::clone(&cluster)),
    )
}
