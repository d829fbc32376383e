//! The small types that options are made of.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{OptionsError, Source};
use super::values;

/// What is done with ignored tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ignored {
    /// They are reported as ignored.
    Skip,
    /// Only they run: `--ignored`.
    Only,
    /// They run besides the others: `--include-ignored`.
    Include,
}

/// When to write colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// As the surroundings and the stream suggest.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The version line of TAP.
///
/// The default is 13: many systems come with a `prove` that refuses a stream which calls itself version 14, and every
/// reader takes 13.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TapVersion {
    /// `TAP version 13`.
    V13,
    /// `TAP version 14`.
    V14,
    /// No line.
    None,
}

/// A report besides the output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// One of the formats that were named as known.
    pub format: String,
    /// The file, as it was written on the command line.
    pub file: PathBuf,
}

/// One part of a run that is split over several processes or machines.
///
/// `Display` writes it as the command line does, `2/4`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Shard {
    /// Which one, counted from 1; it is not larger than `of`.
    pub number: NonZeroUsize,
    /// How many there are.
    pub of: NonZeroUsize,
}

impl Shard {
    /// The most shards there can be.
    pub const MOST: usize = 10_000;

    /// Reads what `Display` writes.
    #[doc(hidden)]
    pub fn read(text: &str) -> Option<Shard> {
        values::shard(text).ok()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A text that is read later, by code that knows its language, and where it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// The text.
    pub text: String,
    pub(super) source: Source,
}

impl Given {
    /// An error about the text: what is wrong with it, and the way out.
    pub fn refuse(&self, problem: impl Into<String>, advice: impl Into<String>) -> OptionsError {
        self.source.error(Some(&self.text), problem, advice)
    }
}

/// How times of tests are shown and judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeOptions {
    /// A test that takes longer than its critical time fails: `--ensure-time`.
    pub ensure: bool,
    /// For tests in `src`. Default: 50 ms and 100 ms.
    pub unit: TimeLimits,
    /// For tests in `tests`. Default: 500 ms and 1 s.
    pub integration: TimeLimits,
}

impl TimeOptions {
    /// The limits for a test of this source file. What stands neither in `src` nor in `tests` has those of the built-in
    /// harness for tests that it cannot place: 60 s and 120 s.
    pub fn limits(&self, file: &str) -> TimeLimits {
        let mut folders = Path::new(file).components().map(|part| part.as_os_str());
        match () {
            () if folders.clone().any(|folder| folder == "src") => self.unit,
            () if folders.any(|folder| folder == "tests") => self.integration,
            () => TimeLimits::OTHER,
        }
    }
}

/// From when on a test is slow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeLimits {
    /// Longer than this is worth a warning.
    pub warn: Duration,
    /// Longer than this is too long.
    pub critical: Duration,
}

impl TimeLimits {
    pub(super) const UNIT: TimeLimits = TimeLimits {
        warn: Duration::from_millis(50),
        critical: Duration::from_millis(100),
    };
    pub(super) const INTEGRATION: TimeLimits = TimeLimits {
        warn: Duration::from_millis(500),
        critical: Duration::from_secs(1),
    };
    const OTHER: TimeLimits = TimeLimits {
        warn: Duration::from_secs(60),
        critical: Duration::from_secs(120),
    };
}

/// What a panic in a task or thread does that no suite has started, and that nobody catches or waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StrayPanics {
    /// It fails its suite, or the run.
    Fail,
    /// It is told.
    Report,
}
