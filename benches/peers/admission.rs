//! (g): how many suites run at once: as there is room, beside fixed limits.

use crate::Scale;
use crate::build::{self, Profile};
use crate::document::Section;
use crate::generate::{self, Target};
use crate::run::{Measured, Proof, Row, side_by_side};
use crate::sources::{Door, Work, file};
use crate::suites::{MAIN, calibrate, title};
use crate::table;

const TESTS: usize = 1_000;

/// What a run does by itself.
const DEFAULT: &str = "as there is room";

/// More than there are tests is no limit.
const LIMITS: [&str; 4] = ["2", "16", "128", "100000"];

const KINDS: [(Work, &str); 4] = [
    (Work::Wait, "tests that wait 100 ms"),
    (Work::Compute, "tests that compute for 1 ms"),
    (
        Work::Parts,
        "tests that compute for 1 ms in ten parts and yield after each",
    ),
    (
        Work::Mixed,
        "tests, half of which wait and half of which compute in parts",
    ),
];

fn limited(limit: &str) -> String {
    match limit {
        "100000" => "no limit".to_owned(),
        limit => format!("`--test-jobs {limit}`"),
    }
}

fn rows(work: Work, rounds: u64) -> Vec<Row> {
    let targets = KINDS.map(|(work, _)| Target {
        name: work.name().to_owned(),
        harness: false,
        source: file(Door::Main, work, TESTS),
    });
    let package = generate::package("admission", &generate::dependency(Door::Main), &targets);
    let program = build::test(&package, work.name(), Profile::Dev);
    let proof = Proof::Text(format!("test result: ok. {TESTS} passed; 0 failed"));
    let row = Row::new(DEFAULT, program, proof).variable("PEERS_WORK", rounds);
    let limit = |limit: &str| row.clone().named(limited(limit)).arguments(["--test-jobs", limit]);
    let fixed: Vec<Row> = LIMITS.iter().map(|it| limit(it)).collect();
    std::iter::once(row).chain(fixed).collect()
}

/// The fixed limit that was the fastest.
fn best(measured: &Measured) -> String {
    let all = LIMITS.iter().map(|limit| limited(limit));
    let best = all.min_by(|one, other| measured.wall(one).total_cmp(&measured.wall(other)));
    best.expect("there are limits")
}

pub(crate) fn section(scale: Scale) -> Section {
    let mut section = Section::begin("(g) How many suites run at once");
    section.say(&format!(
        "{MAIN}, dev profile. Without an explicit limit a run starts the next suite as long as what is ready to run \
         gets a thread within 10 ms; an explicit limit is one up to which everything starts at once."
    ));
    let rounds = calibrate(Profile::Dev);
    for (work, what) in KINDS {
        let measured = side_by_side(&rows(work, rounds), scale.times(7));
        section.say(&title(TESTS, what, Profile::Dev));
        section.say(&table::of_runs(&measured, &[(DEFAULT, "of the default")]));
        let best = best(&measured);
        let target = format!("{what}: the default beside the best fixed limit ({best})");
        section
            .targets
            .at_most(&target, 1.1, "×", measured.ratio(DEFAULT, &best));
    }
    section
}
