#[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]
#[track_caller]
fn size<T: Len>(
    __argument0: (T, u8),
    least: usize,
) -> ::async_test_suite::Verifier<usize, ::core::convert::Infallible>
where
    T: Clone,
{
    fn size<T: Len>((list, _): (T, u8), mut least: usize) -> usize
    where
        T: Clone,
    {
        least.max(list.len())
    }
    ::async_test_suite::Verifier::from_spec(
        ::async_test_suite::__rt::VerifySpec {
            name: "size",
            ..::async_test_suite::__rt::VerifySpec::BASE
        },
        move || {
            let __argument0 = ::core::clone::Clone::clone(&__argument0);
            let least = ::core::clone::Clone::clone(&least);
            async move { ::async_test_suite::Round::pass(size::<T>(__argument0, least)) }
        },
    )
}
