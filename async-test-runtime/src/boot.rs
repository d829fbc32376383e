//! From options to the hub of the process, and the root of its suites.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use crate::filter::Filter;
use crate::hub::{self, Hub, Output};
use crate::options::{self, Bazel, Options, OptionsError, TapVersion};
use crate::registry;
use crate::report::{self, Reporter, Style};
use crate::settings::Settings;
use crate::spec::SuiteSpec;
use crate::suite::Suite;
use crate::tags::{TagError, TagExpr};

static ROOT: OnceLock<Suite> = OnceLock::new();

impl Suite {
    /// The root: one for the process, created on first use. Every `#[suite]` is a child of it.
    pub fn top() -> Suite {
        ROOT.get_or_init(|| {
            let hub = hub::start(from_environment, registry::bundles);
            Suite::root_of(hub)
        })
        .clone()
    }

    /// Whether this is the hub of the process.
    pub(crate) fn is_top_hub(hub: &Arc<Hub>) -> bool {
        match ROOT.get() {
            Some(root) => Arc::ptr_eq(&root.0.hub, hub),
            None => false,
        }
    }

    /// Whether the root exists already.
    pub fn has_top() -> bool {
        ROOT.get().is_some()
    }
}

/// What the hub needs when nobody but the environment has been asked: under the built-in harness.
///
/// What is odd about the variables is said at once, since what a test prints is shown only when it fails.
pub(crate) fn from_environment() -> (Settings, Output) {
    let (options, broken) = match options::process().options(&formats()) {
        Ok((options, warnings)) => {
            warnings.iter().for_each(|warning| hub::warn(&warning.to_string()));
            unheeded(&options).iter().for_each(|text| hub::warn(text));
            (options, None)
        }
        Err(error) => (Options::default(), Some(error.to_string())),
    };
    let mut settings = settings(&options, seed(&options));
    settings.left_out = left_out(&options);
    if let Err(text) = touch_shard_status_file(&options.bazel) {
        hub::warn(&text);
    }
    settings.complaint = broken.or_else(|| endless(&options));
    if let Err(text) = subscribe(&options) {
        settings.complaint = Some(text);
    }
    match tag(&options) {
        Ok(tag) => settings.tag = tag,
        Err(error) => settings.complaint = Some(error.to_string()),
    }
    // The harness shows what it captured on the terminal that it was started from.
    let style = style(&options, std::io::stdout().is_terminal());
    let format = options.format.clone();
    // One of somebody else may do more than to render.
    let is_ours = report::BUILTIN.iter().any(|(name, _)| *name == format);
    let shows_passed = !is_ours || options.show_output || options::process().harness_shows_passed();
    let make = Box::new(move || -> Box<dyn Reporter> { reporter(&format, &style) });
    (settings, Output::Each { make, shows_passed })
}

/// The seed that was given, or a new one.
pub(crate) fn seed(options: &Options) -> u64 {
    options.seed.unwrap_or_else(|| fastrand::u64(..))
}

/// Sets the subscriber of `tracing`, where that is built in and the process has none.
///
/// # Errors
///
/// When it is not clear which.
pub(crate) fn subscribe(options: &Options) -> Result<(), String> {
    #[cfg(feature = "tracing")]
    crate::tracing::install(&options.log)?;
    let _ = options;
    Ok(())
}

/// The settings that follow from options.
pub(crate) fn settings(options: &Options, seed: u64) -> Settings {
    Settings {
        seed,
        random: options.random,
        test_jobs: options.test_jobs.map_or(options::DEFAULT_TEST_JOBS, Into::into).get(),
        takes_turns: false,
        job_timeout: options.job_timeout,
        timeout: options.timeout,
        run_timeout: options.bazel.timeout,
        signals: options.signals,
        stray_panics: options.stray_panics,
        grace_period: options.grace_period,
        filters: filters(options),
        skip: skip(options),
        left_out: HashMap::new(),
        tag: None,
        repeat: options.repeat.map_or(1, NonZeroU32::get),
        fail_fast: options.fail_fast,
        retries: options.retries,
        time: options.time.clone(),
        no_capture: options.no_capture,
        show_output: options.show_output,
        own_command_line: false,
        has_bundles: registry::has_bundles(),
        complaint: None,
    }
}

/// The expression of `--tag`, read.
///
/// # Errors
///
/// When it is none; the error names the column.
pub(crate) fn tag(options: &Options) -> Result<Option<Arc<TagExpr>>, OptionsError> {
    let Some(given) = &options.tag else { return Ok(None) };
    match TagExpr::parse(&given.text) {
        Ok(expression) => Ok(Some(Arc::new(expression))),
        Err(TagError { column, problem }) => Err(given.refuse(
            format!("is no expression of tags: at column {column}, {problem}"),
            "join tags with `and`, `or`, `not` and parentheses, for instance `net and not slow`",
        )),
    }
}

/// The variables that say something and have no effect under the built-in harness, each with the way out.
fn unheeded(options: &Options) -> Vec<String> {
    let mut texts = unknown_paths(options);
    if !options.reports.is_empty() {
        texts.push(
            "`ASYNC_TEST_REPORT` has no effect here: the built-in harness runs each test by itself, and nobody knows when \
             the last one has ended; reports are written by targets with `harness = false` and `main!`"
                .to_owned(),
        );
    }
    texts
}

