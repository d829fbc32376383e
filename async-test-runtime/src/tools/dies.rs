//! `dies_ok!`, `lives_ok!`, `throws_like!`, `fails_like!`: code that is meant to fail, or not to.

use std::any::Any;
use std::fmt::Arguments;
use std::future::Future;

use crate::claim::{Detail, Panic};
use crate::outcome::{BodyFailure, Died, Outcome};
use crate::panic::{catch_sync, catch_with_payload};
use crate::tools::Call;

/// How a body ended, and the value it was about.
#[derive(Debug)]
pub struct Ending {
    how: How,
    value: Option<Box<dyn Any>>,
}

#[derive(Debug)]
enum How {
    Lived,
    Panicked(Panic),
    Failed(BodyFailure),
}

impl Ending {
    fn of(result: Result<Died, Box<crate::panic::Caught>>) -> Ending {
        match result {
            Ok((Outcome { error: None }, _)) => Ending {
                how: How::Lived,
                value: None,
            },
            Ok((Outcome { error: Some(failure) }, value)) => Ending {
                how: How::Failed(*failure),
                value,
            },
            Err(caught) => Ending {
                how: How::Panicked(caught.panic),
                value: Some(caught.payload),
            },
        }
    }

    pub(crate) fn lived(&self) -> bool {
        matches!(self.how, How::Lived)
    }

    pub(crate) fn tell(&self, detail: Detail) -> Detail {
        match &self.how {
            How::Lived => detail.note("the body ended well"),
            How::Panicked(panic) => {
                let mut detail = detail;
                detail.panic = Some(panic.clone());
                detail
            }
            How::Failed(failure) => {
                let text = failure.message.as_ref().unwrap_or(&failure.debug);
                let detail = detail.note(format!("the body returned an error: {text}"));
                failure
                    .sources
                    .iter()
                    .fold(detail, |detail, source| detail.note(format!("because: {source}")))
            }
        }
    }

    /// The text of a panic or an error.
    #[doc(hidden)]
    pub fn message(&self) -> Option<&str> {
        match &self.how {
            How::Lived => None,
            How::Panicked(panic) => Some(&panic.message),
            How::Failed(failure) => Some(failure.message.as_ref().unwrap_or(&failure.debug)),
        }
    }

    /// The value of a panic or an error, if it is of the type; `None` for a body that lived.
    #[doc(hidden)]
    pub fn value<T: Any>(&self) -> Option<&T> {
        let value = self.value.as_ref()?;
        // Whether `panic!("{x}")` carries a `&str` or a `String` is for the compiler to decide, so both are a `String`.
        match &self.how {
            How::Panicked(panic) if value.is::<&'static str>() => value
                .downcast_ref()
                .or_else(|| (&panic.message as &dyn Any).downcast_ref()),
            _ => value.downcast_ref(),
        }
    }

    /// Whether the body returned an `Err`.
    #[doc(hidden)]
    pub fn is_error(&self) -> bool {
        matches!(self.how, How::Failed(_))
    }
}

/// Runs a synchronous body.
#[doc(hidden)]
pub fn ending<T>(body: impl FnOnce() -> T, judge: fn(T) -> Died) -> Ending {
    Ending::of(catch_sync(|| judge(body())))
}

/// Runs an asynchronous body.
#[doc(hidden)]
pub async fn ending_of<F: Future>(body: F, judge: fn(F::Output) -> Died) -> Ending {
    Ending::of(catch_with_payload(async { judge(body.await) }).await)
}

/// Makes an ending of a body: `async` bodies are awaited. Not public API.
#[doc(hidden)]
#[macro_export]
macro_rules! __ending {
    (async move $body:block) => { $crate::__ending!(@future async move $body) };
    (async $body:block) => { $crate::__ending!(@future async $body) };
    ($body:expr) => {{
        #[allow(unused_imports)]
        use $crate::__rt::{
            DiesAsAny as _, DiesAsClosure as _, DiesAsDebug as _, DiesAsError as _, DiesAsFuture as _, DiesAsNever as _,
            DiesAsNothing as _,
        };
        let body = || $body;
        let judge = (&&&&&&&$crate::__rt::OutputOf::of_closure(&body)).dies();
        $crate::__rt::ending(body, judge)
    }};
    (@future $future:expr) => {{
        #[allow(unused_imports)]
        use $crate::__rt::{
            DiesAsAny as _, DiesAsClosure as _, DiesAsDebug as _, DiesAsError as _, DiesAsFuture as _, DiesAsNever as _,
            DiesAsNothing as _,
        };
        let future = $future;
        let judge = (&&&&&&&$crate::__rt::OutputOf::of(&future)).dies();
        $crate::__rt::ending_of(future, judge).await
    }};
}

