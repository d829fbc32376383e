//! The handle of a suite: what every tool speaks to. It holds no counters; those are the ledger's.

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

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};

use crate::activity::Activity;
use crate::cancel::Cancel;
use crate::event::{BodySpan, EventKind, Opening};
use crate::filter::{Paths, escaped};
use crate::hub::Hub;
use crate::ids::SuiteId;
use crate::jobs::Done;
use crate::options::StrayPanics;
use crate::place::Place;
use crate::plan::Plan;
use crate::pulse::Pulse;
use crate::record::{Attempt, Rerun, SuiteInfo};
use crate::stage::Stage;

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
    /// What lives beside its body, once there is such a thing.
    owned: OnceLock<Box<Owned>>,
    /// Its body runs on the runtime that all share who ask for no other.
    pub(crate) is_on_shared_runtime: AtomicBool,
    /// Nobody waits for it any more.
    given_up: AtomicBool,
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
    log: log::Lines,
    /// What the body panicked with, for `#[should_panic]` under the built-in harness.
    pub(crate) payload: Mutex<Option<Box<dyn Any + Send>>>,
}

pub(crate) use held::Untold;
pub(crate) use owned::{Attachment, CleanUp};

pub(crate) use spent::Spent;
pub(crate) use watch::{Ending, Runs};

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

/// What a child is created with, beside its plan.
pub(crate) struct Birth {
    pub(crate) name: String,
    /// For a `#[suite]`, where it is not the name.
    pub(crate) test_name: Option<&'static str>,
    pub(crate) at: Place,
    pub(crate) is_async: bool,
    pub(crate) hidden: bool,
    pub(crate) should_panic: Option<&'static str>,
    pub(crate) body: Option<BodySpan>,
    pub(crate) rerun: Option<Arc<Rerun>>,
    /// The subtests that a filter leaves; only of a `#[suite]`.
    pub(crate) paths: Paths,
    /// Its seed, where that is not the one of the run; only of a `#[suite]`.
    pub(crate) seed: Option<u64>,
    /// Of a `#[suite]`; subtests are in that of theirs.
    pub(crate) attempt: Option<Attempt>,
    /// What a stray panic does to it, where that is not what it does to all.
    pub(crate) stray_panics: Option<StrayPanics>,
    /// Who gives it up when it is stuck; of a `#[suite]`. `when_stuck` can say it later.
    pub(crate) runs: Option<Weak<dyn Runs>>,
}

impl Birth {
    pub(crate) fn new(name: String, at: Place) -> Birth {
        Birth {
            name,
            test_name: None,
            at,
            is_async: false,
            hidden: false,
            should_panic: None,
            body: None,
            rerun: None,
            paths: Paths::default(),
            seed: None,
            attempt: None,
            stray_panics: None,
            runs: None,
        }
    }
}

