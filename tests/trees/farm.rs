//! Running many trees on two threads, each tree against a time limit.

use std::collections::HashMap;
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
/// The variable that says with which seed the trees begin.
pub const FIRST: &str = "TREES_FIRST";
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
    Ended(Flavor),
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
        None => {
            let first = variable(FIRST).unwrap_or(0);
            (first..first + count).collect()
        }
    }
}

/// Runs every tree on both runtimes, a single one many times. The first one that is wrong or has not ended after `limit`
/// is what is returned.
pub fn run(
    seeds: &[u64],
    limit: Duration,
    check: impl Fn(&Arc<Tree>, Flavor) -> Vec<String> + Send + Sync + 'static,
) -> Option<Wrong> {
    let (send, news) = mpsc::channel();
    let check = Arc::new(check);
    let rounds = if seeds.len() == 1 { 200 } else { 1 };
    for flavor in [Flavor::CurrentThread, Flavor::MultiThread] {
        let (send, check, seeds) = (send.clone(), check.clone(), seeds.to_vec());
        std::thread::spawn(move || {
            for seed in seeds.into_iter().flat_map(|seed| (0..rounds).map(move |_| seed)) {
                let _ = send.send(News::Begins(flavor, seed));
                let what = check(&Arc::new(generate::tree(seed)), flavor).join("\n");
                if !what.is_empty() {
                    let _ = send.send(News::Wrong(Wrong { seed, flavor, what }));
                    return;
                }
            }
            let _ = send.send(News::Ended(flavor));
        });
    }
    drop(send);
    watch(&news, limit)
}

fn watch(news: &mpsc::Receiver<News>, limit: Duration) -> Option<Wrong> {
    let mut running = HashMap::new();
    loop {
        match news.recv_timeout(Duration::from_millis(500)) {
            Ok(News::Begins(flavor, seed)) => {
                running.insert(flavor, (seed, Instant::now()));
            }
            Ok(News::Wrong(wrong)) => return Some(wrong),
            Ok(News::Ended(flavor)) => {
                running.remove(&flavor);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Whatever is running still has not said its end.
            Err(RecvTimeoutError::Disconnected) => {
                let (flavor, (seed, _)) = running.into_iter().next()?;
                let what = "the driver panicked".to_owned();
                return Some(Wrong { seed, flavor, what });
            }
        }
        let late = running.iter().find(|(_, (_, since))| since.elapsed() > limit);
        if let Some((&flavor, &(seed, _))) = late {
            let what = format!("it has not ended after {limit:?}");
            return Some(Wrong { seed, flavor, what });
        }
    }
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
