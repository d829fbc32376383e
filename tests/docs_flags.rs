//! `--help`, the pages about flags and variables, and the code that reads them say the same: whoever adds a flag or a
//! variable has to write it down.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use async_test_suite::prelude::*;
use support::this_program;

async_test_suite::main!();

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A flag of `--help`.
#[derive(Default, Debug)]
struct Flag {
    text: String,
    variable: Option<String>,
}

/// The flags of `--help` as it writes them, `--seed SEED`, with what stands under them.
fn help() -> BTreeMap<String, Flag> {
    let help = support::run(this_program().arg("--help"));
    is!(help.code, Some(0));
    let mut flags: BTreeMap<String, Flag> = BTreeMap::new();
    let mut last = String::new();
    for line in help.out.lines() {
        let row = line.trim_start();
        let is_flag = row.starts_with('-') && line.starts_with("  ") && line.len() - row.len() <= 6;
        if is_flag {
            let names = row.split("  ").next().unwrap_or_default();
            last = names.trim().to_owned();
            flags.entry(last.clone()).or_default().text = row[names.len()..].trim().to_owned();
        } else if let (true, Some(flag)) = (line.starts_with("     "), flags.get_mut(&last)) {
            match row.strip_prefix('[').and_then(|row| row.strip_suffix(']')) {
                Some(variable) => flag.variable = Some(variable.to_owned()),
                None => flag.text = format!("{} {row}", flag.text),
            }
        }
    }
    flags
}

/// The rows of the tables of a page: their cells, without the headings.
fn rows(page: &str) -> Vec<Vec<String>> {
    let text = read(page);
    let row = |line: &str| -> Vec<String> {
        // `\|` is a part of a cell.
        let line = line.trim_matches('|').replace("\\|", "\u{0}");
        line.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
    };
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &str| line.starts_with("|---");
    let is_heading = |index: usize| lines.get(index + 1).is_some_and(|next| is_rule(next));
    let tables = lines.iter().enumerate().filter(|(_, line)| line.starts_with('|'));
    tables
        .filter(|(index, line)| !is_rule(line) && !is_heading(*index))
        .map(|(_, line)| row(line))
        .collect()
}

/// The pieces of code in a text.
fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of the page about the command line, by the flag as `--help` writes it.
fn documented_flags() -> BTreeMap<String, String> {
    let rows = rows("docs/command-line.md").into_iter();
    let rows = rows.filter(|cells| cells[0].starts_with("`-"));
    rows.map(|cells| (code(&cells[0]).join(", "), cells[1].clone()))
        .collect()
}

#[suite]
fn every_flag_is_on_the_page_and_the_reverse() {
    let (help, page) = (help(), documented_flags());
    let names = |keys: Vec<&String>| keys.into_iter().cloned().collect::<BTreeSet<_>>();
    ok!(help.len() > 30, "{} flags", help.len());
    is!(names(page.keys().collect()), names(help.keys().collect()));
    for (name, flag) in &help {
        let meaning = page.get(name).map(String::as_str).unwrap_or_default();
        if let Some((_, default)) = flag.text.split_once("default: ") {
            let default = default.split([',', ';', ' ']).next().unwrap_or_default();
            ok!(
                meaning.contains("efault: ") && meaning.contains(default),
                "the page has the default {default} of {name}: {meaning}"
            );
        }
        ok!(meaning.len() > 8, "{name} has a meaning");
    }
}

#[suite]
fn flags_that_the_page_speaks_of_exist() {
    let known: BTreeSet<String> = help()
        .keys()
        .flat_map(|names| names.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .map(|name| name.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    // Of no tool yet, and of Cargo.
    let others = ["--later", "--test"];
    for page in ["docs/command-line.md", "docs/environment.md"] {
        for piece in code(&read(page).replace("```", "")) {
            for word in piece.split(|c: char| c.is_whitespace() || c == '=') {
                let is_flag = word
                    .strip_prefix("--")
                    .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
                let is_other = others.contains(&word) || (page.ends_with("environment.md") && word == "--stress-count");
                ok!(!is_flag || known.contains(word) || is_other, "{page}: {word}");
            }
        }
    }
}

/// The variables of the page about the environment, each with its flag.
fn documented_variables() -> BTreeMap<String, Option<String>> {
    let mut variables = BTreeMap::new();
    for cells in rows("docs/environment.md") {
        let flag = cells
            .get(1)
            .filter(|_| cells.len() > 2)
            .and_then(|cell| code(cell).first().cloned());
        for name in code(&cells[0]) {
            let before = variables.insert(name.clone(), flag.clone());
            ok!(before.is_none(), "{name} has one row");
        }
    }
    variables
}

#[suite]
fn every_variable_of_a_flag_is_on_the_page_and_the_reverse() {
    let help = help();
    let of_help: BTreeMap<String, Option<String>> = help
        .iter()
        .filter_map(|(name, flag)| {
            let long = name.split(", ").last()?.split(' ').next()?.to_owned();
            Some((flag.variable.clone()?, Some(long)))
        })
        .collect();
    ok!(of_help.len() > 15, "{} variables", of_help.len());
    let page = documented_variables();
    let with_flag: BTreeMap<_, _> = page.into_iter().filter(|(_, flag)| flag.is_some()).collect();
    is!(with_flag, of_help);
}

/// The names of variables in the code that reads them.
fn variables_of_the_code(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let code: String = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let strings = code.split('"').skip(1).step_by(2);
    let is_variable = |text: &&str| {
        let of_capitals = text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        // Words without a `_` are mostly what the help calls a value.
        of_capitals && ((text.contains('_') && !text.ends_with('_')) || KNOWN_WORDS.contains(text))
    };
    strings.filter(is_variable).map(str::to_owned).collect()
}

/// Variables that are one word.
const KNOWN_WORDS: &[&str] = &["CI", "COLUMNS", "NEXTEST", "PATH", "PATHEXT", "TERM"];

#[suite]
fn every_variable_that_is_read_is_on_a_page_and_the_reverse() {
    let folder = root().join("async-test-core/src/options");
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let files: Vec<PathBuf> = files.map(|it| it.expect("it can be read").path()).collect();
    let (mut read_here, mut of_bazel) = (BTreeSet::new(), BTreeSet::new());
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "rs"))
    {
        match file.ends_with("bazel.rs") {
            true => of_bazel.extend(variables_of_the_code(file)),
            false => read_here.extend(variables_of_the_code(file)),
        }
    }
    ok!(
        read_here.len() > 30 && of_bazel.len() > 8,
        "{} and {}",
        read_here.len(),
        of_bazel.len()
    );
    let page: BTreeSet<String> = documented_variables().into_keys().collect();
    // The rest of Bazel's variables are on its own page.
    let is_of_bazel = |name: &&String| name.starts_with("TEST_");
    let here: BTreeSet<String> = read_here.iter().filter(|name| !is_of_bazel(name)).cloned().collect();
    is!(page, here);
    let bazel = read("docs/bazel.md");
    for name in of_bazel.iter().chain(read_here.iter().filter(is_of_bazel)) {
        ok!(bazel.contains(&format!("`{name}`")), "docs/bazel.md has {name}");
    }
}
