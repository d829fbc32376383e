//! (c): many subtests in one suite.

use crate::Scale;
use crate::ancestor;
use crate::build::{self, Profile};
use crate::document::Section;
use crate::figures::{count, short};
use crate::generate::{self, Package, Target};
use crate::run::{Measured, Proof, Row, side_by_side};
use crate::sources::Door;
use crate::suites::{FLOOR, MAIN, SUITE};
use crate::table::{self, Table};

const KINDS: [(&str, &str); 3] = [
    ("sequential", "one after the other"),
    ("parallel", "`parallel`"),
    ("waiting", "`parallel`, each waits 10 ms"),
];

const OURS: &str = r#"use async_test_suite::prelude::*;

fn size() -> u64 {
    std::env::var("PEERS_SIZE").expect("PEERS_SIZE is set").parse().expect("a number")
}

#[suite]
async fn sequential(t: Suite) {
    t.plan(Plan::new().tests(size())).expect("it is the first");
    for n in 0..size() {
        subtest!("subtest {n}", {
            tokio::task::yield_now().await;
            ok!(std::hint::black_box(1) + 1 == 2);
        });
    }
}

#[suite(parallel)]
async fn parallel(t: Suite) {
    t.plan(Plan::new().tests(size())).expect("it is the first");
    for n in 0..size() {
        subtest!("subtest {n}", {
            tokio::task::yield_now().await;
            ok!(std::hint::black_box(1) + 1 == 2);
        });
    }
}

#[suite(parallel)]
async fn waiting(t: Suite) {
    t.plan(Plan::new().tests(size())).expect("it is the first");
    for n in 0..size() {
        subtest!("subtest {n}", {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            ok!(std::hint::black_box(1) + 1 == 2);
        });
    }
}
"#;

const BARE: &str = r#"use std::time::Duration;

async fn body(waits: bool) {
    if waits {
        tokio::time::sleep(Duration::from_millis(10)).await;
    } else {
        tokio::task::yield_now().await;
    }
    assert!(std::hint::black_box(1) + 1 == 2);
}

fn main() {
    let size: usize = std::env::var("PEERS_SIZE").expect("PEERS_SIZE is set").parse().expect("a number");
    let kind = std::env::args().nth(1).expect("a kind");
    let waits = kind == "waiting";
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let passed = runtime.block_on(async {
        let mut passed = 0;
        let mut running = Vec::new();
        for _ in 0..size {
            let one = tokio::spawn(body(waits));
            if kind == "sequential" {
                passed += usize::from(one.await.is_ok());
            } else {
                running.push(one);
            }
        }
        for one in running {
            passed += usize::from(one.await.is_ok());
        }
        passed
    });
    println!("{passed} passed");
}
"#;

fn package(name: &str, door: Door, source: String) -> Package {
    let target = Target {
        name: "subtests".to_owned(),
        harness: door == Door::Suite,
        source,
    };
    generate::package(name, &generate::dependency(door), &[target])
}

/// The contenders of one kind, each with so many subtests.
fn rows(kind: &str, size: usize) -> Vec<Row> {
    let main = package(
        "subtests-main",
        Door::Main,
        format!("{OURS}\nasync_test_suite::main!();\n"),
    );
    let suite = package("subtests-suite", Door::Suite, OURS.to_owned());
    let floor = package("subtests-floor", Door::Floor, BARE.to_owned());
    let row = |name: &str, package: &Package, proof: Proof| {
        let program = build::test(package, "subtests", Profile::Dev);
        Row::new(name, program, proof)
            .arguments([kind])
            .variable("PEERS_SIZE", size)
    };
    let passed = || Proof::Text("test result: ok. 1 passed; 0 failed".to_owned());
    vec![
        row(FLOOR, &floor, Proof::Text(format!("{size} passed"))),
        row(MAIN, &main, passed()).arguments(["--exact"]),
        row(SUITE, &suite, passed()).arguments(["--exact"]),
    ]
}

pub(crate) fn section(scale: Scale) -> Section {
    let mut section = Section::begin("(c) Subtests of one suite");
    section.say(
        "One suite with a plan of so many subtests, each with one check; dev profile. No peer makes subtests at run \
         time; the floor spawns futures, and awaits each before the next where subtests run one after the other.",
    );
    for (kind, title) in KINDS {
        let measured: Vec<(usize, Measured)> = scale
            .sizes(&[10_000, 100_000])
            .iter()
            .map(|&size| (size, side_by_side(&rows(kind, size), scale.times(5))))
            .collect();
        for (size, measured) in &measured {
            section.say(&format!("### {} subtests, {title}", count(*size)));
            section.say(&table::of_runs(measured, &[(FLOOR, "of the floor")]));
        }
        if let [(_, small), (_, large)] = &measured[..] {
            grow(&mut section, kind, small, large);
        }
    }
    beside_the_ancestor(&mut section, scale);
    section
}

/// From 10,000 to 100,000.
fn grow(section: &mut Section, kind: &str, small: &Measured, large: &Measured) {
    let mut table = Table::new(["10,000 → 100,000", "time", "peak", "bytes for each of 90,000 more"]);
    for (name, _) in &small.rows {
        let time = large.wall(name) / small.wall(name);
        let peak = large.peak(name) / small.peak(name);
        let each = (large.peak(name) - small.peak(name)) * 1024.0 * 1024.0 / 90_000.0;
        let cells = [short(time), short(peak), format!("{:.0}", each.max(0.0))];
        table.row(std::iter::once(name.clone()).chain(cells));
        if name == MAIN || name == SUITE {
            let what = format!("{name}: growth from 10,000 to 100,000 subtests, {kind}");
            section.targets.at_most(&format!("{what}: time"), 11.0, "×", time);
            section.targets.at_most(&format!("{what}: memory"), 11.0, "×", peak);
        }
    }
    section.say(&table.text());
}

fn beside_the_ancestor(section: &mut Section, scale: Scale) {
    const WHAT: &str = "1,000 sequential subtests beside the ancestor";
    section.say("### 1,000 subtests, one after the other, beside the ancestor");
    let Some(version) = ancestor::version() else {
        section.say(ancestor::MISSING);
        section
            .targets
            .open(WHAT, "at most 0.002×", "the ancestor is not installed here");
        return;
    };
    let mut rows = rows("sequential", 1_000);
    rows.push(ancestor::row(1_000));
    let measured = side_by_side(&rows, scale.times(5));
    section.say(&table::of_runs(&measured, &[(ancestor::NAME, "of the ancestor")]));
    let ratio = |name| measured.ratio(name, ancestor::NAME);
    let limits = [("the floor", ratio(FLOOR))];
    section.targets.at_most_beside(WHAT, 0.002, "×", ratio(MAIN), &limits);
    section.with = format!("{}; {version}", section.with);
}