/// Checks that a body panics or returns an `Err`, and returns whether it does. The body is a block, an expression, or an
/// `async` block, which is awaited: `dies_ok!({ parse("") })`, `dies_ok!(async { connect(0).await })`. A body that ends with
/// a future or a closure is refused by the compiler, since nothing of it would run.
// A `match`, since a temporary would live to the end of the statement and an ending is not `Send`.
#[macro_export]
macro_rules! dies_ok {
    (async move $body:block $(, $($message:tt)*)?) => {
        match $crate::__ending!(async move $body) {
            ending => $crate::__rt::dies(&ending, $crate::__message!($($($message)*)?), "the body dies"),
        }
    };
    (async $body:block $(, $($message:tt)*)?) => {
        match $crate::__ending!(async $body) {
            ending => $crate::__rt::dies(&ending, $crate::__message!($($($message)*)?), "the body dies"),
        }
    };
    ($body:expr $(, $($message:tt)*)?) => {
        match $crate::__ending!($body) {
            ending => $crate::__rt::dies(
                &ending,
                $crate::__message!($($($message)*)?),
                ::core::concat!(::core::stringify!($body), " dies"),
            ),
        }
    };
}

/// Checks that a body neither panics nor returns an `Err`, and returns whether that is so; see [`dies_ok!`].
#[macro_export]
macro_rules! lives_ok {
    (async move $body:block $(, $($message:tt)*)?) => {
        match $crate::__ending!(async move $body) {
            ending => $crate::__rt::lives(&ending, $crate::__message!($($($message)*)?), "the body lives"),
        }
    };
    (async $body:block $(, $($message:tt)*)?) => {
        match $crate::__ending!(async $body) {
            ending => $crate::__rt::lives(&ending, $crate::__message!($($($message)*)?), "the body lives"),
        }
    };
    ($body:expr $(, $($message:tt)*)?) => {
        match $crate::__ending!($body) {
            ending => $crate::__rt::lives(
                &ending,
                $crate::__message!($($($message)*)?),
                ::core::concat!(::core::stringify!($body), " lives"),
            ),
        }
    };
}

/// Checks that a body panics with a value of a type, or returns an `Err` of it, and that fields of it match patterns;
/// returns whether all of that is so.
///
/// `throws_like!({ open(0) }, PortError)`, `throws_like!(async { open(0).await }, PortError, port = 0, "port 0")`,
/// `throws_like!({ panic!("no {}", 1) }, String, message = "^no")`. The field `message` is the text of the panic or
/// error and is matched against a regular expression; every other field is one of the type, matched against a pattern.
#[macro_export]
macro_rules! throws_like {
    (async move $body:block, $($rest:tt)+) => {
        $crate::__like!(true, $crate::__ending!(async move $body), $($rest)+)
    };
    (async $body:block, $($rest:tt)+) => { $crate::__like!(true, $crate::__ending!(async $body), $($rest)+) };
    ($body:expr, $($rest:tt)+) => { $crate::__like!(true, $crate::__ending!($body), $($rest)+) };
}

