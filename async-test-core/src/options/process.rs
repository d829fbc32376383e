//! What the process was started with: its arguments, its variables and its own program file.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::flags::{FILTER_VARIABLE, FLAGS};
use super::nearest;
use super::{Color, Options, OptionsError, Parsed, Warning};

/// The flags of the built-in harness by which what passing tests print gets to be seen.
const HARNESS_SHOWS: [&str; 3] = ["--show-output", "--nocapture", "--no-capture"];

/// How the names of our variables begin.
const PREFIX: &str = "ASYNC_TEST_";

/// The surroundings of the process, as they were when [`process`](super::process()) was first called.
///
/// Values of this type are plain data, so a test can make one of its own.
#[derive(Clone, Default, Debug)]
pub struct Process {
    args: Vec<OsString>,
    /// In the order of their names, of which there is each once.
    variables: Vec<(OsString, OsString)>,
    search_path: Vec<PathBuf>,
    program: Option<PathBuf>,
}

/// How much of a backtrace the user wants: `RUST_BACKTRACE`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backtrace {
    /// Not set, or `0`.
    Off,
    /// Set to anything else.
    Short,
    /// `full`.
    Full,
}

/// What cargo-nextest says about the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nextest {
    /// The process runs one test and ends; false while tests are listed.
    pub process_per_test: bool,
    /// The test of this process.
    pub test_name: Option<String>,
    /// Which try this is, counted from 1.
    pub attempt: Option<u32>,
    /// The most tries there can be.
    pub total_attempts: Option<u32>,
    /// The identity of the whole run, the same in all its processes.
    pub run_id: Option<String>,
}

impl Process {
    /// Surroundings out of their parts: the arguments without the program, the variables, the directories in which
    /// programs are looked for and the program file of the process.
    pub fn new(
        args: impl IntoIterator<Item = OsString>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        search_path: Vec<PathBuf>,
        program: Option<PathBuf>,
    ) -> Process {
        // The last of one name counts. A map, or a sort, of them would be 60 kB of code.
        let mut known: Vec<(OsString, OsString)> = Vec::new();
        for (name, value) in variables {
            let name = key(&name);
            match known.binary_search_by(|(known, _)| known.cmp(&name)) {
                Ok(at) => known[at].1 = value,
                Err(at) => known.insert(at, (name, value)),
            }
        }
        Process {
            args: args.into_iter().collect(),
            variables: known,
            search_path,
            program,
        }
    }

    /// The options of the command line and the variables; see [`Options::parse`].
    ///
    /// # Errors
    ///
    /// Those of [`Options::parse`].
    pub fn parse(&self, formats: &[&str]) -> Result<Parsed, OptionsError> {
        let parsed = Options::parse(self.args.iter().cloned(), &|name| self.variable(name), formats)?;
        Ok(match parsed {
            Parsed::Run(options, mut warnings) => {
                warnings.extend(self.misspelt());
                Parsed::Run(options, warnings)
            }
            Parsed::Help(text) => Parsed::Help(text),
        })
    }

    /// The options of the variables alone, for a process whose command line belongs to the built-in harness.
    ///
    /// # Errors
    ///
    /// Those of [`Options::from_env`].
    pub fn options(&self, formats: &[&str]) -> Result<(Options, Vec<Warning>), OptionsError> {
        let (options, mut warnings) = Options::from_env(&|name| self.variable(name), formats)?;
        warnings.extend(self.misspelt());
        Ok((options, warnings))
    }

    /// The arguments, without the program.
    pub fn args(&self) -> &[OsString] {
        &self.args
    }

    /// Whether the built-in harness was told to show what passing tests print, or to capture nothing: it keeps that to
    /// itself else.
    pub fn harness_shows_passed(&self) -> bool {
        let is_flag = |arg: &OsString| HARNESS_SHOWS.iter().any(|flag| arg == *flag);
        let is_set = self.variable("RUST_TEST_NOCAPTURE").is_some_and(|value| value != "0");
        is_set || self.args.iter().any(is_flag)
    }

    /// The program file of the process, where the system tells.
    pub fn current_exe(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// The value of a variable, which may be empty.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        let name = key(OsStr::new(name));
        let at = self.variables.binary_search_by(|(known, _)| known.cmp(&name)).ok()?;
        Some(self.variables[at].1.clone())
    }

    /// The package that cargo tests: `CARGO_PKG_NAME`.
    pub fn package(&self) -> Option<String> {
        self.text("CARGO_PKG_NAME")
    }

    /// The run is one of a pipeline: `CI` is set, and neither empty nor `0` nor `false`.
    pub fn is_ci(&self) -> bool {
        self.text("CI").is_some_and(|value| value != "0" && value != "false")
    }

