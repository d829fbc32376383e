//! What the future of `during` may end with.

use std::fmt::Debug;

use super::closing::Who;
use super::error::VerifyError;
use super::fault::describe;
use crate::outcome::BodyFailure;
use crate::round::Observation;

/// What the future given to `Verifier::during` may return: an `Err` in it is not lost.
#[diagnostic::on_unimplemented(
    message = "the future of `during` cannot return `{Self}`",
    note = "end it with `;`, or with a `Result` whose error is `Debug`"
)]
pub trait DuringOutput {
    /// The error in it.
    fn failure(self) -> Option<BodyFailure>;
}

impl<T, E: Debug + 'static> DuringOutput for Result<T, E> {
    fn failure(self) -> Option<BodyFailure> {
        self.err().map(|error| BodyFailure {
            message: Some(describe(&error)),
            ..BodyFailure::from_debug(&error)
        })
    }
}

macro_rules! nothing_to_lose {
    ($($type:ty),*) => {$(
        impl DuringOutput for $type {
            fn failure(self) -> Option<BodyFailure> {
                None
            }
        }
    )*};
}

nothing_to_lose!((), bool, char, String, &'static str, f32, f64);
nothing_to_lose!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl<T: DuringOutput> DuringOutput for Option<T> {
    fn failure(self) -> Option<BodyFailure> {
        self.and_then(DuringOutput::failure)
    }
}

impl<T: DuringOutput> DuringOutput for Vec<T> {
    fn failure(self) -> Option<BodyFailure> {
        self.into_iter().find_map(DuringOutput::failure)
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: DuringOutput),+> DuringOutput for ($($name,)+) {
            #[allow(non_snake_case, reason = "each value is called like its type")]
            fn failure(self) -> Option<BodyFailure> {
                let ($($name,)+) = self;
                None$(.or($name.failure()))+
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D F) (A B C D F G) }

impl<T, E> VerifyError<T, E> {
    /// The body's error, with what was observed beside it.
    pub(super) fn body(
        failure: BodyFailure,
        seen: Result<Vec<Observation<T>>, VerifyError<T, E>>,
        who: Who,
    ) -> VerifyError<T, E> {
        let (observations, beside) = match seen {
            Ok(observations) => (observations, None),
            Err(error) => {
                let sentence = error.inner.sentence;
                (error.observations, Some(sentence))
            }
        };
        who.body_failed(failure, observations, beside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_wherever_it_is() {
        assert_eq!(().failure(), None);
        assert_eq!((1, "x", vec![Ok::<(), String>(())]).failure(), None);
        let lost = ((), (true, Some(Err::<(), _>("lost".to_owned()))));
        assert_eq!(lost.failure().unwrap().message.as_deref(), Some("lost"));
    }
}
