//! The command that a failure prints runs just that again when it is pasted into a shell: from every place where a suite
//! may stand, for any name of a subtest, under both entry points.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names of subtests that need care in a path, in a variable or in a shell, as Rust writes them.
const NAMES: &[&str] = &[
    r#""plain""#,
    r#""two words""#,
    r#""a/b""#,
    r#""a""#,
    r#""back\\slash""#,
    r#""two\nlines""#,
    r#""tab\there""#,
    r#"" blank ""#,
    r#""it's \"quoted\"""#,
    r#""$HOME `id` !x *""#,
    r#""-flag""#,
    r#""esc\u{1b}[31m""#,
    r#""ümlaut/ß""#,
    r#""\\n""#,
    r#""""#,
];

/// A suite in which just the subtest fails that a variable tells.
fn nasty_names() -> String {
    format!(
        "#[suite]\nasync fn nasty_names() {{\n    let fails = std::env::var(\"FAILS\").ok();\n    \
         for (index, name) in [{}].into_iter().enumerate() {{\n        \
         let fails = fails.as_deref() == Some(index.to_string().as_str());\n        \
         subtest!(name, {{\n            \
         subtest!(\"in/side\", {{ ok!(!fails, \"the part\") }});\n            \
         subtest!(\"other\", {{ diag!(\"ran too\") }});\n        }});\n    }}\n}}\n",
        NAMES.join(", ")
    )
}

/// A suite with a subtest that fails; what else is in it does not run again.
fn suite(name: &str, key: &str) -> String {
    format!(
        "#[suite{key}]\nasync fn {name}() {{\n    subtest!(\"holds\", {{ diag!(\"ran too\") }});\n    \
         subtest!(\"fails\", {{ flunk!(\"the part\") }});\n}}\n"
    )
}

const USE: &str = "use async_test_suite::prelude::*;\n";
const MAIN: &str = "async_test_suite::main!();\n";

fn module(name: &str, code: &str) -> String {
    format!("mod {name} {{\n{USE}{code}}}\n")
}

/// A workspace of two packages with suites in every kind of target. A package whose folder is called as a target's folder
/// is part of it.
fn files() -> Vec<(&'static str, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = |name: &str, targets: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             async-test-suite = {{ path = {root:?} }}\n\n{targets}"
        )
    };
    let test = |kind: &str, name: &str, more: &str| format!("[[{kind}]]\nname = \"{name}\"\n{more}\n");
    let kv = [
        test("test", "hub", "harness = false"),
        test("test", "two-words", "harness = false"),
        test("test", "elsewhere", "path = \"checks/run.rs\"\nharness = false"),
        test("example", "demo", ""),
        test("example", "checked", "test = true"),
    ];
    let in_test = |code: String| format!("#[cfg(test)]\n{code}");
    vec![
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/kv\", \"crates/tests\"]\nresolver = \"3\"\n".to_owned(),
        ),
        ("crates/kv/Cargo.toml", manifest("kv-store", &kv.concat())),
        (
            "crates/kv/src/lib.rs",
            in_test(module("unit", &suite("in_the_library", ""))) + "mod deep;\n",
        ),
        (
            "crates/kv/src/deep.rs",
            in_test(module("tests", &suite("in_a_file_of_src", "(random)"))),
        ),
        (
            "crates/kv/src/bin/tool.rs",
            "fn main() {}\n".to_owned() + &in_test(module("unit", &suite("in_a_program", ""))),
        ),
        (
            "crates/kv/tests/plain.rs",
            format!(
                "{USE}{}mod common;\n{}",
                suite("at_the_top", "]\n#[ignore = \"slow\""),
                nasty_names()
            ),
        ),
        (
            "crates/kv/tests/common/mod.rs",
            module("inner", &suite("in_a_module", "")),
        ),
        ("crates/kv/tests/all/main.rs", "mod part;\n".to_owned()),
        (
            "crates/kv/tests/all/part.rs",
            format!("{USE}{}", suite("in_a_folder", "")),
        ),
        (
            "crates/kv/tests/hub.rs",
            format!(
                "{MAIN}{USE}{}mod common;\n{}",
                suite("at_the_top", "(random, name = \"a/title\")"),
                nasty_names()
            ),
        ),
        (
            "crates/kv/tests/two-words.rs",
            MAIN.to_owned() + &module("inner", &suite("in_two_words", "")),
        ),
        (
            "crates/kv/checks/run.rs",
            MAIN.to_owned() + &module("inner", &suite("somewhere_else", "(random)")),
        ),
        (
            "crates/kv/examples/demo.rs",
            MAIN.to_owned() + &module("inner", &suite("in_an_example", "(random)")),
        ),
        (
            "crates/kv/examples/checked.rs",
            "fn main() {}\n".to_owned() + &in_test(module("unit", &suite("in_a_tested_example", ""))),
        ),
        (
            "crates/tests/Cargo.toml",
            manifest("tests", "[[bin]]\nname = \"tests\"\nharness = false\n"),
        ),
        (
            "crates/tests/src/main.rs",
            format!("{MAIN}{USE}{}mod far;\n", suite("in_main", "")),
        ),
        (
            "crates/tests/src/far.rs",
            format!("{USE}{}", suite("in_a_file_of_a_program", "")),
        ),
    ]
}