/// Checks that a body returns an `Err` of a type, and that fields of it match patterns; a panic is a failure. See
/// [`throws_like!`] for the forms.
#[macro_export]
macro_rules! fails_like {
    (async move $body:block, $($rest:tt)+) => {
        $crate::__like!(false, $crate::__ending!(async move $body), $($rest)+)
    };
    (async $body:block, $($rest:tt)+) => { $crate::__like!(false, $crate::__ending!(async $body), $($rest)+) };
    ($body:expr, $($rest:tt)+) => { $crate::__like!(false, $crate::__ending!($body), $($rest)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __like {
    ($panics:expr, $ending:expr, $type:ty $(, $($rest:tt)*)?) => {{
        let ending = $ending;
        #[allow(unused_mut)]
        let mut like = $crate::__rt::Like::new(&ending, $panics, ending.value::<$type>().is_some(), ::core::stringify!($type));
        $crate::__like!(@fields like, ending, $type; $($($rest)*)?)
    }};
    (@fields $like:ident, $ending:ident, $type:ty; message = $pattern:expr $(, $($rest:tt)*)?) => {{
        $like.message($pattern);
        $crate::__like!(@fields $like, $ending, $type; $($($rest)*)?)
    }};
    (@fields $like:ident, $ending:ident, $type:ty; $field:ident = $pattern:pat $(, $($rest:tt)*)?) => {{
        if let ::core::option::Option::Some(value) = $ending.value::<$type>() {
            let held = match &value.$field {
                $pattern => true,
                #[allow(unreachable_patterns)]
                _ => false,
            };
            $like.field(held, ::core::stringify!($field), ::core::stringify!($pattern), &value.$field);
        }
        $crate::__like!(@fields $like, $ending, $type; $($($rest)*)?)
    }};
    (@fields $like:ident, $ending:ident, $type:ty; $($message:tt)*) => {
        $like.send($crate::__message!($($message)*), ::core::concat!("the body fails like ", ::core::stringify!($type)))
    };
}

/// A message, if there is one. Not public API.
#[doc(hidden)]
#[macro_export]
macro_rules! __message {
    () => { ::core::option::Option::None };
    ($($message:tt)+) => { ::core::option::Option::Some(::core::format_args!($($message)+)) };
}

#[doc(hidden)]
#[track_caller]
pub fn dies(ending: &Ending, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    let held = !ending.lived();
    Call { message, expression }.send("dies_ok!", held, || ending.tell(Detail::new()))
}

#[doc(hidden)]
#[track_caller]
pub fn lives(ending: &Ending, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    let held = ending.lived();
    Call { message, expression }.send("lives_ok!", held, || ending.tell(Detail::new()))
}

/// What `throws_like!` has found so far.
#[doc(hidden)]
#[derive(Debug)]
pub struct Like<'a> {
    ending: &'a Ending,
    wrong: Vec<String>,
}

impl<'a> Like<'a> {
    pub fn new(ending: &'a Ending, panics: bool, is_type: bool, name: &'static str) -> Like<'a> {
        let mut wrong = Vec::new();
        match (&ending.how, panics || ending.is_error(), is_type) {
            (How::Lived, _, _) | (_, true, true) => {}
            (_, false, _) => wrong.push("a returned error was expected, not a panic".to_owned()),
            (_, true, false) => wrong.push(format!("it is not of the type {name}")),
        }
        Like { ending, wrong }
    }

    /// What was looked for in the value itself.
    pub(crate) fn value(&mut self, held: bool) {
        if !held {
            self.wrong.push("it is not the one that was expected".to_owned());
        }
    }

    pub fn message(&mut self, pattern: &str) {
        let Some(text) = self.ending.message() else { return };
        match regex_lite::Regex::new(pattern) {
            Ok(regex) if regex.is_match(text) => {}
            Ok(_) => self.wrong.push(format!("message: {text:?} does not match /{pattern}/")),
            Err(error) => self
                .wrong
                .push(format!("/{pattern}/ is no regular expression: {error}")),
        }
    }

    pub fn field(&mut self, held: bool, name: &str, pattern: &str, value: &dyn std::fmt::Debug) {
        if !held {
            self.wrong.push(format!("{name}: {value:?} does not match {pattern}"));
        }
    }

    #[track_caller]
    pub fn send(self, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
        let held = self.held();
        Call { message, expression }.send("throws_like!", held, || self.tell())
    }

    pub(crate) fn held(&self) -> bool {
        self.wrong.is_empty() && !self.ending.lived()
    }

    pub(crate) fn tell(self) -> Detail {
        let mut detail = Detail::new();
        detail.notes = self.wrong;
        self.ending.tell(detail)
    }
}
