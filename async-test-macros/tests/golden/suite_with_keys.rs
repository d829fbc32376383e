#[doc(hidden)]
#[allow(non_upper_case_globals, reason = "named after the function")]
static __suite_storage: other::__rt::SuiteSpec = {
    #[allow(clippy::unused_async, reason = "a suite need not await anything")]
    async fn storage(
        #[allow(unused_variables, reason = "a suite need not use its handle")]
        _: Suite,
    ) {}
    other::__rt::SuiteSpec {
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        end_line: ::core::line!(),
        package: ::core::option_env!("CARGO_PKG_NAME"),
        title: ::core::option::Option::Some("storage"),
        tests: ::core::option::Option::Some(3),
        parallel: true,
        random: true,
        todo: ::core::option::Option::Some("why"),
        skip_all: ::core::option::Option::Some("why"),
        when: ::core::option::Option::Some(
            other::__rt::When::Any(
                &[
                    other::__rt::When::Mode("release"),
                    other::__rt::When::All(
                        &[
                            other::__rt::When::Cfg(::core::cfg!(unix), "unix"),
                            other::__rt::When::None(&[other::__rt::When::Env("CI")]),
                        ],
                    ),
                    other::__rt::When::Custom(&my::READY),
                ],
            ),
        ),
        test_jobs: ::core::option::Option::Some(4),
        job_timeout: ::core::option::Option::Some(::core::time::Duration::new(30, 0)),
        timeout: ::core::option::Option::Some(::core::time::Duration::new(90, 0)),
        retries: 2,
        tags: &["net", "slow"],
        keys: &[("owner", "team"), ("quarantine", "3")],
        serial: ::core::option::Option::Some(""),
        flavor: ::core::option::Option::Some(other::__rt::Flavor::MultiThread),
        worker_threads: ::core::option::Option::Some(2),
        body: other::__rt::Body::Async(|__suite| {
            other::__rt::suite_future!(storage(__suite))
        }),
        ..other::__rt::SuiteSpec::of(
            ::core::concat!(::core::module_path!(), "::", "storage"),
        )
    }
};
other::__rt::submit!(& __suite_storage);
#[::core::prelude::v1::test]
fn storage() -> ::std::process::ExitCode {
    other::__rt::run_builtin(&__suite_storage)
}
