//! How a body ended when it was not stopped: well, or with an error of its own.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::panic::Location;

use crate::place::Place;

/// What a body returned, whatever its type was.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Outcome {
    /// The `Err` it returned. On the heap: outcomes are handed through many functions, and nearly all have none.
    pub error: Option<Box<BodyFailure>>,
}

impl Outcome {
    /// A body that returned an `Err`.
    pub fn failed(error: BodyFailure) -> Outcome {
        Outcome {
            error: Some(Box::new(error)),
        }
    }
}

/// The `Err` of a body, as text: the value itself need not outlive the body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BodyFailure {
    /// The error's own message, where it has one.
    pub message: Option<String>,
    /// The error's `Debug`.
    pub debug: String,
    /// The messages of the sources, outermost first.
    pub sources: Vec<String>,
    /// The place of the `?` that met it, where that is known.
    pub at: Option<Place>,
}

impl BodyFailure {
    /// From an error of which only `Debug` is known.
    pub fn from_debug(error: &dyn Debug) -> BodyFailure {
        BodyFailure {
            message: None,
            debug: format!("{error:?}"),
            sources: Vec::new(),
            at: None,
        }
    }

    /// From an error with a message and sources.
    pub fn from_error(error: &(dyn StdError + 'static)) -> BodyFailure {
        let mut sources = Vec::new();
        let mut next = error.source();
        while let Some(source) = next {
            sources.push(source.to_string());
            next = source.source();
        }
        BodyFailure {
            message: Some(error.to_string()),
            debug: format!("{error:?}"),
            sources,
            at: None,
        }
    }
}

/// The error type of a `subtest!` body: takes any error that can be shown and remembers the place of the `?`.
///
/// It implements neither `Display` nor `std::error::Error`, since only so can it take every type that does.
#[derive(Clone, Debug)]
pub struct BodyError(BodyFailure);

impl BodyError {
    /// The text and place of the error.
    pub fn into_failure(self) -> BodyFailure {
        self.0
    }
}

impl<E: Display + Debug> From<E> for BodyError {
    #[track_caller]
    fn from(error: E) -> BodyError {
        BodyError(BodyFailure {
            message: Some(error.to_string()),
            debug: format!("{error:?}"),
            sources: Vec::new(),
            at: Some(Place::from(Location::caller())),
        })
    }
}

/// What the last expression of a `subtest!` body may be.
///
/// A `bool` is the value of a check, which has been counted already, so it says nothing more.
#[diagnostic::on_unimplemented(
    message = "a subtest cannot end with a value of type `{Self}`",
    label = "ends with this value",
    note = "end it with a `;`, with a check, or with a `Result`"
)]
pub trait Tail {
    /// Turns the value into the result of the body.
    fn tail(self) -> Result<(), BodyError>;
}

impl Tail for () {
    fn tail(self) -> Result<(), BodyError> {
        Ok(())
    }
}

impl Tail for bool {
    fn tail(self) -> Result<(), BodyError> {
        Ok(())
    }
}

/// The type `!`, which cannot be named yet where we need it: the value of a body that always panics.
#[doc(hidden)]
pub type Never = <fn() -> ! as Returns>::Value;

/// The type a function returns.
pub trait Returns {
    /// That type.
    type Value;
}

impl<T> Returns for fn() -> T {
    type Value = T;
}

impl Tail for Never {
    fn tail(self) -> Result<(), BodyError> {
        self
    }
}

