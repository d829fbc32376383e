//! One file of suites as two programs: for the built-in harness, and with `main!`.
#![allow(dead_code, reason = "every test program uses another part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Both programs.
pub(crate) struct Oracle {
    pub(crate) builtin: PathBuf,
    pub(crate) ours: PathBuf,
}

pub(crate) fn oracle() -> &'static Oracle {
    static ORACLE: OnceLock<Oracle> = OnceLock::new();
    ORACLE.get_or_init(build)
}

/// A package of its own, outside of the workspace: only there can one source be two targets.
fn build() -> Oracle {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    let tests = package.join("tests");
    fs::create_dir_all(tests.join("suites")).expect("the package can be made");
    let manifest = format!(
        "[package]\nname = \"oracle\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nasync-test-suite = {{ path = {root:?} }}\ntokio = {{ version = \"1\", features = [\"time\"] }}\n\n\
         [lib]\npath = \"lib.rs\"\n\n[[test]]\nname = \"builtin\"\n\n[[test]]\nname = \"ours\"\nharness = false\n"
    );
    let files = [
        (package.join("Cargo.toml"), manifest),
        (package.join("lib.rs"), String::new()),
        (tests.join("builtin.rs"), "mod suites;\n".to_owned()),
        (
            tests.join("ours.rs"),
            "mod suites;\nasync_test_suite::main!();\n".to_owned(),
        ),
        (
            tests.join("suites/mod.rs"),
            fs::read_to_string(root.join("tests/oracle/suites.rs")).expect("the suites can be read"),
        ),
    ];
    for (path, text) in files {
        // Untouched files need no new build.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("the package can be written");
        }
    }
    // The versions that this workspace is tested with.
    let _ = fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"));
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "test",
            "--no-run",
            "--tests",
            "--message-format=json",
            "--manifest-path",
        ])
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("strangers"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "cargo failed");
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let executable = |name: &str| {
        let of_target = |message: &&Value| message["target"]["name"] == name && message["executable"].is_string();
        let message = messages.iter().find(of_target).expect("cargo names the program");
        PathBuf::from(message["executable"].as_str().unwrap_or_default())
    };
    Oracle {
        builtin: executable("builtin"),
        ours: executable("ours"),
    }
}

/// How a program ended and what it said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) type Variables<'a> = &'a [(&'a str, &'a str)];

/// Runs a program with nothing of the surroundings that would change what it does.
pub(crate) fn run(program: &Path, args: &[&str], variables: Variables<'_>) -> Run {
    let mut command = Command::new(program);
    let foreign = [
        "ASYNC_TEST",
        "RUST_TEST",
        "NEXTEST",
        "TEST_",
        "TESTBRIDGE",
        "BAZEL",
        "XML_OUTPUT",
    ];
    for (name, _) in std::env::vars() {
        if foreign.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    let output = command
        .args(args)
        .env("NO_COLOR", "1")
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("RUST_BACKTRACE")
        .envs(variables.iter().copied())
        .output()
        .expect("the program can be run");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
    }
}
