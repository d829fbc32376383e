async fn body() {
    let value = other::__rt::subtest(
            ::std::string::ToString::to_string(&name),
            other::Plan::new()
                .tests((n) as u64)
                .parallel()
                .random()
                .todo(format!("{why}"))
                .skip_all("why")
                .when({
                    static __WHEN: other::__rt::When = other::__rt::When::Any(
                        &[
                            other::__rt::When::Env("CI"),
                            other::__rt::When::Custom(&READY),
                        ],
                    );
                    __WHEN
                })
                .test_jobs(4)
                .job_timeout(limit)
                .timeout(::core::time::Duration::new(5, 0))
                .tags(&["net"])
                .key("owner", team()),
            other::__rt::Invoke {
                spawned: true,
                instant: false,
                hidden: true,
            },
            ::std::boxed::Box::new(move |_: other::Suite| -> other::__rt::Future {
                ::std::boxed::Box::pin(async move {
                    other::__rt::outcome_of(other::__rt::Tail::tail((run(client)).await))
                })
            }),
        )
        .await;
}
