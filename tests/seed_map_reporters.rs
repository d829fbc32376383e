//! The seed map, row A28 under the built-in harness: a reporter that dies fails the suite whose report is lost.

mod seed_map;

use std::io::{self, Write};

use async_test_suite::prelude::*;
use async_test_suite::record::Record;
use async_test_suite::{Reporter, register_reporter};
use seed_map::fixture;

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by a28"]
    async fn passes() {
        pass!("fine");
    }
}

/// Dies with the first suite that ends.
#[derive(Default)]
struct Dies;

impl Reporter for Dies {
    fn record(&mut self, record: &Record, _: &mut dyn Write) -> io::Result<()> {
        match record {
            Record::SuiteEnded(_) => panic!("the reporter is out of words"),
            _ => Ok(()),
        }
    }
}

register_reporter!("seed-map-dies", Dies);

#[suite]
fn a28_a_reporter_that_dies_fails_the_suite_whose_report_is_lost() {
    let ended = fixture("passes", &[("ASYNC_TEST_FORMAT", "seed-map-dies")]);
    is!(ended.code, Some(101));
    like!(ended.out, "out of words");
}
