//! The seed map, row A18: the stages of a suite.

mod seed_map;

use std::collections::HashMap;
use std::sync::Arc;

use async_test_suite::error::{Error, ErrorKind};
use async_test_suite::prelude::*;
use async_test_suite::record::Record;
use async_test_suite::{Intercept, Plan, Stage};
use seed_map::problems;
use tokio::sync::oneshot;

/// Which stage each may become, by the first letters.
const STEPS: [(Stage, &str); 6] = [
    (Stage::Initializing, "xxx.xx"),
    (Stage::InProgress, ".xx.xx"),
    (Stage::Finishing, "..xxxx"),
    (Stage::Finished, "...xxx"),
    (Stage::Fatality, "....xx"),
    (Stage::Dismissed, ".....x"),
];

/// The steps that lead to a stage.
fn road(to: Stage) -> &'static [Stage] {
    match to {
        Stage::Initializing => &[],
        Stage::InProgress => &[Stage::InProgress],
        Stage::Finishing => &[Stage::Finishing],
        Stage::Finished => &[Stage::Finishing, Stage::Finished],
        Stage::Fatality => &[Stage::Fatality],
        Stage::Dismissed => &[Stage::Dismissed],
    }
}

#[suite(plan = 36)]
async fn a18_every_pair_of_stages_through_set_stage() {
    let (answers, answered) = oneshot::channel();
    Intercept::new()
        .run("stages", |t| async move {
            let mut answers_of = HashMap::new();
            for (from, _) in STEPS {
                for to in Stage::ALL {
                    let new = t.create_suite(format!("{from} {to}"), Plan::new(), |_| async {});
                    let suite = new.suite().expect("nothing is skipped").clone();
                    for step in road(from) {
                        suite.set_stage(*step).expect("a step of the road");
                    }
                    answers_of.insert(
                        (from, to),
                        (suite.set_stage(to), suite.stage(), suite.path().to_owned()),
                    );
                }
            }
            let _ = answers.send(answers_of);
        })
        .await;
    let answers = answered.await.unwrap_or_default();
    for (from, steps) in STEPS {
        for (to, allowed) in Stage::ALL.into_iter().zip(steps.chars()) {
            let (answer, after, path) = answers[&(from, to)].clone();
            let expected = match allowed {
                'x' => (Ok(from), to),
                _ => (
                    Err(Error::new(path, "set_stage", ErrorKind::StageTransition { from, to })),
                    from,
                ),
            };
            is!((answer, after), expected, "{from} to {to}");
        }
    }
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a18_of_concurrent_callers_one_makes_the_step() {
    let seen = Intercept::new()
        .run("race", |t| async move {
            let child = t.create_suite("child", Plan::new(), |_| async {});
            let suite = child.suite().expect("nothing is skipped").clone();
            let begin = Arc::new(tokio::sync::Barrier::new(64));
            let callers: Vec<_> = (0..64)
                .map(|_| {
                    let (suite, begin) = (suite.clone(), begin.clone());
                    t.spawn(async move {
                        begin.wait().await;
                        (suite.set_stage(Stage::InProgress), suite.set_stage(Stage::Finishing))
                    })
                })
                .collect();
            let mut firsts = (0, 0);
            for caller in callers {
                let (progress, finishing) = caller.await.unwrap();
                firsts.0 += u32::from(progress == Ok(Stage::Initializing));
                firsts.1 += u32::from(finishing == Ok(Stage::InProgress));
                // Whoever came too late for the first step is told from where it was refused.
                if let Err(error) = progress {
                    let (from, to) = (Stage::Finishing, Stage::InProgress);
                    assert_eq!(error.kind, ErrorKind::StageTransition { from, to });
                }
            }
            assert_eq!(firsts, (1, 1));
        })
        .await;
    is!(problems(&seen, "race"), []);
    let steps = seen.records().iter().filter_map(|record| match record {
        Record::Stage(suite, from, to) if suite.path == "race/child" => Some((*from, *to)),
        _ => None,
    });
    is!(
        steps.collect::<Vec<_>>(),
        [
            (Stage::Initializing, Stage::InProgress),
            (Stage::InProgress, Stage::Finishing),
            (Stage::Finishing, Stage::Finished),
        ],
        "each step is one event"
    );
}

#[suite]
async fn a18_the_stages_of_a_life(t: Suite) {
    is!(t.stage(), Stage::Initializing, "asked before the first test");
    is!(t.stage(), Stage::InProgress);
    let inner = t.clone();
    t.on_finish(async move {
        is!(inner.stage(), Stage::Finishing, "a clean-up");
    });
    let child = t.create_suite("child", Plan::new(), |_| async {});
    let suite = child.suite().cloned();
    ok!(child.run().await);
    is!(suite.map(|suite| suite.stage()), Some(Stage::Dismissed), "an ended one");
}
