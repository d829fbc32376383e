//! The real cargo-nextest over the package in `tests/nextest`, which has the same suites under both entry points.
//!
//! It needs the command `cargo nextest`, which `tests/setup-nextest.sh` installs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use async_test_suite::prelude::*;
use serde_json::Value;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nextest");
/// The test programs that hold the same suites.
const PROGRAMS: [&str; 2] = ["scratch::builtin", "scratch::hub"];

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nextest-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a command said, and whether it succeeded.
struct Run {
    success: bool,
    out: String,
    err: String,
}

/// A program in the surroundings of a stranger.
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let foreign = |name: &str| {
        [
            "ASYNC_TEST",
            "RUST_TEST",
            "RUST_BACKTRACE",
            "NEXTEST",
            "CARGO_PKG",
            "CARGO_MANIFEST",
            "CARGO_CRATE",
            "GITHUB",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    // Together with the other crates outside of the workspace.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("outside");
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1");
    command
}

fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the program can be run");
    Run {
        success: status.success(),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

fn nextest_in(folder: &Path, args: &[&str], vars: &[(&str, &str)]) -> Run {
    let seen = run(command("cargo", folder)
        .arg("nextest")
        .args(args)
        .envs(vars.iter().copied()));
    assert!(
        !seen.err.contains("no such command: `nextest`"),
        "cargo-nextest is missing; tests/setup-nextest.sh installs it"
    );
    seen
}

fn nextest(args: &[&str], vars: &[(&str, &str)]) -> Run {
    nextest_in(Path::new(PACKAGE), args, vars)
}

/// What `cargo nextest list` finds: program, test, whether it is ignored. Only what the filters of the list leave.
fn listed(args: &[&str], vars: &[(&str, &str)]) -> BTreeSet<(String, String, bool)> {
    let args = [&["list", "--message-format", "json"], args].concat();
    let seen = nextest(&args, vars);
    assert!(seen.success, "{args:?}: {}", seen.err);
    let list: Value = serde_json::from_str(&seen.out).expect("the list is JSON");
    let programs = list["rust-suites"].as_object().expect("the list has programs");
    let mut tests = BTreeSet::new();
    for (program, suite) in programs {
        for (test, about) in suite["testcases"].as_object().into_iter().flatten() {
            if about["filter-match"]["status"] == "matches" {
                tests.insert((program.clone(), test.clone(), about["ignored"] == true));
            }
        }
    }
    tests
}

/// The tests of one program.
fn of<'a>(tests: &'a BTreeSet<(String, String, bool)>, program: &str) -> BTreeSet<(&'a str, bool)> {
    let tests = tests.iter().filter(|(of, ..)| of == program);
    tests.map(|(_, test, ignored)| (test.as_str(), *ignored)).collect()
}

/// One test in the report that nextest writes.
#[derive(Debug)]
struct Case {
    program: String,
    test: String,
    /// The names of the elements in it: `failure`, `flakyFailure`, `system-out` …
    inside: Vec<String>,
    /// All its text, as it stands in the XML.
    text: String,
}

impl Case {
    fn has(&self, element: &str) -> bool {
        self.inside.iter().any(|name| name == element)
    }
}

/// Runs a profile and reads its report.
fn report(profile: &str, args: &[&str], vars: &[(&str, &str)]) -> (Run, Vec<Case>) {
    report_in(Path::new(PACKAGE), profile, args, vars)
}

fn report_in(folder: &Path, profile: &str, args: &[&str], vars: &[(&str, &str)]) -> (Run, Vec<Case>) {
    let file = folder.join("target/nextest").join(profile).join("junit.xml");
    let _ = fs::remove_file(&file);
    let seen = nextest_in(folder, &[&["run", "--profile", profile], args].concat(), vars);
    let document = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {}", seen.err));
    (seen, cases(&document))
}

fn cases(document: &str) -> Vec<Case> {
    let attribute = |tag: &str, name: &str| -> String {
        let start = tag.split_once(&format!(" {name}=\"")).map_or("", |(_, rest)| rest);
        start.split('"').next().unwrap_or_default().to_owned()
    };
    let mut cases: Vec<Case> = Vec::new();
    let mut is_inside = false;
    for part in document.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        match name {
            "testcase" => {
                is_inside = !tag.ends_with('/');
                cases.push(Case {
                    program: attribute(tag, "classname"),
                    test: attribute(tag, "name"),
                    inside: Vec::new(),
                    text: String::new(),
                });
            }
            "" if tag.starts_with("/testcase") => is_inside = false,
            _ => {
                if let Some(case) = cases.last_mut().filter(|_| is_inside) {
                    case.inside.extend((!name.is_empty()).then(|| name.to_owned()));
                    case.text.push_str(tag);
                    case.text.push_str(text);
                }
            }
        }
    }
    cases
}

