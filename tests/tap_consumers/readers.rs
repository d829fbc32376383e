//! The readers of TAP: how they are installed, asked, and understood.

#![allow(dead_code, unreachable_pub, reason = "a module of several test programs")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

pub struct Readers {
    place: PathBuf,
}

/// What a reader made of one stream, or of one block of it.
#[derive(Clone, Default, Debug)]
pub struct Read {
    pub ok: bool,
    /// Points, failed, skipped, forgiven, passed though forgiven.
    pub counters: [u64; 5],
    /// What it could not accept.
    pub wrong: String,
}

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tap_consumers")
        .join(file)
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn directory() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"))
}

impl Readers {
    /// None where they cannot be installed and nobody insists.
    pub fn installed() -> Option<&'static Readers> {
        static READERS: OnceLock<Result<Readers, String>> = OnceLock::new();
        match READERS.get_or_init(|| Readers::install(&directory().join("tap-consumers"))) {
            Ok(readers) => Some(readers),
            Err(why) if std::env::var_os("CI").is_some() => panic!("the readers of TAP cannot be installed: {why}"),
            Err(why) => {
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: the readers of TAP cannot be installed: {why}"
                );
                None
            }
        }
    }

    fn install(place: &Path) -> Result<Readers, String> {
        let output = Command::new("sh").arg(here("install.sh")).arg(place).output();
        let output = output.map_err(|error| format!("install.sh cannot be run: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(Readers {
            place: place.to_owned(),
        })
    }

    /// Writes a file for each stream.
    pub fn files<'a>(&self, name: &str, streams: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
        let folder = self.place.join(format!("streams-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let write = |(number, text): (usize, &str)| {
            let file = folder.join(format!("{number}.tap"));
            std::fs::write(&file, text).unwrap();
            file
        };
        streams.enumerate().map(write).collect()
    }

    /// What npm's `tap-parser` reads, by file and by the first word of a block's name.
    pub fn npm(&self, files: &[PathBuf]) -> Vec<BTreeMap<String, Read>> {
        let mut command = Command::new("node");
        command.arg(here("read.cjs")).arg(&self.place).args(files);
        let mut read = vec![BTreeMap::new(); files.len()];
        for line in said(&mut command).lines() {
            let (file, rest) = line.split_once('\t').unwrap();
            let (name, rest) = rest.split_once('\t').unwrap();
            let blocks = &mut read[number(files, file)];
            // No block of a random tree is called so.
            let name = match blocks.contains_key(name) {
                true => format!("{name} again"),
                false => name.to_owned(),
            };
            blocks.insert(name, table_row(rest));
        }
        read
    }

    /// What PyPI's `tap.py` reads, by file.
    pub fn python(&self, files: &[PathBuf]) -> Vec<Read> {
        let mut command = Command::new(self.place.join("python/bin/python"));
        rows(command.arg(here("read.py")), files)
    }

    /// What the parser of perl's `prove` reads, by file.
    pub fn perl(&self, files: &[PathBuf]) -> Vec<Read> {
        let mut command = Command::new("perl");
        rows(command.arg(here("read.pl")), files)
    }

    /// What the three read of each point of one file: of perl, npm and Python.
    pub fn points(&self, file: &Path) -> [Vec<Value>; 3] {
        let (mut perl, mut npm) = (Command::new("perl"), Command::new("node"));
        let mut python = Command::new(self.place.join("python/bin/python"));
        perl.arg(here("names.pl")).arg(file);
        npm.arg(here("names.cjs")).arg(&self.place).arg(file);
        python.env("PYTHONUTF8", "1").arg(here("names.py")).arg(file);
        [perl, npm, python].map(|mut command| {
            let text = said(&mut command);
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command:?}: {error}: {text}"))
        })
    }

    /// What Python's own parsers read in a file of this kind.
    pub fn texts(&self, kind: &str, file: &Path) -> Vec<Value> {
        let mut python = Command::new(self.place.join("python/bin/python"));
        let text = said(python.arg(here("texts.py")).arg(kind).arg(file));
        serde_json::from_str(&text).expect("JSON of Python")
    }

    /// Whether perl's `prove` itself calls the files good, and which of them it complains of. After a `Bail out!` it
    /// reads no other file.
    pub fn prove(&self, files: &[PathBuf]) -> (Option<i32>, BTreeSet<usize>) {
        let mut command = Command::new("prove");
        command.args(["--norc", "--nocolor", "--exec", "cat"]).args(files);
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (mut blamed, mut current) = (BTreeSet::new(), None);
        let summary = text
            .split_once("Test Summary Report")
            .map_or("", |(_, summary)| summary);
        for line in summary.lines() {
            if let Some((file, figures)) = line.split_once(" (Wstat: ") {
                current = Some(number(files, file.trim_end()));
                if !figures.contains("Failed: 0)") {
                    blamed.extend(current);
                }
            } else if line.trim_start().starts_with("Parse errors:") {
                blamed.extend(current);
            }
        }
        (output.status.code(), blamed)
    }
}

fn rows(command: &mut Command, files: &[PathBuf]) -> Vec<Read> {
    let mut read = vec![Read::default(); files.len()];
    for line in said(command.args(files)).lines() {
        let (file, rest) = line.split_once('\t').unwrap();
        read[number(files, file)] = table_row(rest);
    }
    read
}

fn number(files: &[PathBuf], file: &str) -> usize {
    let found = files.iter().position(|known| known == Path::new(file));
    found.unwrap_or_else(|| panic!("{file} is none of ours"))
}

/// ok, points, failed, todo, unexpected, skipped, wrong
fn table_row(row: &str) -> Read {
    let cells: Vec<&str> = row.split('\t').collect();
    let count = |index: usize| cells[index].parse::<u64>().unwrap();
    Read {
        ok: cells[0] == "true",
        counters: [count(1), count(2), count(5), count(3), count(4)],
        wrong: cells[6].to_owned(),
    }
}
