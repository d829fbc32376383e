//! The package that the samples are of: one of its own, as a reader of the documentation would have it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Builds a package `kv` with these programs in `tests`, by their names; the answer is where they are.
pub(crate) fn build<const N: usize>(programs: [(&str, &str); N]) -> [PathBuf; N] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samples");
    fs::create_dir_all(package.join("tests")).expect("the package can be made");
    let mut manifest = format!(
        "[package]\nname = \"kv\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\nasync-test-suite = {{ path = {root:?}, features = [\"junit\", \"tracing\"] }}\n\
         tracing = {{ version = \"0.1\", default-features = false, features = [\"std\"] }}\n"
    );
    for (name, _) in programs {
        manifest.push_str(&format!("\n[[test]]\nname = \"{name}\"\nharness = false\n"));
    }
    let files = programs.map(|(name, source)| (format!("tests/{name}.rs"), source));
    let others = [("Cargo.toml".to_owned(), manifest.as_str()), ("lib.rs".to_owned(), "")];
    for (name, text) in others.iter().chain(&files) {
        let path = package.join(name);
        // Untouched files need no new build.
        if fs::read_to_string(&path).ok().as_deref() != Some(*text) {
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
        .arg(package.join("target"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "cargo failed");
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    programs.map(|(name, _)| {
        let of_it = |it: &&Value| it["target"]["name"] == name && it["executable"].is_string();
        let message = messages.iter().find(of_it).expect("cargo names the program");
        PathBuf::from(message["executable"].as_str().unwrap_or_default())
    })
}

/// What the program prints.
pub(crate) fn run(program: &Path, arguments: &[String]) -> String {
    let mut command = Command::new(program);
    let foreign = |name: &str| {
        name.starts_with("ASYNC_TEST")
            || name.starts_with("RUST_")
            || name.starts_with("NEXTEST")
            || name.starts_with("CARGO_TERM")
            || ["GITHUB_ACTIONS", "CLICOLOR_FORCE", "COLUMNS"].contains(&name)
    };
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let output = command
        .args(["--seed", "42", "--test-jobs", "1"])
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program can be run");
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}
