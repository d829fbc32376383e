//! The smaller parts of an event as fields: verdicts, explanations, problems, measurements.

use super::suite::{place, time};
use crate::claim::{Detail, Figure, LastSeen, Panic, Problem, Running};
use crate::error::{Error, ErrorKind};
use crate::event::Telemetry;
use crate::outcome::BodyFailure;
use crate::record::{Log, LogLine, Tally, Verdict};
use crate::report::json_text::Object;
use crate::stage::Stage;

pub(super) fn verdict(object: &mut Object, verdict: &Verdict) {
    let (name, why) = match verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Failed => ("failed", None),
        Verdict::Flunked(why) => ("flunked", Some(why)),
        Verdict::Unflunked(why) => ("unflunked", Some(why)),
        Verdict::Todo(why) => ("todo", Some(why)),
        Verdict::UnexpectedPass(why) => ("unexpected_pass", Some(why)),
        Verdict::Skipped(why) => ("skipped", Some(why)),
        Verdict::Retried => ("retried", None),
    };
    object.text("verdict", name);
    if let Some(why) = why {
        object.text("why", why);
    }
}

pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Initializing => "initializing",
        Stage::InProgress => "in_progress",
        Stage::Finishing => "finishing",
        Stage::Finished => "finished",
        Stage::Fatality => "fatality",
        Stage::Dismissed => "dismissed",
    }
}

pub(super) fn tally(object: &mut Object, tally: &Tally) {
    let Tally {
        run,
        failed,
        skipped,
        todo,
        unexpected,
    } = tally;
    object.count("run", *run);
    object.count("failed", *failed);
    object.count("skipped", *skipped);
    object.count("todo", *todo);
    object.count("unexpected", *unexpected);
}

pub(super) fn detail(object: &mut Object, detail: &Detail) {
    let Detail {
        expression,
        expected,
        got,
        diff,
        panic: caught,
        notes,
        figures,
    } = detail;
    let texts = [
        ("expression", expression.as_deref()),
        ("expected", expected.as_deref()),
        ("got", got.as_deref()),
        ("diff", diff.as_deref()),
    ];
    for (key, text) in texts {
        optional(object, key, text);
    }
    if let Some(caught) = caught {
        object.object("panic", |object| panic(object, caught));
    }
    if !notes.is_empty() {
        object.texts("notes", notes);
    }
    if !figures.is_empty() {
        object.objects("figures", figures, |object, (name, value)| {
            object.text("name", name);
            figure(object, value);
        });
    }
}

fn figure(object: &mut Object, figure: &Figure) {
    match figure {
        Figure::Count(count) => object.count("count", *count),
        Figure::Time(length) => time(object, "time_ns", *length),
        Figure::Share(share) => object.number("share", *share),
        Figure::Text(text) => object.text("text", text),
        Figure::List(texts) => object.texts("list", texts),
    }
}

pub(super) fn log(object: &mut Object, log: &Log) {
    let Log { lines, left_out } = log;
    object.objects("lines", lines, |object, line| {
        let LogLine {
            age,
            level,
            target,
            spans,
            message,
        } = line;
        time(object, "age_ns", *age);
        object.text("level", level.name());
        object.text("target", target);
        object.texts("spans", spans);
        object.text("message", message);
    });
    object.count("left_out", *left_out);
}

pub(super) fn telemetry(object: &mut Object, telemetry: &Telemetry) {
    match telemetry {
        Telemetry::Rounds {
            verifier,
            rounds,
            failed,
            unknown,
        } => {
            object.text("kind", "rounds");
            object.text("verifier", verifier);
            object.count("rounds", *rounds);
            object.count("failed", *failed);
            object.count("unknown", *unknown);
        }
        Telemetry::Span { name, took } => {
            object.text("kind", "span");
            object.text("name", name);
            time(object, "took_ns", *took);
        }
    }
}