/// The programs of the package by their identity.
fn programs() -> BTreeMap<String, PathBuf> {
    let seen = nextest(
        &["list", "--list-type", "binaries-only", "--message-format", "json"],
        &[],
    );
    let list: Value = serde_json::from_str(&seen.out).expect("the list is JSON");
    let programs = list["rust-binaries"].as_object().expect("the list has programs");
    let path = |about: &Value| PathBuf::from(about["binary-path"].as_str().unwrap_or_default());
    programs
        .iter()
        .map(|(name, about)| (name.clone(), path(about)))
        .collect()
}

#[suite]
fn both_entry_points_list_the_same_as_plain_tests() {
    let tests = listed(&["--run-ignored", "all"], &[]);
    let plain = of(&tests, "scratch::plain");
    is!(plain.len(), 13);
    for program in PROGRAMS {
        is!(of(&tests, program), plain, "{program}");
    }
    ok!(plain.contains(&("suites::ignored", true)));
    ok!(plain.contains(&("suites::deep::down::nested", false)));
    is!(
        of(&tests, "scratch"),
        BTreeSet::from([("tests::stands_in_the_library", false)]),
        "a suite in src"
    );
    is!(listed(&["--run-ignored", "all"], &[]), tests, "and the same again");
}

#[suite]
fn lists_of_parallel_processes_agree() {
    let programs = programs();
    for name in PROGRAMS {
        let lists = |more: &[&str]| -> Vec<String> {
            let start = |_| {
                command(&programs[name].to_string_lossy(), Path::new(PACKAGE))
                    .args(["--list", "--format", "terse"])
                    .args(more)
                    .env("NEXTEST", "1")
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .expect("the program can be run")
            };
            let children: Vec<_> = (0..6).map(start).collect();
            let outputs = children
                .into_iter()
                .map(|child| child.wait_with_output().expect("it ends"));
            outputs
                .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
                .collect()
        };
        let (all, ignored) = (lists(&[]), lists(&["--ignored"]));
        ok!(all.iter().all(|list| *list == all[0]), "{name}: {all:?}");
        ok!(
            all[0].lines().count() == 13 && all[0].lines().all(|line| line.ends_with(": test")),
            "{}",
            all[0]
        );
        ok!(
            ignored.iter().all(|list| list == "suites::ignored: test\n"),
            "{name}: {ignored:?}"
        );
    }
}

#[suite]
fn results_are_those_of_plain_tests() {
    let (seen, cases) = report("counts", &[], &[("SCRATCH_FAILS", "1")]);
    nok!(seen.success);
    let results = |program: &str| -> BTreeMap<&str, bool> {
        let own = cases.iter().filter(|case| case.program == program);
        own.map(|case| (case.test.as_str(), case.has("failure"))).collect()
    };
    let plain = results("scratch::plain");
    let failed: Vec<&str> = plain
        .iter()
        .filter(|(_, failed)| **failed)
        .map(|(test, _)| *test)
        .collect();
    is!(
        (plain.len(), failed),
        (12, vec!["suites::fails", "suites::fails_inside", "suites::panics"])
    );
    let summary = |program: &str| {
        let run = nextest(&["run", "--no-fail-fast", "--test", program], &[("SCRATCH_FAILS", "1")]);
        let line = run
            .err
            .lines()
            .find(|line| line.contains("Summary "))
            .unwrap_or_default()
            .to_owned();
        line.split("] ").nth(1).unwrap_or_default().to_owned()
    };
    let expected = "12 tests run: 9 passed, 3 failed, 1 skipped";
    is!(summary("plain"), expected);
    for program in PROGRAMS {
        is!(results(program), plain, "{program}");
        is!(summary(program.trim_start_matches("scratch::")), expected, "{program}");
    }
}

#[suite]
fn the_report_has_the_text_of_a_failure() {
    let (_, cases) = report("failure", &["-E", "test(=suites::fails)"], &[("SCRATCH_FAILS", "1")]);
    for program in PROGRAMS {
        let case = cases.iter().find(|case| case.program == program).expect("it ran");
        ok!(case.has("failure"), "{case:?}");
        for part in ["arithmetic", "expected    3", "got         2", "tests/suites/mod.rs:"] {
            ok!(case.text.contains(part), "{program} tells {part:?}: {}", case.text);
        }
    }
    is!(cases.len(), 3, "one of each program");
}

