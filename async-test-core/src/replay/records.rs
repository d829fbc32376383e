//! Records out of events, one a line: what `report::events` writes, read back.

use std::sync::Arc;

use super::fields::{Fault, Fields, shown};
use super::words::{detail, log, problem, problems, runner, stage, tally, telemetry, verdict};
use crate::ids::{BySuite, SuiteId};
use crate::options::Shard;
use crate::record::{
    Attempt, Check, FailedSuite, Output, Passes, Record, Rerun, RunEnd, RunStart, SuiteEnd, SuiteInfo,
};

/// The version of the stream that is known here.
const VERSION: u64 = 1;

/// Suites are described in full when they are first mentioned, and then by their number and path.
#[derive(Default)]
pub(super) struct Records {
    known: BySuite<Arc<SuiteInfo>>,
    /// Suites that have ended and whose parent has not judged it.
    ended: BySuite<Arc<SuiteEnd>>,
}

/// What an event is.
pub(super) enum Told {
    Record(Record),
    /// An event of a later release, by its name as a message shows it.
    Unknown(String),
}

impl Records {
    pub(super) fn record(&mut self, line: Fields<'_>) -> Result<Told, Fault> {
        if !line.has("v") || !line.has("event") {
            return Err("is no event: it lacks `v` or `event`".to_owned());
        }
        let version: u64 = line.count("v")?;
        if version != VERSION {
            return Err(format!(
                "is of version {version} of the event stream, and this program knows version {VERSION}; replay it with \
                 the release that wrote it"
            ));
        }
        let name = line.text("event")?;
        Ok(Told::Record(match name.as_str() {
            "run_started" => Record::RunStarted(Arc::new(run_started(line)?)),
            "suite_started" => Record::SuiteStarted(self.suite(line)?),
            "plan" => Record::Plan(self.suite(line)?, line.tests("tests")?),
            "check" => Record::Check(Arc::new(self.check(line)?)),
            "passed" => Record::Passed {
                suite: self.suite(line)?,
                first: line.tests("first")?,
                count: line.tests("count")?,
            },
            "diag" => Record::Diag(self.suite(line)?, line.text("text")?.into()),
            "warning" => Record::Warning(self.suite(line)?, line.text("text")?.into()),
            "problem" => Record::Problem(self.suite(line)?, Arc::new(problem(line.object("problem")?)?)),
            "stage" => Record::Stage(self.suite(line)?, stage(line, "from")?, stage(line, "to")?),
            "telemetry" => Record::Telemetry(self.suite(line)?, telemetry(line.object("telemetry")?)?),
            "suite_ended" => Record::SuiteEnded(self.suite_ended(line)?),
            "output" => Record::Output(Arc::new(self.output(line)?)),
            "bail_out" => Record::BailOut(self.suite(line)?, line.text("why")?.into()),
            "run_ended" => Record::RunEnded(Arc::new(run_ended(line)?)),
            _ => return Ok(Told::Unknown(shown(&name))),
        }))
    }

    fn suite(&mut self, line: Fields<'_>) -> Result<Arc<SuiteInfo>, Fault> {
        self.mentioned(line.object("suite")?)
    }

    fn mentioned(&mut self, suite: Fields<'_>) -> Result<Arc<SuiteInfo>, Fault> {
        let id = SuiteId(suite.count("id")?);
        if suite.has("name") {
            let info = Arc::new(described(suite)?);
            // Else one could be inside of itself.
            if let Some(parent) = info.parent.filter(|parent| *parent >= id) {
                return Err(format!("has suite {id} in suite {parent}, which is not older"));
            }
            return match self.known.insert(id, info.clone()) {
                None => Ok(info),
                Some(_) => Err(format!("describes suite {id} a second time")),
            };
        }
        let known = self.known.get(id).cloned();
        known.ok_or_else(|| format!("names suite {id}, which no line before it describes"))
    }

    fn check(&mut self, line: Fields<'_>) -> Result<Check, Fault> {
        let suite = self.suite(line)?;
        let child = match line.maybe_object("child")? {
            None => None,
            Some(child) => {
                let id = SuiteId(child.count("id")?);
                self.known.remove(id);
                let end = self.ended.remove(id);
                Some(end.ok_or_else(|| format!("judges suite {id}, which no line before it ends"))?)
            }
        };
        Ok(Check {
            suite,
            number: line.tests("number")?,
            verdict: verdict(line)?,
            label: line.text("label")?.into(),
            at: line.place("at")?,
            detail: line.maybe_object("detail")?.map(detail).transpose()?.map(Arc::new),
            child,
        })
    }

