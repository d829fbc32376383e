//! The one table of flags. The parser, the help text and the lookup of variables all read it.

use Section::{Choose, Other, Run, Show};

/// Which flag a row of the table is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Id {
    Exact,
    Skip,
    Ignored,
    IncludeIgnored,
    ExcludeShouldPanic,
    Shard,
    Test,
    Bench,
    List,
    Tag,
    Random,
    Shuffle,
    Seed,
    ShuffleSeed,
    TestThreads,
    TestJobs,
    FailFast,
    Repeat,
    UntilFail,
    Retries,
    Timeout,
    JobTimeout,
    Signals,
    GracePeriod,
    StrayPanics,
    Format,
    Quiet,
    Report,
    Replay,
    NoCapture,
    NoCaptureOld,
    ShowOutput,
    Log,
    Color,
    TapVersion,
    ReportTime,
    EnsureTime,
    Logfile,
    ForceRunInProcess,
    Unstable,
    Help,
}

/// The headings of the help text, in the order in which they are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Section {
    Choose,
    Run,
    Show,
    Other,
}

impl Section {
    pub(super) const ALL: [Section; 4] = [Section::Choose, Section::Run, Section::Show, Section::Other];

    pub(super) fn title(self) -> &'static str {
        match self {
            Section::Choose => "What to run",
            Section::Run => "How to run it",
            Section::Show => "What to show",
            Section::Other => "Other",
        }
    }
}

/// One flag.
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) id: Id,
    /// As messages and the help call it, dashes included.
    pub(super) name: &'static str,
    pub(super) short: Option<char>,
    /// What the help calls the value; nothing for a flag without one.
    pub(super) value: Option<&'static str>,
    /// The variable that is read when the flag is not given.
    pub(super) variable: Option<&'static str>,
    pub(super) repeatable: bool,
    pub(super) section: Section,
    pub(super) help: &'static str,
}

impl Flag {
    const fn new(section: Section, id: Id, name: &'static str, help: &'static str) -> Flag {
        Flag {
            id,
            name,
            short: None,
            value: None,
            variable: None,
            repeatable: false,
            section,
            help,
        }
    }

    const fn short(mut self, short: char) -> Flag {
        self.short = Some(short);
        self
    }

    const fn value(mut self, name: &'static str) -> Flag {
        self.value = Some(name);
        self
    }

    const fn variable(mut self, name: &'static str) -> Flag {
        self.variable = Some(name);
        self
    }

    const fn repeatable(mut self) -> Flag {
        self.repeatable = true;
        self
    }

    pub(super) fn by_long(name: &str) -> Option<&'static Flag> {
        FLAGS
            .iter()
            .find(|flag| flag.name.strip_prefix("--").is_some_and(|long| long == name))
    }

    pub(super) fn by_short(short: char) -> Option<&'static Flag> {
        FLAGS.iter().find(|flag| flag.short == Some(short))
    }

    pub(super) fn of(id: Id) -> &'static Flag {
        FLAGS
            .iter()
            .find(|flag| flag.id == id)
            .expect("every flag has a row in the table")
    }
}

/// The one variable of ours that belongs to no flag.
pub(super) const FILTER_VARIABLE: &str = "ASYNC_TEST_FILTER";

