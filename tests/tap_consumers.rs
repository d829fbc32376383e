//! TAP of random trees, read by those who read TAP: perl's `prove`, npm's `tap-parser` and PyPI's `tap.py`.
//!
//! They are installed into `target/tap-consumers` by `tests/tap_consumers/install.sh`, which the test calls when they are
//! missing. Where that fails, the test fails if the variable `CI` is set, and else says so and passes.

#[path = "tap_consumers/readers.rs"]
mod readers;
#[path = "trees/mod.rs"]
mod trees;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use async_test_suite::prelude::*;
use async_test_suite::{Intercept, Plan};
use readers::{Read, Readers};
use trees::compare::{Seen, compare, counters};
use trees::drive::{self, Flavor};
use trees::model::{Kind, Outcome};
use trees::tree::{Node, Tree};
use trees::{farm, generate};

/// A tree, and what its TAP must say.
struct Sample {
    tree: Arc<Tree>,
    seen: Seen,
    /// The whole stream.
    whole: String,
    /// What stands in the stream of the tree's topmost suite, moved to the left: a stream as good as the whole, and the
    /// only one in which readers that know no subtests see more than one point.
    inner: String,
}

impl Sample {
    fn new(seed: u64) -> Sample {
        let tree = Arc::new(generate::tree(seed));
        let (run, told) = drive::run(&tree, Flavor::MultiThread);
        let whole = run.render("tap");
        let seen = Seen::new(&run, told).unwrap_or_else(|wrong| panic!("seed {seed:#x}: {wrong:?}"));
        // From here on what was seen is what the model says, also where an abort left several possibilities.
        let wrong = compare(&Outcome::of(&tree, &seen.raws()), &seen);
        assert!(wrong.is_empty(), "seed {seed:#x}: {wrong:#?}");
        // Up to the point of the suite itself.
        let inner = whole
            .lines()
            .take_while(|line| !line.starts_with("ok ") && !line.starts_with("not ok "));
        let inner = inner.filter_map(|line| line.strip_prefix("    "));
        // Comments say nothing to a reader, but one of them minds what stands around the plan.
        let inner = inner.filter(|line| !line.starts_with('#'));
        Sample {
            inner: inner.map(|line| format!("{line}\n")).collect(),
            tree,
            seen,
            whole,
        }
    }

    fn bails_out(&self) -> bool {
        self.seen.bailed_out
    }

    fn top(&self) -> &[(String, Kind)] {
        &self.seen.suites[&self.tree.top.name].points
    }

    /// Whether the stream has a larger plan than it has points: that of a failing suite, which is one more failure.
    fn breaks_plan(&self, name: &str, verdict: Kind) -> bool {
        let suite = &self.seen.suites[name];
        verdict.fails() && suite.planned.is_some_and(|planned| planned > suite.points.len() as u64)
    }

    /// What a reader of subtests must find in the blocks of the stream, by the first word of their names: the counters,
    /// and whether there is anything to complain of.
    fn blocks(&self) -> BTreeMap<String, ([u64; 5], bool)> {
        let mut blocks = BTreeMap::new();
        let root = [(self.tree.top.name.clone(), self.seen.verdict)];
        self.block(&self.tree.top, &root, &mut blocks);
        blocks.insert(String::new(), (counters(&root), false));
        blocks
    }

    fn block(&self, node: &Node, siblings: &[(String, Kind)], blocks: &mut BTreeMap<String, ([u64; 5], bool)>) {
        let Some(suite) = self.seen.suites.get(&node.name) else {
            return;
        };
        let Some((_, verdict)) = siblings.iter().find(|(name, _)| *name == node.name) else {
            return;
        };
        // It has no lines of its own, or they are comments.
        if node.start.hidden || *verdict == Kind::Flunked {
            return;
        }
        let word = node.name.split(' ').next().unwrap_or_default();
        blocks.insert(
            word.to_owned(),
            (counters(&suite.points), self.breaks_plan(&node.name, *verdict)),
        );
        for child in node.children() {
            self.block(child, &suite.points, blocks);
        }
    }
}

