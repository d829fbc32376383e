use std::collections::HashMap;

use super::*;
use crate::report::a_suite;

const MANY: u64 = 100_000;

fn begun(suites: impl Iterator<Item = Arc<SuiteInfo>>) -> Course {
    let mut course = Course::default();
    course.take(&Record::RunStarted(Arc::new(RunStart {
        suites: 1,
        filtered_out: 0,
        shard: None,
        seed: 0,
        random: false,
    })));
    suites.for_each(|suite| course.take(&Record::SuiteStarted(suite)));
    course
}

/// The position of each suite's problem, of its end and of its judgement, and the number of who judged it.
fn cut(mut course: Course) -> HashMap<u64, (usize, usize, usize, u64)> {
    let mut seen = HashMap::<u64, (usize, usize, usize, u64)>::new();
    for (at, record) in course.cut().iter().enumerate() {
        match record {
            Record::Problem(suite, _) if suite.id != SuiteId::ROOT => seen.entry(suite.id.0).or_default().0 = at,
            Record::SuiteEnded(end) => seen.entry(end.suite.id.0).or_default().1 = at,
            Record::Check(check) => {
                let child = check.child.as_ref().unwrap().suite.id.0;
                let seen = seen.entry(child).or_default();
                assert_eq!(seen.2, 0, "it is judged once");
                (seen.2, seen.3) = (at, check.suite.id.0);
            }
            _ => {}
        }
    }
    seen
}

#[test]
fn very_many_below_each_other_are_cut_from_the_innermost_on() {
    let seen = cut(begun((1..=MANY).map(|id| a_suite(id, id - 1, "deep"))));
    assert_eq!(seen.len() as u64, MANY);
    for id in 2..=MANY {
        let ((stopped, ended, judged, by), above) = (seen[&id], seen[&(id - 1)]);
        assert!(above.0 < stopped && stopped < ended && ended < judged && judged < above.1);
        assert_eq!(by, id - 1);
    }
}

#[test]
fn very_many_beside_each_other_are_cut_in_their_order() {
    let children = (2..=MANY).map(|id| a_suite(id, 1, "wide"));
    let seen = cut(begun(std::iter::once(a_suite(1, 0, "all")).chain(children)));
    assert_eq!(seen.len() as u64, MANY);
    for id in 3..=MANY {
        assert!(seen[&(id - 1)].2 < seen[&id].0);
        assert_eq!(seen[&id].3, 1);
    }
    assert!(seen[&MANY].2 < seen[&1].1);
}

#[test]
fn the_root_judges_whose_parent_no_line_has_mentioned() {
    let seen = cut(begun([a_suite(5, 4, "orphan"), a_suite(6, 5, "child")].into_iter()));
    assert_eq!((seen[&5].3, seen[&6].3), (0, 5));
}
