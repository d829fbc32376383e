//! A bundle and a reporter in which the chosen fault happens, and suites that tell them when.

use std::io::{self, Write};

use async_test_suite::event::{Event, EventKind};
use async_test_suite::prelude::*;
use async_test_suite::record::Record;
use async_test_suite::{Bundle, Reporter, register_bundle, register_reporter};

use crate::matrix::Place;
use crate::matrix::fault::{Fault, ready, strike_here};

/// Both of them.
pub(crate) const GUESTS: [Place; 2] = [
    Place {
        suite: "guests::bundle",
        name: "bundle",
        cannot: &[
            (Fault::Errs, "a hook returns nothing"),
            (Fault::Waits, "a hook has no await"),
        ],
    },
    Place {
        suite: "guests::reporter",
        name: "reporter",
        cannot: &[(Fault::Waits, "a reporter has no await")],
    },
];

const FOR_BUNDLE: &str = "strike in the bundle";
const FOR_REPORTER: &str = "strike in the reporter";

#[derive(Default)]
struct FaultyBundle;

impl Bundle for FaultyBundle {
    fn name(&self) -> &str {
        "faulty"
    }

    fn on_event(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::Diag(text) if text == FOR_BUNDLE) {
            // A hook has nothing to return.
            let _ = strike_here();
        }
    }
}

register_bundle!(FaultyBundle);

#[derive(Default)]
struct FaultyReporter;

impl Reporter for FaultyReporter {
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        match record {
            Record::Diag(_, text) if text == FOR_REPORTER => strike_here().map_err(io::Error::other),
            Record::SuiteEnded(end) => writeln!(out, "{} has ended", end.suite.path),
            _ => Ok(()),
        }
    }
}

register_reporter!("faulty", FaultyReporter);

#[suite]
#[ignore = "run by the tests"]
async fn bundle() {
    ready().await;
    diag!("{FOR_BUNDLE}");
    pass!("fine");
}

#[suite]
#[ignore = "run by the tests"]
async fn reporter() {
    ready().await;
    diag!("{FOR_REPORTER}");
    pass!("fine");
}
