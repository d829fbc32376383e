//! The real rust-analyzer over a package of suites: each has its own lens, what the lens starts runs just that, and a
//! suite that is being typed is still understood.
//!
//! It needs the command `rust-analyzer`, which `tests/setup-rust-analyzer.sh` installs.
#![cfg(unix)]

#[path = "editors/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Server, uri};

const SUITES: &str = include_str!("editors/suites.rs");
/// In front of what the server has to show at a line.
const MARK: &str = "//~ ";

/// The files with suites; each is in one target only, as the server has one lens for a place.
fn sources() -> [(&'static str, &'static str); 5] {
    [
        ("src/lib.rs", include_str!("editors/unit.rs")),
        ("tests/builtin/main.rs", "mod suites; //~ test-mod suites\n"),
        ("tests/builtin/suites.rs", SUITES),
        (
            "tests/hub/main.rs",
            "async_test_suite::main!(); //~ run hub\nmod suites; //~ test-mod suites\n",
        ),
        ("tests/hub/suites.rs", SUITES),
    ]
}

/// A package outside of the workspace.
fn package() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editors");
    let manifest = format!(
        "[package]\nname = \"lens\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\nasync-test-suite = {{ path = {root:?} }}\n\n\
         [[test]]\nname = \"hub\"\nharness = false\n"
    );
    for (file, text) in sources().into_iter().chain([("Cargo.toml", manifest.as_str())]) {
        let path = package.join(file);
        // Untouched files need no new build.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the package can be made");
            fs::write(path, text).expect("the package can be written");
        }
    }
    // The versions that this workspace is tested with.
    let _ = fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"));
    package
}

/// Together with other packages outside of the workspace.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("strangers")
}

/// A line, counted from 1, and a lens there.
type Lens = (u64, String);

/// What the marks of a file ask for. A module that is a file, and a target, have their lens at the first line.
fn expected(file: &str, text: &str) -> BTreeSet<Lens> {
    let mut lenses = BTreeSet::new();
    for (line, text) in (1..).zip(text.lines()) {
        let labels = text.split_once(MARK).map_or("", |(_, labels)| labels);
        for label in labels.split(", ").filter(|label| !label.is_empty()) {
            lenses.insert((line, label.to_owned()));
        }
    }
    if file.ends_with("suites.rs") {
        lenses.insert((1, "test-mod suites".to_owned()));
    }
    lenses
}

struct Runnable {
    lens: Lens,
    cargo: Vec<String>,
    program: Vec<String>,
}

fn runnables(server: &mut Server, file: &Path) -> Vec<Runnable> {
    let words = |value: &Value| {
        let words = value.as_array().expect("arguments are a list").iter();
        words.map(|word| word.as_str().unwrap_or_default().to_owned()).collect()
    };
    let params = json!({ "textDocument": { "uri": uri(file) }, "position": null });
    let answer = server.ask("experimental/runnables", params);
    let answer = answer.as_array().expect("runnables are a list").iter();
    // Those without a place are for the whole package.
    let placed = answer.filter(|runnable| runnable["location"].is_object());
    let runnable = |runnable: &Value| Runnable {
        lens: (
            runnable["location"]["targetSelectionRange"]["start"]["line"]
                .as_u64()
                .expect("a line")
                + 1,
            runnable["label"].as_str().expect("a label").trim().to_owned(),
        ),
        cargo: words(&runnable["args"]["cargoArgs"]),
        program: words(&runnable["args"]["executableArgs"]),
    };
    placed.map(runnable).collect()
}

/// The lenses that the editor shows, each with the line where it is drawn.
fn shown(server: &mut Server, file: &Path) -> BTreeSet<u64> {
    let lenses = server.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(file) } }));
    let lenses = lenses.as_array().expect("lenses are a list").iter();
    lenses
        .filter_map(|lens| Some(lens["range"]["start"]["line"].as_u64()? + 1))
        .collect()
}

