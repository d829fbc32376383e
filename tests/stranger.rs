//! What a stranger types: cargo's own commands on the example store, once under the built-in harness and once with `main!`.
//! The tests, the results, the lists and the exit codes are the same.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Says to a program that it was started from here.
const AGAIN: &str = "STRANGER_RUNS";

/// A package outside of the workspace, with the suite of the example as two targets.
fn package() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stranger");
    let source = |main: &str| {
        let example = root.join("examples/kv");
        let (kv, suite) = (example.join("mod.rs"), example.join("suite.rs"));
        format!("#[path = {kv:?}]\nmod kv;\n#[path = {suite:?}]\nmod suite;\n{main}")
    };
    let manifest = format!(
        "[package]\nname = \"stranger\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\nasync-test-suite = {{ path = {root:?} }}\n\
         tokio = {{ version = \"1\", features = [\"full\"] }}\n\n\
         [lib]\ntest = false\ndoctest = false\n\n[[test]]\nname = \"ours\"\nharness = false\n"
    );
    let files = [
        ("Cargo.toml", manifest),
        ("src/lib.rs", String::new()),
        ("tests/builtin.rs", source("")),
        ("tests/ours.rs", source("async_test_suite::main!();\n")),
    ];
    for (file, text) in files {
        let path = package.join(file);
        // Untouched files need no new build.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the package can be made");
            fs::write(path, text).expect("the package can be written");
        }
    }
    // The versions that this workspace is tested with.
    let _ = fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"));
    package
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs a command of cargo for one of the targets, `TARGET` in the line.
fn cargo(package: &Path, target: &str, line: &str) -> Run {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let foreign = [
        "ASYNC_TEST",
        "RUST_TEST",
        "RUST_BACKTRACE",
        "NEXTEST",
        "GITHUB",
        "CARGO_PKG",
        "CARGO_MANIFEST",
        "CARGO_CRATE",
    ];
    for (name, _) in std::env::vars() {
        if foreign.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    let words = line.split(' ').map(|word| if word == "TARGET" { target } else { word });
    // Cargo says `--quiet` only to programs with the built-in harness.
    let is_silenced = target == "ours" && line.starts_with("test -q ");
    let quiet = match (is_silenced, line.contains(" -- ")) {
        (false, _) => "",
        (true, false) => "-- --quiet",
        (true, true) => "--quiet",
    };
    let Output { status, stdout, stderr } = command
        .current_dir(package)
        .args(words)
        .args(quiet.split_whitespace())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("strangers"),
        )
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
        // The harness of the stable compiler has its JSON behind it; cargo builds the dependencies once for all rows.
        .env("RUSTC_BOOTSTRAP", "1")
        .env(AGAIN, "1")
        .output()
        .expect("cargo can be run");
    Run {
        code: status.code(),
        out: String::from_utf8(stdout).expect("the output is UTF-8"),
        err: String::from_utf8(stderr).expect("the error stream is UTF-8"),
    }
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.sort();
    lines
}

/// The heading, the row of each test and the result without its time.
fn rows(run: &Run) -> Vec<String> {
    let kept = run.out.lines().filter_map(|line| {
        let is_row = ["running ", "test "].iter().any(|start| line.starts_with(start));
        is_row.then(|| line.split("; finished in").next().unwrap_or(line).to_owned())
    });
    sorted(kept)
}

/// The heading, the characters of the tests and the result without its time.
fn characters(run: &Run) -> Vec<String> {
    let is_characters = |line: &str| line.chars().all(|c| ".i".contains(c));
    let characters = run.out.lines().filter(|line| is_characters(line)).map(str::to_owned);
    sorted(rows(run).into_iter().chain(characters))
}

/// All that is printed.
fn all(run: &Run) -> Vec<String> {
    run.out.lines().map(str::to_owned).collect()
}

/// Objects without times and without the report of a failure.
fn objects(run: &Run) -> Vec<String> {
    let object = |line: &str| {
        let mut object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if let Some(fields) = object.as_object_mut() {
            fields.remove("exec_time");
            fields.remove("stdout");
        }
        object.to_string()
    };
    sorted(run.out.lines().map(object))
}

