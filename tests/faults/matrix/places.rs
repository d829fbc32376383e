//! Suites in which the chosen fault happens, each in another place, and two that have nothing to do with it. They are run
//! by themselves, as ignored tests.

use std::time::Duration;

use async_test_suite::prelude::*;

use super::Place;
use super::fault::{Fault, has_struck, ready, strike, strike_here};

const A_VALUE: &str = "it is a value for whoever awaits or joins it";

/// All of them.
#[allow(dead_code, reason = "bundles and reporters are places, too")]
pub(crate) const PLACES: [Place; 8] = [
    Place {
        suite: "matrix::places::body",
        name: "suite body",
        cannot: &[],
    },
    Place {
        suite: "matrix::places::subtest",
        name: "subtest",
        cannot: &[],
    },
    Place {
        suite: "matrix::places::parallel_subtest",
        name: "parallel subtest",
        cannot: &[],
    },
    Place {
        suite: "matrix::places::job",
        name: "job",
        cannot: &[(Fault::Errs, A_VALUE)],
    },
    Place {
        suite: "matrix::places::task",
        name: "raw task",
        cannot: &[(Fault::Errs, A_VALUE)],
    },
    Place {
        suite: "matrix::places::thread",
        name: "thread",
        cannot: &[(Fault::Errs, A_VALUE), (Fault::Waits, "a thread has no await")],
    },
    Place {
        suite: "matrix::places::round",
        name: "verifier round",
        cannot: &[],
    },
    Place {
        suite: "matrix::places::clean_up",
        name: "clean-up",
        cannot: &[(Fault::Errs, "a clean-up returns nothing")],
    },
];

/// It ends before the fault.
#[suite]
#[ignore = "run by the tests"]
async fn before() {
    pass!("fine");
}

/// It runs when the fault happens, and after it.
#[suite]
#[ignore = "run by the tests"]
async fn beside() {
    while !has_struck() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    match Fault::wanted() {
        // It is running when the process ends.
        Some(Fault::Exits) => std::future::pending().await,
        // And when it is asked who was running.
        Some(Fault::Panics | Fault::PanicsOddly) => tokio::time::sleep(Duration::from_millis(300)).await,
        _ => tokio::time::sleep(Duration::from_millis(20)).await,
    }
    pass!("fine");
}

#[suite]
#[ignore = "run by the tests"]
async fn body() -> Result<(), String> {
    ready().await;
    strike().await
}

#[suite]
#[ignore = "run by the tests"]
async fn subtest() {
    ready().await;
    subtest!("inner", { strike().await? });
}

#[suite(parallel)]
#[ignore = "run by the tests"]
async fn parallel_subtest() {
    ready().await;
    subtest!("inner", { strike().await? });
    subtest!("its sibling", { pass!("fine") });
}

#[suite]
#[ignore = "run by the tests"]
async fn job(t: Suite) {
    ready().await;
    t.spawn(strike());
    pass!("fine");
}

/// The task is not joined: what becomes of it is not looked at.
#[suite]
#[ignore = "run by the tests"]
async fn task() {
    ready().await;
    let task = tokio::spawn(strike());
    while !task.is_finished() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    pass!("fine");
}

/// The thread is not joined either.
#[suite]
#[ignore = "run by the tests"]
async fn thread() {
    ready().await;
    let thread = std::thread::spawn(strike_here);
    while !thread.is_finished() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    pass!("fine");
}

#[suite]
#[ignore = "run by the tests"]
async fn round() {
    ready().await;
    let v = verify_loop!(round_timeout = "1s", async { strike().await });
    let _ = v.start_job().await;
    while !has_struck() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn clean_up(t: Suite) {
    ready().await;
    t.on_finish(async {
        // What it returns is nobody's.
        let _ = strike().await;
    });
    pass!("fine");
}
