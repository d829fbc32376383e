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

/// The type of a body's value. One that has an error of the standard kind comes first, one of which that is shown next.
#[derive(Debug)]
pub struct ValueOf<T>(ShownOf<T>);

#[derive(Debug)]
pub struct ShownOf<T>(ExitOf<T>);

#[derive(Debug)]
pub struct ExitOf<T>(PhantomData<fn() -> T>);

impl<T> ValueOf<T> {
    pub fn of(_: &T) -> ValueOf<T> {
        ValueOf(ShownOf(ExitOf(PhantomData)))
    }

    pub fn of_future<F: StdFuture<Output = T> + ?Sized>(_: &F) -> ValueOf<T> {
        ValueOf(ShownOf(ExitOf(PhantomData)))
    }
}

impl<T> Deref for ValueOf<T> {
    type Target = ShownOf<T>;
    fn deref(&self) -> &ShownOf<T> {
        &self.0
    }
}

impl<T> Deref for ShownOf<T> {
    type Target = ExitOf<T>;
    fn deref(&self) -> &ExitOf<T> {
        &self.0
    }
}

impl<T, E: StdError + 'static> ValueOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<ByError<T, E>> {
        Judge::NEW
    }
}

impl<T, E: Debug> ShownOf<Result<T, E>> {
    pub fn judge(&self) -> Judge<ByDebug<T, E>> {
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

#[derive(Debug)]
pub struct ByError<T, E>(PhantomData<(T, E)>);

#[diagnostic::do_not_recommend]
impl<T, E: StdError + 'static> Kind for ByError<T, E> {
    type Value = Result<T, E>;
    fn outcome(value: Result<T, E>) -> Outcome {
        match value {
            Ok(_) => Outcome::default(),
            Err(error) => Outcome::failed(BodyFailure::from_error(&error)),
        }
    }
}

#[derive(Debug)]
pub struct ByDebug<T, E>(PhantomData<(T, E)>);

#[diagnostic::do_not_recommend]
impl<T, E: Debug> Kind for ByDebug<T, E> {
    type Value = Result<T, E>;
    fn outcome(value: Result<T, E>) -> Outcome {
        match value {
            Ok(_) => Outcome::default(),
            Err(error) => Outcome::failed(BodyFailure::from_debug(&error)),
        }
    }
}

/// As the built-in harness takes it.
impl<T: Termination> Kind for T {
    type Value = T;
    fn outcome(value: T) -> Outcome {
        match value.report() {
            ExitCode::SUCCESS => Outcome::default(),
            code => Outcome::failed(BodyFailure::from_debug(&format_args!("exit code {code:?}"))),
        }
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
