//! Which kind of future and which kind of error a body has, found by method lookup.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future as StdFuture;
use std::marker::PhantomData;
use std::process::{ExitCode, Termination};

use crate::outcome::{BodyFailure, Outcome};
use crate::spec::BodyFuture;

/// The body of an `async fn` suite, in the kind that its captures and its output allow.
///
/// Which impl applies is decided by the number of references that method lookup has to add, for only the compiler
/// knows whether a future is `Send` and whether an error is an `Error`.
#[doc(hidden)]
#[macro_export]
macro_rules! __suite_future {
    ($call:expr) => {{
        #[allow(unused_imports)]
        use $crate::__rt::{AsDebug as _, AsError as _, AsExit as _, AsLocal as _, AsShared as _};
        let future = $call;
        let judge = (&&&$crate::__rt::OutputOf::of(&future)).judge();
        (&&$crate::__rt::Pick::new(future, judge)).boxed()
    }};
}

/// The body of a plain `fn` suite.
#[doc(hidden)]
#[macro_export]
macro_rules! __suite_result {
    ($call:expr) => {{
        #[allow(unused_imports)]
        use $crate::__rt::{AsDebug as _, AsError as _, AsExit as _};
        let value = $call;
        let judge = (&&&$crate::__rt::OutputOf::of_value(&value)).judge();
        judge(value)
    }};
}

/// The type of a body's value.
#[derive(Debug)]
pub struct OutputOf<T>(PhantomData<fn() -> T>);

impl<T> OutputOf<T> {
    pub fn of<F: StdFuture<Output = T>>(_: &F) -> OutputOf<T> {
        OutputOf(PhantomData)
    }

    pub fn of_closure<F: FnOnce() -> T>(_: &F) -> OutputOf<T> {
        OutputOf(PhantomData)
    }

    pub fn of_value(_: &T) -> OutputOf<T> {
        OutputOf(PhantomData)
    }
}

pub trait AsError {
    type Value;
    fn judge(&self) -> fn(Self::Value) -> Outcome;
}

impl<T, E: StdError + 'static> AsError for &&OutputOf<Result<T, E>> {
    type Value = Result<T, E>;
    fn judge(&self) -> fn(Result<T, E>) -> Outcome {
        |result| match result {
            Ok(_) => Outcome::default(),
            Err(error) => Outcome::failed(BodyFailure::from_error(&error)),
        }
    }
}

pub trait AsDebug {
    type Value;
    fn judge(&self) -> fn(Self::Value) -> Outcome;
}

impl<T, E: Debug> AsDebug for &OutputOf<Result<T, E>> {
    type Value = Result<T, E>;
    fn judge(&self) -> fn(Result<T, E>) -> Outcome {
        |result| match result {
            Ok(_) => Outcome::default(),
            Err(error) => Outcome::failed(BodyFailure::from_debug(&error)),
        }
    }
}

#[diagnostic::on_unimplemented(
    message = "a suite cannot return `{Self}`",
    label = "nothing says whether this value passes",
    note = "return `()`, `ExitCode` or a `Result` whose error is `Debug`"
)]
pub trait Ends: Termination {}

impl<T: Termination> Ends for T {}

pub trait AsExit {
    type Value;
    // The bound is here, not on the impl, so that the error is about `Ends` and not about a missing method.
    fn judge(&self) -> fn(Self::Value) -> Outcome
    where
        Self::Value: Ends;
}

impl<T> AsExit for OutputOf<T> {
    type Value = T;
    fn judge(&self) -> fn(T) -> Outcome
    where
        T: Ends,
    {
        |value| exit(value)
    }
}

/// As the built-in harness takes it.
fn exit(value: impl Termination) -> Outcome {
    match value.report() {
        ExitCode::SUCCESS => Outcome::default(),
        code => Outcome::failed(BodyFailure::from_debug(&format_args!("exit code {code:?}"))),
    }
}

/// A body's future and what makes an outcome of its value; taken out once.
#[expect(missing_debug_implementations, reason = "a future has nothing to show")]
pub struct Pick<F: StdFuture>(Cell<Option<Unboxed<F>>>);

struct Unboxed<F: StdFuture> {
    future: F,
    judge: fn(F::Output) -> Outcome,
}

impl<F: StdFuture> Pick<F> {
    pub fn new(future: F, judge: fn(F::Output) -> Outcome) -> Pick<F> {
        Pick(Cell::new(Some(Unboxed { future, judge })))
    }
}

pub trait AsShared {
    fn boxed(&self) -> BodyFuture;
}

impl<F: StdFuture + Send + 'static> AsShared for &Pick<F>
where
    F::Output: 'static,
{
    fn boxed(&self) -> BodyFuture {
        match self.0.take() {
            Some(Unboxed { future, judge }) => BodyFuture::Shared(Box::pin(async move { judge(future.await) })),
            None => unreachable!("a body is taken out once"),
        }
    }
}

pub trait AsLocal {
    fn boxed(&self) -> BodyFuture;
}

impl<F: StdFuture + 'static> AsLocal for Pick<F>
where
    F::Output: 'static,
{
    fn boxed(&self) -> BodyFuture {
        match self.0.take() {
            Some(Unboxed { future, judge }) => BodyFuture::Local(Box::pin(async move { judge(future.await) })),
            None => unreachable!("a body is taken out once"),
        }
    }
}