/// Runs what a lens starts: how it ended, and which suites passed.
fn start(package: &Path, runnable: &Runnable) -> (Option<i32>, BTreeSet<String>) {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars() {
        if name.starts_with("ASYNC_TEST") || name.starts_with("RUST_TEST") || name.starts_with("NEXTEST") {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, .. } = command
        .current_dir(package)
        .env("CARGO_TARGET_DIR", target())
        .args(&runnable.cargo)
        .arg("--")
        .args(&runnable.program)
        .output()
        .expect("cargo can be run");
    let text = String::from_utf8_lossy(&stdout);
    let passed = text.lines().filter_map(|line| {
        let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let name = match name.strip_suffix(" - should panic").unwrap_or(name) {
            // For people `main!` uses the key `name`.
            "a title" => "suites::titled",
            name => name,
        };
        result.ends_with("ok").then(|| name.to_owned())
    });
    (status.code(), passed.collect())
}

#[test]
fn every_suite_has_a_lens_that_runs_it() {
    let package = package();
    let mut server = Server::start(&package, &target());
    let mut started = 0;
    for (file, text) in sources() {
        let path = package.join(file);
        server.open(&path, text);
        let expected = expected(file, text);
        let got = loaded(&mut server, &path, &expected);
        let lenses = got.iter().map(|runnable| runnable.lens.clone());
        // A target as a whole has one too; it has no name.
        let lenses: BTreeSet<Lens> = lenses.filter(|(_, label)| label != "test-mod").collect();
        assert_eq!(lenses, expected, "{file}");
        let lines = shown(&mut server, &path);
        for (line, label) in &expected {
            assert!(lines.contains(line), "{file}:{line}: no lens for {label}: {lines:?}");
        }
        for runnable in &got {
            let Some(name) = runnable.lens.1.strip_prefix("test ") else {
                continue;
            };
            let (code, passed) = start(&package, runnable);
            let about = format!("{file}: {:?} -- {:?}", runnable.cargo, runnable.program);
            assert_eq!(code, Some(0), "{about}");
            assert_eq!(passed, BTreeSet::from([name.to_owned()]), "{about}");
            started += 1;
        }
    }
    assert_eq!(started, 24, "two in the library, eleven in each of the others");
}

/// What the server shows of a file. It is asked again while it says less: it may have heard of the file a moment ago.
fn loaded(server: &mut Server, file: &Path, expected: &BTreeSet<Lens>) -> Vec<Runnable> {
    let mut got = runnables(server, file);
    for _ in 0..50 {
        if got.len() >= expected.len() {
            break;
        }
        sleep(Duration::from_millis(200));
        got = runnables(server, file);
    }
    got
}

/// The test explorer names a suite by the target and by the path that the harness has for it.
#[test]
fn the_test_explorer_lists_every_suite() {
    let package = package();
    let mut server = Server::start(&package, &target());
    for test in ["builtin", "hub"] {
        let answer = server.ask("experimental/discoverTest", json!({ "testId": test }));
        let found = answer["tests"].as_array().expect("tests are a list").iter();
        let found: BTreeSet<String> = found
            .filter(|found| found["canResolveChildren"] == false)
            .filter_map(|found| found["id"].as_str().map(str::to_owned))
            .collect();
        let names = expected("tests/builtin/suites.rs", SUITES);
        let names = names.iter().filter_map(|(_, label)| label.strip_prefix("test "));
        let expected: BTreeSet<String> = names.map(|name| format!("{test}::{name}")).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_suite_that_is_being_typed_is_understood() {
    let package = package();
    let mut server = Server::start(&package, &target());
    let file = package.join("tests/builtin/suites.rs");
    server.open(&file, SUITES);
    for (version, place) in (2..).zip(["// in the body", "// in the subtest"]) {
        let typed = "store.";
        let text = SUITES.replace(place, typed);
        server.change(&file, version, &text);
        let (line, row) = (0..)
            .zip(text.lines())
            .find(|(_, row)| row.trim_end().ends_with(typed))
            .expect("the place is in the file");
        let position = json!({ "line": line, "character": row.trim_end().len() });
        let params = json!({ "textDocument": { "uri": uri(&file) }, "position": position });
        let answer = server.ask("textDocument/completion", params);
        let items = answer["items"].as_array().or(answer.as_array());
        let labels: Vec<&str> = items
            .into_iter()
            .flatten()
            .filter_map(|item| item["label"].as_str())
            .collect();
        assert!(labels.contains(&"writes"), "{place}: {labels:?}");
        // And the lens of that suite stays.
        let lenses = runnables(&mut server, &file);
        let name = "test suites::is_being_typed";
        assert!(lenses.iter().any(|runnable| runnable.lens.1 == name), "{place}");
    }
}
