//! What Bazel asks of the tests that it runs: the variables of its Test Encyclopedia.
//!
//! They stand behind the command line and behind our own variables. Some have names that anybody might use, so all of them
//! count only beside one that nobody else sets.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::error::{OptionsError, Source};
use super::settings::unicode;
use super::{Shard, values};

/// Names that belong to Bazel alone.
pub(super) const SIGNS: &[&str] = &[
    "BAZEL_TEST",
    "TESTBRIDGE_TEST_ONLY",
    "TESTBRIDGE_TEST_RUNNER_FAIL_FAST",
    "TEST_PREMATURE_EXIT_FILE",
    "TEST_SHARD_STATUS_FILE",
    "TEST_TOTAL_SHARDS",
    "TEST_UNDECLARED_OUTPUTS_DIR",
    "XML_OUTPUT_FILE",
];

/// What Bazel asks for beyond the options that others can set, too. Empty where Bazel does not run the process.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Bazel {
    /// Tests whose name contains one of these run, of those that the other filters leave: `TESTBRIDGE_TEST_ONLY`, which is
    /// `--test_filter`. None: all of them.
    pub only: Vec<String>,
    /// Tests whose name contains one of these do not run: what starts with `-` in `TESTBRIDGE_TEST_ONLY`.
    pub except: Vec<String>,
    /// To be touched, for it says that shards are understood: `TEST_SHARD_STATUS_FILE`.
    pub shard_status_file: Option<PathBuf>,
    /// To be there from the start to an orderly end: `TEST_PREMATURE_EXIT_FILE`.
    pub premature_exit_file: Option<PathBuf>,
    /// The report that Bazel reads: `XML_OUTPUT_FILE`.
    pub xml_output_file: Option<PathBuf>,
    /// When the process is killed, from its start: `TEST_TIMEOUT`.
    pub timeout: Option<Duration>,
}

/// Looks a variable up.
type Get<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// The variables, where Bazel runs the process.
pub(super) struct Variables<'a>(Option<&'a Get<'a>>);

impl<'a> Variables<'a> {
    pub(super) fn new(get: &'a dyn Fn(&str) -> Option<OsString>) -> Variables<'a> {
        let is_set = |name: &&str| get(name).is_some_and(|value| !value.is_empty());
        Variables(SIGNS.iter().any(is_set).then_some(get))
    }

    /// The value of a variable; an empty one is as good as none.
    fn value(&self, name: &str) -> Option<OsString> {
        self.0.and_then(|get| get(name)).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, OptionsError> {
        let value = self.value(name);
        value.map(|value| unicode(Source::Variable(name), &value)).transpose()
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, OptionsError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let parsed = text.parse().ok().filter(|_| !text.starts_with('+'));
        parsed.map(Some).ok_or_else(|| {
            let advice = "Bazel sets one; leave the variable alone";
            Source::Variable(name).error(Some(&text), "is not a whole number", advice)
        })
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    /// Bazel counts shards from 0, and none in all means that there are none.
    pub(super) fn shard(&self) -> Result<Option<Shard>, OptionsError> {
        const INDEX: &str = "TEST_SHARD_INDEX";
        const TOTAL: &str = "TEST_TOTAL_SHARDS";
        let Some(of) = self.number(TOTAL)?.and_then(NonZeroUsize::new) else {
            return Ok(None);
        };
        let total = of.to_string();
        let Some(index) = self.number::<usize>(INDEX)? else {
            let problem = format!("comes without `{INDEX}`");
            return Err(Source::Variable(TOTAL).error(Some(&total), problem, "set both, or none"));
        };
        match index.checked_add(1).and_then(NonZeroUsize::new) {
            Some(number) if number <= of && of.get() <= Shard::MOST => Ok(Some(Shard { number, of })),
            _ if of.get() > Shard::MOST => {
                let advice = format!("{} are the most", Shard::MOST);
                Err(Source::Variable(TOTAL).error(Some(&total), "splits the run into too many shards", advice))
            }
            _ => {
                let problem = format!("names a shard beyond the last one of `{TOTAL}={of}`");
                let advice = "they are counted from 0 here";
                Err(Source::Variable(INDEX).error(Some(&index.to_string()), problem, advice))
            }
        }
    }

    /// The number of the run under `--runs_per_test`, unless the user says another seed.
    pub(super) fn seed(&self) -> Result<Option<u64>, OptionsError> {
        for name in ["TEST_RANDOM_SEED", "TEST_RUN_NUMBER"] {
            if let Some(text) = self.text(name)? {
                let source = Source::Variable(name);
                return values::seed(&text)
                    .map(Some)
                    .map_err(|refusal| refusal.at(source, &text));
            }
        }
        Ok(None)
    }

    pub(super) fn fail_fast(&self) -> bool {
        self.value("TESTBRIDGE_TEST_RUNNER_FAIL_FAST")
            .is_some_and(|value| value == OsStr::new("1"))
    }

    /// Where files go that nobody has declared: the working directory is not to be written to.
    pub(super) fn outputs(&self) -> Option<PathBuf> {
        self.path("TEST_UNDECLARED_OUTPUTS_DIR")
    }

    pub(super) fn rest(&self) -> Result<Bazel, OptionsError> {
        let filter = self.text("TESTBRIDGE_TEST_ONLY")?.unwrap_or_default();
        let words = filter.split(',').map(str::trim).filter(|word| !word.is_empty());
        let (except, only): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with('-'));
        Ok(Bazel {
            only: only.into_iter().map(str::to_owned).collect(),
            except: except.into_iter().map(|word| word[1..].to_owned()).collect(),
            shard_status_file: self.path("TEST_SHARD_STATUS_FILE"),
            premature_exit_file: self.path("TEST_PREMATURE_EXIT_FILE"),
            xml_output_file: self.path("XML_OUTPUT_FILE"),
            timeout: self
                .number("TEST_TIMEOUT")?
                .filter(|seconds| *seconds > 0)
                .map(Duration::from_secs),
        })
    }
}
