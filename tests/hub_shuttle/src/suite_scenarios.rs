//! Many who speak of one suite at once: each check is counted once, in its place.

use real_std::sync::{Arc, Mutex};
use std::thread;

use shuttle::rand::Rng;

use crate::claim::Problem;
use crate::event::{EventKind, Telemetry};
use crate::place::Place;
use crate::plan::Plan;
use crate::record::{Record, RunEnd, SuiteEnd};
use crate::stage::Stage;
use crate::suite::Birth;
use crate::world::{World, pass};

pub(crate) fn end_of(records: &[Record]) -> &SuiteEnd {
    let mut ends = records.iter().filter_map(|record| match record {
        Record::SuiteEnded(end) => Some(&**end),
        _ => None,
    });
    let end = ends.next().expect("the suite has ended");
    assert!(ends.next().is_none(), "once");
    end
}

/// How many checks were recorded and counted, which is the same; each number once and in order.
fn counted(records: &[Record]) -> u64 {
    let mut next = 1;
    for record in records {
        match record {
            Record::Check(check) if check.child.is_none() => {
                assert_eq!(check.number, next);
                next += 1;
            }
            Record::Passed { first, count, .. } => {
                assert_eq!(*first, next);
                next += count;
            }
            _ => {}
        }
    }
    assert_eq!(end_of(records).tally.run, next - 1);
    next - 1
}

/// How many were told to be late.
pub(crate) fn late(run: &RunEnd) -> u64 {
    let of = |problem: &Arc<Problem>| match &**problem {
        Problem::LateCheck { label, .. } => match label.strip_suffix(" passing checks") {
            Some(count) => count.parse().unwrap(),
            None => 1,
        },
        other => panic!("{other:?}"),
    };
    run.problems.iter().map(of).sum()
}

const MODES: [(bool, bool); 4] = [(true, true), (false, true), (true, false), (false, false)];

/// Threads that pass, fail, speak, ask and mark.
pub fn every_check_is_counted_once() {
    let (attended, counts) = MODES[shuttle::rand::thread_rng().gen_range(0..MODES.len())];
    let world = World::new(attended, counts);
    let threads = (0..3).map(|number| {
        let world = world.clone();
        thread::spawn(move || {
            for _ in 0..6 {
                world.pass();
            }
            match number {
                0 => world.fail(),
                1 => world.diag("between".to_owned()),
                _ => assert!(
                    world.suite.snapshot().unwrap().tally.run >= 6,
                    "its own are counted when it asks"
                ),
            }
            world.pass();
            world.pass();
        })
    });
    let threads: Vec<_> = threads.collect();
    for thread in threads {
        thread.join().unwrap();
    }
    world.end(false);
    let (records, run) = world.end_of_run();
    assert_eq!(counted(&records), 25);
    assert_eq!(end_of(&records).tally.failed, 1);
    assert_eq!(late(&run), 0);
}

/// One task passes and speaks in turn; another one speaks as well, and so takes along what the first has counted.
pub fn own_passes_come_before_what_is_said_after_them() {
    for attended in [true, false] {
        let world = World::new(attended, true);
        for _ in 0..4 {
            world.pass();
        }
        let other = {
            let world = world.clone();
            thread::spawn(move || (0..2).for_each(|_| world.diag("other".to_owned())))
        };
        for round in 1..=2 {
            for _ in 0..3 {
                world.pass();
            }
            world.diag(format!("{}", 4 + round * 3));
        }
        for _ in 0..5 {
            world.pass();
        }
        // The other one is not awaited: what it took along is in time all the same.
        world.end(false);
        other.join().unwrap();
        let (records, run) = world.end_of_run();
        let mut seen = 0;
        for record in &records {
            match record {
                Record::Check(check) if check.child.is_none() => seen += 1,
                Record::Passed { count, .. } => seen += count,
                Record::Diag(_, text) if *text != "other" => {
                    assert_eq!(text.parse::<u64>(), Ok(seen), "what was said after so many checks");
                }
                _ => {}
            }
        }
        assert_eq!(counted(&records), 15);
        assert_eq!(late(&run), 0);
    }
}

/// Two tasks pass and speak in turn in a suite and in a child of it, where each pass is shown: what each task says stays in
/// its order.
pub fn passes_in_company_stay_in_the_order_of_their_task() {
    for attended in [true, false] {
        let world = World::new(attended, false);
        let child = Birth::new("child".to_owned(), Place::new("t.rs", 2, 1));
        let child = world.suite.child(child, Plan::new());
        child.send_event(EventKind::Started);
        let tasks = [
            ["a1", "a2", "a3", "a4", "a5", "a6"],
            ["b1", "b2", "b3", "b4", "b5", "b6"],
        ]
        .map(|labels| {
            let (world, child) = (world.clone(), child.clone());
            thread::spawn(move || {
                world.pass_as(labels[0]);
                world.pass_as(labels[1]);
                pass(&child, labels[2]);
                world.pass_as(labels[3]);
                match labels[0] {
                    "a1" => drop(child.snapshot()),
                    _ => child.send_event(EventKind::Diag(labels[4].into())),
                }
                pass(&child, labels[5]);
            })
        });
        for task in tasks {
            task.join().unwrap();
        }
        child.send_event(EventKind::DoneTesting(Box::default()));
        world.end(false);
        let (records, run) = world.end_of_run();
        for (task, expected) in [("a", "a1 a2 a3 a4 a6"), ("b", "b1 b2 b3 b4 b5 b6")] {
            let said = records.iter().filter_map(|record| match record {
                Record::Check(check) if check.child.is_none() => Some(check.label.as_ref()),
                Record::Diag(_, text) => Some(text.as_ref()),
                _ => None,
            });
            let said: Vec<_> = said.filter(|text| text.starts_with(task)).collect();
            assert_eq!(said.join(" "), expected);
        }
        assert_eq!(late(&run), 0);
    }
}

