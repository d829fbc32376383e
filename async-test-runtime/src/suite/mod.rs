//! The handle of a suite: what every tool speaks to. It holds no counters; those are the ledger's.

mod birth;
mod choice;
mod held;
mod life;
mod log;
mod owned;
mod quiet;
mod send;
mod spent;
mod strays;
mod sweep;
mod table;
mod watch;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use crate::activity::Activity;
use crate::cancel::Cancel;
use crate::hub::Hub;
use crate::jobs::Done;
use crate::pulse::Pulse;
use crate::record::SuiteInfo;

/// A suite: a `#[suite]`, a subtest, or the root above them.
///
/// It is a handle; clones speak of the same suite. It may be used from any task and any thread, inside and outside of
/// the suite's own context. Dropping it does nothing: a suite ends when its body and its jobs have ended.
#[derive(Clone)]
pub struct Suite(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) hub: Arc<Hub>,
    pub(crate) info: Arc<SuiteInfo>,
    parent: Option<Suite>,
    jobs: LazyJobs,
    pub(crate) cancel: Cancel,
    stage: AtomicU8,
    /// Passing checks that have not been told to the hub yet.
    quiet: Quiet,
    /// What the hub has not been told of a `#[suite]` that may pass without it.
    held: Option<Held>,
    pub(crate) pulse: Arc<Pulse>,
    /// Of a `#[suite]`.
    strays: Option<Strays>,
    /// What it has beside its body, once there is such a thing.
    owned: OnceLock<Box<Owned>>,
    /// Its body runs on the runtime that all share who ask for no other.
    pub(crate) is_on_shared_runtime: AtomicBool,
    /// Nobody waits for it any more.
    given_up: AtomicBool,
    /// It runs no more, and its end is about to be told.
    closed: AtomicBool,
    /// Somebody ends it.
    ends: AtomicBool,
    /// Checks are ignored: the suite was aborted or the run was bailed out.
    dead: AtomicBool,
    /// `skip_remaining!` is in effect; bodies of tools and subtests are not run.
    skipping: AtomicBool,
    parallel: AtomicBool,
    random: AtomicBool,
    begun: OnceLock<Begun>,
    completed: Done,
    limits: Mutex<Limits>,
    activity: Within,
}

pub(crate) use birth::Birth;
pub(crate) use held::Untold;
pub(crate) use owned::{Attachment, CleanUp};

pub(crate) use spent::Spent;
pub(crate) use watch::{Ending, Runs};

use birth::with_inherited;
use held::Held;
use life::Begun;
use owned::Owned;
use quiet::Quiet;
use strays::Strays;
use table::LazyJobs;
use watch::Limits;

/// Where it is noted what goes on in a `#[suite]`.
enum Within {
    /// In the `#[suite]` itself, or the root.
    Own(Activity),
    /// In the one that it is in.
    Above(Suite),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing of the user's runs under these locks.
    match mutex.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("id", &self.0.info.id)
            .field("path", &self.0.info.path)
            .field("stage", &self.stage())
            .finish_non_exhaustive()
    }
}

impl Suite {
    /// The suite above all of the suites around this one.
    pub(crate) fn root(&self) -> Suite {
        let mut suite = self.clone();
        while let Some(parent) = suite.parent() {
            suite = parent;
        }
        suite
    }

    /// Who the suite is.
    pub fn info(&self) -> &Arc<SuiteInfo> {
        &self.0.info
    }

    /// The suite it was created in; the root has none.
    pub fn parent(&self) -> Option<Suite> {
        self.0.parent.clone()
    }

    /// How many suites are above it: 0 for the root, 1 for a `#[suite]`, 2 for a subtest of that.
    pub fn nesting(&self) -> usize {
        self.0.info.nesting as usize
    }

    /// Four spaces for each suite above it: how far TAP indents the suite's lines.
    pub fn nesting_prefix(&self) -> String {
        " ".repeat(4 * self.nesting())
    }

    /// What the suite is called in reports.
    pub fn message(&self) -> &str {
        &self.0.info.name
    }

    /// The names from the `#[suite]` down, joined with `/` and escaped as filters take them; empty for the root.
    pub fn path(&self) -> &str {
        &self.0.info.path
    }

    /// It, or a suite above it, runs beside its siblings.
    pub fn is_async(&self) -> bool {
        self.0.info.is_async
    }

    /// Whether its subtests run side by side.
    pub fn parallel(&self) -> bool {
        self.0.parallel.load(Ordering::Relaxed)
    }

    /// Whether its subtests are put off to the end and shuffled.
    pub fn random(&self) -> bool {
        self.0.random.load(Ordering::Relaxed)
    }

    fn shared_activity(&self) -> &Activity {
        match &self.0.activity {
            Within::Own(activity) => activity,
            Within::Above(top) => top.shared_activity(),
        }
    }

    /// The seed of the run; where everything is run several times, that of the pass.
    pub fn seed(&self) -> u64 {
        self.shared_activity().seed()
    }

    /// A generator of random numbers for one purpose. Its values depend on the seed of the run, the suite's path and
    /// the purpose, and on nothing else: neither on other suites nor on a filter.
    pub fn rng(&self, purpose: &str) -> fastrand::Rng {
        self.shared_activity().note_seed();
        crate::order::rng(self.seed(), &self.0.info.path, purpose)
    }
}
