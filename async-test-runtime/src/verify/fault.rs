//! What was wrong with one round, as a value and in words.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::Debug;
use std::time::Duration;

use crate::claim::Panic;
use crate::outcome::BodyError;
use crate::round::ReturnedFalse;
use crate::settle::shorten;

/// Bytes of the words that are kept of one round.
const WORDS: usize = 4096;

/// What was wrong with a round.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault<E> {
    /// It failed with this error.
    Error(E),
    /// It panicked.
    Panicked(Panic),
    /// It had not ended after this time and was dropped.
    TimedOut {
        /// The limit of a round.
        limit: Duration,
    },
    /// It held its thread for longer than a round may take, so that nothing else could run on it.
    Blocked {
        /// The limit of a round.
        limit: Duration,
        /// For how long.
        held: Duration,
        /// It has not come back yet.
        still: bool,
    },
    /// It passed, in the mode `never`.
    Passed,
    /// The loop did not get to run at all: something else holds the threads of the runtime.
    Starved {
        /// For how long.
        waited: Duration,
    },
}

impl<E> Fault<E> {
    /// Everything but the words of an error.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            Fault::Error(_) => None,
            Fault::Panicked(panic) => Some(match &panic.at {
                Some(at) => format!("panicked at {at}: {}", panic.message),
                None => format!("panicked: {}", panic.message),
            }),
            Fault::TimedOut { limit } => Some(format!("timed out: it had not ended after {limit:?} and was dropped")),
            Fault::Blocked { limit, held, still } => {
                let tense = if *still {
                    "has been blocking its thread for"
                } else {
                    "blocked its thread for"
                };
                Some(format!(
                    "it {tense} {held:.3?}, a round may take {limit:?}; use `spawn_blocking` for what blocks"
                ))
            }
            Fault::Passed => Some("it passed, and it never should".to_owned()),
            Fault::Starved { waited } => Some(format!(
                "the loop did not get to run for {waited:.3?}: something blocks the threads of the runtime"
            )),
        }
    }
}

/// The words of an error of which only `Debug` is known; the usual types of text read better plain.
pub(crate) fn describe<E: Debug + 'static>(error: &E) -> String {
    let any: &dyn Any = error;
    let mut words = if let Some(text) = any.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = any.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(error) = any.downcast_ref::<BodyError>() {
        let failure = error.clone().into_failure();
        let message = failure.message.unwrap_or(failure.debug);
        failure.at.map_or(message.clone(), |at| format!("{message} (at {at})"))
    } else if let Some(error) = any.downcast_ref::<ReturnedFalse>() {
        error.to_string()
    } else if let Some(error) = any.downcast_ref::<Box<dyn StdError + Send + Sync>>() {
        chain(&**error)
    } else if let Some(error) = any.downcast_ref::<Box<dyn StdError + Send>>() {
        chain(&**error)
    } else {
        format!("{error:?}")
    };
    shorten(&mut words, WORDS);
    words
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        words.push_str(&format!(": {source}"));
        next = source.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    #[allow(dead_code, reason = "read through Debug")]
    struct SplitBrain {
        leaders: u32,
    }

    #[test]
    fn errors_in_words() {
        let boxed: Box<dyn StdError + Send + Sync> = "boxed".into();
        assert_eq!(describe(&boxed), "boxed");
        assert_eq!(describe(&"text"), "text");
        assert_eq!(describe(&"owned".to_owned()), "owned");
        assert_eq!(describe(&SplitBrain { leaders: 2 }), "SplitBrain { leaders: 2 }");
        assert_eq!(describe(&ReturnedFalse), "the check returned false");
        let body = BodyError::from("x".parse::<u8>().unwrap_err());
        let said = describe(&body);
        assert!(said.starts_with("invalid digit found in string (at "), "{said}");
        assert!(describe(&"x".repeat(1 << 20)).len() < WORDS + 40);
    }
}