/// The tags of a child: those of its parent, then its own.
pub(crate) fn with_inherited(above: &[Cow<'static, str>], own: &[Cow<'static, str>]) -> Vec<Cow<'static, str>> {
    if above.is_empty() && own.is_empty() {
        return Vec::new();
    }
    let mut tags = above.to_vec();
    for tag in own {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
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
    /// The root of a hub.
    pub(crate) fn root_of(hub: Arc<Hub>) -> Suite {
        let root = hub.root.clone();
        let activity = Activity::new(Paths::default(), hub.settings.seed);
        Suite::assemble(hub, root, None, &Plan::new(), Within::Own(activity), None, None)
    }

    /// The suite above all of the suites around this one.
    pub(crate) fn root(&self) -> Suite {
        let mut suite = self.clone();
        while let Some(parent) = suite.parent() {
            suite = parent;
        }
        suite
    }

    fn assemble(
        hub: Arc<Hub>,
        info: Arc<SuiteInfo>,
        parent: Option<Suite>,
        plan: &Plan,
        activity: Within,
        stray_panics: Option<StrayPanics>,
        runs: Option<Weak<dyn Runs>>,
    ) -> Suite {
        let settings = &hub.settings;
        let wish = stray_panics.unwrap_or(settings.stray_panics);
        let strays = match info.nesting {
            1 => Some(Strays::new(wish)),
            _ => None,
        };
        let timeout = match info.nesting {
            1 => plan.timeout.or(settings.timeout),
            _ => plan.timeout,
        };
        // A limit that somebody has set is one up to which everything starts at once.
        let takes_turns = settings.takes_turns && plan.test_jobs.is_none();
        let jobs = LazyJobs::new(plan.test_jobs.unwrap_or(settings.test_jobs), takes_turns);
        let limits = Limits::new(timeout, plan.job_timeout.or(settings.job_timeout), runs);
        let old = match info.nesting {
            1 => hub.spent_suites.take(),
            _ => None,
        };
        let shared = Shared {
            jobs,
            cancel: Cancel::new(),
            stage: AtomicU8::new(Stage::Initializing as u8),
            // What somebody should check in the root itself is told as it comes.
            quiet: Quiet::new(hub.counts_passed && plan.skip_all.is_none() && info.nesting > 0),
            held: (info.nesting == 1 && hub.holds()).then(|| Held::new(hub.spent_events.take())),
            dead: AtomicBool::new(false),
            pulse: Arc::new(Pulse::new()),
            strays,
            owned: OnceLock::new(),
            is_on_shared_runtime: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            ends: AtomicBool::new(false),
            skipping: AtomicBool::new(plan.skip_all.is_some()),
            parallel: AtomicBool::new(plan.parallel.unwrap_or(false)),
            random: AtomicBool::new(plan.random.unwrap_or(settings.random)),
            begun: OnceLock::new(),
            completed: Done::new(),
            limits: Mutex::new(limits),
            activity,
            log: log::Lines::default(),
            payload: Mutex::new(None),
            hub,
            info,
            parent,
        };
        Suite::in_place_of(old, shared)
    }

    /// In the memory of one that has ended, where there is such a one.
    pub(super) fn in_place_of(old: Option<Suite>, shared: Shared) -> Suite {
        if let Some(mut old) = old {
            if let Some(place) = Arc::get_mut(&mut old.0) {
                *place = shared;
                return old;
            }
        }
        Suite(Arc::new(shared))
    }

    /// Creates a child and tells the hub. A child whose plan says `skip_all` must not be driven.
    pub(crate) fn child(&self, birth: Birth, plan: Plan) -> Suite {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.step_on();
        let parent = &self.0.info;
        let id = SuiteId(NEXT.fetch_add(1, Ordering::Relaxed));
        let path = match parent.path.as_str() {
            "" => birth.name.clone(),
            above => format!("{above}/{}", escaped(&birth.name)),
        };
        let info = Arc::new(SuiteInfo {
            id,
            parent: Some(parent.id),
            top: if parent.id == SuiteId::ROOT { id } else { parent.top },
            test_name: match birth.test_name {
                Some(test_name) => test_name.into(),
                None if parent.id == SuiteId::ROOT => birth.name.as_str().into(),
                None => parent.test_name.clone(),
            },
            name: birth.name,
            path,
            nesting: parent.nesting + 1,
            at: birth.at,
            is_async: birth.is_async || parent.is_async,
            should_panic: birth.should_panic.is_some(),
            hidden: birth.hidden,
            tags: with_inherited(&parent.tags, &plan.tags),
            attempt: birth.attempt.unwrap_or(parent.attempt),
            rerun: birth.rerun.or_else(|| parent.rerun.clone()),
        });
        let activity = match parent.id {
            SuiteId::ROOT => Within::Own(Activity::new(birth.paths, birth.seed.unwrap_or(self.seed()))),
            _ => Within::Above(match &self.0.activity {
                Within::Own(_) => self.clone(),
                Within::Above(top) => top.clone(),
            }),
        };
        let child = Suite::assemble(
            self.0.hub.clone(),
            info.clone(),
            Some(self.clone()),
            &plan,
            activity,
            birth.stray_panics,
            birth.runs,
        );
        // What was counted before the child stands before it.
        self.tell_passed();
        if parent.nesting > 0 {
            self.tell_held();
        }
        child.send_event(EventKind::Open(Box::new(Opening {
            info,
            plan,
            should_panic: birth.should_panic,
            body: birth.body,
        })));
        child
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
