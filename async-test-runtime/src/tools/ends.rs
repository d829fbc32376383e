//! The methods of `dies_ok!` and its kin.

use std::any::{Any, type_name};
use std::borrow::Cow;

use crate::claim::Detail;
use crate::outcome::Ends;
use crate::suite::Suite;
use crate::tools::dies::{Ending, Like, ending};
use crate::tools::send;

fn ended<R: Ends>(body: impl FnOnce() -> R) -> Ending {
    ending(body, R::died)
}

impl Suite {
    /// [`dies_ok!`](crate::dies_ok) for this suite: whether the body panics or returns an `Err`.
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// let t = async_test_runtime::Suite::current();
    /// t.dies_ok(|| "x".parse::<u8>(), "no digit");
    /// t.lives_ok(|| "7".parse::<u8>(), "a digit");
    /// # });
    /// ```
    #[track_caller]
    pub fn dies_ok<R: Ends>(&self, body: impl FnOnce() -> R, message: impl Into<Cow<'static, str>>) -> bool {
        let ending = ended(body);
        send(self, !ending.lived(), message, || ending.tell(Detail::new()))
    }

    /// [`lives_ok!`](crate::lives_ok) for this suite: whether the body neither panics nor returns an `Err`.
    #[track_caller]
    pub fn lives_ok<R: Ends>(&self, body: impl FnOnce() -> R, message: impl Into<Cow<'static, str>>) -> bool {
        let ending = ended(body);
        send(self, ending.lived(), message, || ending.tell(Detail::new()))
    }

    /// [`throws_like!`](crate::throws_like) for this suite: whether the body panics with a value of the type that the second
    /// closure takes, or returns an `Err` of it, and that closure holds for it. The text of a panic is a `String`.
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// use std::num::{IntErrorKind, ParseIntError};
    /// let t = async_test_runtime::Suite::current();
    /// let empty = |error: &ParseIntError| *error.kind() == IntErrorKind::Empty;
    /// t.throws_like(|| "".parse::<u8>(), empty, "nothing to parse");
    /// t.throws_like(|| panic!("no {}", 1), |text: &String| text == "no 1", "a panic");
    /// # });
    /// ```
    #[track_caller]
    pub fn throws_like<T: Any, R: Ends>(
        &self,
        body: impl FnOnce() -> R,
        like: impl FnOnce(&T) -> bool,
        message: impl Into<Cow<'static, str>>,
    ) -> bool {
        let ending = ended(body);
        let found = Like::of(&ending, true, like);
        send(self, found.held(), message, || found.tell())
    }

    /// [`fails_like!`](crate::fails_like) for this suite: as [`Suite::throws_like`], and a panic is a failure.
    #[track_caller]
    pub fn fails_like<T: Any, R: Ends>(
        &self,
        body: impl FnOnce() -> R,
        like: impl FnOnce(&T) -> bool,
        message: impl Into<Cow<'static, str>>,
    ) -> bool {
        let ending = ended(body);
        let found = Like::of(&ending, false, like);
        send(self, found.held(), message, || found.tell())
    }
}

impl<'a> Like<'a> {
    fn of<T: Any>(ending: &'a Ending, panics: bool, like: impl FnOnce(&T) -> bool) -> Like<'a> {
        let value = ending.value::<T>();
        let mut found = Like::new(ending, panics, value.is_some(), type_name::<T>());
        if let Some(value) = value {
            found.value(like(value));
        }
        found
    }
}