fn workspace() -> &'static Path {
    static WORKSPACE: OnceLock<PathBuf> = OnceLock::new();
    WORKSPACE.get_or_init(make)
}

fn make() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rerun");
    for (path, text) in files() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        // Untouched files need no new build.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("a file can be written");
        }
    }
    // The versions that this workspace is tested with.
    let _ = fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"),
        folder.join("Cargo.lock"),
    );
    folder
}

fn prepared(mut command: Command, folder: &Path) -> Command {
    let foreign = ["ASYNC_TEST", "RUST_TEST", "NEXTEST", "CARGO_PKG", "RUST_BACKTRACE"];
    for (name, _) in std::env::vars() {
        if foreign.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("strangers"),
        )
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("GITHUB_ACTIONS");
    command
}

fn output(command: Command, folder: &Path) -> (Option<i32>, String) {
    let output = prepared(command, folder).output().expect("the command can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// The commands in a text.
fn commands(text: &str) -> BTreeSet<String> {
    let command = |line: &str| line.trim().strip_prefix("run again: ").map(str::to_owned);
    text.lines().filter_map(command).collect()
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

/// Pastes a command into a shell and looks at what it runs.
#[track_caller]
fn runs_just_that(command: &str, folder: &Path, fails: &str) {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).env("FAILS", fails);
    let (code, text) = output(shell, folder);
    assert_eq!(code, Some(101), "{command}\n{text}");
    assert_eq!(commands(&text), BTreeSet::from([command.to_owned()]), "{text}");
    assert!(!text.contains("ran too"), "{command}\n{text}");
    assert_eq!(text.matches("✗ the part").count(), 1, "{command}\n{text}");
    assert!(text.contains("; 1 failed; "), "{command}\n{text}");
}

#[test]
fn every_command_runs_just_what_failed() {
    let folder = workspace();
    let mut told = BTreeSet::new();
    for arguments in [
        &["test", "--workspace", "--all-targets", "--no-fail-fast"] as &[&str],
        &["run", "-q", "-p", "kv-store", "--example", "demo"],
        &["run", "-q", "-p", "tests"],
        &["test", "-q", "-p", "kv-store", "--test", "plain", "--", "--ignored"],
    ] {
        let (code, text) = output(cargo(arguments), folder);
        assert_eq!(code, Some(101), "{arguments:?}\n{text}");
        assert!(text.contains("ran too"), "{arguments:?}\n{text}");
        told.extend(commands(&text));
    }
    let places = [
        "-p kv-store --lib -- unit::in_the_library --exact",
        "-p kv-store -- deep::tests::in_a_file_of_src --exact",
        "-p kv-store --bin tool -- unit::in_a_program --exact",
        "-p kv-store --test plain -- at_the_top --exact --include-ignored",
        "-p kv-store --test plain -- common::inner::in_a_module --exact",
        "-p kv-store --test all -- part::in_a_folder --exact",
        "cargo test -p kv-store --test hub -- at_the_top/fails --exact --seed ",
        "cargo test -p kv-store --test hub -- common::inner::in_a_module/fails --exact",
        "cargo test -p kv-store --test two-words -- inner::in_two_words/fails --exact",
        "cargo test -p kv-store --test elsewhere -- inner::somewhere_else/fails --exact --seed ",
        "cargo run -p kv-store --example demo -- inner::in_an_example/fails --exact --seed ",
        // What `--all-targets` makes of the example.
        "cargo test -p kv-store --example demo -- inner::in_an_example --exact",
        "cargo test -p kv-store --example checked -- unit::in_a_tested_example --exact",
        "cargo run -p tests --bin tests -- in_main/fails --exact",
        "cargo run -p tests --bin tests -- far::in_a_file_of_a_program/fails --exact",
    ];
    for place in places {
        let here = told.iter().filter(|command| command.contains(place)).count();
        assert_eq!(here, 1, "{place}\n{told:#?}");
    }
    assert_eq!(told.len(), places.len(), "{told:#?}");
    for command in &told {
        runs_just_that(command, folder, "");
    }
}

#[test]
fn any_name_of_a_subtest_can_be_pasted() {
    let folder = workspace();
    for target in ["plain", "hub"] {
        for (index, name) in NAMES.iter().enumerate() {
            let fails = index.to_string();
            let mut all = cargo(&["test", "-q", "-p", "kv-store", "--test", target, "nasty_names"]);
            all.env("FAILS", &fails);
            let (code, text) = output(all, folder);
            assert_eq!(code, Some(101), "{name}\n{text}");
            assert!(text.contains("ran too"), "{text}");
            let told = commands(&text);
            assert_eq!(told.len(), 1, "{name}\n{text}");
            for command in &told {
                assert!(command.contains("/in\\/side"), "{command}");
                runs_just_that(command, folder, &fails);
            }
        }
    }
}
