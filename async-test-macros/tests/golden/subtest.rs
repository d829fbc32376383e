async fn body() {
    let value = other::__rt::subtest(
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
        .await;
}
