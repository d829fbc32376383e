async fn body() {
    let value = other::__rt::subtest(
            ::std::format!("client {i}"),
            other::Plan::new(),
            other::__rt::Invoke {
                spawned: false,
                instant: false,
                hidden: false,
            },
            ::std::boxed::Box::new(move |__suite: other::Suite| -> other::__rt::Future {
                ::std::boxed::Box::pin(async move {
                    let t: other::Suite = __suite;
                    other::__rt::outcome_of(
                        other::__rt::Tail::tail(
                            async move {
                                t.ok(true, "");
                            }
                                .await,
                        ),
                    )
                })
            }),
        )
        .await;
}
