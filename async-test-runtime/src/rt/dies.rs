//! What `dies_ok!` and its kin keep of a body's value, found by method lookup as in `pick`.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future;

use crate::outcome::{BodyFailure, Died, Never, Outcome};
use crate::rt::pick::OutputOf;

/// A body that never returns. It comes first, since a type that nothing else decides becomes this one by matching it.
pub trait DiesAsNever {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died;
}

impl DiesAsNever for &&&&&&OutputOf<Never> {
    type Value = Never;
    fn dies(&self) -> fn(Never) -> Died {
        |never| never
    }
}

/// What has been looked at when a body has made it. Nothing that is found here is, so that each such body is refused.
#[diagnostic::on_unimplemented(
    message = "the body ends with something that has not run",
    label = "makes a future or a closure, and nothing polls or calls it",
    note = "await the future in an `async` block, write out what is in the closure, or drop what is only to be made"
)]
pub trait HasRun {}

/// A body that ends with a future, which nobody would poll.
pub trait DiesAsFuture {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died
    where
        Self::Value: HasRun;
}

impl<F: Future> DiesAsFuture for &&&&&OutputOf<F> {
    type Value = F;
    fn dies(&self) -> fn(F) -> Died
    where
        F: HasRun,
    {
        |_| Died::default()
    }
}

/// A body that ends with a closure, which nobody would call.
pub trait DiesAsClosure<R> {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died
    where
        Self::Value: HasRun;
}

impl<F: FnOnce() -> R, R> DiesAsClosure<R> for &&&&OutputOf<F> {
    type Value = F;
    fn dies(&self) -> fn(F) -> Died
    where
        F: HasRun,
    {
        |_| Died::default()
    }
}

/// For `dies_ok!` and its kin: an error that can be looked into.
pub trait DiesAsError {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died;
}

impl<T, E: StdError + 'static> DiesAsError for &&&OutputOf<Result<T, E>> {
    type Value = Result<T, E>;
    fn dies(&self) -> fn(Result<T, E>) -> Died {
        |result| match result {
            Ok(_) => Died::default(),
            Err(error) => (Outcome::failed(BodyFailure::from_error(&error)), Some(Box::new(error))),
        }
    }
}

pub trait DiesAsAny {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died;
}

impl<T, E: Debug + 'static> DiesAsAny for &&OutputOf<Result<T, E>> {
    type Value = Result<T, E>;
    fn dies(&self) -> fn(Result<T, E>) -> Died {
        |result| match result {
            Ok(_) => Died::default(),
            Err(error) => (Outcome::failed(BodyFailure::from_debug(&error)), Some(Box::new(error))),
        }
    }
}

pub trait DiesAsDebug {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died;
}

impl<T, E: Debug> DiesAsDebug for &OutputOf<Result<T, E>> {
    type Value = Result<T, E>;
    fn dies(&self) -> fn(Result<T, E>) -> Died {
        |result| match result {
            Ok(_) => Died::default(),
            Err(error) => (Outcome::failed(BodyFailure::from_debug(&error)), None),
        }
    }
}

pub trait DiesAsNothing {
    type Value;
    fn dies(&self) -> fn(Self::Value) -> Died;
}

impl<T> DiesAsNothing for OutputOf<T> {
    type Value = T;
    fn dies(&self) -> fn(T) -> Died {
        |_| Died::default()
    }
}
