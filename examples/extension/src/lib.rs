//! What a team adds to async-test-suite for all of its test programs: a check, a plan key, a command, an event filter, a
//! report format and a condition. Linking the crate is enough; nothing has to be switched on.

mod condition;
mod markdown;
mod quarantine;
mod tool;

pub use condition::{BROKER_IS_UP, BrokerIsUp};
pub use quarantine::quarantine;
pub use tool::{is_sorted, is_within};
