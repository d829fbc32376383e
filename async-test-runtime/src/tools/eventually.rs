//! `eventually!`: something will hold, and then the test goes on.

/// Looks again and again until a round passes, and returns whether one did. A failure does not end the body.
///
/// ```no_run
/// # use async_test_runtime::eventually;
/// # async fn leader() -> Option<u32> { Some(1) }
/// # async fn test() {
/// eventually!("a leader is elected", within = "5s", every = "20ms", { leader().await.is_some() });
/// # }
/// ```
///
/// The block is an `async` block and a round: it ends with a `bool`, a `Result`, a [`Round`](crate::Round) or `()`, and
/// a panic in it is a failed round. It may borrow what is around it. The name may have inline arguments: `"client {i}"`.
///
/// Keys, in any order, before the block; times are texts such as `"1.5s"` or values of type `Duration`:
///
/// - `within`: how long to look at most. Default: 5 s. The last look falls on the end of it.
/// - `every`: the delay after a round. Default: 10 ms.
/// - `initial_delay`: the delay before the first round. Default: none.
/// - `round_timeout`: after this a round is dropped and has failed. Default: 60 s; in any case a round in flight is
///   dropped at the end of `within`.
/// - `rounds`: how many rounds at most. Default: any number.
///
/// It is one test under its name. When it fails it says what was wrong in the first round and in the last one. A text
/// that is no time fails the suite and names the text; the block is not run then.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[macro_export]
macro_rules! eventually {
    ($name:literal, $($rest:tt)+) => {
        $crate::__poll!(eventually, $crate::__rt::Poll::eventually(::std::format!($name)); $($rest)+)
    };
    ($name:expr, $($rest:tt)+) => {
        $crate::__poll!(eventually, $crate::__rt::Poll::eventually($name); $($rest)+)
    };
}

/// Takes the keys of `eventually!` and `consistently!` one by one, then makes the loop.
#[doc(hidden)]
#[macro_export]
macro_rules! __poll {
    ($tool:ident, $poll:expr; async $body:block $(,)?) => {
        $crate::__poll!($tool, $poll; $body)
    };
    ($tool:ident, $poll:expr; $body:block $(,)?) => {{
        let mut __poll = $poll;
        loop {
            if let ::core::option::Option::Some(__held) = __poll.round(async { $body }).await {
                break __held;
            }
        }
    }};
    ($tool:ident, $poll:expr; $key:ident = $value:expr, $($rest:tt)+) => {
        $crate::__poll!($tool, $crate::__poll_key!($tool, $poll, $key, $value); $($rest)+)
    };
    ($tool:ident, $poll:expr; $($other:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($tool), "!` takes a name, keys such as `every = \"20ms\"`, and then a block"
        ))
    };
}

/// Sets one key.
#[doc(hidden)]
#[macro_export]
macro_rules! __poll_key {
    (eventually, $poll:expr, within, $value:expr) => {
        $poll.within($value)
    };
    (consistently, $poll:expr, for, $value:expr) => {
        $poll.lasts($value)
    };
    ($tool:ident, $poll:expr, every, $value:expr) => {
        $poll.every($value)
    };
    ($tool:ident, $poll:expr, initial_delay, $value:expr) => {
        $poll.initial_delay($value)
    };
    ($tool:ident, $poll:expr, round_timeout, $value:expr) => {
        $poll.round_timeout($value)
    };
    ($tool:ident, $poll:expr, rounds, $value:expr) => {
        $poll.rounds($value)
    };
    ($tool:ident, $poll:expr, $key:ident, $value:expr) => {
        ::core::compile_error!(::core::concat!(
            "unknown key `",
            ::core::stringify!($key),
            "` of `",
            ::core::stringify!($tool),
            "!`: the keys are `within` (`eventually!`) or `for` (`consistently!`), `every`, `initial_delay`, ",
            "`round_timeout` and `rounds`"
        ))
    };
}
