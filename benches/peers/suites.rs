//! (a) and (b): many tests that do nothing, wait, or compute.

use std::path::PathBuf;

use crate::Scale;
use crate::build::{self, Profile, cargo};
use crate::document::Section;
use crate::figures::count;
use crate::generate::{self, Package, Target};
use crate::run::{Measured, Proof, Row, side_by_side};
use crate::sources::{Door, Work, file};
use crate::{table, targets::Targets};

const WAITING: usize = 1_000;

pub(crate) const FLOOR: &str = "floor";
const FLOOR_EACH: &str = "floor, a function for each test";
pub(crate) const HAND: &str = "by hand, with the duties of `main!`";
pub(crate) const MAIN: &str = "async-test-suite, `main!`";
pub(crate) const SUITE: &str = "async-test-suite, built-in harness";
pub(crate) const MAIN_OPTIMIZED: &str = "async-test-suite, `main!`, runtime optimized";
pub(crate) const SUITE_OPTIMIZED: &str = "async-test-suite, built-in harness, runtime optimized";
pub(crate) const TOKIO: &str = "`#[tokio::test]`, built-in harness";
pub(crate) const RSTEST: &str = "rstest + `#[tokio::test]`";
pub(crate) const NEXTEST: &str = "`#[tokio::test]`, nextest";
pub(crate) const MIMIC: &str = "libtest-mimic, one shared runtime";
const MIMIC_EACH: &str = "libtest-mimic, one shared runtime, a function for each test";
pub(crate) const TEST_R: &str = "test-r";

const DOORS: [(Door, &str, &str); 12] = [
    (Door::Floor, "floor", FLOOR),
    (Door::FloorEach, "floor-each", FLOOR_EACH),
    (Door::Hand, "hand", HAND),
    (Door::Main, "ours-main", MAIN),
    (Door::Main, "ours-main-optimized", MAIN_OPTIMIZED),
    (Door::Suite, "ours-suite", SUITE),
    (Door::Suite, "ours-suite-optimized", SUITE_OPTIMIZED),
    (Door::Tokio, "tokio-test", TOKIO),
    (Door::Rstest, "rstest-test", RSTEST),
    (Door::Mimic, "mimic-test", MIMIC),
    (Door::MimicEach, "mimic-each", MIMIC_EACH),
    (Door::TestR, "test-r-test", TEST_R),
];

/// Titles of columns: the time in times of that of a named contender.
const BESIDE: [(&str, &str); 2] = [(FLOOR, "of the floor"), (TOKIO, "of `#[tokio::test]`")];

/// Whether a contender is looked at with this work: how many functions the tests are tells only where they do nothing.
fn takes(door: Door, work: Work) -> bool {
    work == Work::Trivial || !matches!(door, Door::FloorEach | Door::MimicEach)
}

/// The package of each contender, with every file of both sections.
fn packages() -> Vec<(Door, &'static str, Package)> {
    let target = |door: Door, work: Work, tests: usize| Target {
        name: format!("{}_{tests}", work.name()),
        harness: matches!(door, Door::Suite | Door::Tokio | Door::Rstest),
        source: file(door, work, tests),
    };
    let of = |(door, package, name)| {
        let mut targets = vec![target(door, Work::Trivial, 1_000), target(door, Work::Trivial, 10_000)];
        if takes(door, Work::Wait) {
            targets.push(target(door, Work::Wait, WAITING));
            targets.push(target(door, Work::Compute, WAITING));
        }
        let package = generate::package(package, &generate::dependency(door), &targets);
        (door, name, package)
    };
    DOORS.into_iter().map(of).collect()
}

fn proof(door: Door, tests: usize) -> Proof {
    Proof::Text(match door {
        Door::Floor | Door::FloorEach => format!("{tests} passed"),
        Door::TestR => format!("{tests} passed; 0 failed"),
        _ => format!("test result: ok. {tests} passed; 0 failed"),
    })
}

