//! Running a suite apart, to look at what it does: the tool that tests tools.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use crate::boot;
use crate::drive::drive;
use crate::hub::{Hub, Out, Output, Sink};
use crate::invoke::{SubtestBody, without_error};
use crate::place::Place;
use crate::plan::Plan;
use crate::queue::{EndOfRun, Message};
use crate::record::{Check, Record, RunEnd, RunStart, SuiteEnd, Verdict};
use crate::registry;
use crate::report::{Reporter, Style};
use crate::settings::Settings;
use crate::suite::{Birth, Suite};

/// Runs a body as a suite of a run of its own, on the runtime of the caller, and returns everything that a reporter
/// would have been told. Nothing of it is printed or counted for the suite around it.
///
/// It is how a test shows what a tool, a bundle or a suite does when it fails:
///
/// ```
/// # async_test_runtime::__rt::doc(async {
/// use async_test_runtime::{Intercept, ok, is};
/// let seen = Intercept::new().run("inner", |_| async { ok!(1 > 2, "order"); }).await;
/// is!(seen.end().tally.failed, 1);
/// ok!(seen.render("tap").contains("not ok 1 - order"));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Intercept {
    plan: Plan,
    settings: Settings,
    counts_passed: bool,
}

impl Default for Intercept {
    fn default() -> Intercept {
        Intercept::new()
    }
}

impl Intercept {
    /// Without a plan, with the seed 0 and the default limits.
    pub fn new() -> Intercept {
        Intercept {
            plan: Plan::new(),
            settings: boot::settings(&crate::options::Options::default(), 0),
            counts_passed: false,
        }
    }

    /// Gives the suite a plan.
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Intercept {
        self.plan = plan;
        self
    }

    /// Sets the seed of the run.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Intercept {
        self.settings.seed = seed;
        self
    }

    /// Records passing checks as a reporter hears them that only counts them: the fifth of a row and those after it come
    /// as [`Record::Passed`]. Default: each is a record of its own.
    #[must_use]
    pub fn counts_passed(mut self) -> Intercept {
        self.counts_passed = true;
        self
    }

    /// Runs the body and waits for the end of its suite.
    #[track_caller]
    pub fn run<F>(
        self,
        name: impl Into<String>,
        body: impl FnOnce(Suite) -> F + Send + 'static,
    ) -> impl Future<Output = Intercepted> + Send
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.run_body(name.into(), Place::caller(), without_error(body))
    }

    async fn run_body(self, name: String, at: Place, body: SubtestBody) -> Intercepted {
        let records = Arc::<Mutex<Vec<Record>>>::default();
        let sink = Sink {
            name: "an interception".to_owned(),
            reporter: Box::new(Keep {
                records: records.clone(),
                counts_passed: self.counts_passed,
            }),
            out: Out::Stream(Box::new(std::io::sink())),
        };
        let begin = RunStart {
            suites: 1,
            filtered_out: 0,
            shard: None,
            seed: self.settings.seed,
            random: self.settings.random,
        };
        let hub = Hub::new(self.settings, Output::Whole(vec![sink], begin, None), registry::bundles);
        let root = Suite::root_of(hub.clone());
        let plan = crate::condition::resolve(self.plan);
        let skipped = plan.skip_all.is_some();
        let suite = root.child(Birth::new(name, at), plan);
        if skipped {
            crate::drive::close_unrun(&suite, None);
        } else {
            let control = root
                .table()
                .stand_in(suite.path().to_owned(), Place::caller(), Arc::new(suite.clone()));
            let inner = suite.clone();
            // A task of its own, so that its clean-ups run when this future is dropped.
            let life = tokio::spawn(drive(suite, async { body(inner).await }, Duration::ZERO, None));
            // It catches what its body raises.
            let _ = life.await;
            drop(control);
        }
        let (answer, answered) = mpsc::sync_channel(1);
        hub.ask(Message::End(EndOfRun {
            filtered_out: 0,
            passes: None,
            at_once: 0,
            answer: Box::new(move |ended| {
                let _ = answer.send(ended);
            }),
        }));
        let run = answered.recv().map(|ended| ended.run).ok();
        let records = std::mem::take(&mut *records.lock().unwrap_or_else(PoisonError::into_inner));
        Intercepted { records, run }
    }
}

/// A reporter that keeps what it is told.
struct Keep {
    records: Arc<Mutex<Vec<Record>>>,
    counts_passed: bool,
}

impl Reporter for Keep {
    fn counts_passed(&self) -> bool {
        self.counts_passed
    }

    fn record(&mut self, record: &Record, _out: &mut dyn std::io::Write) -> std::io::Result<()> {
        self.records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(record.clone());
        Ok(())
    }
}

/// What an intercepted suite did.
#[derive(Clone, Debug)]
pub struct Intercepted {
    records: Vec<Record>,
    run: Option<RunEnd>,
}

impl Intercepted {
    /// Everything that a reporter would have been told, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// How the suite ended.
    ///
    /// # Panics
    ///
    /// When it did not, which only a hub that died can bring about.
    #[track_caller]
    pub fn end(&self) -> &SuiteEnd {
        let mut ends = self.records.iter().filter_map(|record| match record {
            Record::SuiteEnded(end) if end.suite.nesting == 1 => Some(end),
            _ => None,
        });
        ends.next_back().expect("the intercepted suite has not ended")
    }

    /// How the run of it ended.
    ///
    /// # Panics
    ///
    /// When it did not, which only a hub that died can bring about.
    #[track_caller]
    pub fn run_end(&self) -> &RunEnd {
        self.run.as_ref().expect("the intercepted run has not ended")
    }

    /// What the run makes of the suite.
    #[track_caller]
    pub fn verdict(&self) -> Verdict {
        let id = self.end().suite.id;
        let mut verdicts = self
            .all_checks()
            .filter(|check| check.child.as_ref().is_some_and(|it| it.suite.id == id));
        verdicts.next().map_or(Verdict::Failed, |check| check.verdict.clone())
    }

    /// Every check at any depth, in the order of the records.
    pub fn all_checks(&self) -> impl Iterator<Item = &Check> {
        self.records.iter().filter_map(|record| match record {
            Record::Check(check) => Some(&**check),
            _ => None,
        })
    }

    /// The checks of the suite with this path, such as `inner` or `inner/child`, subtests included.
    pub fn checks(&self, path: &str) -> Vec<&Check> {
        self.all_checks().filter(|check| check.suite.path == path).collect()
    }

    /// The end of the suite with this path.
    pub fn suite(&self, path: &str) -> Option<&SuiteEnd> {
        self.records.iter().find_map(|record| match record {
            Record::SuiteEnded(end) if end.suite.path == path => Some(&**end),
            _ => None,
        })
    }

    /// The report in a format, without colours: `pretty`, `terse`, `tap`, or one that is registered.
    pub fn render(&self, format: &str) -> String {
        let mut reporter = boot::reporter(format, &Style::default());
        let mut out = Vec::new();
        for record in &self.records {
            // Writing to memory does not fail.
            let _ = reporter.record(record, &mut out);
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}
