//! Which kind of future and which kind of error a body has, found by method lookup.
//!
//! A function that is generic over the future of a body is compiled once for each suite of a user, and again whenever he
//! changes one of the same file. So a future loses its type right where it is made, and all else is compiled once for
//! each type that suites return. What is asked for a type alone stands behind `if false`, which is not compiled at all.
//!
//! A method is first looked for on a value and then on what it dereferences to, so the first that applies is taken. That
//! needs no trait in scope: each `use` would be one more item in each suite.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future as StdFuture;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::process::{ExitCode, Termination};
use std::task::{Context, Poll};

use crate::outcome::{BodyFailure, Outcome};
use crate::spec::BodyFuture;

/// The body of an `async fn` suite, in the kind that its captures and its output allow.
#[doc(hidden)]
#[macro_export]
macro_rules! __suite_future {
    ($call:expr) => {{
        let judge;
        let future = if false {
            let future = $crate::__rt::FutureOf::of(&$call).erased();
            judge = $crate::__rt::ValueOf::of_future(&*future).judge();
            future
        } else {
            judge = $crate::__rt::Judge::NEW;
            ::std::boxed::Box::new($call)
        };
        $crate::__rt::Erased::judged(future, judge)
    }};
}

/// The body of a plain `fn` suite.
#[doc(hidden)]
#[macro_export]
macro_rules! __suite_result {
    ($call:expr) => {{
        let value = $call;
        $crate::__rt::ValueOf::of(&value).judge().outcome(value)
    }};
}

/// The type of what `dies_ok!` and its kin are given.
#[derive(Debug)]
pub struct OutputOf<T>(PhantomData<fn() -> T>);

impl<T> OutputOf<T> {
    pub fn of<F: StdFuture<Output = T>>(_: &F) -> OutputOf<T> {
        OutputOf(PhantomData)
    }

    pub fn of_closure<F: FnOnce() -> T>(_: &F) -> OutputOf<T> {
        OutputOf(PhantomData)
    }
}

/// A type that a body's value may have, and what it is taken for when it has not.
macro_rules! ladder {
    ($($(#[$doc:meta])* $rung:ident > $next:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $rung<T>($next<T>);

            impl<T> $rung<T> {
                const NEW: $rung<T> = $rung($next::NEW);
            }

            impl<T> Deref for $rung<T> {
                type Target = $next<T>;
                fn deref(&self) -> &$next<T> {
                    &self.0
                }
            }
        )+
    };
}

ladder! {
    /// The type of a body's value, which is most often `()`.
    ValueOf > BoxedExitOf;
    /// A `Result` with a boxed error, the value of which has an exit code.
    BoxedExitOf > BoxedOf;
    /// One with any other value.
    BoxedOf > ErrorExitOf;
    /// A `Result` with an error of the standard kind.
    ErrorExitOf > ErrorOf;
    /// One with any other value.
    ErrorOf > ShownExitOf;
    /// A `Result` with an error that can be shown.
    ShownExitOf > ShownOf;
    /// One with any other value.
    ShownOf > ExitOf;
}

/// Anything else.
#[derive(Debug)]
pub struct ExitOf<T>(PhantomData<fn() -> T>);

impl<T> ExitOf<T> {
    const NEW: ExitOf<T> = ExitOf(PhantomData);
}

impl<T> ValueOf<T> {
    pub fn of(_: &T) -> ValueOf<T> {
        ValueOf::NEW
    }

    pub fn of_future<F: StdFuture<Output = T> + ?Sized>(_: &F) -> ValueOf<T> {
        ValueOf::NEW
    }
}

impl ValueOf<()> {
    pub fn judge(&self) -> Judge<()> {
        Judge::NEW
    }
}

impl<T: Termination, E: BoxedError> BoxedExitOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsBoxed, Exits>> {
        Judge::NEW
    }
}

impl<T, E: BoxedError> BoxedOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsBoxed, Passes>> {
        Judge::NEW
    }
}

impl<T: Termination, E: StdError + 'static> ErrorExitOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsError, Exits>> {
        Judge::NEW
    }
}

impl<T, E: StdError + 'static> ErrorOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsError, Passes>> {
        Judge::NEW
    }
}

impl<T: Termination, E: Debug> ShownExitOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsDebug, Exits>> {
        Judge::NEW
    }
}

impl<T, E: Debug> ShownOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<Returned<T, E, AsDebug, Passes>> {
        Judge::NEW
    }
}

impl<T> ExitOf<T> {
    // Without a bound, so that what is missing is said once, where the judge is needed.
    pub fn judge(&self) -> Judge<T> {
        Judge::NEW
    }
}

/// How an outcome is made of a value. It is its type alone.
#[derive(Debug)]
pub struct Judge<K>(PhantomData<fn() -> K>);

impl<K> Judge<K> {
    pub const NEW: Judge<K> = Judge(PhantomData);

    // The bound is here, not on the impl, so that the error is about `Kind` and not about a missing method.
    pub fn outcome<T>(self, value: T) -> Outcome
    where
        K: Kind<Value = T>,
    {
        K::outcome(value)
    }
}

/// What makes an outcome of a value.
#[diagnostic::on_unimplemented(
    message = "a suite cannot return `{Self}`",
    label = "nothing says whether this value passes",
    note = "return `()`, `ExitCode` or a `Result` whose error is `Debug`"
)]
pub trait Kind {
    type Value;
    fn outcome(value: Self::Value) -> Outcome;
}