    /// The run is one of GitHub Actions: `GITHUB_ACTIONS` is `true`.
    pub fn is_github_actions(&self) -> bool {
        self.text("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    /// What cargo-nextest says, when it started the process: `NEXTEST` is `1`.
    pub fn nextest(&self) -> Option<Nextest> {
        if self.text("NEXTEST").as_deref() != Some("1") {
            return None;
        }
        let number = |name| self.text(name).and_then(|value| value.parse().ok());
        Some(Nextest {
            process_per_test: self.text("NEXTEST_EXECUTION_MODE").as_deref() == Some("process-per-test"),
            test_name: self.text("NEXTEST_TEST_NAME"),
            attempt: number("NEXTEST_ATTEMPT"),
            total_attempts: number("NEXTEST_TOTAL_ATTEMPTS"),
            run_id: self.text("NEXTEST_RUN_ID"),
        })
    }

    /// The label of the target that Bazel tests: `TEST_TARGET`, where `BAZEL_TEST` is set.
    pub fn bazel_target(&self) -> Option<String> {
        self.text("BAZEL_TEST").and_then(|_| self.text("TEST_TARGET"))
    }

    /// `RUST_BACKTRACE`.
    pub fn backtrace(&self) -> Backtrace {
        match self.variable("RUST_BACKTRACE") {
            None => Backtrace::Off,
            Some(value) if value == "0" => Backtrace::Off,
            Some(value) if value == "full" => Backtrace::Full,
            Some(_) => Backtrace::Short,
        }
    }

    /// Whether to write colours to a stream.
    ///
    /// The first that has an opinion decides: `--color`; `NO_COLOR`, when not empty; `CLICOLOR_FORCE`, when neither
    /// empty nor `0`; `CARGO_TERM_COLOR`, when `always` or `never`; and at last whether the stream is a terminal that is
    /// not called `dumb` in `TERM`.
    pub fn use_color(&self, color: Color, is_terminal: bool) -> bool {
        match color {
            Color::Always => return true,
            Color::Never => return false,
            Color::Auto => {}
        }
        let set = |name| self.variable(name).filter(|value| !value.is_empty());
        if set("NO_COLOR").is_some() {
            return false;
        }
        if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            return true;
        }
        match self.text("CARGO_TERM_COLOR").as_deref() {
            Some("always") => true,
            Some("never") => false,
            _ => is_terminal && self.text("TERM").as_deref() != Some("dumb"),
        }
    }

    /// Whether somebody watches a stream, so that what is written there may be cleared and replaced: it is a terminal, not
    /// called `dumb` in `TERM`, and not that of a pipeline. Never on Windows, whose terminals show such sequences as text
    /// unless they are told otherwise.
    pub fn is_watched(&self, is_terminal: bool) -> bool {
        let is_dumb = self.text("TERM").is_none_or(|name| name == "dumb");
        is_terminal && !is_dumb && !self.is_ci() && !cfg!(windows)
    }

    /// How wide the terminal is, where somebody says so: `COLUMNS`.
    pub fn columns(&self) -> Option<usize> {
        self.text("COLUMNS")?.parse().ok().filter(|columns| *columns > 0)
    }

    /// The program files that a name may stand for, in the order in which the system tries them; which of them exist
    /// is not looked at. A name with a directory in it stands for itself.
    pub fn program_candidates(&self, name: &str) -> Vec<PathBuf> {
        let mut names = vec![name.to_owned()];
        if cfg!(windows) && Path::new(name).extension().is_none() {
            let extensions = self.text("PATHEXT").unwrap_or_else(|| ".COM;.EXE;.BAT;.CMD".to_owned());
            names = extensions
                .split(';')
                .map(|extension| format!("{name}{extension}"))
                .collect();
        }
        if Path::new(name).components().count() != 1 {
            return names.into_iter().map(PathBuf::from).collect();
        }
        self.search_path
            .iter()
            .flat_map(|directory| names.iter().map(|name| directory.join(name)))
            .collect()
    }

    /// The variables that were probably meant to be ours. Others of the same prefix may belong to the tests.
    fn misspelt(&self) -> Vec<Warning> {
        let ours = FLAGS.iter().filter_map(|flag| flag.variable).chain([FILTER_VARIABLE]);
        let ours: Vec<&'static str> = ours.filter(|name| name.starts_with(PREFIX)).collect();
        let names = self.variables.iter().filter_map(|(name, _)| name.to_str());
        let strange = names.filter(|name| name.starts_with(PREFIX) && !ours.contains(name));
        let meant = |name: &str| {
            let rest = |name: &'static str| &name[PREFIX.len()..];
            let nearest = nearest::typo(&name[PREFIX.len()..], ours.iter().copied().map(rest))?;
            ours.iter().copied().find(|ours| rest(ours) == nearest)
        };
        let warning = |name: &str| {
            Some(Warning::UnknownVariable {
                name: name.to_owned(),
                nearest: meant(name)?,
            })
        };
        strange.filter_map(warning).collect()
    }

    /// A variable that is Unicode and not empty.
    fn text(&self, name: &str) -> Option<String> {
        self.variable(name)?
            .into_string()
            .ok()
            .filter(|value| !value.is_empty())
    }
}

/// Windows does not tell upper from lower case in names of variables.
fn key(name: &OsStr) -> OsString {
    if cfg!(windows) {
        name.to_ascii_uppercase()
    } else {
        name.to_owned()
    }
}