#[suite]
fn the_command_of_a_failure_works_when_it_is_pasted() {
    let fails = [("SCRATCH_FAILS", "1")];
    for program in ["builtin", "hub"] {
        let command_of = |test: &str| {
            let seen = nextest(&["run", "--test", program, "-E", &format!("test(={test})")], &fails);
            let commands: BTreeSet<&str> = seen
                .err
                .lines()
                .filter_map(|it| it.trim().strip_prefix("run again: "))
                .collect();
            is!(commands.len(), 1, "{test}: {}", seen.err);
            commands.into_iter().collect::<String>()
        };
        let whole = command_of("suites::fails");
        is!(
            whole,
            format!("cargo nextest run -p scratch --test {program} -E 'test(=suites::fails)'")
        );
        let inside = command_of("suites::fails_inside");
        is!(
            inside,
            format!(
                "ASYNC_TEST_FILTER=suites::fails_inside/inner cargo nextest run -p scratch --test {program} \
                 -E 'test(=suites::fails_inside)'"
            )
        );
        for (again, shows) in [(whole, "arithmetic"), (inside, "deep down")] {
            let seen = run(command("sh", Path::new(PACKAGE)).args(["-c", &again]).envs(fails));
            nok!(seen.success, "{again}");
            ok!(
                seen.err.contains("1 test run: 0 passed, 1 failed"),
                "{again}: {}",
                seen.err
            );
            ok!(seen.err.contains(shows), "{again}: {}", seen.err);
            nok!(seen.err.contains("✓ holds"), "{again}: the other subtest is left out");
        }
    }
}

#[suite]
fn exact_and_ignored_runs() {
    let seen = nextest(&["run", "-E", "test(=suites::deep::down::nested)"], &[]);
    ok!(
        seen.success && seen.err.contains("3 tests run: 3 passed"),
        "{}",
        seen.err
    );
    let (seen, cases) = report("ignored", &["--run-ignored", "only"], &[]);
    ok!(seen.success, "{}", seen.err);
    let ran: BTreeSet<(&str, &str)> = cases.iter().map(|it| (it.program.as_str(), it.test.as_str())).collect();
    let expected = ["scratch::builtin", "scratch::hub", "scratch::plain"].map(|program| (program, "suites::ignored"));
    is!(ran, BTreeSet::from(expected));
    let all = nextest(&["run", "--run-ignored", "all", "--test", "hub"], &[]);
    ok!(
        all.success && all.err.contains("13 tests run: 13 passed"),
        "{}",
        all.err
    );
}

#[suite]
fn a_test_that_passes_when_it_is_tried_again_is_flaky() {
    let (seen, cases) = report("retries", &["suites::flaky"], &[("SCRATCH_FLAKY", "1")]);
    ok!(seen.success, "{}", seen.err);
    for program in PROGRAMS {
        let case = cases.iter().find(|case| case.program == program).expect("it ran");
        is!(
            case.inside.iter().filter(|name| *name == "flakyFailure").count(),
            1,
            "{case:?}"
        );
        ok!(case.text.contains("the attempt"), "{program}: {}", case.text);
        nok!(case.has("failure"));
        like!(seen.err, format!("FLAKY 2/3 .* {program} suites::flaky"));
    }
    let seen = nextest(&["run", "--test", "hub", "suites::flaky"], &[("SCRATCH_FLAKY", "1")]);
    nok!(seen.success, "without retries it fails");
}

#[suite]
fn a_test_group_keeps_suites_apart() {
    let folder = Folder::new();
    let vars = [("SCRATCH_FOLDER", folder.0.to_str().expect("a path of ours"))];
    let seen = nextest(&["run", "--profile", "groups", "-E", "test(/exclusive/)"], &vars);
    ok!(
        seen.success && seen.err.contains("9 tests run: 9 passed"),
        "{}",
        seen.err
    );
}

