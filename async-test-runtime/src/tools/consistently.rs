//! `consistently!`: something holds and goes on to hold, and then the test goes on.

/// Looks again and again for some time and returns whether every round passed. It ends with the first that fails; a
/// failure does not end the body.
///
/// ```no_run
/// # use async_test_runtime::consistently;
/// # async fn leaders() -> u32 { 1 }
/// # async fn test() {
/// consistently!("one leader", for = "1s", every = "20ms", { leaders().await == 1 });
/// # }
/// ```
///
/// The block, the keys and the misuse are those of [`eventually!`](crate::eventually), with `for` in place of `within`:
/// how long to look. Default: 1 s. The last look falls on the end of it. A round that cannot tell is neither a pass nor a
/// failure; if none can, it fails.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[macro_export]
macro_rules! consistently {
    ($name:literal, $($rest:tt)+) => {
        $crate::__poll!(consistently, $crate::__rt::Poll::consistently(::std::format!($name)); $($rest)+)
    };
    ($name:expr, $($rest:tt)+) => {
        $crate::__poll!(consistently, $crate::__rt::Poll::consistently($name); $($rest)+)
    };
}
