//! The floors and the invariants of ARCHITECTURE.md, held against the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every module of the core and of the runtime, and its floor. A module imports from its own floor and from those below.
const FLOORS: &[(u8, &[&str])] = &[
    // words
    (
        0,
        &[
            "claim", "error", "escape", "event", "ids", "json", "options", "outcome", "place", "plan", "record",
            "round", "stage",
        ],
    ),
    // judgement
    (
        1,
        &[
            "amnesty",
            "diff",
            "filter",
            "ledger",
            "order",
            "settle",
            "shard",
            "structure",
            "tags",
        ],
    ),
    // ears
    (2, &["hook", "replay", "report"]),
    // machinery
    (
        3,
        &[
            "activity",
            "boot",
            "bundles",
            "capture",
            "cancel",
            "clock",
            "condition",
            "context",
            "drive",
            "dump",
            "hub",
            "invoke",
            "jobs",
            "manager",
            "ours",
            "panic",
            "pulse",
            "query",
            "queue",
            "registry",
            "runtime",
            "settings",
            "signals",
            "spare",
            "aside",
            "turn",
            "spawn",
            "spec",
            "stray",
            "suite",
            "tracing",
            "verify",
        ],
    ),
    // what people call
    (4, &["rt", "run", "tools"]),
];

/// Text that may stand only in the files named, tests and documentation aside.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("std::env", &["options/mod.rs"]),
    ("process::exit(", &["run/main.rs"]),
    ("low_level::exit", &["run/exits.rs"]),
    ("emulate_default_handler", &["signals.rs"]),
    ("println!", &["run/builtin.rs"]),
    (" print!", &["run/builtin.rs"]),
    ("eprintln!", &[]),
    (
        "io::stdout()",
        &[
            "boot.rs",
            "capture/flush.rs",
            "capture/keeper.rs",
            "capture/mod.rs",
            "capture/unix.rs",
            "run/builtin.rs",
            "run/main.rs",
            "run/sinks.rs",
        ],
    ),
    (
        "io::stderr()",
        &["capture/keeper.rs", "capture/mod.rs", "capture/unix.rs", "run/sinks.rs"],
    ),
    ("thread_local!", &[]),
    ("static mut", &[]),
    ("unsafe ", &[]),
    ("self.run += 1", &["ledger/totals.rs"]),
    ("fastrand::u64", &["boot.rs"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file: without comments, and without the unit tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("every.rs") || path.ends_with("script.rs")
}

/// The crates that the floors stand in, each with the highest that it has; the first has those from 0.
const CRATES: [(&str, u8); 2] = [("async-test-core", 2), ("async-test-runtime", 4)];

/// The files of one crate by their path below `src`; its root by that of the crate.
fn files(folder: &str) -> BTreeMap<String, String> {
    let src = root().join(folder).join("src");
    sources(&src)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            // Each crate has one of that name.
            let name = if name == "lib.rs" {
                format!("{folder}/{name}")
            } else {
                name
            };
            (name, code(&path))
        })
        .filter(|(path, _)| !is_test(path))
        .collect()
}

fn is_root(path: &str) -> bool {
    path.ends_with("/lib.rs")
}

/// The files of all floors.
fn runtime() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (folder, _) in CRATES {
        for (path, code) in files(folder) {
            let other = all.insert(path.clone(), code);
            assert!(other.is_none(), "{path} is in two crates");
        }
    }
    all
}

fn floor(module: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(_, modules)| modules.contains(&module))
        .map(|(floor, _)| *floor)
}

fn module(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

/// The modules that a piece of code names after `crate::`, in one path or in braces.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let inside = match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .collect(),
            None => vec![rest],
        };
        found.extend(inside.into_iter().map(|path| {
            path.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        }));
    }
    found
}

