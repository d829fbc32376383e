//! (e): what compiling costs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::bounds;
use crate::build::{self, Profile, cargo};
use crate::document::Section;
use crate::figures::short;
use crate::generate::{self, Package, Target};
use crate::run::{Measured, Proof, Row, Sample};
use crate::sources::{Door, Work, file};
use crate::suites::{MIMIC, RSTEST, SUITE, SUITE_OPTIMIZED, TEST_R, TOKIO};
use crate::table::{self, Table};
use crate::{Scale, tell, timings, workshop};

const GOOGLETEST: &str = "googletest + `#[tokio::test]`";
/// How many crates of a build are named.
const NAMED: usize = 8;

/// A crate with so many tests, of each contender.
fn packages(tests: usize) -> Vec<(&'static str, Package)> {
    let of = |(name, folder, door): (&'static str, &str, Door)| {
        let target = Target {
            name: "some".to_owned(),
            harness: !matches!(door, Door::Mimic | Door::TestR),
            source: file(door, Work::Trivial, tests),
        };
        let kind = match name == SUITE_OPTIMIZED {
            true => generate::OPTIMIZED,
            false => "",
        };
        let folder = format!("compile-{folder}-{tests}{kind}");
        (name, generate::package(&folder, &generate::dependency(door), &[target]))
    };
    let doors = [
        (TOKIO, "tokio", Door::Tokio),
        (SUITE, "ours", Door::Suite),
        (SUITE_OPTIMIZED, "ours", Door::Suite),
        (RSTEST, "rstest", Door::Rstest),
        (MIMIC, "mimic", Door::Mimic),
        (TEST_R, "test-r", Door::TestR),
    ];
    let mut all: Vec<_> = doors.map(of).into();
    if tests == 1 {
        let source = "#[googletest::prelude::gtest]\n#[tokio::test]\nasync fn t0() {\n    \
                      googletest::expect_eq!(std::hint::black_box(1) + 1, 2);\n}\n";
        let target = Target {
            name: "some".to_owned(),
            harness: true,
            source: source.to_owned(),
        };
        all.push((
            GOOGLETEST,
            generate::package("compile-googletest-1", "googletest = \"*\"", &[target]),
        ));
        all.push((bounds::DEPENDENCIES, bounds::dependencies()));
    }
    all
}

/// Builds the tests of a package, without looking at the registry.
fn build_row(name: &str, package: &Package, target: &Path, more: &[&str]) -> Row {
    let manifest = package.manifest();
    Row::new(name, cargo(), Proof::Text("Finished".to_owned()))
        .arguments(["build", "--tests", "--offline", "--manifest-path"])
        .arguments([manifest.to_str().expect("a path of UTF-8")])
        .arguments(more.iter().copied())
        .variable("CARGO_TARGET_DIR", target.display())
}

fn cold_target(package: &Package) -> PathBuf {
    workshop().join("cold").join(&package.name)
}