fn full() -> Telemetry {
    Telemetry::Rounds {
        verifier: "full".into(),
        rounds: 0,
        failed: 0,
        unknown: 0,
    }
}

/// `try_send` on a full road takes along what was counted and has to put it back.
pub fn what_could_not_be_sent_is_not_lost() {
    let world = World::new(false, true);
    for _ in 0..6 {
        world.pass();
    }
    // Telemetry fills the road and handles nothing.
    let fill = || world.suite.telemetry(full());
    (0..1024).for_each(|_| fill());
    let tries = {
        let world = world.clone();
        thread::spawn(move || {
            let _ = world.suite.try_send(EventKind::Diag("perhaps".into()));
        })
    };
    let passes = {
        let world = world.clone();
        thread::spawn(move || world.pass())
    };
    passes.join().unwrap();
    world.end(false);
    tries.join().unwrap();
    let (records, run) = world.end_of_run();
    assert_eq!(counted(&records), 7);
    assert_eq!(late(&run), 0);
}

/// Threads that go on beside the end: what they check is counted, or told to be late, and nothing is both or neither.
pub fn the_end_beside_late_checks() {
    for (attended, counts) in MODES {
        let world = World::new(attended, counts);
        for _ in 0..5 {
            world.pass();
        }
        let threads = (0..2).map(|number| {
            let world = world.clone();
            thread::spawn(move || {
                for _ in 0..4 {
                    world.pass();
                }
                match number {
                    0 => world.fail(),
                    _ => world.diag("between".to_owned()),
                }
                // Enough to be counted again, after the first of them have been named.
                (0..6).for_each(|_| world.pass());
            })
        });
        let threads: Vec<_> = threads.collect();
        world.end(false);
        for thread in threads {
            thread.join().unwrap();
        }
        let (records, run) = world.end_of_run();
        assert_eq!(counted(&records) + late(&run), 5 + 21);
        assert!(counted(&records) >= 5);
    }
}

/// A suite that tells nothing as long as it passes: all of it comes in its order, or nothing but what is late.
pub fn what_is_held_back_is_told_once_or_never() {
    for fails in [false, true] {
        let world = World::that_holds();
        (0..5).for_each(|_| world.pass());
        let threads = (0..2).map(|number| {
            let world = world.clone();
            thread::spawn(move || {
                (0..3).for_each(|_| world.pass());
                match number {
                    0 if fails => world.fail(),
                    _ if fails => world.suite.flush_running(),
                    _ => {}
                }
                (0..6).for_each(|_| world.pass());
            })
        });
        let threads: Vec<_> = threads.collect();
        world.end(false);
        let unheard = world.suite.has_passed_unheard();
        for thread in threads {
            thread.join().unwrap();
        }
        let (records, run) = world.end_of_run();
        let is_told = records.iter().any(|record| matches!(record, Record::SuiteEnded(_)));
        let all = 5 + 2 * 9 + u64::from(fails);
        match is_told {
            true => assert_eq!(counted(&records) + late(&run), all),
            false => {
                assert!(
                    records
                        .iter()
                        .all(|record| matches!(record, Record::Problem(..) | Record::RunEnded(_)))
                );
                assert!(late(&run) <= all - 5);
            }
        }
        assert!(!(is_told && unheard));
    }
}

/// After an abort checks are ignored; those that had returned before it are counted.
pub fn an_abort_beside_checks() {
    let world = World::new(true, true);
    for _ in 0..6 {
        world.pass();
    }
    let other = {
        let world = world.clone();
        thread::spawn(move || (0..3).for_each(|_| world.pass()))
    };
    world.suite.abort();
    let before = world.suite.stage();
    other.join().unwrap();
    world.end(true);
    assert!(before.is_open());
    let (records, run) = world.end_of_run();
    assert!((6..=9).contains(&counted(&records)));
    assert_eq!(late(&run), 0);
}

/// Of several who step at once each sees a valid step, and together they are one chain.
pub fn stages_are_a_chain() {
    let world = World::new(true, false);
    let steps = Arc::<Mutex<Vec<(Stage, Stage)>>>::default();
    let threads = [
        [Stage::InProgress, Stage::Finishing],
        [Stage::Finishing, Stage::Finished],
        [Stage::Fatality, Stage::Dismissed],
    ]
    .map(|to| {
        let (world, steps) = (world.clone(), steps.clone());
        thread::spawn(move || {
            for to in to {
                if let Ok(from) = world.suite.set_stage(to) {
                    steps.lock().unwrap().push((from, to));
                }
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let (records, _) = world.end_of_run();
    let mut steps = real_std::mem::take(&mut *steps.lock().unwrap());
    steps.retain(|(from, to)| from != to);
    steps.sort();
    let mut told: Vec<(Stage, Stage)> = records
        .iter()
        .filter_map(|record| match record {
            Record::Stage(suite, from, to) if suite.nesting == 1 => Some((*from, *to)),
            _ => None,
        })
        .collect();
    told.sort();
    assert_eq!(told, steps);
    let mut at = Stage::Initializing;
    for (from, to) in steps {
        assert_eq!(from, at, "each step begins where the one before has ended");
        assert!(from.may_become(to));
        at = to;
    }
    assert_eq!(at, Stage::Dismissed);
}
