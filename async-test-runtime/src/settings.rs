//! What holds for the whole process, decided once when the hub starts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::filter::Filter;
use crate::options::{StrayPanics, TimeOptions};
use crate::tags::TagExpr;

/// The settings of a run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Decides every random choice.
    pub(crate) seed: u64,
    /// Every suite puts its subtests off and shuffles them.
    pub(crate) random: bool,
    /// The most children of one suite that run at once, where its plan says nothing.
    pub(crate) test_jobs: usize,
    /// Children that have a place also wait for their turn: nobody has set a limit.
    pub(crate) takes_turns: bool,
    /// How long a suite waits for its jobs after its body, where its plan says nothing.
    pub(crate) job_timeout: Option<Duration>,
    /// How long a `#[suite]` may take, where its plan says nothing.
    pub(crate) timeout: Option<Duration>,
    /// How long the process may take. None: as long as it takes.
    pub(crate) run_timeout: Option<Duration>,
    /// Signals are answered.
    pub(crate) signals: bool,
    /// What stray panics do.
    pub(crate) stray_panics: StrayPanics,
    /// How long suites may take to end after SIGINT or SIGTERM.
    pub(crate) grace_period: Option<Duration>,
    /// What is to be run; nothing said is everything. In a suite in which several of these lists name a part,
    /// the first decides.
    pub(crate) filters: Vec<Vec<Filter>>,
    /// What is not to be run.
    pub(crate) skip: Vec<Filter>,
    /// The suites that are not to run, by their full names, and why. Empty under `main!`, which does not get to them.
    pub(crate) left_out: HashMap<String, String>,
    /// Suites and subtests whose tags do not fit are left out.
    pub(crate) tag: Option<Arc<TagExpr>>,
    /// How often everything is run; under the built-in harness, how often each suite.
    pub(crate) repeat: u32,
    /// Nothing is started after the first failure.
    pub(crate) fail_fast: bool,
    /// How often a failing suite is tried again, whatever its key says.
    pub(crate) retries: Option<u32>,
    /// Which suites take too long and fail by it.
    pub(crate) time: Option<TimeOptions>,
    /// What tests print and log is not captured.
    pub(crate) no_capture: bool,
    /// What passing tests printed and logged is shown.
    pub(crate) show_output: bool,
    /// The command line is ours, so that it can name subtests and seeds.
    pub(crate) own_command_line: bool,
    /// Bundles are registered, so every event has to pass them.
    pub(crate) has_bundles: bool,
    /// What was wrong with the environment, so that nothing may run.
    pub(crate) complaint: Option<String>,
}
