//! Puts the options together: the command line first, then the variables, then the defaults.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::bazel;
use super::cli::CommandLine;
use super::error::{OptionsError, Source, Warning};
use super::flags::{FILTER_VARIABLE, Flag, Id, Section};
use super::values::{self, Refusal};
use super::{
    DEFAULT_FORMAT, GITHUB_FORMAT, Given, Ignored, LogFilter, Options, QUIET_FORMAT, Report, Shard, TimeLimits,
    TimeOptions,
};

/// Everything that says what the options are.
pub(super) struct Settings<'a> {
    pub(super) line: &'a CommandLine,
    pub(super) get: &'a dyn Fn(&str) -> Option<OsString>,
    pub(super) formats: &'a [&'a str],
}

impl Settings<'_> {
    pub(super) fn options(&self) -> Result<(Options, Vec<Warning>), OptionsError> {
        let default = Options::default();
        let mut warnings = self.line.warnings.clone();
        let ignored = self.ignored()?;
        let bazel = bazel::Variables::new(self.get);
        let options = Options {
            filters: self.line.filters.clone(),
            exact: self.line.has(Id::Exact),
            paths: self.paths()?,
            skip: self
                .line
                .values(Id::Skip)
                .map(|skip| unicode(Source::Flag("--skip"), skip))
                .collect::<Result<_, _>>()?,
            tag: self.tag()?,
            ignored,
            exclude_should_panic: self.line.has(Id::ExcludeShouldPanic),
            shard: self.shard(&bazel, &mut warnings)?,
            tests: self.line.has(Id::Test) || !self.line.has(Id::Bench),
            benches: self.line.has(Id::Bench),
            list: self.line.has(Id::List),
            random: self.random()?,
            seed: match self.seed(&mut warnings)? {
                Some(seed) => Some(seed),
                None => bazel.seed()?,
            },
            test_threads: self.read(Id::TestThreads, values::count)?,
            test_jobs: self.read(Id::TestJobs, values::count)?,
            fail_fast: self.switch(Id::FailFast)?.unwrap_or_else(|| bazel.fail_fast()),
            repeat: self.read(Id::Repeat, values::times)?,
            until_fail: self.switch(Id::UntilFail)?.unwrap_or_default(),
            retries: self.read(Id::Retries, values::retries)?,
            timeout: self.read(Id::Timeout, values::limit)?.unwrap_or(default.timeout),
            job_timeout: self.read(Id::JobTimeout, values::limit)?.unwrap_or(default.job_timeout),
            signals: self.read(Id::Signals, values::boolean)?.unwrap_or(default.signals),
            stray_panics: self
                .read(Id::StrayPanics, values::stray_panics)?
                .unwrap_or(default.stray_panics),
            grace_period: self
                .read(Id::GracePeriod, values::grace)?
                .unwrap_or(default.grace_period),
            format: self.format()?.unwrap_or_else(|| self.default_format().to_owned()),
            reports: self.reports(&bazel)?,
            replay: self.replay()?,
            no_capture: self.line.has(Id::NoCapture)
                || self.line.has(Id::NoCaptureOld)
                || self.harness_switch(Id::NoCapture),
            show_output: self.line.has(Id::ShowOutput),
            log: self.log(&mut warnings)?,
            color: self.read(Id::Color, values::color)?.unwrap_or(default.color),
            tap_version: self
                .read(Id::TapVersion, values::tap_version)?
                .unwrap_or(default.tap_version),
            time: self.time()?,
            logfile: self.line.values(Id::Logfile).next().map(PathBuf::from),
            bazel: bazel.rest()?,
        };
        if options.logfile.is_some() {
            warnings.push(Warning::Deprecated {
                flag: "--logfile",
                instead: "--report",
            });
        }
        Ok((options, warnings))
    }

    fn paths(&self) -> Result<Vec<String>, OptionsError> {
        const NAME: &str = FILTER_VARIABLE;
        let Some(value) = (self.get)(NAME) else {
            return Ok(Vec::new());
        };
        let text = unicode(Source::Variable(NAME), &value)?;
        Ok(text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn tag(&self) -> Result<Option<Given>, OptionsError> {
        let flag = Flag::of(Id::Tag);
        if let Some(text) = self.line.values(Id::Tag).next() {
            let source = Source::Flag(flag.name);
            let text = unicode(source, text)?;
            return Ok(Some(Given { text, source }));
        }
        let given = self.variable(flag)?;
        Ok(given.map(|(source, text)| Given { text, source }))
    }

    fn ignored(&self) -> Result<Ignored, OptionsError> {
        match (self.line.has(Id::Ignored), self.line.has(Id::IncludeIgnored)) {
            (false, false) => Ok(Ignored::Skip),
            (true, false) => Ok(Ignored::Only),
            (false, true) => Ok(Ignored::Include),
            (true, true) => Err(Source::Flag("--ignored").error(
                None,
                "contradicts `--include-ignored`",
                "give one of them: `--include-ignored` runs all tests, `--ignored` only the ignored ones",
            )),
        }
    }

    fn shard(&self, bazel: &bazel::Variables<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Shard>, OptionsError> {
        let Some(own) = self.read(Id::Shard, values::shard)? else {
            return bazel.shard();
        };
        // Then each of Bazel's shards runs the same tests, and others are run by none.
        if bazel.shard().is_ok_and(|other| other.is_some_and(|other| other != own)) {
            let flag = Flag::of(Id::Shard);
            let variable = flag.variable.unwrap_or_default();
            warnings.push(Warning::Overruled {
                used: if self.line.has(flag.id) { flag.name } else { variable },
                ignored: "TEST_TOTAL_SHARDS",
            });
        }
        Ok(Some(own))
    }

    /// A seed for shuffling asks for shuffling, too; a mere seed does not.
    fn random(&self) -> Result<bool, OptionsError> {
        if [Id::Random, Id::Shuffle, Id::ShuffleSeed]
            .iter()
            .any(|id| self.line.has(*id))
        {
            return Ok(true);
        }
        Ok(match self.variable_value(Id::Random, values::boolean)? {
            Some(random) => random,
            None => {
                let shuffle_seed = Flag::of(Id::ShuffleSeed).variable.and_then(self.get);
                shuffle_seed.is_some() || self.harness_switch(Id::Shuffle)
            }
        })
    }

    fn seed(&self, warnings: &mut Vec<Warning>) -> Result<Option<u64>, OptionsError> {
        let (ours, harness) = (Flag::of(Id::Seed), Flag::of(Id::ShuffleSeed));
        let seed = self.given_value(ours.id, values::seed)?;
        let shuffle = self.given_value(harness.id, values::seed)?;
        if let (Some(seed), Some(shuffle)) = (seed, shuffle) {
            if seed != shuffle {
                let problem = format!("contradicts `{}={seed}`", ours.name);
                return Err(Source::Flag(harness.name).error(Some(&shuffle.to_string()), problem, "give one of them"));
            }
        }
        if seed.or(shuffle).is_some() {
            return Ok(seed.or(shuffle));
        }
        let seed = self.variable_value(ours.id, values::seed)?;
        let shuffle = self.variable_value(harness.id, values::seed)?;
        if let (Some(used), Some(ignored)) = (ours.variable, harness.variable) {
            if seed.is_some() && shuffle.is_some() && seed != shuffle {
                warnings.push(Warning::Overruled { used, ignored });
            }
        }
        Ok(seed.or(shuffle))
    }

    /// On the command line `--format` beats `--quiet`, wherever they stand, as in the built-in harness.
    fn format(&self) -> Result<Option<String>, OptionsError> {
        if self.line.has(Id::Quiet) && !self.line.has(Id::Format) {
            return Ok(Some(QUIET_FORMAT.to_owned()));
        }
        self.read(Id::Format, |text| values::format(text, self.formats))
    }

    /// Where GitHub Actions reads along, failures are to show at their lines without a setting.
    fn default_format(&self) -> &'static str {
        let reads_along = (self.get)("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        match reads_along && self.formats.contains(&GITHUB_FORMAT) {
            true => GITHUB_FORMAT,
            false => DEFAULT_FORMAT,
        }
    }

    fn reports(&self, bazel: &bazel::Variables<'_>) -> Result<Vec<Report>, OptionsError> {
        let flag = Flag::of(Id::Report);
        let (source, texts) = if self.line.has(Id::Report) {
            let source = Source::Flag(flag.name);
            let texts: Result<Vec<_>, _> = self.line.values(Id::Report).map(|text| unicode(source, text)).collect();
            (source, texts?)
        } else {
            match self.variable(flag)? {
                None => return Ok(Vec::new()),
                Some((source, list)) => (source, list.split(',').map(|text| text.trim().to_owned()).collect()),
            }
        };
        let mut reports: Vec<Report> = Vec::new();
        for text in texts {
            let mut report = values::report(&text, self.formats).map_err(|refusal| refusal.at(source, &text))?;
            if let Some(outputs) = bazel.outputs() {
                report.file = outputs.join(report.file);
            }
            if let Some(first) = reports
                .iter()
                .find(|first| values::same_file(&first.file, &report.file))
            {
                let problem = format!("names the file of the {} report again", first.format);
                return Err(source.error(Some(&text), problem, "name another file for each report"));
            }
            reports.push(report);
        }
        Ok(reports)
    }

    /// Beside it nothing has a meaning that chooses tests or says how they run; `--test` and `--bench` come from cargo.
    fn replay(&self) -> Result<Option<PathBuf>, OptionsError> {
        let Some(file) = self.line.values(Id::Replay).next() else {
            return Ok(None);
        };
        let source = Source::Flag(Flag::of(Id::Replay).name);
        if file.is_empty() {
            return Err(source.error(Some(""), "names no file", "name an `events` report"));
        }
        let flag = self.line.given().find(|flag| {
            matches!(flag.section, Section::Choose | Section::Run) && !matches!(flag.id, Id::Test | Id::Bench)
        });
        let filter = self.line.filters.first().map(String::as_str);
        match flag.map(|flag| flag.name).or(filter) {
            None => Ok(Some(file.into())),
            Some(other) => Err(source.error(
                None,
                format!("runs no tests, so `{other}` has no meaning beside it"),
                "leave one of them out; `--format` and `--report` say what is shown",
            )),
        }
    }

    fn log(&self, warnings: &mut Vec<Warning>) -> Result<LogFilter, OptionsError> {
        let filter = self.read(Id::Log, LogFilter::read)?;
        if filter.is_some() && !cfg!(feature = "tracing") {
            warnings.push(Warning::NeedsFeature {
                option: match self.line.has(Id::Log) {
                    true => Flag::of(Id::Log).name,
                    false => Flag::of(Id::Log).variable.unwrap_or_default(),
                },
                feature: "tracing",
            });
        }
        Ok(filter.unwrap_or_default())
    }

    /// Variables with limits count only when times are asked for, so that a broken one disturbs nobody else.
    fn time(&self) -> Result<Option<TimeOptions>, OptionsError> {
        let ensure = self.line.has(Id::EnsureTime);
        if !ensure && !self.line.has(Id::ReportTime) {
            return Ok(None);
        }
        let limits = |name: &'static str, default: TimeLimits| match (self.get)(name) {
            None => Ok(default),
            Some(value) => {
                let source = Source::Variable(name);
                let value = unicode(source, &value)?;
                values::time_limits(&value).map_err(|refusal| refusal.at(source, &value))
            }
        };
        Ok(Some(TimeOptions {
            ensure,
            unit: limits("RUST_TEST_TIME_UNIT", TimeLimits::UNIT)?,
            integration: limits("RUST_TEST_TIME_INTEGRATION", TimeLimits::INTEGRATION)?,
        }))
    }

    fn read<T>(&self, id: Id, parse: impl Fn(&str) -> Result<T, Refusal>) -> Result<Option<T>, OptionsError> {
        match self.given_value(id, &parse)? {
            Some(value) => Ok(Some(value)),
            None => self.variable_value(id, &parse),
        }
    }

    fn given_value<T>(&self, id: Id, parse: impl Fn(&str) -> Result<T, Refusal>) -> Result<Option<T>, OptionsError> {
        let Some(value) = self.line.values(id).next() else {
            return Ok(None);
        };
        let source = Source::Flag(Flag::of(id).name);
        let value = unicode(source, value)?;
        parse(&value).map(Some).map_err(|refusal| refusal.at(source, &value))
    }

    fn variable_value<T>(&self, id: Id, parse: impl Fn(&str) -> Result<T, Refusal>) -> Result<Option<T>, OptionsError> {
        let Some((source, value)) = self.variable(Flag::of(id))? else {
            return Ok(None);
        };
        parse(&value).map(Some).map_err(|refusal| refusal.at(source, &value))
    }

    /// An empty variable of ours counts as not set, for that is what a pipeline makes of a setting that nobody filled
    /// in. Variables of the built-in harness are read as it reads them: an empty one is a value.
    fn variable(&self, flag: &Flag) -> Result<Option<(Source, String)>, OptionsError> {
        let Some(name) = flag.variable else { return Ok(None) };
        match (self.get)(name) {
            None => Ok(None),
            Some(value) if value.is_empty() && name.starts_with("ASYNC_TEST_") => Ok(None),
            Some(value) => {
                let source = Source::Variable(name);
                Ok(Some((source, unicode(source, &value)?)))
            }
        }
    }

    /// A switch of ours: on when its flag is given, else what its variable says.
    fn switch(&self, id: Id) -> Result<Option<bool>, OptionsError> {
        match self.line.has(id) {
            true => Ok(Some(true)),
            false => self.variable_value(id, values::boolean),
        }
    }

    /// The switches of the built-in harness are on when they are set to anything but `0`.
    fn harness_switch(&self, id: Id) -> bool {
        let value = Flag::of(id).variable.and_then(self.get);
        value.is_some_and(|value| value != "0")
    }
}

pub(super) fn unicode(source: Source, value: &OsStr) -> Result<String, OptionsError> {
    match value.to_str() {
        Some(value) => Ok(value.to_owned()),
        None => Err(source.error(Some(&value.to_string_lossy()), "is not Unicode", "write it in Unicode")),
    }
}
