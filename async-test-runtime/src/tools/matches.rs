//! `matches_ok!` and `isa_ok!`: the shape and the type of a value.

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::fmt::{Arguments, Debug};

use crate::claim::Detail;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Checks that a value matches a pattern, with a guard if there is one, and returns whether it does:
/// `matches_ok!(reply, Ok(n) if n > 3, "more than {}", 3)`.
///
/// It takes what the standard [`matches!`] takes and means the same by it, so a pattern that binds by value takes what it
/// binds out of a place, where it is not `Copy`; `_` and `ref` take nothing.
#[macro_export]
macro_rules! matches_ok {
    ($value:expr, $pattern:pat $(if $guard:expr)? $(,)?) => {
        $crate::__matches!(
            $value,
            $pattern $(if $guard)?,
            ::core::option::Option::None,
            ::core::concat!(::core::stringify!($value), " matches ", ::core::stringify!($pattern $(if $guard)?))
        )
    };
    ($value:expr, $pattern:pat $(if $guard:expr)?, $($message:tt)+) => {
        $crate::__matches!(
            $value,
            $pattern $(if $guard)?,
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!(::core::stringify!($value), " matches ", ::core::stringify!($pattern $(if $guard)?))
        )
    };
}

/// The value is matched where it is, as the standard `matches!` does it. Not public API.
#[doc(hidden)]
#[macro_export]
macro_rules! __matches {
    ($value:expr, $pattern:pat $(if $guard:expr)?, $message:expr, $expression:expr) => {
        match $value {
            #[allow(unused_variables, clippy::redundant_guards)]
            $pattern $(if $guard)? => $crate::__rt::matches(true, &(), "", $message, $expression),
            #[allow(unreachable_patterns)]
            ref value => $crate::__rt::matches(
                false,
                &value,
                ::core::stringify!($pattern $(if $guard)?),
                $message,
                $expression,
            ),
        }
    };
}

/// Checks that a value is of a type and returns whether it is: `isa_ok!(payload, String)`. It is meant for values whose
/// type is not known at compile time, such as `Box<dyn Any>` and `&dyn Any`; through a box it looks at what is inside.
#[macro_export]
macro_rules! isa_ok {
    ($value:expr, $type:ty $(,)?) => {
        $crate::__rt::isa::<$type>(
            &$value,
            ::core::stringify!($type),
            ::core::option::Option::None,
            ::core::concat!(::core::stringify!($value), " is a ", ::core::stringify!($type)),
        )
    };
    ($value:expr, $type:ty, $($message:tt)+) => {
        $crate::__rt::isa::<$type>(
            &$value,
            ::core::stringify!($type),
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!(::core::stringify!($value), " is a ", ::core::stringify!($type)),
        )
    };
}

#[doc(hidden)]
#[track_caller]
pub fn matches(
    held: bool,
    value: &dyn Debug,
    pattern: &'static str,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    Call { message, expression }.send("matches_ok!", held, || {
        Detail::new().expected_got(format!("a match of {pattern}"), format!("{value:?}"))
    })
}

#[doc(hidden)]
#[track_caller]
pub fn isa<T: Any>(
    value: &dyn Any,
    name: &'static str,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    let held = inside(value).is::<T>();
    Call { message, expression }.send("isa_ok!", held, || not_a(name, value))
}

fn not_a(name: &str, value: &dyn Any) -> Detail {
    Detail::new().expected_got(format!("a {name}"), known_name(inside(value)))
}

impl Suite {
    /// [`matches_ok!`](crate::matches_ok) for this suite: a method takes no pattern, so it is given what asks for one.
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// let t = async_test_runtime::Suite::current();
    /// t.matches_ok("7".parse(), |it| matches!(it, Ok(1..=9)), "a digit");
    /// # });
    /// ```
    #[track_caller]
    pub fn matches_ok<T: Debug>(
        &self,
        value: T,
        matches: impl FnOnce(&T) -> bool,
        message: impl Into<Cow<'static, str>>,
    ) -> bool {
        let held = matches(&value);
        send(self, held, message, || {
            Detail::new().expected_got("a match", format!("{value:?}"))
        })
    }

    /// [`isa_ok!`](crate::isa_ok) for this suite: `t.isa_ok::<String>(&payload, "a text")`.
    #[track_caller]
    pub fn isa_ok<T: Any>(&self, value: &dyn Any, message: impl Into<Cow<'static, str>>) -> bool {
        let held = inside(value).is::<T>();
        send(self, held, message, || not_a(type_name::<T>(), value))
    }
}

/// What is in the box, where the value is a box or a reference of something unknown.
fn inside(value: &dyn Any) -> &dyn Any {
    if let Some(boxed) = value.downcast_ref::<Box<dyn Any>>() {
        &**boxed
    } else if let Some(boxed) = value.downcast_ref::<Box<dyn Any + Send>>() {
        &**boxed
    } else if let Some(boxed) = value.downcast_ref::<Box<dyn Any + Send + Sync>>() {
        &**boxed
    } else if let Some(reference) = value.downcast_ref::<&'static dyn Any>() {
        *reference
    } else {
        value
    }
}

/// The names of the types that such values most often have; the compiler keeps no others at run time.
fn known_name(value: &dyn Any) -> String {
    macro_rules! known {
        ($($type:ty),*) => {
            $(if value.is::<$type>() { return format!("a {}", stringify!($type)); })*
        };
    }
    known!(
        String,
        &'static str,
        (),
        bool,
        char,
        i8,
        i16,
        i32,
        i64,
        u8,
        u16,
        u32,
        u64,
        usize,
        isize,
        f32,
        f64
    );
    "a value of another type".to_owned()
}
