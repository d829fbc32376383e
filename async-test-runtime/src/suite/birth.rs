//! How a suite comes into being: in memory of its own, or in that of one that has ended.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use super::{Held, LazyJobs, Limits, Quiet, Runs, Shared, Strays, Suite, Within};
use crate::activity::Activity;
use crate::cancel::Cancel;
use crate::event::{BodySpan, Event, EventKind, Opening};
use crate::filter::{Paths, escaped};
use crate::hub::Hub;
use crate::ids::{EventId, SuiteId};
use crate::jobs::Done;
use crate::options::StrayPanics;
use crate::place::Place;
use crate::plan::Plan;
use crate::pulse::Pulse;
use crate::record::{Attempt, Rerun, SuiteInfo};
use crate::stage::Stage;

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
pub(super) fn with_inherited(above: &[Cow<'static, str>], own: &[Cow<'static, str>]) -> Vec<Cow<'static, str>> {
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

/// What a suite itself makes of its plan and of the settings.
struct Terms {
    test_jobs: usize,
    takes_turns: bool,
    timeout: Option<Duration>,
    job_timeout: Option<Duration>,
    /// Passing checks may be counted where they happen.
    counts: bool,
    skips: bool,
    parallel: bool,
    random: bool,
    stray_panics: StrayPanics,
    runs: Option<Weak<dyn Runs>>,
}

impl Terms {
    fn new(hub: &Hub, nesting: u32, plan: &Plan) -> Terms {
        let settings = &hub.settings;
        Terms {
            test_jobs: plan.test_jobs.unwrap_or(settings.test_jobs),
            // A limit that somebody has set is one up to which everything starts at once.
            takes_turns: settings.takes_turns && plan.test_jobs.is_none(),
            timeout: match nesting {
                1 => plan.timeout.or(settings.timeout),
                _ => plan.timeout,
            },
            job_timeout: plan.job_timeout.or(settings.job_timeout),
            // What somebody should check in the root itself is told as it comes.
            counts: hub.counts_passed && plan.skip_all.is_none() && nesting > 0,
            skips: plan.skip_all.is_some(),
            parallel: plan.parallel.unwrap_or(false),
            random: plan.random.unwrap_or(settings.random),
            stray_panics: settings.stray_panics,
            runs: None,
        }
    }
}

impl Shared {
    fn new(
        hub: Arc<Hub>,
        info: Arc<SuiteInfo>,
        parent: Option<Suite>,
        terms: Terms,
        activity: Within,
        held: Option<Held>,
    ) -> Shared {
        let strays = match info.nesting {
            1 => Some(Strays::new(terms.stray_panics)),
            _ => None,
        };
        Shared {
            hub,
            info,
            parent,
            jobs: LazyJobs::new(terms.test_jobs, terms.takes_turns),
            cancel: Cancel::new(),
            stage: AtomicU8::new(Stage::Initializing as u8),
            quiet: Quiet::new(terms.counts),
            held,
            pulse: Arc::new(Pulse::new()),
            strays,
            owned: OnceLock::new(),
            is_on_shared_runtime: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            ends: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            skipping: AtomicBool::new(terms.skips),
            parallel: AtomicBool::new(terms.parallel),
            random: AtomicBool::new(terms.random),
            begun: OnceLock::new(),
            completed: Done::new(),
            limits: Mutex::new(Limits::new(terms.timeout, terms.job_timeout, terms.runs)),
            activity,
        }
    }

    /// Makes another `#[suite]` of the same hub of one that has ended. Most of it is as it was when that one was made, so
    /// this takes a small part of the time that `new` takes.
    fn renew(&mut self, new: Arc<SuiteInfo>, terms: Terms, within: Within, kept: Option<Held>) {
        // Each by its name, so that none can be forgotten.
        let Shared {
            hub: _,
            info,
            parent: _,
            jobs,
            cancel,
            stage,
            quiet,
            held,
            pulse,
            strays,
            owned,
            is_on_shared_runtime,
            given_up,
            closed,
            ends,
            dead,
            skipping,
            parallel,
            random,
            begun,
            completed,
            limits,
            activity,
        } = self;
        *info = new;
        *jobs = LazyJobs::new(terms.test_jobs, terms.takes_turns);
        if cancel.cause().is_some() {
            *cancel = Cancel::new();
        }
        *stage = AtomicU8::new(Stage::Initializing as u8);
        quiet.renew(terms.counts);
        *held = kept;
        match Arc::get_mut(pulse) {
            Some(pulse) => *pulse = Pulse::new(),
            None => *pulse = Arc::new(Pulse::new()),
        }
        *strays = Some(Strays::new(terms.stray_panics));
        if owned.get().is_some() {
            *owned = OnceLock::new();
        }
        *is_on_shared_runtime = AtomicBool::new(false);
        *given_up = AtomicBool::new(false);
        *closed = AtomicBool::new(false);
        *ends = AtomicBool::new(false);
        *dead = AtomicBool::new(false);
        *skipping = AtomicBool::new(terms.skips);
        *parallel = AtomicBool::new(terms.parallel);
        *random = AtomicBool::new(terms.random);
        *begun = OnceLock::new();
        completed.renew();
        *limits = Mutex::new(Limits::new(terms.timeout, terms.job_timeout, terms.runs));
        *activity = within;
    }
}