/// The trees whose streams are read: `TREES_SEED` reads one, `TREES_COUNT` so many from `TREES_FIRST` on.
fn samples() -> Vec<Sample> {
    let seeds = farm::seeds(farm::variable(farm::COUNT).unwrap_or(200));
    seeds.into_iter().map(Sample::new).collect()
}

/// What is not as it should be, with the stream that shows it.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn differ(&mut self, seed: u64, text: &str, what: &str, model: impl Debug, read: impl Debug) {
        let (model, read) = (format!("{model:?}"), format!("{read:?}"));
        if model != read {
            let lines = format!("seed {seed:#x}, {what}\n  model {model}\n  read  {read}");
            self.0.push(format!("{lines}\n{text}"));
        }
    }

    /// The shortest streams are the easiest to understand.
    fn tell(mut self) {
        let count = self.0.len();
        self.0.sort_by_key(String::len);
        let some = self.0.into_iter().take(3).collect::<Vec<_>>().join("\n");
        assert!(count == 0, "{count} times a stream is misread\n{some}");
    }
}

/// What a stream of these points is to readers without subtests: whether it is good, the counters, no complaint.
fn stream(points: &[(String, Kind)]) -> (bool, [u64; 5], String) {
    let counters = counters(points);
    (counters[1] == 0, counters, String::new())
}

/// The same for `tap.py`, which calls a passing TODO a failure.
fn stream_for_python(points: &[(String, Kind)]) -> (bool, [u64; 5], String) {
    let (is_good, counters, wrong) = stream(points);
    (is_good && counters[4] == 0, counters, wrong)
}

/// `tap.py` does not know that `\#` begins no directive.
fn misleads_python(points: &[(String, Kind)]) -> bool {
    points.iter().any(|(name, _)| name.contains('#'))
}

#[test]
fn three_readers_agree_with_the_model() {
    let Some(readers) = Readers::installed() else { return };
    let mut wrong = Wrong::default();
    // What comes after a bail-out nobody reads.
    let samples: Vec<Sample> = samples().into_iter().filter(|sample| !sample.bails_out()).collect();
    let whole = readers.files("whole", samples.iter().map(|sample| &*sample.whole));
    let inner = readers.files("inner", samples.iter().map(|sample| &*sample.inner));
    let (npm, python, perl) = (readers.npm(&whole), readers.python(&whole), readers.perl(&whole));
    let (inner_python, inner_perl) = (readers.python(&inner), readers.perl(&inner));
    let mut failing = BTreeSet::new();
    for (index, sample) in samples.iter().enumerate() {
        let (seed, whole, is_ok) = (sample.tree.seed, &sample.whole, sample.seen.is_ok);
        failing.extend((!is_ok).then_some(index));

        let (mut blocks, read) = (sample.blocks(), &npm[index]);
        wrong.differ(seed, whole, "tap-parser: it is good", is_ok, read[""].ok);
        for (name, it) in read {
            let (counters, complains) = (it.counters, !it.wrong.is_empty());
            let what = format!("tap-parser: {name} {}", it.wrong);
            wrong.differ(seed, whole, &what, blocks.remove(name), Some((counters, complains)));
        }
        wrong.differ(
            seed,
            whole,
            "tap-parser: not found",
            blocks,
            BTreeMap::<String, ()>::new(),
        );

        let root = [(sample.tree.top.name.clone(), sample.seen.verdict)];
        let read = |it: &Read| (it.ok, it.counters, it.wrong.clone());
        wrong.differ(seed, whole, "prove", stream(&root), read(&perl[index]));
        if !misleads_python(&root) {
            wrong.differ(seed, whole, "tap.py", stream_for_python(&root), read(&python[index]));
        }
        let top = sample.top();
        if !top.is_empty() && !sample.breaks_plan(&sample.tree.top.name, sample.seen.verdict) {
            let inner = &sample.inner;
            wrong.differ(seed, inner, "prove, inside", stream(top), read(&inner_perl[index]));
            if !misleads_python(top) {
                let read = read(&inner_python[index]);
                wrong.differ(seed, inner, "tap.py, inside", stream_for_python(top), read);
            }
        }
    }
    wrong.tell();
    let (exit, blamed) = readers.prove(&whole);
    assert_eq!(blamed, failing, "files in {:?}", whole[0].parent());
    assert_eq!(exit == Some(0), failing.is_empty());
}

