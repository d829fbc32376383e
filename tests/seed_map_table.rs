//! `docs/seed-map.md` held against the tests: every row has some, and every test has its row.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The tests that are named after a row, in the folders where such tests are.
fn tests() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = Vec::new();
    for folder in ["tests", "examples/extension/tests"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(path).unwrap();
                let functions = text
                    .lines()
                    .filter_map(|line| line.split_once("fn a")?.1.split_once('('));
                names.extend(
                    functions
                        .map(|(name, _)| format!("a{name}"))
                        .filter(|name| row_of(name).is_some()),
                );
            }
        }
    }
    names.sort();
    names
}

/// The number in a name such as `a08_todo`.
fn row_of(name: &str) -> Option<u32> {
    let (number, _) = name.strip_prefix('a')?.split_once('_')?;
    (number.len() == 2).then(|| number.parse().ok())?
}

/// The words in backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_row_has_its_tests_and_every_test_its_row() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/seed-map.md")).unwrap();
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| A")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [row, items, tests] = cells[..] else {
            panic!("a row has three cells: {line}");
        };
        assert!(!items.is_empty(), "{row} names no public item");
        let row: u32 = row[1..].parse().unwrap();
        let names: Vec<String> = quoted(tests).into_iter().map(str::to_owned).collect();
        assert!(table.insert(row, names).is_none(), "A{row} is there twice");
    }
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), (1..=34).collect::<Vec<_>>());
    let mut listed: Vec<String> = Vec::new();
    for (row, names) in table {
        // Row A13 is a reasoned no.
        assert_eq!(names.is_empty(), row == 13, "A{row}");
        for name in names {
            assert_eq!(row_of(&name), Some(row), "{name} stands in the row A{row}");
            listed.push(name);
        }
    }
    listed.sort();
    assert_eq!(listed, tests(), "left: the table, right: the tests");
}