impl<T, E: Into<BodyError>> Tail for Result<T, E> {
    #[track_caller]
    fn tail(self) -> Result<(), BodyError> {
        match self {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the last expression of a `verify_loop!` body with a `?` may be: the value of a round that passed.
#[diagnostic::on_unimplemented(
    message = "a round with a `?` in it cannot end with a value of type `{Self}`",
    label = "ends with this value",
    note = "end it with `Ok(value)`, with a `bool`, or with a `;`"
)]
pub trait RoundTail {
    /// What the round observed.
    type Value;
    /// Turns the value into the result of the round; `false` is a failure.
    fn tail(self) -> Result<Self::Value, BodyError>;
}

impl RoundTail for () {
    type Value = ();
    fn tail(self) -> Result<(), BodyError> {
        Ok(())
    }
}

impl RoundTail for bool {
    type Value = ();
    #[track_caller]
    fn tail(self) -> Result<(), BodyError> {
        if self {
            Ok(())
        } else {
            Err(BodyError::from("the round returned false"))
        }
    }
}

impl RoundTail for Never {
    type Value = ();
    fn tail(self) -> Result<(), BodyError> {
        self
    }
}

impl<T, E: Into<BodyError>> RoundTail for Result<T, E> {
    type Value = T;
    #[track_caller]
    fn tail(self) -> Result<T, BodyError> {
        self.map_err(Into::into)
    }
}

/// The outcome of a `subtest!` body.
pub fn outcome_of<T>(result: Result<T, BodyError>) -> Outcome {
    match result {
        Ok(_) => Outcome::default(),
        Err(error) => Outcome::failed(error.into_failure()),
    }
}

/// What a body's value comes down to: its outcome, and the error itself where that can be looked into.
#[doc(hidden)]
pub type Died = (Outcome, Option<Box<dyn Any>>);

/// What the body of `Suite::dies_ok` and its kin may return: an `Err` is an end that failed, all else one that went well.
///
/// A macro looks at any value, while a method has to be told of each type. A future or a closure is none of them: it would
/// not have run.
#[diagnostic::on_unimplemented(
    message = "whether a body that returns `{Self}` ends well is not known",
    label = "this value says nothing about it",
    note = "end the body with `;`, or with a `Result` whose error is `Debug` and borrows nothing",
    note = "a body that is `async` is for the macro of the same name, which awaits it"
)]
pub trait Ends {
    #[doc(hidden)]
    fn died(self) -> Died;
}

impl<T, E: Debug + 'static> Ends for Result<T, E> {
    fn died(self) -> Died {
        match self {
            Ok(_) => Died::default(),
            Err(error) => (Outcome::failed(BodyFailure::from_debug(&error)), Some(Box::new(error))),
        }
    }
}

impl Ends for Never {
    fn died(self) -> Died {
        self
    }
}

macro_rules! well {
    ($([$($of:ident)?] $type:ty),* $(,)?) => {
        $(impl$(<$of>)? Ends for $type {
            fn died(self) -> Died {
                Died::default()
            }
        })*
    };
}
well!(
    [] (), [] bool, [] char, [] String, [] &str, [T] Option<T>, [T] Vec<T>, [] std::process::ExitStatus,
    [] i8, [] i16, [] i32, [] i64, [] i128, [] isize, [] u8, [] u16, [] u32, [] u64, [] u128, [] usize, [] f32, [] f64,
);

#[cfg(test)]
mod tests {
    use super::*;

    fn fails() -> Result<(), BodyError> {
        "x".parse::<u32>()?;
        Ok(())
    }

    #[test]
    fn the_place_of_the_question_mark_is_kept() {
        let failure = fails().unwrap_err().into_failure();
        assert_eq!(failure.message.as_deref(), Some("invalid digit found in string"));
        let at = failure.at.unwrap();
        assert!(at.file.ends_with("outcome.rs"), "{at}");
    }

    #[test]
    fn sources_are_listed_from_the_outside_in() {
        #[derive(Debug)]
        struct Outer(std::num::ParseIntError);
        impl Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("no port")
            }
        }
        impl StdError for Outer {
            fn source(&self) -> Option<&(dyn StdError + 'static)> {
                Some(&self.0)
            }
        }
        let failure = BodyFailure::from_error(&Outer("x".parse::<u16>().unwrap_err()));
        assert_eq!(failure.message.as_deref(), Some("no port"));
        assert_eq!(failure.sources, ["invalid digit found in string"]);
    }
}
