//! Running many trees on two threads, each tree against a time limit.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::drive::Flavor;
use super::tree::Tree;
use super::{disagreements, generate, shrink};

/// Long enough for 300 suites on a loaded machine; what takes longer hangs.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The variable that runs one tree again.
pub const SEED: &str = "TREES_SEED";
/// The variable that says how many trees are run.
pub const COUNT: &str = "TREES_COUNT";

/// Why a tree is not as it should be.
pub struct Wrong {
    pub seed: u64,
    pub flavor: Flavor,
    pub what: String,
}

enum News {
    Begins(Flavor, u64),
    Wrong(Wrong),
    Ended,
}

pub fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    Some(number.unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

/// A seed for each tree, the same ones in each run.
pub fn seeds(count: u64) -> Vec<u64> {
    match variable(SEED) {
        Some(seed) => vec![seed],
        None => (0..count).collect(),
    }
}

/// Runs every tree, those with an even seed on the one runtime and those with an odd seed on the other; a single tree
/// on both, many times. The first one that is wrong or does not end is what is returned.
pub fn run(seeds: &[u64], check: impl Fn(&Arc<Tree>, Flavor) -> Vec<String> + Send + Sync + 'static) -> Option<Wrong> {
    let (send, news) = mpsc::channel();
    let check = Arc::new(check);
    let rounds: Range<u32> = if seeds.len() == 1 { 0..200 } else { 0..1 };
    for flavor in [Flavor::CurrentThread, Flavor::MultiThread] {
        let mine = |seed: &u64| seeds.len() == 1 || (seed % 2 == 0) == (flavor == Flavor::CurrentThread);
        let seeds: Vec<u64> = seeds.iter().copied().filter(mine).collect();
        let (send, check, rounds) = (send.clone(), check.clone(), rounds.clone());
        std::thread::spawn(move || {
            for seed in seeds.into_iter().flat_map(|seed| rounds.clone().map(move |_| seed)) {
                let _ = send.send(News::Begins(flavor, seed));
                let what = check(&Arc::new(generate::tree(seed)), flavor).join("\n");
                if !what.is_empty() {
                    let _ = send.send(News::Wrong(Wrong { seed, flavor, what }));
                    return;
                }
            }
            let _ = send.send(News::Ended);
        });
    }
    drop(send);
    watch(&news)
}

fn watch(news: &mpsc::Receiver<News>) -> Option<Wrong> {
    let mut running = HashMap::new();
    let mut ended = 0;
    while ended < 2 {
        match news.recv_timeout(Duration::from_secs(1)) {
            Ok(News::Begins(flavor, seed)) => {
                running.insert(flavor as usize, (flavor, seed, Instant::now()));
            }
            Ok(News::Wrong(wrong)) => return Some(wrong),
            Ok(News::Ended) => ended += 1,
            Err(RecvTimeoutError::Timeout) => {}
            // A thread of ours has panicked; what it ran last is what it panicked over.
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let late = running.values().find(|(_, _, since)| since.elapsed() > LIMIT);
        if let (Some(&(flavor, seed, _)), true) = (late, ended < 2) {
            let what = format!("it has not ended after {LIMIT:?}");
            return Some(Wrong { seed, flavor, what });
        }
    }
    (ended < 2).then(|| {
        let seed = running.values().map(|(_, seed, _)| *seed).min().unwrap_or_default();
        let (flavor, what) = (Flavor::CurrentThread, "the driver panicked".to_owned());
        Wrong { seed, flavor, what }
    })
}

/// What is wrong with a tree when it is run a few times, on a thread of its own.
fn try_again(tree: &Arc<Tree>, flavor: Flavor) -> String {
    let (tree, found) = (tree.clone(), Arc::new(Mutex::new(None)));
    let (told, (send, done)) = (found.clone(), mpsc::channel::<()>());
    std::thread::spawn(move || {
        let _send = send;
        let what = (0..20)
            .map(|_| disagreements(&tree, flavor))
            .find(|wrong| !wrong.is_empty());
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(what.unwrap_or_default().join("\n"));
    });
    // It is dropped, not sent, at the end.
    let hangs = done.recv_timeout(Duration::from_secs(10)) == Err(RecvTimeoutError::Timeout);
    let what = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (what, hangs) {
        (Some(what), _) => what,
        (None, true) => "it does not end".to_owned(),
        (None, false) => "the driver panicked".to_owned(),
    }
}

/// What to tell of a wrong tree: the seed, a small tree that is wrong too, and what is wrong with it.
pub fn report(wrong: &Wrong) -> String {
    let Wrong { seed, flavor, what } = wrong;
    let small = shrink::shrink(generate::tree(*seed), 2_000, |tree| {
        !try_again(tree, *flavor).is_empty()
    });
    let again = try_again(&small, *flavor);
    let test = "cargo test --test trees";
    format!(
        "seed {seed:#x} on {flavor:?}: {what}\n\nrun it again: {SEED}={seed:#x} {test}\n\nas small as it gets, {small}\n{again}\n"
    )
}
