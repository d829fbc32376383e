//! What a suite is told about itself: the keys of `#[suite(..)]`, `subtest!(..)` and `plan!(..)`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A condition under which a suite runs at all; see the key `when`.
///
/// The variants hold only `'static` data, so that an attribute can put one into a constant.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// `mode("release")`: the variable `RELEASE_TESTING` is set (and not empty).
    Mode(&'static str),
    /// `env("NAME")`: the variable is set (and not empty).
    Env(&'static str),
    /// `command("docker")`: a program of that name is found in the search path.
    Command(&'static str),
    /// `cfg(..)`: what the compiler said, and the text of it.
    Cfg(bool, &'static str),
    /// At least one of them is met.
    Any(&'static [When]),
    /// Every one of them is met.
    All(&'static [When]),
    /// Not one of them is met.
    None(&'static [When]),
    /// A condition of the user's own.
    Custom(&'static dyn Condition),
}

/// A condition that is not built in. Put a value of it into a `static` and name that in `when = …`.
pub trait Condition: Sync + fmt::Debug {
    /// Whether the suite may run. Called once, when the suite is about to start, on the thread that starts it.
    fn is_met(&self) -> bool;
    /// How the condition is called in the reason of the skip, for instance `postgres is up`.
    fn describe(&self) -> String;
}

/// The plan of a suite: what is expected of it and how its subtests are run.
///
/// Every key is optional; what is not given keeps its default or, for a plan that is given inside a body, what the
/// suite was created with.
#[derive(Clone, Default, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// How many tests (checks and subtests) the suite will run. Default: not said, any number is right.
    pub tests: Option<u64>,
    /// Subtests run side by side.
    pub parallel: Option<bool>,
    /// Subtests are put off to the end of the body and run in an order that the seed decides.
    pub random: Option<bool>,
    /// The suite and its tests are not expected to pass, and why.
    pub todo: Option<Cow<'static, str>>,
    /// Nothing of the suite runs, and why.
    pub skip_all: Option<Cow<'static, str>>,
    /// The suite runs only when this is met; else it is skipped and the unmet part is the reason.
    pub when: Option<When>,
    /// The most subtests and jobs of this suite that run at once; up to it they start at once. Default: `ASYNC_TEST_JOBS`,
    /// else 1024, and under `main!` the next one starts as long as what is ready to run gets a thread within 10 ms.
    pub test_jobs: Option<usize>,
    /// How long the suite waits for its jobs after its body has ended. Default: `ASYNC_TEST_JOB_TIMEOUT`, else 60 s.
    pub job_timeout: Option<Duration>,
    /// How long the body, its jobs included, may take. Default: `ASYNC_TEST_TIMEOUT`, else 5 minutes for a
    /// `#[suite]`, unlimited for a subtest (its suite's limit holds).
    pub timeout: Option<Duration>,
    /// Words to select suites by.
    pub tags: Vec<Cow<'static, str>>,
    /// Keys that nobody built in knows; a bundle may. A key that no bundle takes is reported as a warning.
    pub extra: Vec<(Cow<'static, str>, String)>,
}

impl Plan {
    /// A plan that says nothing yet.
    pub fn new() -> Plan {
        Plan::default()
    }

    /// Sets the number of tests.
    #[must_use]
    pub fn tests(mut self, tests: u64) -> Plan {
        self.tests = Some(tests);
        self
    }

    /// Runs subtests side by side.
    #[must_use]
    pub fn parallel(mut self) -> Plan {
        self.parallel = Some(true);
        self
    }

    /// Puts subtests off to the end of the body and shuffles them.
    #[must_use]
    pub fn random(mut self) -> Plan {
        self.random = Some(true);
        self
    }

    /// Marks the suite and everything in it as not expected to pass.
    #[must_use]
    pub fn todo(mut self, why: impl Into<Cow<'static, str>>) -> Plan {
        self.todo = Some(why.into());
        self
    }

    /// Skips the whole suite.
    #[must_use]
    pub fn skip_all(mut self, why: impl Into<Cow<'static, str>>) -> Plan {
        self.skip_all = Some(why.into());
        self
    }

    /// Runs the suite only under a condition.
    #[must_use]
    pub fn when(mut self, when: When) -> Plan {
        self.when = Some(when);
        self
    }

    /// Limits how many subtests and jobs of the suite run at once. Zero is taken as 1.
    #[must_use]
    pub fn test_jobs(mut self, limit: usize) -> Plan {
        self.test_jobs = Some(limit.max(1));
        self
    }

    /// Limits the wait for jobs after the body.
    #[must_use]
    pub fn job_timeout(mut self, limit: Duration) -> Plan {
        self.job_timeout = Some(limit);
        self
    }

    /// Limits the whole suite.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Plan {
        self.timeout = Some(limit);
        self
    }

    /// Adds words to select the suite by.
    #[must_use]
    pub fn tags(mut self, tags: &[&'static str]) -> Plan {
        self.tags.extend(tags.iter().map(|tag| Cow::Borrowed(*tag)));
        self
    }

    /// Sets a key that a bundle understands.
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Plan {
        self.extra.push((key.into(), value.to_string()));
        self
    }

    /// What `later` says is taken over; what it does not say stays.
    pub fn merge(&mut self, later: Plan) {
        let Plan {
            tests,
            parallel,
            random,
            todo,
            skip_all,
            when,
            test_jobs,
            job_timeout,
            timeout,
            tags,
            extra,
        } = later;
        fn take<T>(slot: &mut Option<T>, value: Option<T>) {
            if value.is_some() {
                *slot = value;
            }
        }
        take(&mut self.tests, tests);
        take(&mut self.parallel, parallel);
        take(&mut self.random, random);
        take(&mut self.todo, todo);
        take(&mut self.skip_all, skip_all);
        take(&mut self.when, when);
        take(&mut self.test_jobs, test_jobs);
        take(&mut self.job_timeout, job_timeout);
        take(&mut self.timeout, timeout);
        self.tags.extend(tags);
        self.extra.extend(extra);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_keeps_what_the_later_plan_does_not_say() {
        let mut plan = Plan::new().tests(3).todo("later").tags(&["net"]);
        plan.merge(Plan::new().tests(5).parallel().tags(&["slow"]));
        assert_eq!(plan.tests, Some(5));
        assert_eq!(plan.parallel, Some(true));
        assert_eq!(plan.random, None);
        assert_eq!(plan.todo.as_deref(), Some("later"));
        assert_eq!(plan.tags, ["net", "slow"]);
    }
}