pub(super) fn problem(object: &mut Object, problem: &Problem) {
    object.text("kind", crate::report::words::problem(problem).kind);
    match problem {
        Problem::Panicked(caught) => object.object("panic", |object| panic(object, caught)),
        Problem::Returned(failure) => object.object("error", |object| returned(object, failure)),
        Problem::TimedOut { limit, running } | Problem::JobsTimedOut { limit, running } => {
            time(object, "limit_ns", *limit);
            object.objects("running", running, still_running);
        }
        Problem::Stuck { grace, running } => {
            time(object, "grace_ns", *grace);
            object.objects("running", running, still_running);
        }
        Problem::StrayPanic {
            panic: caught,
            is_task,
            suspects,
        } => {
            object.text("origin", if *is_task { "task" } else { "thread" });
            object.object("panic", |object| panic(object, caught));
            object.texts("suspects", suspects);
        }
        Problem::JobPanicked { job, panic: caught } => {
            object.text("job", job);
            object.object("panic", |object| panic(object, caught));
        }
        Problem::CleanUp { at, what } => {
            place(object, "at", at);
            object.text("what", what);
        }
        Problem::PlanMismatch { planned, ran } => {
            object.count("planned", *planned);
            object.count("ran", *ran);
        }
        Problem::Misuse(at, error) => {
            place(object, "at", at);
            object.object("error", |object| misuse(object, error));
        }
        Problem::DidNotPanic(what) | Problem::Stopped(what) => object.text("what", what),
        Problem::LateCheck { suite, label, at } => {
            object.text("suite", suite);
            object.text("label", label);
            place(object, "at", at);
        }
        Problem::TooSlow { took, limit } => {
            time(object, "took_ns", *took);
            time(object, "limit_ns", *limit);
        }
        Problem::NoSubtest { filter, beside } => {
            object.text("filter", filter);
            object.texts("beside", beside);
        }
        Problem::Extension { name, what } => {
            object.text("name", name);
            object.text("what", what);
        }
    }
}

fn panic(object: &mut Object, panic: &Panic) {
    let Panic {
        message,
        at,
        thread,
        backtrace,
    } = panic;
    object.text("message", message);
    if let Some(at) = at {
        place(object, "at", at);
    }
    optional(object, "thread", thread.as_deref());
    optional(object, "backtrace", backtrace.as_deref());
}

fn returned(object: &mut Object, failure: &BodyFailure) {
    let BodyFailure {
        message,
        debug,
        sources,
        at,
    } = failure;
    optional(object, "message", message.as_deref());
    object.text("debug", debug);
    object.texts("sources", sources);
    if let Some(at) = at {
        place(object, "at", at);
    }
}

fn still_running(object: &mut Object, running: &Running) {
    let Running {
        name,
        suite,
        at,
        age,
        doing,
        last,
    } = running;
    object.text("name", name);
    if let Some(suite) = suite {
        object.count("suite", suite.0);
    }
    place(object, "at", at);
    time(object, "age_ns", *age);
    optional(object, "doing", doing.as_deref());
    if let Some(LastSeen { what, at, ago }) = last {
        object.object("last", |object| {
            object.text("what", what);
            place(object, "at", at);
            time(object, "ago_ns", *ago);
        });
    }
}

fn misuse(object: &mut Object, error: &Error) {
    let Error { suite, operation, kind } = error;
    object.text("suite", suite);
    object.text("operation", operation);
    object.text("kind", misuse_kind(kind));
    object.text("message", &kind.to_string());
    object.text("advice", error.advice());
    match kind {
        ErrorKind::StageTransition { from, to } => {
            object.text("from", stage(*from));
            object.text("to", stage(*to));
        }
        ErrorKind::NoSuchJob(job) => object.count("job", job.0),
        ErrorKind::JobState { job, state } => {
            object.count("job", job.0);
            object.text("state", state);
        }
        ErrorKind::Verifier { state } => object.text("state", state),
        ErrorKind::PostponedJobs(count) => object.count("count", *count as u64),
        ErrorKind::ImpossiblePlan(what) | ErrorKind::UnknownCommand(what) | ErrorKind::Other(what) => {
            object.text("what", what);
        }
        ErrorKind::NoSuite
        | ErrorKind::PlanTooLate
        | ErrorKind::NoPlan
        | ErrorKind::SuiteEnded
        | ErrorKind::OutsideEventLoop
        | ErrorKind::QueueFull => {}
    }
}

fn misuse_kind(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NoSuite => "no_suite",
        ErrorKind::PlanTooLate => "plan_too_late",
        ErrorKind::ImpossiblePlan(_) => "impossible_plan",
        ErrorKind::NoPlan => "no_plan",
        ErrorKind::SuiteEnded => "suite_ended",
        ErrorKind::StageTransition { .. } => "stage_transition",
        ErrorKind::NoSuchJob(_) => "no_such_job",
        ErrorKind::JobState { .. } => "job_state",
        ErrorKind::PostponedJobs(_) => "postponed_jobs",
        ErrorKind::OutsideEventLoop => "outside_event_loop",
        ErrorKind::UnknownCommand(_) => "unknown_command",
        ErrorKind::QueueFull => "queue_full",
        ErrorKind::Verifier { .. } => "verifier",
        ErrorKind::Other(_) => "other",
    }
}

fn optional(object: &mut Object, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        object.text(key, text);
    }
}