impl Suite {
    /// The root of a hub.
    pub(crate) fn root_of(hub: Arc<Hub>) -> Suite {
        let root = hub.root.clone();
        let activity = Within::Own(Activity::new(Paths::default(), hub.settings.seed));
        let terms = Terms::new(&hub, 0, &Plan::new());
        Suite(Arc::new(Shared::new(hub, root, None, terms, activity, None)))
    }

    /// Creates a child and tells the hub. A child whose plan says `skip_all` must not be driven.
    pub(crate) fn child(&self, birth: Birth, plan: Plan) -> Suite {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.step_on();
        let parent = &self.0.info;
        let hub = &self.0.hub;
        let id = SuiteId(NEXT.fetch_add(1, Ordering::Relaxed));
        let nesting = parent.nesting + 1;
        let mut terms = Terms::new(hub, nesting, &plan);
        if let Some(wish) = birth.stray_panics {
            terms.stray_panics = wish;
        }
        terms.runs = birth.runs;
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
            nesting,
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
        // What was counted before the child stands before it.
        self.tell_passed();
        if parent.nesting > 0 {
            self.tell_held();
        }
        let opening = Event {
            origin: id,
            id: EventId(0),
            time: Instant::now(),
            kind: EventKind::Open(Box::new(Opening {
                info: info.clone(),
                plan,
                should_panic: birth.should_panic,
                body: birth.body,
            })),
        };
        let (held, to_tell) = match nesting == 1 && hub.holds() {
            true => Held::from(opening, hub.spent_events.take()),
            false => (None, Some(opening)),
        };
        let child = self.made(info, terms, activity, held);
        if let Some(opening) = to_tell {
            child.send_one(opening);
        }
        child
    }

    /// In the memory of one that has ended, where there is such a one that nobody has a handle to.
    fn made(&self, info: Arc<SuiteInfo>, terms: Terms, activity: Within, held: Option<Held>) -> Suite {
        let hub = &self.0.hub;
        if info.nesting == 1 {
            if let Some(mut old) = hub.spent_suites.take() {
                if let Some(shared) = Arc::get_mut(&mut old.0) {
                    shared.renew(info, terms, activity, held);
                    return old;
                }
            }
        }
        let shared = Shared::new(hub.clone(), info, Some(self.clone()), terms, activity, held);
        Suite(Arc::new(shared))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cause;
    use crate::options::LogLevel;
    use crate::record::LogLine;

    fn suite(name: &str, plan: Plan) -> Suite {
        Suite::top().child(Birth::new(name.to_owned(), Place::caller()), plan)
    }

    /// Everything that may be seen of a suite from outside, but for who it is.
    fn state(suite: &Suite) -> String {
        let shared = &*suite.0;
        let flags = [
            &shared.is_on_shared_runtime,
            &shared.given_up,
            &shared.closed,
            &shared.ends,
            &shared.dead,
            &shared.skipping,
            &shared.parallel,
            &shared.random,
        ];
        format!(
            "{:?} {:?} {:?} {flags:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            suite.stage(),
            suite.is_cancelled(),
            shared.quiet,
            shared.pulse,
            shared.begun.get().is_some(),
            shared.completed.has_ended(),
            shared.owned.get().is_some(),
            suite.has_jobs(),
            suite.job_timeout(),
            suite.take_payload().is_some(),
        ) + &format!("{:?} {:?}", suite.passed_limit(), suite.stray_panics())
    }

    #[test]
    fn a_suite_in_the_memory_of_another_is_like_a_new_one() {
        let wild = Plan::new()
            .parallel()
            .random()
            .timeout(Duration::from_secs(7))
            .job_timeout(Duration::from_secs(8))
            .skip_all("it is old");
        let mut old = suite("old", wild);
        let place = Arc::as_ptr(&old.0);
        old.begin();
        let line = LogLine::new(LogLevel::Info, "here", "said".to_owned());
        assert!(old.log(line));
        old.on_finish(async {});
        old.0.is_on_shared_runtime.store(true, Ordering::Relaxed);
        old.cancel(Cause::Abort);
        // Of one that has been given up somebody keeps a weak handle, so it is never used again; all the same.
        old.0.given_up.store(true, Ordering::Relaxed);
        assert!(old.may_end());
        old.keep_payload(Box::new(7));
        old.note_end();
        old.call_off_deadlines();
        old.mark_dismissed();
        let new = suite("new", Plan::new());
        let hub = new.0.hub.clone();
        let terms = Terms::new(&hub, 1, &Plan::new());
        let (info, within) = (new.info().clone(), Within::Own(Activity::new(Paths::default(), 1)));
        Arc::get_mut(&mut old.0).unwrap().renew(info, terms, within, None);
        assert_eq!(Arc::as_ptr(&old.0), place);
        assert_eq!((old.path(), old.info().id), ("new", new.info().id));
        assert_eq!(state(&old), state(&new));
    }

    #[test]
    fn a_suite_that_somebody_holds_keeps_its_memory() {
        let (old, top) = (suite("old", Plan::new()), Suite::top());
        let hub = &top.0.hub;
        let held = old.clone();
        hub.spent_suites.put(old);
        let activity = Within::Own(Activity::new(Paths::default(), 1));
        let terms = Terms::new(hub, 1, &Plan::new());
        let info = suite("other", Plan::new()).info().clone();
        let other = top.made(info, terms, activity, None);
        assert_eq!((held.path(), other.path()), ("old", "other"));
    }
}
