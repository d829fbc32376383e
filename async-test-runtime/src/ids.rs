//! Identities. They are dense small numbers, unique within the process, and say nothing else.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

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

/// What is known by suites. They are asked for with every check, and nobody from outside chooses their numbers, so the
/// hash need not resist anybody.
pub(crate) type BySuite<T> = HashMap<SuiteId, T, BuildHasherDefault<SpreadNumbers>>;

/// Spreads dense numbers over all bits of the hash.
#[derive(Default)]
pub(crate) struct SpreadNumbers(u64);

impl Hasher for SpreadNumbers {
    fn write_u64(&mut self, number: u64) {
        // The golden ratio, as a fraction of 2^64: neighbours end up far from each other.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_found_by_their_numbers() {
        let mut all = BySuite::default();
        all.extend((0..10_000).map(|id| (SuiteId(id), id)));
        assert_eq!(all.len(), 10_000);
        assert!((0..10_000).all(|id| all.get(&SuiteId(id)) == Some(&id)));
        assert!(!all.contains_key(&SuiteId(10_000)));
    }
}
