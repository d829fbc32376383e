//! Building the packages with cargo.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use crate::generate::Package;
use crate::run::{clean, read_all};
use crate::{tell, workshop};

/// A profile of cargo.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    pub(crate) const BOTH: [Profile; 2] = [Profile::Dev, Profile::Release];

    pub(crate) fn flag(self) -> Option<&'static str> {
        match self {
            Profile::Dev => None,
            Profile::Release => Some("--release"),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Profile::Dev => "dev",
            Profile::Release => "release",
        })
    }
}

/// The cargo that runs this benchmark.
pub(crate) fn cargo() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO").expect("cargo runs this: cargo bench --bench peers"))
}

/// A folder for what is built; the packages share what they have in common.
pub(crate) fn shared() -> PathBuf {
    workshop().join("target")
}

/// What a command of cargo prints. It has to succeed.
pub(crate) fn output(package: &Package, arguments: &[&str]) -> String {
    let mut command = clean(Command::new(cargo()));
    command.args(arguments).arg("--manifest-path").arg(package.manifest());
    command.env("CARGO_TARGET_DIR", shared());
    let (status, text) = read_all(command);
    let folder = package.folder.display();
    assert!(
        status.success(),
        "cargo {arguments:?} in {folder}:\n{}",
        without_json(&text)
    );
    text
}

/// The messages that people read.
fn without_json(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('{'));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Builds a test target and returns its program.
pub(crate) fn test(package: &Package, target: &str, profile: Profile) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let what = format!("{target} of {} ({profile})", package.name);
    let mut built = BUILT.lock().expect("nothing panics on the way");
    built
        .entry(what)
        .or_insert_with_key(|what| anew(what, package, target, profile))
        .clone()
}

fn anew(what: &str, package: &Package, target: &str, profile: Profile) -> PathBuf {
    tell(&format!("builds {what}"));
    let mut arguments = vec!["test", "--no-run", "--message-format=json", "--test", target];
    arguments.extend(profile.flag());
    let text = output(package, &arguments);
    let name = format!(r#""name":"{target}""#);
    let is_it = |line: &&str| line.contains(r#""reason":"compiler-artifact""#) && line.contains(&name);
    // The library of a package may have the name of its test.
    let program = |line: &'_ str| Some(line.split(r#""executable":""#).nth(1)?.split('"').next()?.to_owned());
    let program = text.lines().filter(is_it).find_map(program);
    PathBuf::from(program.unwrap_or_else(|| panic!("cargo named no program of {what}:\n{}", without_json(&text))))
}
