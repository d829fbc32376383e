//! Random trees of suites end as a simple model says.

#[path = "trees/found.rs"]
mod found;
#[path = "trees/mod.rs"]
mod trees;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use trees::compare::{Seen, compare};
use trees::drive::{self, Flavor};
use trees::model::{Kind, Outcome};
use trees::tree::{Node, Op, Tree};
use trees::{disagreements, farm, generate, shrink};

/// `TREES_COUNT` says how many trees are run and `TREES_FIRST` where they begin; `TREES_SEED` runs one of them many times.
#[test]
fn random_trees_end_as_the_model_says() {
    let seeds = farm::seeds(farm::variable(farm::COUNT).unwrap_or(10_000));
    if let Some(wrong) = farm::run(&seeds, farm::LIMIT, disagreements) {
        panic!("{}", farm::report(&wrong));
    }
}

fn words(node: &Node, into: &mut BTreeSet<String>) {
    let first_word = |text: String| text.split([' ', '(']).next().unwrap_or_default().to_owned();
    into.insert(format!("by {:?}", node.start.door));
    into.insert(format!("ends by {}", first_word(format!("{:?}", node.end))));
    for op in &node.ops {
        match op {
            Op::Job(job) => into.insert(format!("job {}", first_word(format!("{job:?}")))),
            op => into.insert(first_word(format!("{op:?}"))),
        };
    }
    node.children().for_each(|child| words(child, into));
}

#[test]
fn the_trees_have_everything_in_them() {
    let (mut found, mut large, mut deep, mut strict) = (BTreeSet::new(), 0, 0, 0);
    for seed in 0..10_000 {
        let tree = generate::tree(seed);
        let outcome = Outcome::of(&tree, &BTreeMap::new());
        words(&tree.top, &mut found);
        for suite in outcome.suites.values() {
            found.extend(suite.points.iter().map(|(_, kind)| format!("{kind:?}")));
            found.extend(suite.problems.iter().map(|problem| (*problem).to_owned()));
        }
        large += u32::from(tree.top.count() == 300);
        deep += u32::from(tree.top.depth() == 6);
        strict += u32::from(tree.strict);
    }
    let wanted = "Check Skip SkipRest SkipRemaining Todo Flunk Plan DoneTesting Diag Yield Child \
        Passed Failed Flunked Unflunked Unexpected Skipped \
        Panicked Returned JobPanicked PlanMismatch Misuse LateCheck Stopped";
    let mut wanted: BTreeSet<String> = wanted.split_whitespace().map(str::to_owned).collect();
    wanted.extend(["Method", "Macro", "Invoked", "Run", "Dropped"].map(|door| format!("by {door}")));
    wanted.extend(["Return", "Panic", "Err", "Abort", "BailOut"].map(|end| format!("ends by {end}")));
    wanted.extend(["Quiet", "Panic", "Check"].map(|job| format!("job {job}")));
    let missing: Vec<_> = wanted.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(large >= 5 && deep >= 500, "{large} of 300 suites, {deep} of depth 6");
    assert!((2_000..8_000).contains(&strict), "{strict}");
}

/// The same tree with its first check turned over.
fn with_a_check_turned_over(node: &Node) -> Option<Node> {
    let mut node = node.clone();
    let held = node.ops.iter_mut().find_map(|op| match op {
        Op::Check { held, .. } => Some(held),
        _ => None,
    })?;
    *held = !*held;
    Some(node)
}

fn wrongly_predicted(tree: &Arc<Tree>) -> bool {
    let Some(top) = with_a_check_turned_over(&tree.top) else {
        return false;
    };
    let (seen, told) = drive::run(tree, Flavor::CurrentThread);
    let seen = Seen::new(&seen, told).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let other = Tree {
        top: Arc::new(top),
        ..**tree
    };
    !compare(&Outcome::of(&other, &seen.raws()), &seen).is_empty()
}

#[test]
fn a_wrong_prediction_is_noticed_and_made_small() {
    let trees = (0..100).map(|seed| Arc::new(generate::tree(seed)));
    let noticed: Vec<_> = trees.filter(wrongly_predicted).collect();
    assert!(noticed.len() > 30, "{}", noticed.len());
    let large = noticed.into_iter().max_by_key(|tree| tree.top.count()).unwrap();
    assert!(large.top.count() > 10);
    let small = shrink::shrink((*large).clone(), 2_000, wrongly_predicted);
    assert_eq!((small.top.count(), small.top.ops.len()), (1, 1), "{small}");
}

#[test]
fn a_tree_that_hangs_is_named() {
    let hangs = |tree: &Arc<Tree>, flavor| {
        if tree.seed == 3 && flavor == Flavor::MultiThread {
            std::thread::sleep(Duration::from_secs(3_600));
        }
        Vec::new()
    };
    let wrong = farm::run(&[1, 2, 3, 4], Duration::from_millis(200), hangs).unwrap();
    assert_eq!((wrong.seed, wrong.flavor), (3, Flavor::MultiThread));
    assert!(wrong.what.contains("has not ended"), "{}", wrong.what);
}

#[test]
fn the_model_judges_a_small_tree_as_a_reader_would() {
    let tree = generate::tree(0);
    let check = |label, held| Op::Check {
        label,
        held,
        skippable: true,
    };
    let ops = vec![
        Op::Todo(Some(1)),
        check(1, false),
        Op::Flunk(Some(2)),
        check(2, true),
        Op::Skip(1),
        check(3, false),
        check(4, true),
    ];
    let top = Arc::new(Node {
        ops,
        plan: Default::default(),
        end: trees::tree::End::Return,
        ..(*tree.top).clone()
    });
    let outcome = Outcome::of(&Tree { top, ..tree }, &BTreeMap::new());
    let suite = outcome.suites.values().next().unwrap();
    let kinds: Vec<Kind> = suite.points.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(
        kinds,
        [Kind::Todo, Kind::Unflunked, Kind::Skipped, Kind::Flunked, Kind::Passed]
    );
    assert_eq!(outcome.verdict, Kind::Failed);
}
