//! What `#[suite]` puts into the binary: one constant descriptor for each suite.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::options::StrayPanics;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::plan::{Plan, When};
use crate::suite::Suite;

/// A body that may move between threads.
pub type SharedFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The future of a suite's body, in the kind that its captures allow.
#[expect(missing_debug_implementations, reason = "a future has nothing to show")]
pub enum BodyFuture {
    /// The future is `Send`: it may run on a shared runtime.
    Shared(SharedFuture),
    /// The future is not `Send`: it needs a thread of its own.
    Local(Pin<Box<dyn Future<Output = Outcome>>>),
}

/// How to start the body of a `#[suite]`.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// An `async fn`. Making the future runs nothing of the body.
    Async(fn(&Suite) -> BodyFuture),
    /// A plain `fn`, which runs on the blocking pool.
    Blocking(fn(&Suite) -> Outcome),
}

/// The kind of tokio runtime a suite asks for, as `#[tokio::test]` names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    /// Everything on the thread of the test.
    CurrentThread,
    /// A pool of worker threads.
    MultiThread,
}

/// The path of the function of a suite. It is taken apart by the compiler: its parts are asked for again and again.
#[derive(Clone, Copy, Debug)]
pub struct SuitePath {
    /// With the crate, which is in front of the first of its colons.
    whole: &'static str,
    /// Where the name of the test begins.
    test: usize,
    /// Where the name of the function begins.
    function: usize,
}

impl SuitePath {
    const fn new(whole: &'static str) -> SuitePath {
        let bytes = whole.as_bytes();
        let (mut test, mut function, mut at) = (0, 0, 0);
        while at < bytes.len() {
            at += 1;
            if bytes[at - 1] == b':' {
                function = at;
                // Of a colon there are two.
                if test == 0 {
                    test = at + 1;
                }
            }
        }
        SuitePath { whole, test, function }
    }
}

/// One `#[suite]`, as the attribute wrote it down. All of it is constant data.
#[derive(Clone, Copy, Debug)]
pub struct SuiteSpec {
    /// The path of the function, crate name first.
    pub path: SuitePath,
    /// The key `name`: the title in reports, in place of the function's name.
    pub title: Option<&'static str>,
    /// The source file.
    pub file: &'static str,
    /// The line of the function's name.
    pub line: u32,
    /// The column of the function's name.
    pub column: u32,
    /// The line of the closing brace of the body.
    pub end_line: u32,
    /// The cargo package, where cargo built it.
    pub package: Option<&'static str>,
    /// The key `plan`.
    pub tests: Option<u64>,
    /// The key `parallel`.
    pub parallel: bool,
    /// The key `random`.
    pub random: bool,
    /// The key `todo`.
    pub todo: Option<&'static str>,
    /// The key `skip_all`.
    pub skip_all: Option<&'static str>,
    /// The key `when`.
    pub when: Option<When>,
    /// The key `test_jobs`.
    pub test_jobs: Option<usize>,
    /// The key `job_timeout`.
    pub job_timeout: Option<Duration>,
    /// The key `timeout`.
    pub timeout: Option<Duration>,
    /// The key `retries`: how often a failing suite is tried again.
    pub retries: u32,
    /// The key `repeat`: how often the suite is run.
    pub repeat: u32,
    /// The key `tags`.
    pub tags: &'static [&'static str],
    /// The key `keys`: names and values that bundles know.
    pub keys: &'static [(&'static str, &'static str)],
    /// The key `serial`: suites of one group never overlap. The empty name is the unnamed group.
    pub serial: Option<&'static str>,
    /// The key `flavor`.
    pub flavor: Option<Flavor>,
    /// The key `worker_threads`.
    pub worker_threads: Option<usize>,
    /// The key `start_paused`.
    pub start_paused: bool,
    /// The key `stray_panics`.
    pub stray_panics: Option<StrayPanics>,
    /// `#[ignore]`, with its reason or nothing.
    pub ignore: Option<&'static str>,
    /// `#[should_panic]`, with the expected text or nothing.
    pub should_panic: Option<&'static str>,
    /// The body.
    pub body: Body,
}

impl SuiteSpec {
    /// What an attribute without keys means, on no function.
    #[cfg(test)]
    pub(crate) const BASE: SuiteSpec = SuiteSpec::of("");