/// The rows and the summary of nextest, without times and without the target.
fn nextest(run: &Run) -> Vec<String> {
    let row = |line: &str| {
        let (what, rest) = line.trim().split_once(" [")?;
        let (_, rest) = rest.split_once(']')?;
        match what {
            "Summary" => Some(rest.trim().to_owned()),
            "PASS" | "FAIL" => Some(format!("{what} {}", rest.split(' ').next_back()?)),
            _ => None,
        }
    };
    let mut rows = sorted(run.err.lines().filter_map(row));
    // A failure is told twice.
    rows.dedup();
    rows
}

/// The names that nextest lists, without the target.
fn names(run: &Run) -> Vec<String> {
    sorted(
        run.out
            .lines()
            .filter_map(|line| Some(line.split(' ').next_back()?.to_owned())),
    )
}

struct Row {
    line: &'static str,
    code: i32,
    sanitised: fn(&Run) -> Vec<String>,
    /// A line that has to be left: two outputs that say nothing are equal, too.
    says: &'static str,
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { line: "test --test TARGET", code: 0, sanitised: rows, says: "test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out" },
    Row { line: "test -q --test TARGET", code: 0, sanitised: characters, says: "running 2 tests" },
    Row { line: "test --test TARGET sound", code: 0, sanitised: rows, says: "test suite::a_sound_store ... ok" },
    Row { line: "test --test TARGET nothing_is_called_so", code: 0, sanitised: rows, says: "running 0 tests" },
    Row { line: "test --test TARGET -- --exact suite::a_sound_store", code: 0, sanitised: rows, says: "test suite::a_sound_store ... ok" },
    Row { line: "test --test TARGET -- --skip sound", code: 0, sanitised: rows, says: "test suite::a_racy_store ... ignored, it carries a bug on purpose; --include-ignored shows how that is found" },
    Row { line: "test --test TARGET -- --include-ignored", code: 101, sanitised: rows, says: "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out" },
    Row { line: "test --test TARGET -- --list", code: 0, sanitised: all, says: "2 tests, 0 benchmarks" },
    Row { line: "test -q --test TARGET -- --list", code: 0, sanitised: all, says: "suite::a_racy_store: test" },
    Row { line: "test --test TARGET -- --list --ignored", code: 0, sanitised: all, says: "1 test, 0 benchmarks" },
    Row { line: "test --test TARGET -- --format json -Z unstable-options", code: 0, sanitised: objects, says: r#"{"event":"ok","name":"suite::a_sound_store","type":"test"}"# },
    Row { line: "nextest run --test TARGET", code: 0, sanitised: nextest, says: "PASS suite::a_sound_store" },
    Row { line: "nextest run --test TARGET --run-ignored all --no-fail-fast", code: 100, sanitised: nextest, says: "FAIL suite::a_racy_store" },
    Row { line: "nextest run --test TARGET nothing_is_called_so", code: 4, sanitised: nextest, says: "0 tests run: 0 passed, 2 skipped" },
    Row { line: "nextest list --test TARGET", code: 0, sanitised: names, says: "suite::a_sound_store" },
];

#[test]
fn cargo_shows_a_stranger_what_the_built_in_harness_would() {
    assert!(std::env::var_os(AGAIN).is_none(), "the program runs itself in itself");
    let package = package();
    for row in ROWS {
        let [builtin, ours] = ["builtin", "ours"].map(|target| cargo(&package, target, row.line));
        let about = format!(
            "cargo {}\n{}\n{}\n{}\n{}",
            row.line, builtin.out, builtin.err, ours.out, ours.err
        );
        assert_eq!([builtin.code, ours.code], [Some(row.code); 2], "{about}");
        let (expected, got) = ((row.sanitised)(&builtin), (row.sanitised)(&ours));
        assert!(
            expected.iter().any(|line| line.contains(row.says)),
            "{expected:#?} {about}"
        );
        assert_eq!(expected, got, "{about}");
    }
}
