//! Builds records for tests as the ledger would number and judge them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::claim::{Detail, Problem};
use crate::ids::SuiteId;
use crate::place::Place;
use crate::record::{
    Attempt, Check, FailedSuite, Log, Passes, Record, Rerun, RunEnd, RunStart, Runner, SuiteEnd, SuiteInfo, Tally,
    Verdict,
};

pub(crate) fn suite(id: u64, parent: u64, name: &str) -> Arc<SuiteInfo> {
    Script::default().info(id, parent, name, false)
}

#[derive(Default)]
pub(crate) struct Script {
    pub(crate) records: Vec<Record>,
    open: Vec<Open>,
    failed: Vec<FailedSuite>,
    retried: Vec<Arc<SuiteInfo>>,
    flaky: Vec<Arc<SuiteInfo>>,
    /// Passed and ignored.
    counts: (u64, u64),
    /// That of the suites that begin from now on.
    pub(crate) attempt: Option<Attempt>,
}

struct Open {
    info: Arc<SuiteInfo>,
    tally: Tally,
    problems: Vec<Arc<Problem>>,
    planned: Option<u64>,
    log: Option<Log>,
}

impl Script {
    fn info(&self, id: u64, parent: u64, name: &str, hidden: bool) -> Arc<SuiteInfo> {
        let above = self
            .open
            .iter()
            .find(|open| open.info.id.0 == parent)
            .map(|open| &open.info);
        let nesting = u32::from(id > 0) * (above.map_or(0, |above| above.nesting) + 1);
        let path = match above {
            Some(above) if !above.path.is_empty() => format!("{}/{name}", above.path),
            _ => name.to_owned(),
        };
        Arc::new(SuiteInfo {
            id: SuiteId(id),
            parent: (id > 0).then_some(SuiteId(parent)),
            top: above.filter(|_| nesting > 1).map_or(SuiteId(id), |above| above.top),
            name: name.to_owned(),
            test_name: above
                .filter(|_| nesting > 1)
                .map_or(name.into(), |above| above.test_name.clone()),
            rerun: above.and_then(|above| above.rerun.clone()).or_else(|| {
                (id > 0).then(|| {
                    Arc::new(Rerun {
                        command: "cargo test --test store".into(),
                        test: name.to_owned().into(),
                        title: name.to_owned().into(),
                        flags: "".into(),
                        own_command_line: true,
                        runner: Runner::Cargo,
                        seed: 4711,
                    })
                })
            }),
            path,
            nesting,
            at: Place::new("tests/store.rs", 10 + id as u32, 1),
            is_async: false,
            should_panic: false,
            hidden,
            tags: Vec::new(),
            attempt: match above {
                Some(above) if nesting > 1 => above.attempt,
                _ => self.attempt.unwrap_or(Attempt::ONLY),
            },
        })
    }

    pub(crate) fn start(&mut self, id: u64, parent: u64, name: &str) {
        self.start_with(id, parent, name, None, false);
    }

    pub(crate) fn start_with(&mut self, id: u64, parent: u64, name: &str, planned: Option<u64>, hidden: bool) {
        let info = self.info(id, parent, name, hidden);
        self.records.push(Record::SuiteStarted(info.clone()));
        if let Some(planned) = planned {
            self.records.push(Record::Plan(info.clone(), planned));
        }
        self.open.push(Open {
            info,
            tally: Tally::default(),
            problems: Vec::new(),
            planned,
            log: None,
        });
    }

    fn open(&mut self, id: u64) -> &mut Open {
        self.open
            .iter_mut()
            .find(|open| open.info.id.0 == id)
            .expect("an open suite")
    }

    pub(crate) fn of(&self, id: u64) -> Arc<SuiteInfo> {
        let open = self.open.iter().find(|open| open.info.id.0 == id);
        open.expect("an open suite").info.clone()
    }

    pub(crate) fn check(&mut self, id: u64, label: &str, verdict: Verdict, detail: Option<Detail>) {
        self.judged(id, label.to_owned(), verdict, detail, None);
    }

    pub(crate) fn passes(&mut self, id: u64, labels: &[&str]) {
        for label in labels {
            self.check(id, label, Verdict::Passed, None);
        }
    }

    pub(crate) fn passed(&mut self, id: u64, count: u64) {
        let open = self.open(id);
        let suite = open.info.clone();
        let first = open.tally.run + 1;
        open.tally.run += count;
        self.records.push(Record::Passed { suite, first, count });
    }

