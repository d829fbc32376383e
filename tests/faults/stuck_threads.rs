//! Suites under `main!` that start tasks which hold the threads of all, and suites that need one.

use std::time::Duration;

use async_test_suite::prelude::*;

use crate::faults::{trace, traced};

/// More than the runtime of such a small run has threads: with `--test-threads=1` and so few suites no more than 8 to spare.
const MANY: usize = 12;

fn block() {
    trace("blocked");
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn hold_all_threads() {
    (0..MANY).for_each(|_| drop(tokio::spawn(async { block() })));
}

macro_rules! innocents {
    ($($name:ident)+) => {$(
        #[suite]
        #[ignore = "run by the tests"]
        async fn $name() {
            ok!(true);
        }
    )+};
}

/// The threads are free again some time after it has been given up.
mod for_a_while {
    use super::*;

    #[suite]
    #[ignore = "run by the tests"]
    async fn a_holds_all_threads() {
        let hold = || std::thread::sleep(Duration::from_secs(4));
        // The last one waits for this thread.
        (0..3).for_each(|_| drop(tokio::spawn(async move { hold() })));
        hold();
    }

    innocents! { b c }
}

/// None is ever free again.
mod for_good {
    use super::*;

    #[suite]
    #[ignore = "run by the tests"]
    async fn a_holds_all_threads() {
        hold_all_threads();
        block();
    }

    innocents! { b c d }
}

/// A suite ends on a thread of its own when the others have no threads any more.
mod beside_one_that_ends {
    use super::*;

    #[suite(flavor = "current_thread", timeout = "60s")]
    #[ignore = "run by the tests"]
    async fn a_ends_when_no_thread_is_left() {
        // One that is in use, and one to spare for each of the two suites.
        while traced("blocked") < 1 + 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        ok!(true);
    }

    #[suite]
    #[ignore = "run by the tests"]
    async fn b_leaves_tasks() {
        hold_all_threads();
    }
}
