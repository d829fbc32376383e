//! Making a tree smaller while it still disagrees.

use std::sync::Arc;

use super::tree::{Door, End, Keys, Node, Op, Start, Tree, Wait};

/// Takes away whatever is not needed for `is_wrong`, the largest parts first, at most so many tries.
pub fn shrink(tree: Tree, mut tries: usize, is_wrong: impl Fn(&Arc<Tree>) -> bool) -> Arc<Tree> {
    let mut best = Arc::new(tree);
    'again: loop {
        let mut smaller = smaller(&best.top, 1);
        smaller.sort_by_key(Node::count);
        for top in smaller {
            if tries == 0 {
                return best;
            }
            tries -= 1;
            let candidate = Arc::new(Tree {
                top: Arc::new(top),
                ..*best
            });
            if is_wrong(&candidate) {
                best = candidate;
                continue 'again;
            }
        }
        return best;
    }
}

/// Every tree with one thing less.
fn smaller(node: &Node, depth: usize) -> Vec<Node> {
    let mut found = Vec::new();
    for (index, op) in node.ops.iter().enumerate() {
        let mut without = node.clone();
        without.ops.remove(index);
        found.push(without);
        if let Op::Child(child) = op {
            for child in smaller(child, depth + 1) {
                let mut with = node.clone();
                with.ops[index] = Op::Child(Arc::new(child));
                found.push(with);
            }
        }
        if let Op::Plan(keys) = op {
            for keys in plainer(*keys) {
                let mut with = node.clone();
                with.ops[index] = Op::Plan(keys);
                found.push(with);
            }
        }
    }
    let mut change = |change: &dyn Fn(&mut Node)| {
        let mut with = node.clone();
        change(&mut with);
        found.push(with);
    };
    if node.end != End::Return {
        change(&|node| node.end = End::Return);
    }
    for keys in plainer(node.plan) {
        change(&|node| node.plan = keys);
    }
    let start = node.start;
    for plain in [
        Start {
            spawned: false,
            ..start
        },
        Start {
            instant: false,
            ..start
        },
        Start { hidden: false, ..start },
    ] {
        if plain != start {
            change(&|node| node.start = plain);
        }
    }
    // The other doors take no `Err`.
    if depth > 1 && start.door != Door::Method && node.end != End::Err {
        change(&|node| node.start.door = Door::Method);
    }
    if node.wait == Wait::AtTheEnd {
        change(&|node| node.wait = Wait::Never);
    }
    found
}

fn plainer(keys: Keys) -> Vec<Keys> {
    let all = [
        Keys { tests: None, ..keys },
        Keys {
            parallel: false,
            ..keys
        },
        Keys { random: false, ..keys },
        Keys { todo: false, ..keys },
        Keys {
            skip_all: false,
            ..keys
        },
        Keys { unmet: false, ..keys },
        Keys {
            test_jobs: None,
            ..keys
        },
    ];
    all.into_iter().filter(|plainer| *plainer != keys).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_stays_and_nothing_else() {
        fn panics(node: &Node) -> usize {
            usize::from(node.end == End::Panic) + node.children().map(|child| panics(child)).sum::<usize>()
        }
        let mut seeds = 0_u64..;
        let tree = seeds.find_map(|seed| {
            let tree = super::super::generate::tree(seed);
            (panics(&tree.top) > 1 && tree.top.count() > 20).then_some(tree)
        });
        let small = shrink(tree.unwrap(), 100_000, |tree| panics(&tree.top) > 0);
        assert!(small.top.count() <= small.top.depth(), "{small}");
        assert_eq!(panics(&small.top), 1, "{small}");
    }
}
