#[allow(dead_code, reason = "stands in for an item with errors")]
fn parses() {
    let _ = async {
        #[allow(
            unreachable_code,
            clippy::diverging_sub_expression,
            reason = "this only names a type"
        )]
        if false {
            let __value: () = ::core::unreachable!();
            return __value;
        }
        {
            subtest!("a", {});
        }
    };
    ::core::unreachable!()
}
::core::compile_error! {
    "`#[suite]` has no key `paralel`: did you mean `parallel`? its keys are `plan`, `parallel`, `random`, `todo`, `skip_all`, `when`, `test_jobs`, `job_timeout`, `timeout`, `tags`, `keys`, `name`, `retries`, `repeat`, `serial`, `flavor`, `worker_threads`, `start_paused`, `stray_panics`, `crate`"
}
::core::compile_error! {
    "`subtest!` awaits, so it needs an async suite: make `parses` an `async fn`"
}
