other::__rt::suite! {
    static __suite_storage "storage"[::core::line!(), ::core::column!(), ::core::line!()]
    { async fn storage(#[allow(unused_variables, reason =
    "a suite need not use its handle")] _ : Suite) {} } { title :
    ::core::option::Option::Some("storage"), tests : ::core::option::Option::Some(3),
    parallel : true, random : true, todo : ::core::option::Option::Some("why"), skip_all
    : ::core::option::Option::Some("why"), when :
    ::core::option::Option::Some(other::__rt::When::Any(&
    [other::__rt::When::Mode("release"), other::__rt::When::All(&
    [other::__rt::When::Cfg(::core::cfg!(unix), "unix"), other::__rt::When::None(&
    [other::__rt::When::Env("CI")])]), other::__rt::When::Custom(& my::READY)])),
    test_jobs : ::core::option::Option::Some(4), job_timeout :
    ::core::option::Option::Some(::core::time::Duration::new(30, 0)), timeout :
    ::core::option::Option::Some(::core::time::Duration::new(90, 0)), retries : 2, tags :
    & ["net", "slow"], keys : & [("owner", "team"), ("quarantine", "3")], serial :
    ::core::option::Option::Some(""), flavor :
    ::core::option::Option::Some(other::__rt::Flavor::MultiThread), worker_threads :
    ::core::option::Option::Some(2), } Async __suite {
    other::__rt::suite_future!(storage(other::__rt::handle(__suite))) } { fn storage } {
    __suite_storage.run_builtin() } -> ExitCode
}
