//! What a run was asked to do: the command line, the variables and the defaults as one value.
//!
//! Everything here is a pure function of its arguments but [`process()`], which reads the surroundings of the process
//! once and for all. No other code of the crate touches `std::env`.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

mod bazel;
mod choices;
mod cli;
mod duration;
mod error;
mod flags;
mod help;
mod log;
mod nearest;
mod process;
mod settings;
mod values;

#[cfg(test)]
mod tests;

pub use bazel::Bazel;
pub use choices::{Color, Given, Ignored, Report, Shard, StrayPanics, TapVersion, TimeLimits, TimeOptions};
pub use error::{NextWord, OptionsError, Warning};
pub use log::{LogFilter, LogLevel};
pub use process::{Backtrace, Nextest, Process};

#[doc(hidden)]
pub use nearest::typo;

use cli::CommandLine;
use flags::Id;
use settings::Settings;

/// The format of the output when nothing else is asked for.
pub const DEFAULT_FORMAT: &str = "pretty";
/// The format of the output when nothing else is asked for and GitHub Actions reads it: `GITHUB_ACTIONS` is `true`.
pub const GITHUB_FORMAT: &str = "github";
/// The format that `--quiet` stands for.
pub const QUIET_FORMAT: &str = "terse";
/// How many subtests and jobs of one suite run at once by default.
pub const DEFAULT_TEST_JOBS: NonZeroUsize = NonZeroUsize::new(1024).expect("it is not zero");
/// The time limit of a suite by default.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a suite waits for its jobs at its end by default.
pub const DEFAULT_JOB_TIMEOUT: Duration = Duration::from_secs(60);

/// The grace period of [`Options::default`]: below the ten seconds that most who send SIGTERM wait before SIGKILL.
pub const DEFAULT_GRACE_PERIOD: Duration = Duration::from_secs(8);

/// What a run was asked to do.
///
/// `Options::default()` is what an empty command line means in empty surroundings.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Tests whose name contains one of these run. None: all tests.
    pub filters: Vec<String>,
    /// `filters` and `skip` match whole names.
    pub exact: bool,
    /// Paths of suites and subtests, `storage/writes`: in a suite that one of them names, only that runs. From
    /// `ASYNC_TEST_FILTER`, one path a line; every part is a whole name.
    pub paths: Vec<String>,
    /// Tests whose name contains one of these do not run.
    pub skip: Vec<String>,
    /// Suites whose tags fit this expression run. None: all suites.
    pub tag: Option<Given>,
    /// What is done with ignored tests.
    pub ignored: Ignored,
    /// Tests that should panic do not run.
    pub exclude_should_panic: bool,
    /// Only the tests of this part of the run, of those that are left, run. None: the run is not split.
    pub shard: Option<Shard>,
    /// Tests run. True unless only benchmarks are asked for; a list shows tests in any case.
    pub tests: bool,
    /// Benchmarks run.
    pub benches: bool,
    /// The tests are listed, and none runs.
    pub list: bool,
    /// The order is random; the seed decides it.
    pub random: bool,
    /// The seed of every random choice. None: the run draws one and prints it.
    pub seed: Option<u64>,
    /// Worker threads. None: as many as there are cores.
    pub test_threads: Option<NonZeroUsize>,
    /// The most subtests and jobs of one suite that run at once, where its plan says nothing else. None: up to
    /// [`DEFAULT_TEST_JOBS`]; under `main!`, the next one is started when a thread is idle.
    pub test_jobs: Option<NonZeroUsize>,
    /// Nothing is started after the first failure.
    pub fail_fast: bool,
    /// How often everything is run. None: nothing was said, so once, or without a limit where `until_fail` is set.
    pub repeat: Option<NonZeroU32>,
    /// Everything is run again until a pass fails.
    pub until_fail: bool,
    /// How often a failing suite is tried again. None: as its key `retries` says.
    pub retries: Option<u32>,
    /// The time limit of a suite, where its plan says nothing else. None: no limit.
    pub timeout: Option<Duration>,
    /// How long a suite waits for its jobs at its end, where its plan says nothing else. None: no limit.
    pub job_timeout: Option<Duration>,
    /// Signals that ask the run to end, or to say what is running, are answered.
    pub signals: bool,
    /// What a panic does in a task or thread that no suite has started, and that nobody waits for.
    pub stray_panics: StrayPanics,
    /// How long suites may take to end after SIGINT or SIGTERM. None: as long as they take.
    pub grace_period: Option<Duration>,
    /// The format of the output, one of those that were named as known.
    pub format: String,
    /// Reports that are written besides the output, each to a file of its own.
    pub reports: Vec<Report>,
    /// No test runs, and the run is shown that this file is an `events` report of.
    pub replay: Option<PathBuf>,
    /// What tests print is not captured.
    pub no_capture: bool,
    /// What passing tests printed is shown.
    pub show_output: bool,
    /// Which events of a log are kept and shown with a failure.
    pub log: LogFilter,
    /// When to write colours; see [`Process::use_color`].
    pub color: Color,
    /// The version line of TAP.
    pub tap_version: TapVersion,
    /// Times are shown, and perhaps judged. None: neither.
    pub time: Option<TimeOptions>,
    /// The file for one line of each test (deprecated in the built-in harness).
    pub logfile: Option<PathBuf>,
    /// What Bazel asks for besides.
    pub bazel: Bazel,
}

