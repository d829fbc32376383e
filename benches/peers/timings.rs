//! Where the seconds of a build go: the report of `cargo build --timings`.

use std::collections::BTreeMap;
use std::path::Path;

/// Seconds of each crate: its build script, its procedural macros and its code together. The longest come first.
pub(crate) fn by_crate(target: &Path) -> Vec<(String, f64)> {
    let path = target.join("cargo-timings/cargo-timing.html");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let units = text
        .split("const UNIT_DATA = [")
        .nth(1)
        .and_then(|rest| rest.split("\n];").next());
    let units = units.unwrap_or_else(|| panic!("{} holds no UNIT_DATA: has its form changed?", path.display()));
    let mut crates = BTreeMap::<String, f64>::new();
    // Each object names these keys in this order; a value of either holds no quotation mark.
    for unit in units.split("\"name\":").skip(1) {
        let name = unit.split('"').nth(1).expect("a name is a string");
        let seconds = unit.split("\"duration\":").nth(1).and_then(|rest| {
            let end = rest.find([',', '}', '\n']).unwrap_or(rest.len());
            rest[..end].trim().parse::<f64>().ok()
        });
        let seconds = seconds.unwrap_or_else(|| panic!("{}: no duration of {name}", path.display()));
        *crates.entry(name.to_owned()).or_default() += seconds;
    }
    assert!(!crates.is_empty(), "{} names no crate", path.display());
    let mut crates: Vec<(String, f64)> = crates.into_iter().collect();
    crates.sort_by(|one, other| other.1.total_cmp(&one.1));
    crates
}
