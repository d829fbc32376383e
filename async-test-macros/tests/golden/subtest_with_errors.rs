async fn body() {
    let value = {
        ::core::compile_error! {
            "`subtest!` has no key `paralel`: did you mean `parallel`? its keys are `plan`, `parallel`, `random`, `todo`, `skip_all`, `when`, `test_jobs`, `job_timeout`, `timeout`, `tags`, `keys`, `spawned`, `instant`, `hidden`"
        }
        ::core::compile_error! {
            "`retries` is not a key of `subtest!`: it belongs to a whole suite, in `#[suite(..)]`"
        }
        other::__rt::subtest(
                ::std::string::String::from("reads"),
                other::Plan::new(),
                other::__rt::Invoke {
                    spawned: false,
                    instant: false,
                    hidden: false,
                },
                ::std::boxed::Box::new(move |_: other::Suite| -> other::__rt::Future {
                    ::std::boxed::Box::pin(async move {
                        other::__rt::outcome_of(
                            other::__rt::Tail::tail(
                                async move {
                                    ok!(true);
                                }
                                    .await,
                            ),
                        )
                    })
                }),
            )
            .await
    };
}
