//! A verifier works the same wherever its suite is, on whatever runtime, and however that suite ends.

mod verifier_kit;

use std::sync::Arc;

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Intercepted, Plan};
use verifier_kit::*;

const PLACES: [&str; 5] = ["alone", "subtest", "parallel parent", "parallel suite", "random suite"];

const ENDINGS: [&str; 9] = [
    "returns",
    "finished",
    "dropped",
    "panics",
    "Err",
    "times out",
    "aborts",
    "bails out",
    "parent aborts",
];

/// The body of the suite with the verifier: it looks a while, it may be broken, and then the suite ends.
async fn watched(t: Suite, place: &str, system: Arc<System>, broken: bool, ending: &str) -> Result<(), String> {
    let v = inv(system.clone()).every(ms(2));
    v.start_job().await.map_err(|error| error.to_string())?;
    while system.looks() < 3 {
        sleep(1).await;
    }
    system.break_it(broken);
    while broken && v.report().failed == 0 {
        sleep(1).await;
    }
    if ending == "times out" {
        // Only now, so that all of the above has happened however slow the machine is.
        t.plan(Plan::new().timeout(ms(1))).map_err(|error| error.to_string())?;
    }
    if place.ends_with("suite") {
        subtest!("beside", { sleep(1).await });
    }
    match ending {
        "returns" => return Ok(()),
        "finished" => {
            v.finish().await;
            return Ok(());
        }
        "dropped" => {
            drop(v);
            return Ok(());
        }
        "panics" => panic!("on purpose"),
        "Err" => return Err("on purpose".to_owned()),
        "aborts" => t.abort(),
        "bails out" => t.bail_out("on purpose"),
        "parent aborts" => t.parent().expect("it has one").abort(),
        _ => {}
    }
    std::future::pending().await
}

async fn one(place: &'static str, ending: &'static str, system: Arc<System>, broken: bool) -> Intercepted {
    let body = async move |t: Suite| watched(t, place, system, broken, ending).await;
    // The parent that is aborted must not be the root, hence one more suite.
    Intercept::new()
        .run("inner", move |_| async move {
            match place {
                "alone" => {
                    let body = move |t| async move { body(t).await.unwrap_or_default() };
                    subtest!("outer", async |t| {
                        t.create_suite("watched", Plan::new(), body).run().await
                    });
                }
                "subtest" => {
                    subtest!("outer", {
                        subtest!("watched", async |t| body(t).await);
                    });
                }
                "parallel parent" => {
                    subtest!("outer", parallel, {
                        subtest!("beside", { sleep(1).await });
                        subtest!("watched", async |t| body(t).await);
                    });
                }
                "parallel suite" => {
                    subtest!("outer", {
                        subtest!("watched", parallel, async |t| body(t).await);
                    });
                }
                _ => {
                    subtest!("outer", {
                        subtest!("watched", random, async |t| body(t).await);
                    });
                }
            }
        })
        .await
}

async fn every_place_and_ending() {
    for place in PLACES {
        for ending in ENDINGS {
            if (place, ending) == ("alone", "Err") {
                // The body of a suite that is created by hand returns nothing.
                continue;
            }
            for broken in [false, true] {
                let case = format!("{place}, {ending}, broken: {broken}");
                let system = System::new();
                let seen = one(place, ending, system.clone(), broken).await;
                let looks = system.looks();
                let quiet = matches!(ending, "aborts" | "parent aborts");
                if quiet {
                    // What is aborted says nothing any more.
                    is!(count_of(&seen, "inv"), 0, "{case}");
                } else {
                    let check = check(&seen, "inv");
                    let expected = if broken { Verdict::Failed } else { Verdict::Passed };
                    is!(check.verdict, expected, "{case}");
                    ok!(count(check, "rounds") >= 3, "{case}: it has looked");
                    is!(
                        count(check, "rounds"),
                        looks,
                        "{case}: and every look is in the figures"
                    );
                }
                let bad = broken && !quiet || matches!(ending, "panics" | "Err" | "times out" | "bails out");
                is!(
                    seen.verdict() == Verdict::Failed,
                    bad,
                    "{case}: what becomes of the suite"
                );
                is!(seen.run_end().problems.len(), 0, "{case}: nothing came too late");
                sleep(10).await;
                is!(system.looks(), looks, "{case}: nobody looks any more");
            }
        }
    }
}

#[suite(start_paused = true)]
async fn every_place_and_ending_under_a_paused_clock() {
    every_place_and_ending().await;
}

#[suite(flavor = "current_thread")]
async fn every_place_and_ending_on_one_thread() {
    every_place_and_ending().await;
}

#[suite(flavor = "multi_thread", worker_threads = 3)]
async fn every_place_and_ending_on_several_threads() {
    every_place_and_ending().await;
}
