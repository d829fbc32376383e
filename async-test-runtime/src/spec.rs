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

/// Where code stands, as far as it is the same for many suites: these share one of it in the program.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The source file.
    pub file: &'static str,
    /// The cargo package, where cargo built it.
    pub package: Option<&'static str>,
}

/// What the attribute says beyond that there is a suite, all of which most suites leave out.
#[derive(Clone, Copy, Debug)]
pub struct SuiteKeys {
    /// The key `name`: the title in reports, in place of the function's name.
    pub title: Option<&'static str>,
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
}

/// Of all suites without keys.
static NO_KEYS: SuiteKeys = SuiteKeys::NONE;

impl SuiteKeys {
    /// What an attribute without keys means; expansions fill in over it.
    pub const NONE: SuiteKeys = SuiteKeys {
        title: None,
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
    };
}

/// One `#[suite]`, as the attribute wrote it down. All of it is constant data.
///
/// A program is loaded more than once in a run, and each pointer in here is work for its loader. So what suites seldom
/// have, or have in common, is elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct SuiteSpec {
    /// The path of the function, crate name first.
    path: &'static str,
    /// The file and the package.
    pub(crate) source: &'static Source,
    /// The keys of the attribute, where there are any.
    keys: Option<&'static SuiteKeys>,
    /// The body.
    pub(crate) body: Body,
    /// The line of the function's name.
    pub(crate) line: u32,
    /// The column of the function's name.
    pub(crate) column: u32,
    /// The line of the closing brace of the body.
    pub(crate) end_line: u32,
    /// Where in the path the name of the test begins. The compiler takes the path apart: it is asked for again and again.
    test: u16,
    /// Where in the path the name of the function begins.
    function: u16,
}

impl SuiteSpec {
    /// What an attribute without keys means, on no function.
    #[cfg(test)]
    pub(crate) const BASE: SuiteSpec = SuiteSpec::of("");

    /// A suite of nowhere, which does nothing.
    pub(crate) const fn of(path: &'static str) -> SuiteSpec {
        const NOWHERE: Source = Source {
            file: "",
            package: None,
        };
        SuiteSpec::new(path, [0; 3], &NOWHERE, Body::Blocking(|_| Outcome::default()))
    }

    /// What an attribute without keys means, on the function of this path, at this line and column and to this last line.
    pub const fn new(
        path: &'static str,
        [line, column, end_line]: [u32; 3],
        source: &'static Source,
        body: Body,
    ) -> SuiteSpec {
        let bytes = path.as_bytes();
        assert!(bytes.len() <= u16::MAX as usize, "the path of a suite is too long");
        let (mut test, mut function, mut at) = (0, 0, 0);
        while at < bytes.len() {
            at += 1;
            if bytes[at - 1] == b':' {
                function = at as u16;
                // Of a colon there are two.
                if test == 0 {
                    test = function + 1;
                }
            }
        }
        SuiteSpec {
            path,
            source,
            keys: None,
            body,
            line,
            column,
            end_line,
            test,
            function,
        }
    }

    /// The same at another place.
    #[cfg(test)]
    pub(crate) const fn at(self, source: &'static Source, line: u32, column: u32) -> SuiteSpec {
        SuiteSpec {
            source,
            line,
            column,
            ..self
        }
    }

    /// With the keys of the attribute.
    pub const fn with(self, keys: &'static SuiteKeys) -> SuiteSpec {
        SuiteSpec {
            keys: Some(keys),
            ..self
        }
    }

    /// The keys of the attribute.
    pub fn keys(&self) -> &'static SuiteKeys {
        match self.keys {
            Some(keys) => keys,
            None => &NO_KEYS,
        }
    }

    /// The name of the function.
    pub fn function(&self) -> &'static str {
        &self.path[self.function as usize..]
    }

    /// The module path of the function, crate name first.
    pub fn module(&self) -> &'static str {
        &self.path[..(self.function as usize).saturating_sub(2)]
    }

    /// The path that names the test to every tool: modules without the crate, then the function.
    pub fn test_name(&self) -> &'static str {
        &self.path[self.test as usize..]
    }

    /// The bytes of the test name from one on as a number that is greater where these are. Where there are less than eight,
    /// zeros stand for the others; no name holds one.
    pub(crate) fn eight_bytes(&self, from: usize) -> u64 {
        let path = self.path.as_bytes();
        let from = self.test as usize + from;
        if from >= path.len() {
            return 0;
        }
        // Of less than eight the eight last ones are taken, and those before them are pushed out.
        let begin = from.min(path.len().saturating_sub(8));
        match path[begin..].first_chunk() {
            Some(eight) => u64::from_be_bytes(*eight) << (8 * (from - begin)),
            None => {
                let mut eight = [0; 8];
                eight[..path.len() - from].copy_from_slice(&path[from..]);
                u64::from_be_bytes(eight)
            }
        }
    }

    /// The path of the function with its crate, which no other suite of the binary has.
    pub(crate) fn full_name(&self) -> &'static str {
        self.path
    }

    /// The name in reports: the key `name`, else the test name.
    pub fn title(&self) -> &'static str {
        if let Some(keys) = self.keys {
            if let Some(title) = keys.title {
                return title;
            }
        }
        self.test_name()
    }

    /// Where the function stands.
    pub fn place(&self) -> Place {
        Place::new(self.source.file, self.line, self.column)
    }

    /// The keys of the attribute as a plan.
    pub fn plan(&self) -> Plan {
        let mut plan = Plan::new();
        let Some(keys) = self.keys else { return plan };
        plan.tests = keys.tests;
        plan.parallel = keys.parallel.then_some(true);
        plan.random = keys.random.then_some(true);
        plan.todo = keys.todo.map(Cow::Borrowed);
        plan.skip_all = keys.skip_all.map(Cow::Borrowed);
        plan.when = keys.when;
        plan.test_jobs = keys.test_jobs;
        plan.job_timeout = keys.job_timeout;
        plan.timeout = keys.timeout;
        for tag in keys.tags {
            plan.tags.push(Cow::Borrowed(*tag));
        }
        for (key, value) in keys.keys {
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
        static KEYS: SuiteKeys = SuiteKeys {
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
            ..SuiteKeys::NONE
        };
        let plan = format!("{:?}", SuiteSpec::of("kv::storage").with(&KEYS).plan());
        assert!(
            !["None", "false", "[]"].iter().any(|nothing| plan.contains(nothing)),
            "{plan}"
        );
    }

    /// Each of ten thousand suites has one in the program, which is loaded for each of them.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_descriptor_is_small() {
        assert_eq!(size_of::<SuiteSpec>(), 64);
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
    fn names_are_in_the_order_of_their_numbers() {
        for path in ["k::a", "kv::storage", "kv::a::b_and_more", "größe::prüft"] {
            let spec = SuiteSpec::of(path);
            for from in 0..30 {
                let mut eight = [0; 8];
                let rest = spec.test_name().bytes().skip(from);
                eight.iter_mut().zip(rest).for_each(|(place, byte)| *place = byte);
                assert_eq!(spec.eight_bytes(from).to_be_bytes(), eight, "{path} {from}");
            }
        }
    }

    #[test]
    fn the_plan_hands_bundle_keys_on() {
        const KEYS: SuiteKeys = SuiteKeys {
            keys: &[("owner", "team"), ("quarantine", "3")],
            ..SuiteKeys::NONE
        };
        let extra = SuiteSpec::of("kv::storage").with(&KEYS).plan().extra;
        assert_eq!(
            extra,
            [
                ("owner".into(), "team".to_owned()),
                ("quarantine".into(), "3".to_owned())
            ]
        );
    }
}
