//! Suites that the hub does not hear of as long as they pass, and others that ask or are late.

use std::thread;

use crate::claim::{Claim, Problem, Raw};
use crate::error::ErrorKind;
use crate::event::EventKind;
use crate::place::Place;
use crate::plan::Plan;
use crate::record::Record;
use crate::stage::Stage;
use crate::suite_scenarios::{end_of, late};
use crate::world::World;

/// Something is late for a suite that has passed unheard, and others sit at the desk: the next suite that ends fails for it.
pub fn what_is_late_fails_the_next_that_ends() {
    let world = World::that_holds();
    let next = world.next();
    world.pass();
    world.end(false);
    assert!(world.suite.has_passed_unheard());
    next.pass();
    next.suite.set_stage(Stage::Finishing).unwrap();
    next.suite.set_stage(Stage::Finished).unwrap();
    let late = EventKind::Test(Claim::new(Raw::Pass, "late", Place::new("t.rs", 1, 1)));
    // It is in the queue, and perhaps being handled.
    world.suite.try_send(late).unwrap();
    let handles = {
        let sender = world.sender.clone();
        thread::spawn(move || sender.handle())
    };
    next.suite.send_event(EventKind::DoneTesting(Box::default()));
    assert!(!next.suite.has_passed_unheard());
    handles.join().unwrap();
    let (records, run) = world.end_of_run();
    assert!(end_of(&records).failed);
    let [problem] = &*run.problems else {
        panic!("{:?}", run.problems)
    };
    assert!(
        matches!(&**problem, Problem::LateCheck { suite, .. } if suite == "s"),
        "{problem:?}"
    );
}

/// What the root is told comes after those that have passed unheard.
pub fn a_plan_of_the_root_is_too_late_for_whoever_has_passed_unheard() {
    let world = World::that_holds();
    world.pass();
    world.end(false);
    assert!(world.suite.has_passed_unheard());
    let handles = {
        let sender = world.sender.clone();
        thread::spawn(move || sender.handle())
    };
    let at = Place::new("t.rs", 1, 1);
    let root = world.suite.parent().unwrap();
    root.send_event(EventKind::Plan(Box::new(Plan::new().tests(2)), at));
    handles.join().unwrap();
    let (records, _) = world.end_of_run();
    let is_too_late = |record: &Record| match record {
        Record::Problem(_, problem) => {
            matches!(&**problem, Problem::Misuse(_, error) if error.kind == ErrorKind::PlanTooLate)
        }
        _ => false,
    };
    assert!(records.iter().any(is_too_late), "{records:?}");
}

/// Several ask the root, and one of them tells it of those that have passed unheard: each of them finds them counted.
pub fn the_root_knows_of_whoever_has_passed_unheard() {
    let world = World::that_holds();
    let root = world.suite.parent().unwrap();
    let asked = |least| {
        let root = root.clone();
        thread::spawn(move || assert!(root.snapshot().unwrap().tally.run >= least))
    };
    let next = world.next();
    let before = asked(0);
    world.end(false);
    let threads = [before, asked(1), asked(1)];
    next.end(false);
    assert_eq!(root.snapshot().unwrap().tally.run, 2);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(root.snapshot().unwrap().tally.run, 2, "once");
}

/// Under `main!` a suite that passes is told when it has ended, unless somebody has asked or something else has come before:
/// either way it is told once, with all of its checks, and what comes after its end is late.
pub fn what_passes_is_told_once_and_with_all_its_checks() {
    for fails in [false, true] {
        let world = World::that_is_told_whole();
        (0..5).for_each(|_| world.pass());
        let threads = (0..2).map(|number| {
            let world = world.clone();
            thread::spawn(move || {
                (0..3).for_each(|_| world.pass());
                match number {
                    0 if fails => world.fail(),
                    1 => world.suite.flush_running(),
                    _ => {}
                }
                (0..3).for_each(|_| world.pass());
            })
        });
        let threads: Vec<_> = threads.collect();
        world.end(false);
        for thread in threads {
            thread.join().unwrap();
        }
        let (records, run) = world.end_of_run();
        let ends = records.iter().filter_map(|record| match record {
            Record::Check(check) => check.child.clone(),
            _ => None,
        });
        let [end] = &ends.collect::<Vec<_>>()[..] else {
            panic!("{records:?}")
        };
        assert_eq!(end.tally.run + late(&run), 5 + 2 * 6 + u64::from(fails));
        let is_whole = !records.iter().any(|record| matches!(record, Record::SuiteEnded(_)));
        assert!(!(is_whole && end.failed), "{records:?}");
        assert_eq!(
            (run.passed, run.failed),
            (u64::from(!end.failed), u64::from(end.failed))
        );
    }
}
