//! Events of `tracing` under the built-in harness, with a subscriber of the user's own, by running this very binary again
//! over the ignored suites.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_test_suite::prelude::*;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

#[path = "tracing/suites.rs"]
mod suites;

static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Another layer, which sees everything.
struct Count;

impl<S: tracing::Subscriber> Layer<S> for Count {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        SEEN.fetch_add(1, Ordering::Relaxed);
    }
}

fn subscriber() -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::registry()
        .with(async_test_suite::tracing::layer())
        .with(Count)
}

async_test_suite::register_subscriber!(subscriber);

/// It is the only one that is run with this variable.
#[suite(when = env("TRACING_COUNTS"))]
async fn the_other_layer_sees_what_the_filter_leaves_out() {
    tracing::trace!("nobody wants it");
    is!(SEEN.load(Ordering::Relaxed), 1);
}

fn run(name: &str, vars: &[(&str, &str)]) -> (bool, String) {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    let foreign =
        |name: &str| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_") || name.starts_with("NEXTEST");
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let output = command
        .args(["--exact", name, "--include-ignored"])
        .env("NO_COLOR", "1")
        .envs(vars.iter().copied())
        .output()
        .expect("this program can be run again");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[suite]
fn events_stand_with_the_failure() {
    let (passed, text) = run("suites::everywhere", &[]);
    ok!(!passed);
    for part in [
        "INFO  tracing_builtin::suites: in the body answer=42\n",
        "WARN  store::net: in a subtest kind=\"slow\"\n",
        "INFO  tracing_builtin::suites: in a job answer=42\n",
        "INFO  tracing_builtin::suites: request{id=7 status=\"ok\"}: inner_span: in a task of tokio answer=42\n",
        "INFO  tracing_builtin::suites: request{id=7 status=\"ok\"}: in a thread answer=42\n",
    ] {
        is!(text.matches(part).count(), 1, "{part:?} is there once: {text}");
    }
    ok!(!text.contains("not by default"));
    let (passed, text) = run("suites::passes", &[]);
    ok!(passed && !text.contains("a suite that passes"), "{text}");
}

#[suite]
fn the_layer_leaves_the_rest_to_others() {
    let (_, text) = run("suites::outside", &[]);
    ok!(!text.contains("a thread of nobody"), "{text}");
    let (passed, text) = run(
        "the_other_layer_sees_what_the_filter_leaves_out",
        &[("TRACING_COUNTS", "1")],
    );
    ok!(passed, "{text}");
}

#[suite]
fn the_variable_is_read_here_too() {
    let (_, text) = run("suites::everywhere", &[("ASYNC_TEST_LOG", "debug")]);
    like!(text, "DEBUG tracing_builtin::suites: not by default");
    let (passed, text) = run("suites::passes", &[("ASYNC_TEST_LOG", "verbose")]);
    ok!(!passed);
    like!(text, "`ASYNC_TEST_LOG=verbose` has `verbose` where a level should be; ");
}