/// The version of cargo-nextest, if it is there.
pub(crate) fn nextest() -> Option<String> {
    let output = std::process::Command::new(cargo())
        .args(["nextest", "--version"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output
        .status
        .success()
        .then(|| text.split(' ').nth(1).unwrap_or("?").to_owned())
}

fn under_nextest(package: &Package, target: &str, tests: usize, profile: Profile, more: &[&str]) -> Row {
    let manifest = package.manifest();
    let proof = Proof::Text(format!("{tests} tests run: {tests} passed"));
    Row::new(NEXTEST, cargo(), proof)
        .arguments(["nextest", "run", "--offline", "--test", target, "--manifest-path"])
        .arguments([manifest.to_str().expect("a path of UTF-8")])
        .arguments(profile.flag())
        .arguments(more.iter().copied())
        .variable("CARGO_TARGET_DIR", build::shared().display())
}

/// A row for each contender, with default settings.
fn rows(work: Work, tests: usize, profile: Profile) -> Vec<(Door, Row)> {
    let target = format!("{}_{tests}", work.name());
    let mut rows = Vec::new();
    for (door, name, package) in packages() {
        // There everything is.
        let is_twice = profile == Profile::Release && package.name.ends_with(generate::OPTIMIZED);
        if is_twice || !takes(door, work) {
            continue;
        }
        let program: PathBuf = build::test(&package, &target, profile);
        rows.push((door, Row::new(name, program, proof(door, tests))));
        if door == Door::Tokio && nextest().is_some() {
            let row = under_nextest(&package, &target, tests, profile, &[]);
            rows.push((door, row));
        }
    }
    rows
}

fn versions() -> String {
    let known = |door| match door {
        Door::Tokio => Some("tokio"),
        Door::Rstest => Some("rstest"),
        Door::Mimic => Some("libtest-mimic"),
        Door::TestR => Some("test-r"),
        Door::Floor | Door::FloorEach | Door::MimicEach | Door::Hand | Door::Main | Door::Suite => None,
    };
    let version = |(door, _, package): (_, _, Package)| {
        let name = known(door)?;
        Some(format!("{name} {}", package.version(name)))
    };
    let mut all: Vec<String> = packages().into_iter().filter_map(version).collect();
    all.push(
        nextest().map_or("cargo-nextest is not installed".to_owned(), |version| {
            format!("cargo-nextest {version}")
        }),
    );
    all.join(", ")
}

pub(crate) fn title(tests: usize, what: &str, profile: Profile) -> String {
    format!("### {} {what}, {profile}", count(tests))
}

fn add(section: &mut Section, title: &str, measured: &Measured) {
    section.say(title);
    section.say(&table::of_runs(measured, &BESIDE));
}

pub(crate) fn trivial(scale: Scale) -> Section {
    let mut section = Section::begin("(a) Tests that do nothing");
    section.say("Each test yields once and checks one condition.");
    for profile in Profile::BOTH {
        for &tests in scale.sizes(&[1_000, 10_000]) {
            let rows: Vec<Row> = rows(Work::Trivial, tests, profile)
                .into_iter()
                .map(|(_, row)| row)
                .collect();
            let measured = side_by_side(&rows, scale.times(9));
            add(&mut section, &title(tests, "tests that do nothing", profile), &measured);
            aim_at_trivial(&mut section.targets, &measured, tests, profile);
        }
    }
    section.with = format!("{}; {}", section.with, versions());
    section
}

fn aim_at_trivial(targets: &mut Targets, measured: &Measured, tests: usize, profile: Profile) {
    if tests < 10_000 {
        return;
    }
    let is_dev = profile == Profile::Dev;
    let mut beside = |name: &str, to: &str, aim: f64| {
        let what = format!("{name}: 10,000 tests beside {to}, {profile}");
        let mut limits = Vec::new();
        if name == MAIN {
            limits.push(("by hand", measured.ratio(HAND, to)));
        }
        if is_dev {
            let optimized = if name == MAIN { MAIN_OPTIMIZED } else { SUITE_OPTIMIZED };
            limits.push(("runtime optimized", measured.ratio(optimized, to)));
        }
        targets.at_most_beside(&what, aim, "×", measured.ratio(name, to), &limits);
    };
    beside(MAIN, FLOOR, 1.3);
    beside(MAIN, FLOOR_EACH, 1.3);
    beside(MAIN, MIMIC, 1.0);
    beside(MAIN, MIMIC_EACH, 1.0);
    beside(MAIN, TOKIO, 0.12);
    beside(SUITE, TOKIO, 1.1);
}

/// The settings that suit waiting tests best, as far as they were tried.
fn best(door: Door) -> Option<&'static [&'static str]> {
    match door {
        Door::Suite | Door::Tokio | Door::Rstest | Door::Mimic => Some(&["--test-threads", "1000"]),
        Door::TestR => Some(&["--test-threads", "100"]),
        Door::Main | Door::Floor | Door::FloorEach | Door::MimicEach | Door::Hand => None,
    }
}

pub(crate) fn waiting(scale: Scale) -> Section {
    let mut section = Section::begin("(b) Tests that wait, and tests that compute");
    section.say("Each of 1,000 tests sleeps for 100 ms and checks one condition.");
    for profile in Profile::BOTH {
        let all = rows(Work::Wait, WAITING, profile);
        let plain: Vec<Row> = all.iter().map(|(_, row)| row.clone()).collect();
        let measured = side_by_side(&plain, scale.times(7));
        add(
            &mut section,
            &title(WAITING, "waiting tests, default settings", profile),
            &measured,
        );
        let what = format!("{MAIN}: 1,000 × 100 ms beside the floor, default settings, {profile}");
        section.targets.at_most(&what, 1.2, "×", measured.ratio(MAIN, FLOOR));

        let tuned: Vec<Row> = all.into_iter().map(|(door, row)| tune(door, row)).collect();
        let measured = side_by_side(&tuned, scale.times(7));
        let base = [(FLOOR, "of the floor")];
        section.say(&title(WAITING, "waiting tests, best settings", profile));
        section.say(&table::of_runs(&measured, &base));
    }
    for profile in Profile::BOTH {
        let work = calibrate(profile);
        let rows = rows(Work::Compute, WAITING, profile);
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(_, row)| row.variable("PEERS_WORK", work))
            .collect();
        let measured = side_by_side(&rows, scale.times(7));
        add(
            &mut section,
            &title(WAITING, "tests that compute for 1 ms", profile),
            &measured,
        );
        let what = format!("{MAIN}: computing tests beside `#[tokio::test]`, {profile}");
        section.targets.at_most(&what, 1.0, "×", measured.ratio(MAIN, TOKIO));
    }
    section.with = format!("{}; {}", section.with, versions());
    section
}

fn tune(door: Door, mut row: Row) -> Row {
    let settings: &[&str] = if row.name == NEXTEST {
        &["--test-threads", "128"]
    } else {
        let Some(settings) = best(door) else { return row };
        settings
    };
    row.name = format!("{} `{}`", row.name, settings.join(" "));
    row.arguments(settings.iter().copied())
}

/// How many rounds of the computing test take one millisecond here.
pub(crate) fn calibrate(profile: Profile) -> u64 {
    const TRIED: u64 = 20_000_000;
    let (_, _, floor) = packages().into_iter().next().expect("the floor is the first");
    let program = build::test(&floor, &format!("compute_{WAITING}"), profile);
    let mut command = std::process::Command::new(program);
    command.arg("calibrate").env("PEERS_WORK", TRIED.to_string());
    let (status, text) = crate::run::read_all(command);
    assert!(status.success(), "{text}");
    let seconds: f64 = text.trim().parse().expect("seconds");
    (TRIED as f64 * 0.001 / seconds) as u64
}
