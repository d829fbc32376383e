//! A place in the source.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::escape::controls;

/// File, line and column of a check, a panic or a suite, as the compiler names them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// The path as the compiler printed it: relative to the workspace root.
    pub file: Cow<'static, str>,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

impl Place {
    /// A place out of its three parts.
    pub const fn new(file: &'static str, line: u32, column: u32) -> Place {
        Place {
            file: Cow::Borrowed(file),
            line,
            column,
        }
    }

    /// The place of the caller of the function that calls this, when that one is `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Place {
        Place::from(Location::caller())
    }

    /// Copies a location that does not live for ever, as a panic hook is given it.
    pub fn copied(location: &Location<'_>) -> Place {
        Place {
            file: Cow::Owned(location.file().to_owned()),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl From<&'static Location<'static>> for Place {
    fn from(location: &'static Location<'static>) -> Place {
        Place::new(location.file(), location.line(), location.column())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", controls(&self.file), self.line, self.column)
    }
}
