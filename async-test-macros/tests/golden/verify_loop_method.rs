impl Look {
    #[cfg(unix)]
    /// Looks.
    #[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]
    #[track_caller]
    pub fn look(
        &self,
        at: Key,
    ) -> ::async_test_suite::Verifier<
        <bool as ::async_test_suite::RoundOutcome>::Value,
        <bool as ::async_test_suite::RoundOutcome>::Error,
    > {
        let __this = <Self as ::core::clone::Clone>::clone(self);
        ::async_test_suite::Verifier::from_spec(
            ::async_test_suite::__rt::VerifySpec {
                name: "look",
                history: 8,
                ..::async_test_suite::__rt::VerifySpec::BASE
            },
            move || {
                let __this = ::core::clone::Clone::clone(&__this);
                let at = ::core::clone::Clone::clone(&at);
                async move { Self::__verify_loop_look(&__this, at).await }
            },
        )
    }
    #[cfg(unix)]
    #[doc(hidden)]
    async fn __verify_loop_look(&self, at: Key) -> bool {
        self.has(at).await
    }
}