#[test]
fn arrows_go_down() {
    let mut wrong = Vec::new();
    for (path, code) in runtime() {
        if is_root(&path) {
            continue;
        }
        let Some(own) = floor(module(&path)) else {
            wrong.push(format!(
                "{path}: the module has no floor; give it one in FLOORS and in ARCHITECTURE.md"
            ));
            continue;
        };
        for name in imports(&code) {
            match floor(&name) {
                Some(other) if other > own => {
                    wrong.push(format!("{path} (floor {own}) imports {name} (floor {other})"))
                }
                Some(_) => {}
                // Macros and the re-exports of the crate's root belong to whoever made them.
                None if name.starts_with("__") || name.is_empty() => {}
                None => wrong.push(format!("{path} imports {name}, which has no floor")),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_floor_has_its_modules() {
    let known: Vec<String> = runtime().keys().map(|path| module(path).to_owned()).collect();
    for (floor, modules) in FLOORS {
        for module in *modules {
            assert!(
                known.iter().any(|known| known == module),
                "floor {floor}: there is no module {module}"
            );
        }
    }
}

#[test]
fn every_crate_has_its_floors() {
    let mut lowest = 0;
    for (folder, highest) in CRATES {
        for path in files(folder).keys().filter(|path| !is_root(path)) {
            let floor = floor(module(path)).unwrap();
            assert!(
                (lowest..=highest).contains(&floor),
                "{folder}/src/{path} is of floor {floor}"
            );
        }
        lowest = highest + 1;
    }
}

#[test]
fn what_may_stand_in_one_place_only() {
    let mut wrong = Vec::new();
    for (path, code) in runtime() {
        for (text, files) in ONLY_IN {
            let found = code.lines().any(|line| match *text {
                "println!" => line.contains("println!") && !line.contains("eprintln!"),
                text => line.contains(text),
            });
            if found && !files.contains(&path.as_str()) {
                wrong.push(format!("{path}: `{text}` belongs in {files:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_lower_floors_know_neither_tokio_nor_the_clock() {
    let mut wrong = Vec::new();
    for (path, code) in runtime() {
        let words = ["tokio::", "Instant::now", "SystemTime::now", "std::thread"];
        if floor(module(&path)).is_some_and(|floor| floor <= 2) {
            wrong.extend(
                words
                    .iter()
                    .filter(|word| code.contains(**word))
                    .map(|word| format!("{path}: {word}")),
            );
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn macros_and_runtime_do_not_know_each_other() {
    for (crate_name, other) in [
        ("async-test-macros", "async_test_core"),
        ("async-test-macros", "async-test-core"),
        ("async-test-macros", "async_test_runtime"),
        ("async-test-macros", "async-test-runtime"),
        ("async-test-core", "async_test_macros"),
        ("async-test-core", "async-test-macros"),
        ("async-test-runtime", "async_test_macros"),
        ("async-test-runtime", "async-test-macros"),
    ] {
        let manifest = fs::read_to_string(root().join(crate_name).join("Cargo.toml")).unwrap();
        assert!(
            !manifest.contains(&format!("{other} =")),
            "{crate_name} depends on {other}"
        );
        for path in sources(&root().join(crate_name).join("src")) {
            assert!(!code(&path).contains(other), "{} names {other}", path.display());
        }
    }
}

#[test]
fn the_facade_holds_no_function_body() {
    let code = code(&root().join("src/lib.rs"));
    // The one `fn` is inside of the text of `main!`.
    let functions: Vec<&str> = code
        .lines()
        .filter(|line| line.trim_start().starts_with("pub fn "))
        .collect();
    assert!(functions.is_empty(), "{functions:?}");
}

#[test]
fn files_stay_small() {
    /// Files that own one hard problem may be longer than the rest.
    const LONG: &[&str] = &[];
    const LIMIT: usize = 420;
    let mut long = Vec::new();
    for (path, code) in runtime() {
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > LIMIT && !LONG.contains(&path.as_str()) {
            long.push(format!("{path}: {lines}"));
        }
    }
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn architecture_is_short_and_names_every_module() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(
        text.lines().count() <= 150,
        "ARCHITECTURE.md has {} lines",
        text.lines().count()
    );
    for (_, modules) in FLOORS {
        for module in *modules {
            assert!(
                text.contains(&format!("`{module}`")),
                "ARCHITECTURE.md does not name `{module}`"
            );
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_in_all_four_crates() {
    let manifest = |folder: &str| fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    assert!(manifest(".").contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    for folder in [".", "async-test-core", "async-test-macros", "async-test-runtime"] {
        assert!(manifest(folder).contains("\n[lints]\nworkspace = true\n"), "{folder}");
    }
}
