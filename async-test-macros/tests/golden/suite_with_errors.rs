#[allow(dead_code, reason = "stands in for an item with errors")]
async fn parses() {
    subtest!("a", {});
}
::core::compile_error! {
    "`#[suite]` has no key `paralel`: did you mean `parallel`? its keys are `plan`, `parallel`, `random`, `todo`, `skip_all`, `when`, `test_jobs`, `job_timeout`, `timeout`, `tags`, `name`, `retries`, `repeat`, `serial`, `flavor`, `worker_threads`, `start_paused`, `crate`"
}
::core::compile_error! {
    "`subtest!` awaits, so it needs an async suite: make `parses` an `async fn`"
}