/// What a command line asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parsed {
    /// A run (or a list), and what is to be told about the options on the error stream before it.
    Run(Box<Options>, Vec<Warning>),
    /// This text on the output, and nothing else.
    Help(String),
}

impl Options {
    /// Reads a command line, without the program at its start, and the variables that `get` gives.
    ///
    /// The command line beats variables, ours beat those of Bazel, and variables beat defaults. `formats` are the names of all formats there are,
    /// in the order in which the help shows them.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be understood. The shape of the whole command line comes first, then `--help`, then
    /// the values; a variable is looked at only when its flag is not given. Options that nobody knows are no error, see
    /// [`Warning::UnknownFlag`].
    pub fn parse(
        args: impl IntoIterator<Item = OsString>,
        get: &dyn Fn(&str) -> Option<OsString>,
        formats: &[&str],
    ) -> Result<Parsed, OptionsError> {
        let line = &CommandLine::split(args)?;
        if line.has(Id::Help) {
            return Ok(Parsed::Help(help::help(formats)));
        }
        let (options, warnings) = Settings { line, get, formats }.options()?;
        Ok(Parsed::Run(Box::new(options), warnings))
    }

    /// Reads the variables that `get` gives, for a process whose command line belongs to the built-in harness.
    ///
    /// # Errors
    ///
    /// The first variable that cannot be understood; the error names it.
    pub fn from_env(
        get: &dyn Fn(&str) -> Option<OsString>,
        formats: &[&str],
    ) -> Result<(Options, Vec<Warning>), OptionsError> {
        let line = &CommandLine::default();
        Settings { line, get, formats }.options()
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            filters: Vec::new(),
            exact: false,
            paths: Vec::new(),
            skip: Vec::new(),
            tag: None,
            ignored: Ignored::Skip,
            exclude_should_panic: false,
            shard: None,
            tests: true,
            benches: false,
            list: false,
            random: false,
            seed: None,
            test_threads: None,
            test_jobs: None,
            fail_fast: false,
            repeat: None,
            until_fail: false,
            retries: None,
            timeout: Some(DEFAULT_TIMEOUT),
            job_timeout: Some(DEFAULT_JOB_TIMEOUT),
            signals: true,
            stray_panics: StrayPanics::Fail,
            grace_period: Some(DEFAULT_GRACE_PERIOD),
            format: DEFAULT_FORMAT.to_owned(),
            reports: Vec::new(),
            replay: None,
            no_capture: false,
            show_output: false,
            log: LogFilter::default(),
            color: Color::Auto,
            tap_version: TapVersion::V13,
            time: None,
            logfile: None,
            bazel: Bazel::default(),
        }
    }
}

/// The surroundings of this process, read when this is first called: the one place that reads them.
///
/// A variable that is set later in the process is not seen.
pub fn process() -> &'static Process {
    static PROCESS: OnceLock<Process> = OnceLock::new();
    PROCESS.get_or_init(|| {
        let search_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect());
        Process::new(
            std::env::args_os().skip(1),
            std::env::vars_os(),
            search_path.unwrap_or_default(),
            std::env::current_exe().ok(),
        )
    })
}

/// The value of any variable: the one door for conditions like `when = env("NAME")`.
pub fn variable(name: &str) -> Option<OsString> {
    process().variable(name)
}

/// The file that a program of that name would be started from, as for conditions like `when = command("docker")`.
///
/// Unlike the rest of this module it looks into the file system, every time it is called.
pub fn find_program(name: &str) -> Option<PathBuf> {
    process()
        .program_candidates(name)
        .into_iter()
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}