/// Every flag that is accepted; a flag that is added later is a row here and an arm where the options are put together.
#[rustfmt::skip]
pub(super) static FLAGS: &[Flag] = &[
    Flag::new(Choose, Id::Exact, "--exact", "Filters and --skip match the whole name, not a part of it"),
    Flag::new(Choose, Id::Skip, "--skip", "Leave out tests whose name contains FILTER; may be given several times")
        .value("FILTER").repeatable(),
    Flag::new(Choose, Id::Ignored, "--ignored", "Run only ignored tests"),
    Flag::new(Choose, Id::IncludeIgnored, "--include-ignored", "Run ignored tests besides the others"),
    Flag::new(Choose, Id::ExcludeShouldPanic, "--exclude-should-panic", "Leave out tests that should panic"),
    Flag::new(Choose, Id::Shard, "--shard", "Run the I-th of N parts of the tests, counted from 1, like 2/4")
        .value("I/N").variable("ASYNC_TEST_SHARD"),
    Flag::new(Choose, Id::Test, "--test", "Run tests; the default, unless --bench is given"),
    Flag::new(Choose, Id::Bench, "--bench", "Run benchmarks instead of tests"),
    Flag::new(Choose, Id::Tag, "--tag", "Run suites whose tags fit the expression: 'net and not slow', '(a | b) & !c'")
        .value("EXPR").variable("ASYNC_TEST_TAG"),
    Flag::new(Choose, Id::List, "--list", "List the tests and run none"),

    Flag::new(Run, Id::Random, "--random", "Run in random order, which the seed decides")
        .variable("ASYNC_TEST_RANDOM"),
    Flag::new(Run, Id::Shuffle, "--shuffle", "The same as --random")
        .variable("RUST_TEST_SHUFFLE"),
    Flag::new(Run, Id::Seed, "--seed", "The seed of every random choice, decimal or 0x and hexadecimal digits;\ndefault: another one in every run, which is printed")
        .value("SEED").variable("ASYNC_TEST_SEED"),
    Flag::new(Run, Id::ShuffleSeed, "--shuffle-seed", "The same as --random --seed SEED")
        .value("SEED").variable("RUST_TEST_SHUFFLE_SEED"),
    Flag::new(Run, Id::TestThreads, "--test-threads", "Worker threads; default: as many as the machine has cores")
        .value("N").variable("RUST_TEST_THREADS"),
    Flag::new(Run, Id::TestJobs, "--test-jobs", "The most children of one suite, or suites, at once; default: as there is room, to 1024")
        .value("N").variable("ASYNC_TEST_JOBS"),
    Flag::new(Run, Id::FailFast, "--fail-fast", "Start nothing more after the first failure")
        .variable("ASYNC_TEST_FAIL_FAST"),
    Flag::new(Run, Id::Repeat, "--repeat", "Run everything N times, one pass after the other, each with the next seed")
        .value("N").variable("ASYNC_TEST_REPEAT"),
    Flag::new(Run, Id::UntilFail, "--until-fail", "Run everything again until a pass fails; with --repeat N, at most N times")
        .variable("ASYNC_TEST_UNTIL_FAIL"),
    Flag::new(Run, Id::Retries, "--retries", "Try a failing suite again up to N times, whatever its key retries says; 0 for never")
        .value("N").variable("ASYNC_TEST_RETRIES"),
    Flag::new(Run, Id::Timeout, "--timeout", "The time limit of a suite, like 90s, 1m30s or none; default: 5m")
        .value("TIME").variable("ASYNC_TEST_TIMEOUT"),
    Flag::new(Run, Id::JobTimeout, "--job-timeout", "How long a suite waits for its jobs at its end, or none; default: 60s")
        .value("TIME").variable("ASYNC_TEST_JOB_TIMEOUT"),
    Flag::new(Run, Id::Signals, "--signals", "Whether SIGINT, SIGTERM, SIGQUIT and SIGUSR1 are answered, on or off; default: on")
        .value("ON").variable("ASYNC_TEST_SIGNALS"),
    Flag::new(Run, Id::StrayPanics, "--stray-panics", "What a panic does in a task or thread that no suite has started and nobody\nwaits for: fail (its suite, or the run) or report; default: fail")
        .value("HOW").variable("ASYNC_TEST_STRAY_PANICS"),
    Flag::new(Run, Id::GracePeriod, "--grace-period", "How long suites and their clean-ups may go on after SIGINT or SIGTERM, or none\nfor as long as they take; default: 8s")
        .value("TIME").variable("ASYNC_TEST_GRACE_PERIOD"),

    Flag::new(Show, Id::Format, "--format", "The format of the output; default: pretty, and github where GITHUB_ACTIONS is true")
        .value("FORMAT").variable("ASYNC_TEST_FORMAT"),
    Flag::new(Show, Id::Quiet, "--quiet", "The same as --format terse").short('q'),
    Flag::new(Show, Id::Report, "--report", "Write a report of that format to a file as well; may be given several times\n(in the variable: separated by commas)")
        .value("FORMAT=FILE").variable("ASYNC_TEST_REPORT").repeatable(),
    Flag::new(Show, Id::Replay, "--replay", "Run nothing and show the run that FILE is an events report of, also one that was\ncut short, in the formats of --format and --report")
        .value("FILE"),
    Flag::new(Show, Id::NoCapture, "--no-capture", "Let what the tests print go straight to the terminal")
        .variable("RUST_TEST_NOCAPTURE"),
    Flag::new(Show, Id::NoCaptureOld, "--nocapture", "The same as --no-capture"),
    Flag::new(Show, Id::ShowOutput, "--show-output", "Show what passing tests printed, too"),
    Flag::new(Show, Id::Log, "--log", "Which events of `tracing` are shown with a failure, like debug, off or info,hyper=warn;\ndefault: info; needs the feature `tracing`")
        .value("LEVELS").variable("ASYNC_TEST_LOG"),
    Flag::new(Show, Id::Color, "--color", "Colours: auto (on a terminal), always or never; default: auto")
        .value("WHEN"),
    Flag::new(Show, Id::TapVersion, "--tap-version", "The version line of TAP: 13, 14 or none; default: 13, which every reader accepts")
        .value("VERSION").variable("ASYNC_TEST_TAP_VERSION"),
    Flag::new(Show, Id::ReportTime, "--report-time", "Show how long each test took. What counts as slow comes from\nRUST_TEST_TIME_UNIT and RUST_TEST_TIME_INTEGRATION, each WARN,CRITICAL in\nmilliseconds; default: 50,100 and 500,1000"),
    Flag::new(Show, Id::EnsureTime, "--ensure-time", "A test fails when it takes longer than its critical time; see --report-time"),
    Flag::new(Show, Id::Logfile, "--logfile", "Write a line for each test to a file (deprecated, use --report)").value("PATH"),

    Flag::new(Other, Id::ForceRunInProcess, "--force-run-in-process", "Accepted; tests always run in this process"),
    Flag::new(Other, Id::Unstable, "-Z", "Accepted; no flag needs it here").short('Z').value("NAME").repeatable(),
    Flag::new(Other, Id::Help, "--help", "Show this text").short('h'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_identity_has_two_rows() {
        for (index, flag) in FLAGS.iter().enumerate() {
            for other in &FLAGS[index + 1..] {
                assert_ne!(flag.id, other.id);
                assert_ne!(flag.name, other.name);
                assert!(
                    flag.short.is_none() || flag.short != other.short,
                    "{flag:?} and {other:?}"
                );
            }
        }
    }
}
