//! What a user compiles and has to agree to: the crates below the four of this project, on every platform, with every
//! feature. `deny.toml` says what is allowed; `cargo deny check` reads the same file and looks further.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Crates in a user's lock file that tokio does not bring anyway, for all platforms together. One more is a decision.
const MOST_BESIDE_TOKIO: usize = 16;
/// Of them, those that are compiled on Linux.
const MOST_ON_LINUX: usize = 13;

const OURS: [&str; 4] = [
    "async-test-core",
    "async-test-macros",
    "async-test-runtime",
    "async-test-suite",
];

/// A line of `cargo tree`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Package {
    depth: usize,
    name: String,
    version: String,
    /// What follows the version: where it comes from, if that is no registry.
    source: String,
    licence: String,
}

/// Everything that a user of the facade compiles, in the order of the tree.
fn tree(args: &[&str]) -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "tree",
            "--locked",
            "--package",
            "async-test-suite",
            "--edges",
            "normal,build",
        ])
        .args(["--no-dedupe", "--prefix", "depth", "--format", " {p}\t{l}"])
        .args(args)
        .output()
        .expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("cargo writes text");
    let packages: Vec<Package> = text.lines().map(package).collect();
    let names: BTreeSet<&str> = packages.iter().map(|it| it.name.as_str()).collect();
    assert!(OURS.iter().chain(&["tokio"]).all(|name| names.contains(name)), "{text}");
    packages
}

fn package(line: &str) -> Package {
    let (depth, rest) = line.split_once(' ').expect("a depth");
    let (who, licence) = rest.split_once('\t').expect("a licence");
    let mut words = who.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    Package {
        depth: depth.parse().expect("a depth is a number"),
        name: word(),
        version: word(),
        source: word().replace("(proc-macro)", "").trim().to_owned(),
        licence: licence.to_owned(),
    }
}

/// All of it, each once.
fn everything() -> Vec<Package> {
    let all = tree(&["--target", "all", "--all-features"]).into_iter();
    let all: BTreeSet<Package> = all.map(|it| Package { depth: 0, ..it }).collect();
    all.into_iter().collect()
}

fn deny() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).expect("deny.toml can be read")
}

/// The texts in quotes between `begin` and the next `end` of a section of `deny.toml`.
fn texts(section: &str, begin: &str, end: &str) -> Vec<String> {
    let deny = deny();
    let part = deny.split_once(&format!("[{section}]\n")).expect("the section").1;
    let part = part.split("\n[").next().unwrap_or_default();
    let list = part.split_once(begin).expect("the list").1;
    let list = list.split_once(end).expect("the end of the list").0;
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn banned() -> Vec<String> {
    // Each entry is a name and a reason.
    texts("bans", "deny = [", "\n]").into_iter().step_by(2).collect()
}

/// Whether an SPDX expression can be met by these licences alone.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any(words, allowed);
        return words.next() == Some(")") && met;
    }
    let Some(licence) = words.next() else { return false };
    // A licence with an exception is another licence.
    match words.next_if_eq(&"WITH") {
        None => allowed.iter().any(|it| it == licence),
        Some(_) => {
            let whole = format!("{licence} WITH {}", words.next().unwrap_or_default());
            allowed.contains(&whole)
        }
    }
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "Zlib"].map(str::to_owned);
    for expression in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "(GPL-3.0 OR MIT) AND Zlib",
        "GPL-3.0 AND Zlib OR MIT",
        "MIT WITH x OR Zlib",
    ] {
        assert!(is_met(expression, &allowed), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT GPL-3.0",
        "(MIT",
        "GPL-3.0 OR MIT AND Apache-2.0",
        "MIT WITH x",
    ] {
        assert!(!is_met(expression, &allowed), "{expression}");
    }
}

#[test]
fn every_licence_is_an_allowed_one() {
    let allowed = texts("licenses", "allow = [", "]");
    assert!(allowed.contains(&"MIT".to_owned()), "{allowed:?}");
    let wrong: Vec<Package> = everything()
        .into_iter()
        .filter(|it| !is_met(&it.licence, &allowed))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_banned_or_there_in_two_versions_or_from_anywhere_else() {
    let banned = banned();
    assert!(banned.contains(&"clap".to_owned()) && banned.len() >= 3, "{banned:?}");
    let mut versions = BTreeMap::<String, BTreeSet<String>>::new();
    for package in everything() {
        assert!(!banned.contains(&package.name), "{package:?}");
        let is_ours = OURS.contains(&package.name.as_str());
        assert_eq!(package.source.is_empty(), !is_ours, "{package:?}");
        versions.entry(package.name).or_default().insert(package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "{versions:?}");
}

/// The names of what tokio does not bring.
fn beside_tokio(packages: &[Package]) -> BTreeSet<&str> {
    let (mut tokios, mut others) = (BTreeSet::new(), BTreeSet::new());
    let mut tokio_at = None;
    for package in packages {
        let name = package.name.as_str();
        tokio_at = tokio_at.filter(|at| package.depth > *at);
        if name == "tokio" {
            tokio_at = Some(package.depth);
        }
        match tokio_at {
            Some(_) => tokios.insert(name),
            None => others.insert(name),
        };
    }
    assert!(tokios.contains("tokio-macros") && tokios.len() < 12, "{tokios:?}");
    others.retain(|name| !tokios.contains(name) && !OURS.contains(name));
    others
}

#[test]
fn no_more_crates_than_have_been_decided() {
    let everywhere = tree(&["--target", "all"]);
    let beside = beside_tokio(&everywhere);
    assert!(beside.len() <= MOST_BESIDE_TOKIO, "{}: {beside:?}", beside.len());
    let on_linux = tree(&["--target", "x86_64-unknown-linux-gnu"]);
    let beside = beside_tokio(&on_linux);
    assert!(beside.len() <= MOST_ON_LINUX, "{}: {beside:?}", beside.len());
}
