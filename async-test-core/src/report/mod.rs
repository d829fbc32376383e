//! The formats: each hears judged records and writes text. Pure but for the writer they are given.

use std::fmt;
use std::io;

use crate::options::TimeOptions;
use crate::record::Record;

mod attempts;
mod blocks;
#[cfg(any(test, not(feature = "junit")))]
mod cases;
mod clip;
mod events;
mod github;
mod json;
#[doc(hidden)]
pub mod json_text;
#[cfg(feature = "junit")]
mod junit;
mod live;
mod logfile;
mod paint;
mod pretty;
mod pretty_failure;
mod printed;
mod summary;
mod tap;
mod terse;
mod tree;
mod words;
mod yaml;

#[doc(hidden)]
pub use pretty_failure::{plain, unreported};
#[doc(hidden)]
pub use words::{still_running, time};

#[cfg(test)]
pub(crate) mod every;
#[cfg(test)]
pub(crate) mod script;

#[doc(hidden)]
pub use live::View;
#[cfg(test)]
pub(crate) use script::suite as a_suite;

/// Tells a run to somebody.
///
/// A reporter is called on the hub's thread, once for each record and in the order of the records; where the built-in
/// harness is in charge, one reporter is made for each `#[suite]`, on the thread of that test. It must not block on
/// anything but `out`, nor start checks of its own. What it keeps of a suite it should let go when the suite ends.
pub trait Reporter: Send {
    /// Takes in one record and writes what there is to say by now, often nothing.
    ///
    /// A call writes to `out` at most once, so that lines of one record stay together whoever else writes there.
    ///
    /// # Errors
    ///
    /// Those of `out`, handed through. The hub tells the first one and gives the reporter no further records.
    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()>;

    /// Whether the tenth of ten passing checks in a row may be told as a number, as [`Record::Passed`].
    ///
    /// That is done where all reporters of a run say so and no bundle is registered: such checks cost next to nothing.
    /// The first four in a row are told one by one all the same. Default: no, so every check comes as a record.
    fn counts_passed(&self) -> bool {
        false
    }

    /// Whether to be told of the stages of suites, as [`Record::Stage`].
    ///
    /// Where no reporter of a run wants to be and no bundle is registered, nobody is: every suite has several. Default: yes.
    fn hears_stages(&self) -> bool {
        true
    }

    /// Whether a `#[suite]` that has passed, and of which there is nothing else to say, may be told by one record alone: the
    /// [`Record::Check`] of the root whose child it is.
    ///
    /// That is done where all reporters of a run say so and also count passing checks, no bundle is registered, and nobody
    /// watches the run. Default: no, so every suite is told from its beginning, and when it begins.
    fn takes_whole(&self) -> bool {
        false
    }

    /// What makes a whole document of all that has been written so far.
    ///
    /// A report in a file ends with this text at any time, and what the next record writes takes its place; so the file
    /// can be read even if the run is killed. The default is nothing: every line of the format stands for itself.
    fn closing(&self) -> String {
        String::new()
    }
}

/// How a reporter is to look. Made with [`Style::default`]; then the fields may be set.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Style {
    /// Whether the output takes colour escapes. Default: no.
    pub color: bool,
    /// Characters on a line. Default: 100; at least 40 are used.
    pub width: usize,
    /// Whether characters outside of ASCII may be used as marks; names and values are shown as they are. Default: yes.
    pub unicode: bool,
    /// The number in TAP's version line. Default: no such line, since some consumers reject any number they do not know.
    pub tap_version: Option<u8>,
    /// Whether to show what passing suites printed, too. Default: no.
    pub show_output: bool,
    /// Whether to tell how long each suite took, in formats that do not do so anyway. Default: no.
    pub times: bool,
    /// Whether somebody watches: then failures are shown in full as they come, and not only at the end. Default: no.
    pub live: bool,
    /// What time is marked as long. Default: none.
    pub slow: Option<TimeOptions>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            color: false,
            width: 100,
            unicode: true,
            tap_version: None,
            show_output: false,
            times: false,
            live: false,
            slow: None,
        }
    }
}

/// Makes a reporter for one run.
pub type Constructor = fn(&Style) -> Box<dyn Reporter>;