#[test]
fn a_bail_out_fails_for_all_of_them() {
    let Some(readers) = Readers::installed() else { return };
    let bailing = (0..).map(Sample::new).filter(Sample::bails_out).take(5);
    let samples: Vec<Sample> = bailing.collect();
    let files = readers.files("bail-out", samples.iter().map(|sample| &*sample.whole));
    let (npm, python, perl) = (readers.npm(&files), readers.python(&files), readers.perl(&files));
    for (index, sample) in samples.iter().enumerate() {
        let all = [npm[index][""].ok, python[index].ok, perl[index].ok];
        assert_eq!(all, [false; 3], "tap-parser, tap.py, prove\n{}", sample.whole);
        let (exit, _) = readers.prove(&files[index..=index]);
        assert_eq!(exit, Some(255), "{}", sample.whole);
    }
}

/// The stream of each row of the table in `docs/tap.md`.
async fn stream_of(what: &str) -> String {
    let (run, plan) = (Intercept::new(), Plan::new);
    let seen = match what {
        "everything passes" => {
            run.run("suite", |_| async {
                ok!(true, "fine");
            })
            .await
        }
        "a check fails" => {
            run.run("suite", |_| async {
                nok!(true, "a flaw");
            })
            .await
        }
        "a check in a subtest fails" => {
            run.run("suite", |_| async {
                subtest!("inner", {
                    nok!(true, "a flaw");
                });
            })
            .await
        }
        "a suite that is TODO fails" => {
            run.plan(plan().todo("later"))
                .run("suite", |_| async {
                    nok!(true, "a flaw");
                })
                .await
        }
        "a suite that is TODO passes" => {
            run.plan(plan().todo("later"))
                .run("suite", |_| async {
                    ok!(true, "fine");
                })
                .await
        }
        "a check is skipped" => {
            run.run("suite", |_| async {
                ok!(true, "fine");
                skip!("no disk");
            })
            .await
        }
        "a suite is skipped as a whole" => run.plan(plan().skip_all("no disk")).run("suite", |_| async {}).await,
        "a plan is not kept" => {
            run.plan(plan().tests(2))
                .run("suite", |_| async {
                    ok!(true, "fine");
                })
                .await
        }
        "a failure that was promised" => {
            run.run("suite", |_| async {
                test_flunks!("issue 17");
                subtest!("inner", {
                    nok!(true, "a flaw");
                });
            })
            .await
        }
        "a bail-out" => {
            run.run("suite", |_| async {
                bail_out!("no disk");
                std::future::pending::<()>().await;
            })
            .await
        }
        // From a real run.
        "a flaky suite" => {
            let (_, text) = include_str!("../docs/tap.md").split_once("```tap\n").expect("a sample");
            return text.split("```").next().unwrap_or_default().to_owned();
        }
        other => panic!("a row that nobody tests: {other}"),
    };
    seen.render("tap")
}

#[tokio::test]
async fn the_documentation_says_what_readers_make_of_it() {
    let Some(readers) = Readers::installed() else { return };
    let (_, table) = include_str!("../docs/tap.md")
        .split_once("<!-- readers -->")
        .expect("a table");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut told: Vec<(&str, [bool; 3])> = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, what, prove, npm, python, _] = cells[..] else {
            panic!("a row of four cells: {row}");
        };
        told.push((what, [prove, npm, python].map(|cell| cell == "yes")));
    }
    assert_eq!(told.len(), 11, "every row is read");
    let mut streams = Vec::new();
    for (what, _) in &told {
        streams.push(stream_of(what).await);
    }
    let files = readers.files("documentation", streams.iter().map(String::as_str));
    let (npm, python) = (readers.npm(&files), readers.python(&files));
    for (index, (what, expected)) in told.iter().enumerate() {
        let (exit, _) = readers.prove(&files[index..=index]);
        let seen = [exit == Some(0), npm[index][""].ok, python[index].ok];
        assert_eq!(seen, *expected, "{what}\n{}", streams[index]);
    }
}