/// Runs each in turn, after something has been prepared for it.
fn prepared(
    all: &[(&'static str, Package)],
    times: usize,
    mut run: impl FnMut(&Package, usize, &str) -> Sample,
) -> Measured {
    let mut rows: Vec<(String, Vec<Sample>)> = all.iter().map(|(name, _)| ((*name).to_owned(), Vec::new())).collect();
    for time in 0..times {
        for ((name, package), (_, samples)) in all.iter().zip(&mut rows) {
            let sample = run(package, time, name);
            tell(&format!("{name}: {:.2} s", sample.wall));
            samples.push(sample);
        }
    }
    Measured { rows }
}

fn cold(section: &mut Section, all: &[(&'static str, Package)], scale: Scale) {
    for (_, package) in all {
        build::output(package, &["fetch"]);
    }
    let measured = prepared(all, scale.times(3), |package, _, name| {
        let target = cold_target(package);
        // It may not be there.
        let _ = std::fs::remove_dir_all(&target);
        build_row(name, package, &target, &["--timings"]).run()
    });
    section.say("### A crate with one test, into an empty target folder, dev");
    section.say("The sources of all crates are there already. The peak is that of the largest process.");
    section.say(&table::of_runs(&measured, &[(TOKIO, "of `#[tokio::test]`")]));
    section.say(
        "The crates that async-test-suite brings are a bound: so long it takes before the first line of its own is \
         compiled.",
    );
    section.targets.at_most_beside(
        "cold build of a crate with one test, beside `#[tokio::test]`",
        1.25,
        "×",
        measured.ratio(SUITE, TOKIO),
        &[("what it depends on alone", measured.ratio(bounds::DEPENDENCIES, TOKIO))],
    );

    section.say(
        "Seconds of single crates in the last of these builds, of the longest first. They are built side by side, so \
         their sum is more than the time above.",
    );
    let mut table = Table::new(["", "crates and seconds"]);
    for (name, package) in all.iter().take(2) {
        let crates = timings::by_crate(&cold_target(package));
        let sum: f64 = crates.iter().map(|(_, seconds)| seconds).sum();
        let crates = crates
            .iter()
            .take(NAMED)
            .map(|(name, seconds)| format!("{name} {seconds:.1}"));
        let crates: Vec<String> = crates.collect();
        table.row([(*name).to_owned(), format!("{}; of all {sum:.1}", crates.join(", "))]);
    }
    section.say(&table.text());
}

/// The crates that are compiled for a package, itself left out.
fn tree(package: &Package) -> BTreeSet<String> {
    let text = build::output(
        package,
        &[
            "tree",
            "--offline",
            "-e",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    );
    let crates = text
        .lines()
        .filter(|line| line.contains(" v") && !line.starts_with(&package.name));
    crates
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// The crates of a lock file, which also holds those of other systems.
fn locked(package: &Package) -> BTreeSet<String> {
    let text = std::fs::read_to_string(package.folder.join("Cargo.lock")).expect("cargo wrote it");
    let names = text.lines().filter_map(|line| line.strip_prefix("name = \""));
    let names = names.map(|name| name.trim_end_matches('"').to_owned());
    names.filter(|name| *name != package.name).collect()
}

fn sizes(section: &mut Section, all: &[(&'static str, Package)]) {
    section.say("### Crates and size of the program");
    section.say(
        "Crates beyond those that tokio itself brings, with the features that the tests ask for: those that are compiled \
         here, and those that are in the lock file, some of which are for other systems. The program is the test target \
         with one test.",
    );
    let mut table = Table::new([
        "",
        "crates more",
        "in the lock file more",
        "program, dev MiB",
        "program, release MiB",
    ]);
    let bare = &all[0].1;
    for (name, package) in all {
        let more: Vec<String> = tree(package).difference(&tree(bare)).cloned().collect();
        let more_locked = locked(package).difference(&locked(bare)).count();
        if *name == SUITE {
            let what = format!("crates beyond tokio's own: {}", more.join(", "));
            let others = more.iter().filter(|name| !name.starts_with("async-test-")).count();
            let limits = [("without its own", others as f64)];
            section
                .targets
                .at_most_beside(&what, 12.0, "", more.len() as f64, &limits);
        }
        let size = |profile: Profile| {
            let program = build::test(package, "some", profile);
            let bytes = std::fs::metadata(program).expect("it was built").len();
            short(bytes as f64 / 1024.0 / 1024.0)
        };
        let cells = [
            more.len().to_string(),
            more_locked.to_string(),
            size(Profile::Dev),
            size(Profile::Release),
        ];
        table.row(std::iter::once((*name).to_owned()).chain(cells));
    }
    section.say(&table.text());
}

fn incremental(section: &mut Section, scale: Scale) {
    const TESTS: usize = 1_000;
    let mut all: Vec<_> = packages(TESTS).into_iter().filter(|(name, _)| *name != MIMIC).collect();
    all.push((bounds::BY_HAND, bounds::by_hand(TESTS)));
    let target = build::shared();
    for (name, package) in &all {
        build::output(package, &["fetch"]);
        build_row(name, package, &target, &[]).run();
    }
    let measured = prepared(&all, scale.times(7), |package, time, name| {
        let path = package.folder.join("tests/some.rs");
        let text = std::fs::read_to_string(&path).expect("it was generated");
        let (before, body) = text.split_once("async fn t500() {").expect("there is a test 500");
        let changed = body.replacen(
            "black_box(1) + 1 == 2",
            &format!("black_box({0}) + 1 == {0} + 1", time + 2),
            1,
        );
        std::fs::write(&path, format!("{before}async fn t500() {{{changed}")).expect("it can be written");
        let sample = build_row(name, package, &target, &[]).run();
        std::fs::write(&path, text).expect("it can be written");
        sample
    });
    section.say("### A file with 1,000 tests, after a change in the body of one, dev");
    section.say(&table::of_runs(&measured, &[(TOKIO, "of `#[tokio::test]`")]));
    section.say(
        "By hand is a bound as well: a test that the built-in harness runs and a runner of its own can find, with an \
         `assert!` in it, and nothing else.",
    );
    section.targets.at_most_beside(
        "incremental rebuild of 1,000 tests, beside `#[tokio::test]`",
        1.1,
        "×",
        measured.ratio(SUITE, TOKIO),
        &[("by hand", measured.ratio(bounds::BY_HAND, TOKIO))],
    );
}

pub(crate) fn section(scale: Scale) -> Section {
    let mut section = Section::begin("(e) Compiling");
    let mut all = packages(1);
    if scale.quick {
        all.retain(|(name, _)| [TOKIO, SUITE, bounds::DEPENDENCIES].contains(name));
    }
    cold(&mut section, &all, scale);
    sizes(&mut section, &all);
    incremental(&mut section, scale);
    let names = [
        (RSTEST, "rstest"),
        (MIMIC, "libtest-mimic"),
        (TEST_R, "test-r"),
        (GOOGLETEST, "googletest"),
    ];
    for (contender, name) in names {
        if let Some((_, package)) = all.iter().find(|(known, _)| *known == contender) {
            section.with = format!("{}, {name} {}", section.with, package.version(name));
        }
    }
    section
}
