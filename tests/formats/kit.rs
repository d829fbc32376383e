//! Running the very test program again, and folders for what it writes.

#![allow(dead_code, reason = "no program uses all of it")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    /// What went to the error stream.
    pub(crate) err: String,
}

pub(crate) fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    let foreign =
        |name: &str| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_TEST") || name == "GITHUB_ACTIONS";
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let output = command
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .args(args)
        .envs(vars.iter().copied())
        .output()
        .expect("this program can be run again");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
    }
}

/// A folder that goes when the test ends.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("async-test-suite-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for reports can be made");
        Folder(folder)
    }

    /// The argument for a report in this folder.
    pub(crate) fn report(&self, format: &str) -> String {
        format!("{format}={}", self.path(format).display())
    }

    pub(crate) fn path(&self, format: &str) -> PathBuf {
        self.0.join(format)
    }

    pub(crate) fn read(&self, format: &str) -> String {
        std::fs::read_to_string(self.path(format)).unwrap_or_default()
    }

    /// A report that may end in the middle of a character.
    pub(crate) fn read_lossy(&self, format: &str) -> String {
        let bytes = std::fs::read(self.path(format)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn lines(text: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(line).collect()
}

/// What readers of JUnit XML would find wrong in files, by a real parser: python's. None where python3 is missing and
/// nobody insists.
pub(crate) fn junit_faults(files: &[PathBuf]) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/junit.py");
    match Command::new("python3").arg(script).args(files).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) if std::env::var_os("CI").is_some() => panic!("python3 cannot be run: {error}"),
        Err(error) => {
            async_test_suite::skip!(format!("python3 cannot be run: {error}"));
            None
        }
    }
}
