async fn body() {
    let value = other::Verifier::<
        _,
        other::__rt::BodyError,
    >::from_spec(
        other::__rt::VerifySpec {
            name: ::core::concat!(
                "verify_loop at ", ::core::file!(), ":", ::core::line!()
            ),
            every: ::core::time::Duration::new(0, 5000000),
            ..other::__rt::VerifySpec::BASE
        },
        {
            let cluster = ::core::clone::Clone::clone(&cluster);
            let log = ::core::clone::Clone::clone(&log);
            move || {
                let cluster = ::core::clone::Clone::clone(&cluster);
                let log = ::core::clone::Clone::clone(&log);
                async move {
                    let term = cluster.term().await?;
                    log.put(term);
                    Ok(term)
                }
            }
        },
    );
}
