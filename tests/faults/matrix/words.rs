//! Telling words, by which it is known what became of a run.

use super::seen::Ends::{self, AtLimit, AtOnce, LimitAndGrace};

pub(super) struct Words {
    pub(super) said: &'static str,
    /// How the page writes it.
    pub(super) shown: &'static str,
    /// What it says about when the run ended.
    pub(super) ends: Ends,
}

const fn words(said: &'static str, ends: Ends) -> Words {
    Words {
        said,
        shown: said,
        ends,
    }
}

impl Words {
    const fn shown(self, shown: &'static str) -> Words {
        Words { shown, ..self }
    }
}

pub(super) const BUNDLE: &str = "extension `bundle faulty` failed";
pub(super) const THREAD: &str = "a thread panicked that no suite has started";
pub(super) const PANICKED: &str = "panicked";

/// The first of them tell most.
pub(super) const WORDS: [Words; 28] = [
    words("ended by SIGINT", AtOnce),
    words("ended by SIGTERM", AtOnce),
    words("No space left on device", AtOnce),
    words("File too large", AtOnce),
    words("Too many open files", AtOnce),
    words("it fails", AtOnce),
    words("so that it is shown", AtOnce).shown(r"bytes: \xff\xfe and text"),
    words("xxx…", AtOnce),
    words("something removed it during the run", AtOnce),
    words("has held the hub for 10s", AtLimit),
    words("`process::exit` was called while suites were running", AtOnce),
    words("has overflowed its stack", AtOnce),
    words("panic in a destructor during cleanup", AtOnce),
    words("timed out after 1s", AtLimit),
    words("it had not ended after 1s", AtLimit),
    words("took longer than 1s", AtLimit),
    words("has been blocking its thread for", LimitAndGrace).shown("has been blocking its thread for …"),
    words("was asked to end and had not 500ms later", LimitAndGrace),
    words("a clean-up failed", AtOnce),
    words("broken in round 1", AtOnce),
    words("the report of this suite is incomplete", AtOnce),
    words(BUNDLE, AtOnce),
    words("extension `the faulty report in", AtOnce).shown("extension `the faulty report in …` failed"),
    words("a task panicked that no suite has started", AtOnce),
    words(THREAD, AtOnce),
    words("returned an error", AtOnce),
    words("the process ended in the middle of the run", AtOnce),
    words(PANICKED, AtOnce),
];