/// The formats that are always there, by the name that `--format` takes.
#[doc(hidden)]
pub const BUILTIN: &[(&str, Constructor)] = &[
    ("pretty", |style| Box::new(pretty::Pretty::new(style))),
    ("terse", |style| Box::new(terse::Terse::new(style))),
    ("tap", |style| Box::new(tap::Tap::new(style))),
    ("json", |style| Box::new(json::Json::new(style))),
    ("events", |style| Box::new(events::Events::new(style))),
    ("github", |style| Box::new(github::GitHub::new(style))),
    #[cfg(feature = "junit")]
    ("junit", |style| Box::new(junit::Junit::new(style))),
];

/// JUnit XML as far as this build knows it, for those who read nothing else: with the feature `junit` the format of that
/// name, else one case for each `#[suite]`.
#[doc(hidden)]
pub fn junit_in_any_case(style: &Style) -> Box<dyn Reporter> {
    #[cfg(feature = "junit")]
    return Box::new(junit::Junit::new(style));
    #[cfg(not(feature = "junit"))]
    return Box::new(cases::Cases::new(style));
}

/// The reporter of `--logfile`, which is no format to choose.
#[doc(hidden)]
pub fn logfile(style: &Style) -> Box<dyn Reporter> {
    Box::new(logfile::Logfile::new(style))
}

impl fmt::Debug for dyn Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporter")
    }
}

fn write(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::every::{every, written};
    use super::script::Script;
    use super::*;
    use crate::ids::SuiteId;
    use crate::record::Verdict;

    #[test]
    fn who_does_not_hear_of_stages_says_the_same_without_them() {
        let is_stage = |record: &Record| matches!(record, Record::Stage(..));
        let all = every(false);
        assert!(all.iter().any(is_stage));
        let without: Vec<Record> = all.iter().filter(|record| !is_stage(record)).cloned().collect();
        let style = Style::default();
        for (format, make) in BUILTIN {
            let is_same = written(format, &style, &all) == written(format, &style, &without);
            assert_eq!(is_same, !make(&style).hears_stages(), "{format}");
        }
    }

    /// Passes and says nothing else; its number.
    fn passes_silently(record: &Record, all: &[Record]) -> Option<SuiteId> {
        let Record::Check(check) = record else { return None };
        let end = check.child.as_ref().filter(|end| end.suite.nesting == 1)?;
        let id = end.suite.id;
        let is_silent = |record: &Record| match record {
            Record::SuiteStarted(_) | Record::Stage(..) | Record::Passed { .. } | Record::SuiteEnded(_) => true,
            Record::Check(check) => check.verdict == Verdict::Passed,
            _ => false,
        };
        let is_of_it = |record: &&Record| record.top() == Some(id);
        all.iter().filter(is_of_it).all(is_silent).then_some(id)
    }

    #[test]
    fn who_takes_whole_suites_says_the_same_of_them() {
        let mut script = Script::default();
        script.start(0, 0, "");
        for id in 1..=3 {
            script.start(id, 0, "it passes");
            script.check(id, "a check", Verdict::Passed, None);
            script.end(id, 0, None);
        }
        let (mut all, mine) = (every(false), script.records);
        // Before the first suite of the others.
        all.splice(1..1, mine.into_iter().skip(1));
        let silent: Vec<SuiteId> = all.iter().filter_map(|it| passes_silently(it, &all)).collect();
        assert!(silent.len() >= 3, "{silent:?}");
        let is_left = |record: &&Record| {
            let is_its_end = matches!(record, Record::Check(check) if check.child.is_some());
            is_its_end || !record.top().is_some_and(|top| silent.contains(&top))
        };
        let without: Vec<Record> = all.iter().filter(is_left).cloned().collect();
        let style = Style::default();
        for (format, make) in BUILTIN.iter().chain([&("logfile", logfile as Constructor)]) {
            let mut texts = [&all, &without].map(|records| {
                let (mut reporter, mut text) = (make(&style), Vec::new());
                for record in records {
                    reporter.record(record, &mut text).unwrap();
                }
                text
            });
            let [one, other] = &mut texts;
            assert!(!make(&style).takes_whole() || one == other, "{format}");
        }
        let takers = BUILTIN.iter().filter(|(_, make)| make(&style).takes_whole());
        assert_eq!(
            takers.map(|(format, _)| *format).collect::<Vec<_>>(),
            ["pretty", "terse"]
        );
    }
}