    fn suite_ended(&mut self, line: Fields<'_>) -> Result<Arc<SuiteEnd>, Fault> {
        let end = Arc::new(SuiteEnd {
            suite: self.suite(line)?,
            planned: line.maybe_count("planned")?,
            tally: tally(line.object("tally")?)?,
            problems: problems(line.objects("problems")?)?,
            skipped: line.maybe_text("skipped")?.map(Into::into),
            failed: line.bool("failed")?,
            took: line.time("took_ns")?,
            waited: line.time("waited_ns")?,
            seeded: line.bool("seeded")?,
            log: line.maybe_object("log")?.map(log).transpose()?.map(Arc::new),
        });
        self.ended.insert(end.suite.id, end.clone());
        Ok(end)
    }

    fn output(&mut self, line: Fields<'_>) -> Result<Output, Fault> {
        let (candidates, others) = match line.maybe_objects("candidates")? {
            None => (vec![self.suite(line)?], 0),
            Some(suites) => {
                let suites: Result<_, Fault> = suites.into_iter().map(|suite| self.mentioned(suite)).collect();
                (suites?, line.count("others")?)
            }
        };
        Ok(Output {
            candidates,
            others,
            text: line.text("text")?,
            lost: line.maybe_count("lost_bytes")?.unwrap_or_default(),
        })
    }
}

fn described(suite: Fields<'_>) -> Result<SuiteInfo, Fault> {
    Ok(SuiteInfo {
        id: SuiteId(suite.count("id")?),
        parent: suite.maybe_count("parent")?.map(SuiteId),
        top: SuiteId(suite.count("top")?),
        name: suite.text("name")?,
        test_name: suite.text("test_name")?.into(),
        path: suite.text("path")?,
        nesting: suite.count("nesting")?,
        at: suite.place("at")?,
        is_async: suite.bool("is_async")?,
        should_panic: suite.bool("should_panic")?,
        hidden: suite.bool("hidden")?,
        tags: suite.texts("tags")?.into_iter().map(Into::into).collect(),
        attempt: match suite.maybe_object("attempt")? {
            None => Attempt::ONLY,
            Some(attempt) => Attempt {
                number: attempt.count("number")?,
                of: attempt.count("of")?,
            },
        },
        rerun: suite.maybe_object("rerun")?.map(rerun).transpose()?.map(Arc::new),
    })
}

fn rerun(fields: Fields<'_>) -> Result<Rerun, Fault> {
    Ok(Rerun {
        command: fields.text("command")?.into(),
        test: fields.text("test")?.into(),
        title: fields.text("title")?.into(),
        flags: fields.text("flags")?.into(),
        own_command_line: fields.bool("own_command_line")?,
        runner: runner(fields)?,
        seed: fields.seed()?,
    })
}

fn run_started(line: Fields<'_>) -> Result<RunStart, Fault> {
    Ok(RunStart {
        suites: line.count("suites")?,
        filtered_out: line.count("filtered_out")?,
        shard: line.maybe_said("shard", "shard like `2/4`", Shard::read)?,
        seed: line.seed()?,
        random: line.bool("random")?,
    })
}

fn run_ended(line: Fields<'_>) -> Result<RunEnd, Fault> {
    let suites = |key| -> Result<Vec<Arc<SuiteInfo>>, Fault> {
        let all = line.objects(key)?.into_iter();
        all.map(|suite| described(suite).map(Arc::new)).collect()
    };
    let passes = |passes: Fields<'_>| -> Result<Passes, Fault> {
        let (run, failed) = (passes.count("run")?, passes.count("failed")?);
        match failed <= run {
            true => Ok(Passes { run, failed }),
            false => Err("counts more failed passes than were run".to_owned()),
        }
    };
    Ok(RunEnd {
        passed: line.count("passed")?,
        failed: line.count("failed")?,
        ignored: line.count("ignored")?,
        filtered_out: line.count("filtered_out")?,
        failures: suites("failures")?
            .into_iter()
            .map(|suite| FailedSuite { suite })
            .collect(),
        flaky: suites("flaky")?,
        bailed_out: line.maybe_text("bailed_out")?.map(Into::into),
        problems: problems(line.objects("problems")?)?,
        checks: tally(line.object("checks")?)?,
        queue_most: line.count("queue_most")?,
        at_once: line.count("at_once")?,
        took: line.time("took_ns")?,
        seed: line.seed()?,
        passes: line.maybe_object("passes")?.map(passes).transpose()?,
    })
}
