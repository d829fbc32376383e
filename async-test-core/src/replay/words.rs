//! The smaller parts of an event, read back: what `report::event_words` writes.

use std::borrow::Cow;
use std::sync::Arc;

use super::fields::{Fault, Fields, shown};
use crate::claim::{Detail, Figure, LastSeen, Panic, Problem, Running};
use crate::error::{Error, ErrorKind};
use crate::event::Telemetry;
use crate::ids::{JobId, SuiteId};
use crate::options::LogLevel;
use crate::outcome::BodyFailure;
use crate::record::{Log, LogLine, Runner, Tally, Verdict};
use crate::stage::Stage;

pub(super) fn verdict(fields: Fields<'_>) -> Result<Verdict, Fault> {
    let why = || fields.text("why").map(Cow::Owned);
    let name = fields.text("verdict")?;
    Ok(match name.as_str() {
        "passed" => Verdict::Passed,
        "failed" => Verdict::Failed,
        "flunked" => Verdict::Flunked(why()?),
        "unflunked" => Verdict::Unflunked(why()?),
        "todo" => Verdict::Todo(why()?),
        "unexpected_pass" => Verdict::UnexpectedPass(why()?),
        "skipped" => Verdict::Skipped(why()?),
        "retried" => Verdict::Retried,
        name => return Err(unknown("verdict", name)),
    })
}

pub(super) fn stage(fields: Fields<'_>, key: &str) -> Result<Stage, Fault> {
    fields.word(key, |word| {
        Some(match word {
            "initializing" => Stage::Initializing,
            "in_progress" => Stage::InProgress,
            "finishing" => Stage::Finishing,
            "finished" => Stage::Finished,
            "fatality" => Stage::Fatality,
            "dismissed" => Stage::Dismissed,
            _ => return None,
        })
    })
}

pub(super) fn runner(fields: Fields<'_>) -> Result<Runner, Fault> {
    fields.word("runner", |word| {
        Some(match word {
            "cargo" => Runner::Cargo,
            "nextest" => Runner::Nextest,
            "bazel" => Runner::Bazel,
            _ => return None,
        })
    })
}

pub(super) fn tally(fields: Fields<'_>) -> Result<Tally, Fault> {
    let tally = Tally {
        run: fields.tests("run")?,
        failed: fields.tests("failed")?,
        skipped: fields.tests("skipped")?,
        todo: fields.tests("todo")?,
        unexpected: fields.tests("unexpected")?,
    };
    // Whoever asks how many passed subtracts.
    match tally.failed + tally.skipped + tally.todo <= tally.run {
        true => Ok(tally),
        false => Err("counts more than it ran".to_owned()),
    }
}

pub(super) fn detail(fields: Fields<'_>) -> Result<Detail, Fault> {
    let figures = fields.maybe_objects("figures")?.unwrap_or_default();
    Ok(Detail {
        expression: fields.maybe_text("expression")?.map(Cow::Owned),
        expected: fields.maybe_text("expected")?,
        got: fields.maybe_text("got")?,
        diff: fields.maybe_text("diff")?,
        panic: fields.maybe_object("panic")?.map(panic).transpose()?,
        notes: fields.maybe_texts("notes")?.unwrap_or_default(),
        figures: figures
            .into_iter()
            .map(|it| Ok((Cow::Owned(it.text("name")?), figure(it)?)))
            .collect::<Result<_, Fault>>()?,
    })
}

fn figure(fields: Fields<'_>) -> Result<Figure, Fault> {
    Ok(match () {
        () if fields.has("count") => Figure::Count(fields.count("count")?),
        () if fields.has("time_ns") => Figure::Time(fields.time("time_ns")?),
        () if fields.has("share") => Figure::Share(fields.number("share")?),
        () if fields.has("text") => Figure::Text(fields.text("text")?),
        () => Figure::List(fields.texts("list")?),
    })
}

pub(super) fn log(fields: Fields<'_>) -> Result<Log, Fault> {
    let line = |line: Fields<'_>| {
        let level = line.maybe_said("level", "level", LogLevel::read)?;
        let level = level.ok_or_else(|| "lacks the field `level`".to_owned())?;
        let mut told = LogLine::new(level, line.text("target")?, line.text("message")?);
        told.age = line.time("age_ns")?;
        told.spans = line.texts("spans")?;
        Ok(told)
    };
    Ok(Log {
        lines: fields
            .objects("lines")?
            .into_iter()
            .map(line)
            .collect::<Result<_, Fault>>()?,
        left_out: fields.count("left_out")?,
    })
}

pub(super) fn telemetry(fields: Fields<'_>) -> Result<Telemetry, Fault> {
    let kind = fields.text("kind")?;
    Ok(match kind.as_str() {
        "rounds" => Telemetry::Rounds {
            verifier: fields.text("verifier")?.into(),
            rounds: fields.count("rounds")?,
            failed: fields.count("failed")?,
            unknown: fields.count("unknown")?,
        },
        "span" => Telemetry::Span {
            name: fields.text("name")?.into(),
            took: fields.time("took_ns")?,
        },
        kind => return Err(unknown("measurement", kind)),
    })
}

pub(super) fn problems(all: Vec<Fields<'_>>) -> Result<Vec<Arc<Problem>>, Fault> {
    all.into_iter().map(|it| problem(it).map(Into::into)).collect()
}

