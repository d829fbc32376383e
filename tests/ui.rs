//! What the compiler says to somebody who misuses a macro, kept as files; see `ui/README.md`.

use std::process::Command;

/// Other versions of the compiler word and place some messages differently.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    if version().starts_with(COMPILER) {
        cases.compile_fail("tests/ui/*.rs");
    }
}

fn version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("rustc is in the path");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
