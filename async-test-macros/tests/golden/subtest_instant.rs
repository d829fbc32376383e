async fn body() {
    let value = other::__rt::subtest_instant(
            ::std::string::String::from("counts"),
            other::Plan::new(),
            other::__rt::Invoke {
                spawned: false,
                instant: true,
                hidden: false,
            },
            |_: other::Suite| {
                ::std::boxed::Box::pin(async {
                    other::__rt::outcome_of(
                        other::__rt::Tail::tail(
                            async {
                                count += 1;
                            }
                                .await,
                        ),
                    )
                })
            },
        )
        .await;
}