pub(super) fn problem(fields: Fields<'_>) -> Result<Problem, Fault> {
    let caught = || panic(fields.object("panic")?);
    let what = || fields.text("what");
    let kind = fields.text("kind")?;
    Ok(match kind.as_str() {
        "panicked" => Problem::Panicked(caught()?),
        "returned_error" => Problem::Returned(returned(fields.object("error")?)?),
        "timed_out" => Problem::TimedOut {
            limit: fields.time("limit_ns")?,
            running: running(fields)?,
        },
        "jobs_timed_out" => Problem::JobsTimedOut {
            limit: fields.time("limit_ns")?,
            running: running(fields)?,
        },
        "stuck" => Problem::Stuck {
            grace: fields.time("grace_ns")?,
            running: running(fields)?,
        },
        "stray_panic" => Problem::StrayPanic {
            panic: caught()?,
            is_task: match fields.text("origin")?.as_str() {
                "task" => true,
                "thread" => false,
                origin => return Err(unknown("origin of a panic", origin)),
            },
            suspects: fields.texts("suspects")?,
        },
        "job_panicked" => Problem::JobPanicked {
            job: fields.text("job")?,
            panic: caught()?,
        },
        "clean_up" => Problem::CleanUp {
            at: fields.place("at")?,
            what: what()?,
        },
        "plan" => Problem::PlanMismatch {
            planned: fields.count("planned")?,
            ran: fields.count("ran")?,
        },
        "misuse" => Problem::Misuse(fields.place("at")?, misuse(fields.object("error")?)?),
        "did_not_panic" => Problem::DidNotPanic(what()?),
        "late_check" => Problem::LateCheck {
            suite: fields.text("suite")?,
            label: fields.text("label")?,
            at: fields.place("at")?,
        },
        "too_slow" => Problem::TooSlow {
            took: fields.time("took_ns")?,
            limit: fields.time("limit_ns")?,
        },
        "no_subtest" => Problem::NoSubtest {
            filter: fields.text("filter")?,
            beside: fields.texts("beside")?,
        },
        "stopped" => Problem::Stopped(what()?),
        "extension" => Problem::Extension {
            name: fields.text("name")?,
            what: what()?,
        },
        kind => return Err(unknown("kind of problem", kind)),
    })
}

fn panic(fields: Fields<'_>) -> Result<Panic, Fault> {
    Ok(Panic {
        message: fields.text("message")?,
        at: fields.maybe_place("at")?,
        thread: fields.maybe_text("thread")?,
        backtrace: fields.maybe_text("backtrace")?,
    })
}

fn returned(fields: Fields<'_>) -> Result<BodyFailure, Fault> {
    Ok(BodyFailure {
        message: fields.maybe_text("message")?,
        debug: fields.text("debug")?,
        sources: fields.texts("sources")?,
        at: fields.maybe_place("at")?,
    })
}

fn running(fields: Fields<'_>) -> Result<Vec<Running>, Fault> {
    let all = fields.objects("running")?.into_iter();
    all.map(|it| {
        Ok(Running {
            suite: it.maybe_count("suite")?.map(SuiteId),
            age: it.time("age_ns")?,
            doing: it.maybe_text("doing")?,
            last: it.maybe_object("last")?.map(last_seen).transpose()?,
            ..Running::new(it.text("name")?, it.place("at")?)
        })
    })
    .collect()
}

fn last_seen(fields: Fields<'_>) -> Result<LastSeen, Fault> {
    Ok(LastSeen {
        what: fields.text("what")?,
        at: fields.place("at")?,
        ago: fields.time("ago_ns")?,
    })
}

fn misuse(fields: Fields<'_>) -> Result<Error, Fault> {
    let state = || fields.text("state").map(Cow::Owned);
    let job = || fields.count("job").map(JobId);
    let what = || fields.text("what");
    let kind = fields.text("kind")?;
    let kind = match kind.as_str() {
        "no_suite" => ErrorKind::NoSuite,
        "plan_too_late" => ErrorKind::PlanTooLate,
        "impossible_plan" => ErrorKind::ImpossiblePlan(what()?),
        "no_plan" => ErrorKind::NoPlan,
        "suite_ended" => ErrorKind::SuiteEnded,
        "stage_transition" => ErrorKind::StageTransition {
            from: stage(fields, "from")?,
            to: stage(fields, "to")?,
        },
        "no_such_job" => ErrorKind::NoSuchJob(job()?),
        "job_state" => ErrorKind::JobState {
            job: job()?,
            state: state()?,
        },
        "postponed_jobs" => ErrorKind::PostponedJobs(fields.count("count")?),
        "outside_event_loop" => ErrorKind::OutsideEventLoop,
        "unknown_command" => ErrorKind::UnknownCommand(what()?),
        "queue_full" => ErrorKind::QueueFull,
        "verifier" => ErrorKind::Verifier { state: state()? },
        "other" => ErrorKind::Other(what()?),
        kind => return Err(unknown("kind of misuse", kind)),
    };
    Ok(Error::new(fields.text("suite")?, fields.text("operation")?, kind))
}

fn unknown(what: &str, name: &str) -> Fault {
    format!("has an unknown {what} `{}`", shown(name))
}