#[suite]
#[cfg(unix)]
fn clean_ups_run_when_time_is_up() {
    let folder = Folder::new();
    let vars = [
        ("SCRATCH_HANGS", "1"),
        ("SCRATCH_FOLDER", folder.0.to_str().expect("a path of ours")),
    ];
    let seen = nextest(&["run", "--profile", "hangs", "--no-fail-fast", "suites::hangs"], &vars);
    ok!(seen.err.contains("3 tests run: 1 passed, 2 timed out"), "{}", seen.err);
    for program in PROGRAMS {
        let name = program.trim_start_matches("scratch::");
        ok!(
            folder.path(&format!("cleaned-up-{name}")).exists(),
            "{program}: {}",
            seen.err
        );
    }
    ok!(
        seen.err.matches("ended by SIGTERM").count() >= 2,
        "the reports say why: {}",
        seen.err
    );
}

#[suite]
fn the_partitions_together_are_everything_once() {
    let all = listed(&[], &[]);
    is!(all.len(), 37);
    for kind in ["hash", "count", "slice"] {
        for of in [2, 3] {
            let mut parts = Vec::new();
            for number in 1..=of {
                parts.extend(listed(&["--partition", &format!("{kind}:{number}/{of}")], &[]));
            }
            is!(parts.len(), all.len(), "{kind} of {of}: none is there twice");
            is!(parts.into_iter().collect::<BTreeSet<_>>(), all, "{kind} of {of}");
        }
    }
}

#[suite]
fn partitions_run_what_they_list() {
    let mut ran = Vec::new();
    for number in 1..=3 {
        let (seen, cases) = report("parts", &["--partition", &format!("slice:{number}/3")], &[]);
        ok!(seen.success, "{}", seen.err);
        ran.extend(cases.into_iter().map(|case| (case.program, case.test, false)));
    }
    let all = listed(&[], &[]);
    is!(ran.len(), all.len(), "none ran twice");
    is!(ran.into_iter().collect::<BTreeSet<_>>(), all);
}

#[suite]
fn our_shards_work_under_nextest() {
    let all = listed(&["--test", "hub", "--test", "builtin"], &[]);
    let (mut in_hub, mut in_builtin) = (Vec::new(), 0);
    for number in 1..=3 {
        let shard = format!("{number}/3");
        let vars = [("ASYNC_TEST_SHARD", shard.as_str())];
        let part = listed(&["--test", "hub", "--test", "builtin"], &vars);
        in_hub.extend(of(&part, "scratch::hub").into_iter().map(|(test, _)| test.to_owned()));
        // The built-in harness lists all, and those of other shards end at once.
        is!(of(&part, "scratch::builtin"), of(&all, "scratch::builtin"));
        let seen = nextest(&["run", "--test", "builtin", "--success-output", "final"], &vars);
        let skipped = format!("skipped: it is not in shard {shard}");
        in_builtin += 12 - seen.err.matches(&skipped).count();
        let seen = nextest(&["run", "--test", "hub"], &vars);
        let expected = format!("{0} tests run: {0} passed", of(&part, "scratch::hub").len());
        ok!(seen.success && seen.err.contains(&expected), "{expected}: {}", seen.err);
    }
    in_hub.sort();
    let names: Vec<&str> = of(&all, "scratch::hub").into_iter().map(|(test, _)| test).collect();
    is!(in_hub, names, "every suite is in one shard");
    is!(in_builtin, 12, "every suite runs in one shard");
}

#[suite]
fn an_archive_runs_in_another_place() {
    let folder = Folder::new();
    let (archive, copy) = (folder.path("tests.tar.zst"), folder.path("elsewhere"));
    let (archive, copy) = (archive.to_string_lossy().into_owned(), copy);
    let made = nextest(&["archive", "--archive-file", &archive], &[]);
    ok!(made.success, "{}", made.err);
    for part in [
        "Cargo.toml",
        ".config/nextest.toml",
        "src/lib.rs",
        "tests/suites/mod.rs",
    ] {
        let to = copy.join(part);
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder can be made");
        fs::copy(Path::new(PACKAGE).join(part), to).expect("the file can be copied");
    }
    let remap = copy.to_string_lossy().into_owned();
    let mut ran = Vec::new();
    for part in ["slice:1/2", "slice:2/2"] {
        let args = [
            "--archive-file",
            &archive,
            "--workspace-remap",
            &remap,
            "--partition",
            part,
        ];
        let (seen, cases) = report_in(&copy, "archive", &args, &[]);
        ok!(seen.success, "{}", seen.err);
        ran.extend(cases.into_iter().map(|case| (case.program, case.test, false)));
    }
    let all = listed(&[], &[]);
    is!(ran.len(), all.len(), "none ran twice");
    is!(ran.into_iter().collect::<BTreeSet<_>>(), all);
}