/// A `Result`: how its error is told, and what its value says.
#[derive(Debug)]
pub struct Returned<T, E, S, V>(PhantomData<(T, E, S, V)>);

#[diagnostic::do_not_recommend]
impl<T, E, S: Tells<E>, V: Says<T>> Kind for Returned<T, E, S, V> {
    type Value = Result<T, E>;
    fn outcome(value: Result<T, E>) -> Outcome {
        match value {
            Ok(value) => V::outcome(value),
            Err(error) => Outcome::failed(S::failure(&error)),
        }
    }
}

/// How an error is told.
pub trait Tells<E> {
    fn failure(error: &E) -> BodyFailure;
}

/// With its message and its sources.
#[derive(Debug)]
pub struct AsError;

impl<E: StdError + 'static> Tells<E> for AsError {
    fn failure(error: &E) -> BodyFailure {
        BodyFailure::from_error(error)
    }
}

/// The same, of what is in the box: the box is no error itself.
#[derive(Debug)]
pub struct AsBoxed;

impl<E: BoxedError> Tells<E> for AsBoxed {
    fn failure(error: &E) -> BodyFailure {
        BodyFailure::from_error(error.inside())
    }
}

/// All that is known of it.
#[derive(Debug)]
pub struct AsDebug;

impl<E: Debug> Tells<E> for AsDebug {
    fn failure(error: &E) -> BodyFailure {
        BodyFailure::from_debug(error)
    }
}

/// A box with an error of any type.
pub trait BoxedError {
    fn inside(&self) -> &(dyn StdError + 'static);
}

impl BoxedError for Box<dyn StdError> {
    fn inside(&self) -> &(dyn StdError + 'static) {
        &**self
    }
}

impl BoxedError for Box<dyn StdError + Send> {
    fn inside(&self) -> &(dyn StdError + 'static) {
        &**self
    }
}

impl BoxedError for Box<dyn StdError + Send + Sync> {
    fn inside(&self) -> &(dyn StdError + 'static) {
        &**self
    }
}

/// What a value says that is no error.
pub trait Says<T> {
    fn outcome(value: T) -> Outcome;
}

/// That all is well.
#[derive(Debug)]
pub struct Passes;

impl<T> Says<T> for Passes {
    fn outcome(_: T) -> Outcome {
        Outcome::default()
    }
}

/// An exit code, as the built-in harness takes it.
#[derive(Debug)]
pub struct Exits;

impl<T: Termination> Says<T> for Exits {
    fn outcome(value: T) -> Outcome {
        match value.report() {
            ExitCode::SUCCESS => Outcome::default(),
            code => Outcome::failed(BodyFailure::from_debug(&format_args!("exit code {code:?}"))),
        }
    }
}

impl<T: Termination> Kind for T {
    type Value = T;
    fn outcome(value: T) -> Outcome {
        Exits::outcome(value)
    }
}

/// The type of a body's future. One that is `Send` comes first.
#[derive(Debug)]
pub struct FutureOf<F>(LocalOf<F>);

#[derive(Debug)]
pub struct LocalOf<F>(PhantomData<fn() -> F>);

impl<F: StdFuture> FutureOf<F> {
    pub fn of(_: &F) -> FutureOf<F> {
        FutureOf(LocalOf(PhantomData))
    }
}

impl<F> Deref for FutureOf<F> {
    type Target = LocalOf<F>;
    fn deref(&self) -> &LocalOf<F> {
        &self.0
    }
}

impl<F: StdFuture + Send + 'static> FutureOf<F> {
    pub fn erased(&self) -> Box<dyn StdFuture<Output = F::Output> + Send> {
        unreachable!("it only names a type")
    }
}

impl<F: StdFuture + 'static> LocalOf<F> {
    pub fn erased(&self) -> Box<dyn StdFuture<Output = F::Output>> {
        unreachable!("it only names a type")
    }
}

/// A body's future without its type.
pub trait Erased {
    type Value;
    fn judged<K: Kind<Value = Self::Value> + 'static>(self, judge: Judge<K>) -> BodyFuture;
}

impl<T: 'static> Erased for Box<dyn StdFuture<Output = T> + Send> {
    type Value = T;
    fn judged<K: Kind<Value = T> + 'static>(self, _: Judge<K>) -> BodyFuture {
        BodyFuture::Shared(Box::pin(Judged::<_, K>(Box::into_pin(self), PhantomData)))
    }
}

impl<T: 'static> Erased for Box<dyn StdFuture<Output = T>> {
    type Value = T;
    fn judged<K: Kind<Value = T> + 'static>(self, _: Judge<K>) -> BodyFuture {
        BodyFuture::Local(Box::pin(Judged::<_, K>(Box::into_pin(self), PhantomData)))
    }
}

/// A future whose value is judged.
struct Judged<F: ?Sized, K>(Pin<Box<F>>, PhantomData<fn() -> K>);

impl<F: StdFuture<Output = K::Value> + ?Sized, K: Kind> StdFuture for Judged<F, K> {
    type Output = Outcome;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match self.0.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(K::outcome(value)),
            Poll::Pending => Poll::Pending,
        }
    }
}
