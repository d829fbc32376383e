async fn body() {
    let value = other::__rt::subtest(
            ::std::string::String::from("puts"),
            other::Plan::new(),
            other::__rt::Invoke {
                spawned: false,
                instant: false,
                hidden: false,
            },
            ::std::boxed::Box::new(move |_: other::Suite| -> other::__rt::Future {
                ::std::boxed::Box::pin(async move {
                    let __outcome: ::core::result::Result<_, other::__rt::BodyError> = async move {
                        store.put(1).await?;
                        #[allow(unreachable_code)] return ::core::result::Result::Ok(());
                    }
                        .await;
                    other::__rt::outcome_of(__outcome)
                })
            }),
        )
        .await;
}