    /// What an attribute without keys means, on the function of this path; expansions fill in over it.
    pub const fn of(path: &'static str) -> SuiteSpec {
        SuiteSpec {
            path: SuitePath::new(path),
            title: None,
            file: "",
            line: 0,
            column: 0,
            end_line: 0,
            package: None,
            tests: None,
            parallel: false,
            random: false,
            todo: None,
            skip_all: None,
            when: None,
            test_jobs: None,
            job_timeout: None,
            timeout: None,
            retries: 0,
            repeat: 1,
            tags: &[],
            keys: &[],
            serial: None,
            flavor: None,
            worker_threads: None,
            start_paused: false,
            stray_panics: None,
            ignore: None,
            should_panic: None,
            body: Body::Blocking(|_| Outcome::default()),
        }
    }

    /// The name of the function.
    pub fn function(&self) -> &'static str {
        &self.path.whole[self.path.function..]
    }

    /// The module path of the function, crate name first.
    pub fn module(&self) -> &'static str {
        &self.path.whole[..self.path.function.saturating_sub(2)]
    }

    /// The path that names the test to every tool: modules without the crate, then the function.
    pub fn test_name(&self) -> &'static str {
        &self.path.whole[self.path.test..]
    }

    /// The path of the function with its crate, which no other suite of the binary has.
    pub(crate) fn full_name(&self) -> &'static str {
        self.path.whole
    }

    /// The name in reports: the key `name`, else the test name.
    pub fn title(&self) -> &'static str {
        match self.title {
            Some(title) => title,
            None => self.test_name(),
        }
    }

    /// Where the function stands.
    pub fn place(&self) -> Place {
        Place::new(self.file, self.line, self.column)
    }

    /// The keys of the attribute as a plan.
    pub fn plan(&self) -> Plan {
        let mut plan = Plan::new();
        plan.tests = self.tests;
        plan.parallel = self.parallel.then_some(true);
        plan.random = self.random.then_some(true);
        plan.todo = self.todo.map(Cow::Borrowed);
        plan.skip_all = self.skip_all.map(Cow::Borrowed);
        plan.when = self.when;
        plan.test_jobs = self.test_jobs;
        plan.job_timeout = self.job_timeout;
        plan.timeout = self.timeout;
        for tag in self.tags {
            plan.tags.push(Cow::Borrowed(*tag));
        }
        for (key, value) in self.keys {
            plan.extra.push((Cow::Borrowed(*key), (*value).to_owned()));
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::When;

    /// A key that is forgotten in `plan` is not there, whichever it is.
    #[test]
    fn every_key_of_the_attribute_reaches_the_plan() {
        static SPEC: SuiteSpec = SuiteSpec {
            tests: Some(1),
            parallel: true,
            random: true,
            todo: Some("later"),
            skip_all: Some("never"),
            when: Some(When::Env("A")),
            test_jobs: Some(2),
            job_timeout: Some(Duration::from_secs(3)),
            timeout: Some(Duration::from_secs(4)),
            tags: &["net"],
            keys: &[("key", "value")],
            ..SuiteSpec::of("kv::storage")
        };
        let plan = format!("{:?}", SPEC.plan());
        assert!(
            !["None", "false", "[]"].iter().any(|nothing| plan.contains(nothing)),
            "{plan}"
        );
    }

    #[test]
    fn the_name_of_a_test_is_without_the_crate() {
        for (path, name) in [
            ("kv::storage", "storage"),
            ("kv::disk::storage", "disk::storage"),
            ("kv::r#match", "r#match"),
            ("größe::prüft", "prüft"),
        ] {
            let spec = SuiteSpec::of(path);
            assert_eq!((spec.full_name(), spec.test_name(), spec.title()), (path, name, name));
            assert_eq!(format!("{}::{}", spec.module(), spec.function()), path);
        }
    }

    #[test]
    fn the_plan_hands_bundle_keys_on() {
        let spec = SuiteSpec {
            keys: &[("owner", "team"), ("quarantine", "3")],
            ..SuiteSpec::of("kv::storage")
        };
        let extra = spec.plan().extra;
        assert_eq!(
            extra,
            [
                ("owner".into(), "team".to_owned()),
                ("quarantine".into(), "3".to_owned())
            ]
        );
    }
}