/// What to say of paths in `ASYNC_TEST_FILTER` that mean nothing in this program.
pub(crate) fn unknown_paths(options: &Options) -> Vec<String> {
    if options.paths.is_empty() {
        return Vec::new();
    }
    let suites = registry::suites();
    let is_meant = |path: &str| {
        let filter = Filter::new(path, true);
        let names = |spec: &&SuiteSpec| filter.names(&[spec.test_name(), spec.title()]);
        suites.iter().copied().any(|spec| names(&spec))
    };
    let unknown = options.paths.iter().filter(|path| !is_meant(path));
    unknown
        .map(|path| format!("`{path}` in `ASYNC_TEST_FILTER` names no suite of this program; it takes whole names"))
        .collect()
}

/// Where each suite is repeated by itself, the first one that never fails would run for ever.
pub(crate) fn endless(options: &Options) -> Option<String> {
    (options.until_fail && options.repeat.is_none()).then(|| {
        "`ASYNC_TEST_UNTIL_FAIL` needs a bound here, since each suite is repeated by itself; set `ASYNC_TEST_REPEAT` as \
         well, for instance `ASYNC_TEST_REPEAT=1000`"
            .to_owned()
    })
}

/// How reports that go to a stream look.
pub(crate) fn style(options: &Options, is_terminal: bool) -> Style {
    let process = options::process();
    let mut style = Style::default();
    style.color = process.use_color(options.color, is_terminal);
    if let Some(columns) = process.columns().filter(|_| is_terminal) {
        style.width = columns;
    }
    style.tap_version = match options.tap_version {
        TapVersion::V13 => Some(13),
        TapVersion::V14 => Some(14),
        TapVersion::None => None,
    };
    style.show_output = options.show_output;
    style.times = options.time.is_some();
    style.slow = options.time.clone();
    style
}

/// The names of all formats, in the order in which the help shows them.
pub(crate) fn formats() -> Vec<&'static str> {
    let builtin = report::BUILTIN.iter().map(|(name, _)| *name);
    builtin.chain(registry::reporters().iter().map(|it| it.name)).collect()
}

/// A reporter for a format that the options have found to be known.
pub(crate) fn reporter(format: &str, style: &Style) -> Box<dyn Reporter> {
    if let Some((_, make)) = report::BUILTIN.iter().find(|(name, _)| *name == format) {
        return make(style);
    }
    match registry::reporters().iter().find(|it| it.name == format) {
        Some(registered) => (registered.make)(style),
        None => (report::BUILTIN[0].1)(style),
    }
}

/// What the variables leave out where the harness knows nothing of them.
fn left_out(options: &Options) -> HashMap<String, String> {
    let Options { shard, bazel, .. } = options;
    if shard.is_none() && bazel.only.is_empty() && bazel.except.is_empty() {
        return HashMap::new();
    }
    let suites = registry::suites();
    let in_shard = registry::in_shard(&suites, *shard);
    let bazel_wants = bazel_wants(bazel);
    let is_wanted = |spec| bazel_wants.as_ref().is_none_or(|wants| wants(spec));
    let why = |spec, in_shard: bool| match (shard, is_wanted(spec)) {
        (Some(shard), _) if !in_shard => Some(format!("it is not in shard {shard}")),
        (_, false) => Some("the filter in TESTBRIDGE_TEST_ONLY leaves it out".to_owned()),
        _ => None,
    };
    let suites = suites.into_iter().zip(in_shard);
    suites
        .filter_map(|(spec, in_shard)| Some((spec.full_name().to_owned(), why(spec, in_shard)?)))
        .collect()
}

/// Whether the filter that Bazel hands on leaves a suite; none where there is none. It works beside all others, so that a
/// narrower look at a target never widens it.
pub(crate) fn bazel_wants(bazel: &Bazel) -> Option<impl Fn(&SuiteSpec) -> bool> {
    if bazel.only.is_empty() && bazel.except.is_empty() {
        return None;
    }
    let only: Vec<Filter> = bazel.only.iter().map(|text| Filter::new(text, false)).collect();
    Some(move |spec: &SuiteSpec| {
        let names = &[spec.test_name(), spec.title()];
        let is_meant = |filter: &Filter| filter.names(names);
        let is_excepted = |text: &String| names.iter().any(|name| name.contains(text.as_str()));
        (only.is_empty() || only.iter().any(is_meant)) && !bazel.except.iter().any(is_excepted)
    })
}

/// Tells Bazel that shards are understood.
///
/// # Errors
///
/// When the file cannot be touched; then Bazel may fail the test, and this says why.
pub(crate) fn touch_shard_status_file(bazel: &Bazel) -> Result<(), String> {
    let Some(file) = &bazel.shard_status_file else {
        return Ok(());
    };
    // An empty file that is written again has a new time.
    std::fs::write(file, "").map_err(|error| {
        let file = file.display();
        format!("`TEST_SHARD_STATUS_FILE={file}` cannot be touched: {error}")
    })
}

/// The filters of the variables, of which ours are exact, and those of the command line.
fn filters(options: &Options) -> Vec<Vec<Filter>> {
    let given = options.filters.iter().map(|text| Filter::new(text, options.exact));
    let paths = options.paths.iter().map(|text| Filter::new(text, true));
    let bazel = options.bazel.only.iter().map(|text| Filter::new(text, false));
    vec![paths.collect(), given.collect(), bazel.collect()]
}

/// What leaves out subtests: `--skip`, and what Bazel's filter excepts.
fn skip(options: &Options) -> Vec<Filter> {
    let given = options.skip.iter().map(|text| Filter::new(text, options.exact));
    let bazel = options.bazel.except.iter().map(|text| Filter::new(text, false));
    given.chain(bazel).collect()
}