    fn judged(
        &mut self,
        id: u64,
        label: String,
        verdict: Verdict,
        detail: Option<Detail>,
        child: Option<Arc<SuiteEnd>>,
    ) {
        let open = self.open(id);
        let tally = &mut open.tally;
        tally.run += 1;
        match verdict {
            Verdict::Passed | Verdict::Flunked(_) => {}
            Verdict::Failed | Verdict::Unflunked(_) => tally.failed += 1,
            Verdict::Todo(_) | Verdict::Retried => tally.todo += 1,
            Verdict::UnexpectedPass(_) => tally.unexpected += 1,
            Verdict::Skipped(_) => tally.skipped += 1,
        }
        let number = tally.run;
        let at = Place::new("tests/store.rs", 100 + number as u32, 9);
        let check = Check {
            suite: open.info.clone(),
            number,
            verdict,
            label: label.into(),
            at,
            detail: detail.map(Arc::new),
            child,
        };
        self.records.push(Record::Check(Arc::new(check)));
    }

    pub(crate) fn problem(&mut self, id: u64, problem: Problem) {
        let problem = Arc::new(problem);
        let open = self.open(id);
        open.problems.push(problem.clone());
        let info = open.info.clone();
        self.records.push(Record::Problem(info, problem));
    }

    pub(crate) fn log(&mut self, id: u64, log: Log) {
        self.open(id).log = Some(log);
    }

    /// Ends a suite; `None` is judged by what happened in it.
    pub(crate) fn end(&mut self, id: u64, parent: u64, verdict: Option<Verdict>) {
        let at = self
            .open
            .iter()
            .position(|open| open.info.id.0 == id)
            .expect("an open suite");
        let open = self.open.remove(at);
        let failed = open.tally.failed > 0 || !open.problems.is_empty();
        let skipped = match &verdict {
            Some(Verdict::Skipped(why)) => Some(why.clone()),
            _ => None,
        };
        let is_followed = open.info.nesting == 1 && open.info.attempt.is_followed();
        let verdict = verdict.unwrap_or(match failed {
            true if is_followed => Verdict::Retried,
            true => Verdict::Failed,
            false => Verdict::Passed,
        });
        if open.info.nesting == 1 {
            self.retried.retain(|suite| suite.test_name != open.info.test_name);
            match verdict {
                Verdict::Retried => self.retried.push(open.info.clone()),
                _ if verdict.fails() => {
                    self.failed.push(FailedSuite {
                        suite: open.info.clone(),
                    });
                }
                Verdict::Skipped(_) => self.counts.1 += 1,
                _ => {
                    self.counts.0 += 1;
                    self.flaky
                        .extend(open.info.attempt.is_again().then(|| open.info.clone()));
                }
            }
        }
        let took = Duration::from_micros(12_345 * id);
        let end = Arc::new(SuiteEnd {
            suite: open.info.clone(),
            planned: open.planned,
            tally: open.tally,
            problems: open.problems,
            skipped,
            failed,
            took,
            waited: Duration::ZERO,
            seeded: true,
            log: open.log.map(Arc::new),
        });
        self.records.push(Record::SuiteEnded(end.clone()));
        if id > 0 {
            self.judged(parent, open.info.name.clone(), verdict, None, Some(end));
        }
    }

    /// Ends the run; one that did not say that it begins does so here.
    pub(crate) fn run_ended(&mut self, bailed_out: Option<&'static str>, problems: Vec<Arc<Problem>>) {
        if !matches!(self.records.first(), Some(Record::RunStarted(_))) {
            let start = RunStart {
                suites: 1,
                filtered_out: 2,
                shard: None,
                seed: 4711,
                random: true,
            };
            self.records.insert(0, Record::RunStarted(Arc::new(start)));
        }
        let cut_off = std::mem::take(&mut self.retried).into_iter();
        self.failed.extend(cut_off.map(|suite| FailedSuite { suite }));
        self.records.push(Record::RunEnded(Arc::new(RunEnd {
            passed: self.counts.0,
            failed: self.failed.len() as u64,
            ignored: self.counts.1,
            filtered_out: 2,
            failures: std::mem::take(&mut self.failed),
            flaky: std::mem::take(&mut self.flaky),
            bailed_out: bailed_out.map(Cow::Borrowed),
            problems,
            checks: Tally {
                run: 57,
                failed: 12,
                skipped: 8,
                todo: 2,
                unexpected: 1,
            },
            queue_most: 17,
            at_once: 3,
            took: Duration::from_millis(1234),
            seed: 4711,
            passes: Some(Passes { run: 3, failed: 1 }),
        })));
    }
}
