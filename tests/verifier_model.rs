//! Random schedules of starts, stops, finishes, drops and ends against a sequential model.
//!
//! `VERIFIER_SCHEDULES` says how many are played, and `VERIFIER_SEED` plays one of them alone.

#[path = "verifier_model/drive.rs"]
mod drive;
#[path = "verifier_model/model.rs"]
mod model;
#[path = "verifier_model/schedule.rs"]
mod schedule;
#[path = "verifier_model/told.rs"]
mod told;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use schedule::{Keys, Letter, Says, Schedule};
use told::Told;

const SEED: &str = "VERIFIER_SEED";
const SCHEDULES: &str = "VERIFIER_SCHEDULES";

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

fn paused() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

/// What the verifier does, and what it should do where that is something else.
fn disagreement(schedule: &Schedule) -> Option<(Told, Told)> {
    let real = paused().block_on(drive::play(schedule));
    let mut model = model::play(schedule);
    // How often it was started is in every line; the test point tells it only of several.
    model.figures.sessions = 0;
    if model.verdict.is_none() {
        // Nothing was told, so there are no figures to compare.
        model.figures = told::Figures {
            looks: model.figures.looks,
            ..told::Figures::default()
        };
    }
    (real != model).then_some((real, model))
}

/// Takes away whatever can be taken away while it still disagrees.
fn shrink(mut schedule: Schedule, disagrees: impl Fn(&Schedule) -> bool) -> Schedule {
    while let Some(simpler) = schedule.simpler().into_iter().find(|it| disagrees(it)) {
        schedule = simpler;
    }
    schedule
}

fn told(seed: u64) -> Option<String> {
    let schedule = Schedule::random(seed);
    disagreement(&schedule)?;
    let small = shrink(schedule, |it| disagreement(it).is_some());
    let (real, model) = disagreement(&small)?;
    Some(format!(
        "seed {seed} disagrees; again: {SEED}={seed} cargo test --test verifier_model random_schedules\n\
         as small as it gets: {small:#?}\nthe verifier: {real:#?}\nthe model: {model:#?}"
    ))
}

#[test]
fn random_schedules_end_as_the_model_says() {
    if let Some(seed) = variable(SEED) {
        if let Some(text) = told(seed) {
            panic!("{text}");
        }
        return;
    }
    let schedules = variable(SCHEDULES).unwrap_or(10_000);
    let (next, wrong) = (AtomicU64::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |it| it.get().min(8)) {
            scope.spawn(|| {
                while wrong.lock().unwrap().is_none() {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= schedules {
                        return;
                    }
                    if let Some(text) = told(seed) {
                        wrong.lock().unwrap().get_or_insert(text);
                    }
                }
            });
        }
    });
    if let Some(text) = wrong.into_inner().unwrap() {
        panic!("{text}");
    }
}

#[test]
fn a_verifier_that_is_wrong_disagrees_and_shrinks() {
    // The rounds of the verifier pass where those of the model fail.
    let wrongly = |schedule: &Schedule| {
        let mut other = schedule.clone();
        for letter in &mut other.letters {
            if letter.says == Says::Fail {
                letter.says = Says::Pass;
            }
        }
        paused().block_on(drive::play(&other)).verdict != model::play(schedule).verdict
    };
    let found = (0..1_000)
        .map(Schedule::random)
        .find(&wrongly)
        .expect("one of a thousand");
    let small = shrink(found, wrongly);
    assert!(small.ops.len() <= 2, "{small:#?}");
    assert_eq!(
        small.letters.iter().filter(|it| it.says == Says::Fail).count(),
        1,
        "{small:#?}"
    );
    assert_eq!(small.keys, Keys::PLAIN);
}

#[test]
fn the_schedules_have_everything_in_them() {
    let mut found = BTreeMap::<String, u64>::new();
    for seed in 0..10_000 {
        let schedule = Schedule::random(seed);
        let told = model::play(&schedule);
        let mut words = vec![format!("{:?}", schedule.end), format!("{:?}", schedule.keys.mode)];
        words.push(told.verdict.map_or("quiet".to_owned(), |it| format!("{it:?}")));
        if told.ops.len() < schedule.ops.len() {
            words.push("ended by a violation".to_owned());
        }
        for line in &told.ops {
            let (what, rest) = line.split_once(": ").unwrap();
            let result = rest.split([';', '[']).next().unwrap().trim();
            words.push(format!("{}: {result}", what.split('(').next().unwrap()));
        }
        words.sort();
        words.dedup();
        for word in words {
            *found.entry(word).or_default() += 1;
        }
    }
    let wanted = "Return,Panic,Err,Abort,BailOut,Always,Sometimes,Never,Passed,Failed,Skipped,quiet,\
        ended by a violation,Start: ok,Start: state,Start: gate,Stop: ok,Stop: state,Stop: violated,Stop: no round,\
        Stop: undecided,Stop: never passed,Stop: too few,Finish: finished,Drop: dropped,Drop: gone,Wait: waited";
    for wanted in wanted.split(',') {
        assert!(
            found.get(wanted).is_some_and(|n| *n >= 50),
            "`{wanted}` is rare in {found:#?}"
        );
    }
    assert_eq!(Letter::PLAIN.takes, 0);
}
