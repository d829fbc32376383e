//! Identities. They are dense small numbers, unique within the process, and say nothing else.

mod by_suite;

use std::fmt;

#[doc(hidden)]
pub use by_suite::BySuite;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id! {
    /// One suite: the root is 0, every other suite gets the next number when it is created.
    SuiteId
}
id! {
    /// One job of one suite; numbered from 1 within that suite.
    JobId
}
id! {
    /// One event; strictly increasing within the suite that sent it (its origin).
    EventId
}

impl SuiteId {
    /// The root suite of the process.
    pub const ROOT: SuiteId = SuiteId(0);
}
