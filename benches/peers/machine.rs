//! What it was measured on and with.

use std::path::Path;
use std::process::Command;

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(crate::checkout())
        .output();
    let output = output.unwrap_or_else(|error| panic!("{program} {arguments:?}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn line_of(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

/// The machine, the compiler and the state of this checkout, in one line.
pub(crate) fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(
            || "memory unknown".to_owned(),
            |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0),
        );
    let load = line_of("/proc/loadavg", "").map_or_else(String::new, |text| {
        let minute = text.split(' ').next().unwrap_or_default().to_owned();
        format!(", load average before {minute}")
    });
    let changed = if said(
        "git",
        &[
            "status",
            "--short",
            "--",
            "src",
            "async-test-core",
            "async-test-runtime",
            "async-test-macros",
        ],
    )
    .is_empty()
    {
        ""
    } else {
        " with changes"
    };
    format!(
        "{}, {cores} cores ({model}), {memory}{load}, {}, {}, checkout {}{changed}",
        said("date", &["+%Y-%m-%d"]),
        said("uname", &["-sm"]),
        said("rustc", &["--version"]),
        said("git", &["rev-parse", "--short=10", "HEAD"]),
    )
}

/// The version of a crate in a lock file.
pub(crate) fn version(lock: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(lock).unwrap_or_else(|error| panic!("{}: {error}", lock.display()));
    let entry = text
        .split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{name}\"\n")));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    version
        .unwrap_or_else(|| panic!("no {name} in {}", lock.display()))
        .to_owned()
}
