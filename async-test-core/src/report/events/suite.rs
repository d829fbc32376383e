//! Suites as fields of an event, and the small values that all events share.

use std::time::Duration;

use crate::place::Place;
use crate::record::{Rerun, Runner, SuiteInfo};
use crate::report::json_text::Object;

pub(super) fn by_name(object: &mut Object, suite: &SuiteInfo) {
    object.count("id", suite.id.0);
    object.text("path", &suite.path);
}

pub(super) fn in_full(object: &mut Object, suite: &SuiteInfo) {
    let SuiteInfo {
        id: _,
        parent,
        top,
        name,
        test_name,
        path: _,
        nesting,
        at,
        is_async,
        should_panic,
        hidden,
        tags,
        attempt,
        rerun: again,
    } = suite;
    by_name(object, suite);
    if let Some(parent) = parent {
        object.count("parent", parent.0);
    }
    object.count("top", top.0);
    object.text("name", name);
    object.text("test_name", test_name);
    object.count("nesting", u64::from(*nesting));
    place(object, "at", at);
    object.bool("is_async", *is_async);
    object.bool("should_panic", *should_panic);
    object.bool("hidden", *hidden);
    object.texts("tags", tags);
    object.object("attempt", |object| {
        object.count("number", u64::from(attempt.number));
        object.count("of", u64::from(attempt.of));
    });
    if let Some(again) = again {
        object.object("rerun", |object| rerun(object, again));
    }
}

fn rerun(object: &mut Object, rerun: &Rerun) {
    let Rerun {
        command,
        test,
        title,
        flags,
        own_command_line,
        runner,
        seed: run_seed,
    } = rerun;
    object.text("command", command);
    object.text("test", test);
    object.text("title", title);
    object.text("flags", flags);
    object.bool("own_command_line", *own_command_line);
    let runner = match runner {
        Runner::Cargo => "cargo",
        Runner::Nextest => "nextest",
        Runner::Bazel => "bazel",
    };
    object.text("runner", runner);
    seed(object, *run_seed);
}

/// As a text: many readers of JSON keep 53 bits of a number.
pub(super) fn seed(object: &mut Object, seed: u64) {
    object.text("seed", &seed.to_string());
}

pub(super) fn place(object: &mut Object, key: &str, at: &Place) {
    object.object(key, |object| {
        object.text("file", &at.file);
        object.count("line", u64::from(at.line));
        object.count("column", u64::from(at.column));
    });
}

/// Whole nanoseconds, as far as the number reaches: five centuries.
pub(super) fn time(object: &mut Object, key: &str, time: Duration) {
    object.count(key, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
}
