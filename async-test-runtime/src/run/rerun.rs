//! The one command that runs just this again.

use std::borrow::Cow;
use std::path::{Component, Path};
use std::sync::Mutex;

use crate::options;
use crate::record::{Rerun, Runner};
use crate::settings::Settings;
use crate::spec::SuiteSpec;

/// What the command is made of.
pub(super) fn parts(spec: &SuiteSpec, settings: &Settings, seed: u64) -> Rerun {
    let (runner, command) = known_command(spec, settings);
    Rerun {
        command: Cow::Borrowed(command),
        test: Cow::Borrowed(spec.test_name()),
        title: Cow::Borrowed(spec.title()),
        flags: Cow::Borrowed(match spec.keys().ignore {
            Some(_) => runner.includes_ignored(),
            None => "",
        }),
        // nextest has a command line of its own.
        own_command_line: settings.own_command_line && runner != Runner::Nextest,
        runner,
        seed,
    }
}

/// It is the same for all suites of a module, so it is looked for once. These come one after the other, most often.
fn known_command(spec: &SuiteSpec, settings: &Settings) -> (Runner, &'static str) {
    static KNOWN: Mutex<Known> = Mutex::new(Known {
        all: Vec::new(),
        last: 0,
    });
    let key = (spec.module(), spec.source.file, settings.own_command_line);
    let mut known = match KNOWN.lock() {
        Ok(known) => known,
        Err(poisoned) => poisoned.into_inner(),
    };
    let is_last = match known.all.get(known.last) {
        Some((last, _)) => *last == key,
        None => false,
    };
    if !is_last {
        known.last = match known.all.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                let (runner, command) = command(spec, settings);
                // It is kept to the end of the process.
                known.all.push((key, (runner, command.leak())));
                known.all.len() - 1
            }
        };
    }
    known.all[known.last].1
}

/// What a command belongs to: a module, its file, and whether the program has a command line of its own.
type Key = (&'static str, &'static str, bool);

/// The commands so far, and which of them was asked for last.
struct Known {
    all: Vec<(Key, (Runner, &'static str))>,
    last: usize,
}

/// Without what names the suite.
fn command(spec: &SuiteSpec, settings: &Settings) -> (Runner, String) {
    let process = options::process();
    let package = spec.source.package.map(str::to_owned).or_else(|| process.package());
    let target = match target(spec.source.file, spec.module(), package.as_deref()) {
        // Other targets would not know the flags, so this has to name one.
        None if settings.own_command_line => Some(likely_target(spec, package.as_deref())),
        target => target,
    };
    // Under `cargo test` an example or a program would be built with the built-in harness.
    let is_program = |target: &String| target.starts_with("--bin") || target.starts_with("--example");
    let is_program = settings.own_command_line && target.as_ref().is_some_and(is_program);
    let cargo = |verb: &str| {
        let mut words = vec![format!("cargo {verb}")];
        words.extend(package.map(|package| format!("-p {package}")));
        words.extend(target);
        words.join(" ")
    };
    // What fails in a process of its own, or in a sandbox, may pass in any other way.
    if let Some(target) = process.bazel_target() {
        (Runner::Bazel, format!("bazel test {target}"))
    } else if process.nextest().is_some_and(|run| run.process_per_test) {
        (Runner::Nextest, cargo("nextest run"))
    } else if is_program {
        (Runner::Cargo, cargo("run"))
    } else {
        (Runner::Cargo, cargo("test"))
    }
}

/// Where the layout says nothing: what stands in `src` with a command line of its own is a program, anything else is most
/// likely a test.
fn likely_target(spec: &SuiteSpec, package: Option<&str>) -> String {
    let is_source = Path::new(spec.source.file)
        .components()
        .any(|part| part.as_os_str() == "src");
    match (is_source, package) {
        (true, Some(package)) => format!("--bin {package}"),
        _ => format!("--test {}", crate_name(spec.module())),
    }
}

fn crate_name(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// The flag that names the target, as cargo lays targets out; none for a module of `src`, which may belong to the library
/// and to a program at once.
fn target(file: &str, module: &str, package: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = Path::new(file)
        .components()
        // `tests/../examples/kv/suite.rs` was compiled into a target of `tests`.
        .take_while(|part| !matches!(part, Component::ParentDir))
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    let source = parts.iter().position(|part| *part == "src");
    let crate_name = crate_name(module);
    // A folder of that name may stand anywhere; that of targets is not in `src`, and its files are called as the crates.
    let folders = parts.iter().enumerate().rev().filter_map(|(index, part)| {
        let flag = FOLDERS.iter().find(|(folder, _)| folder == part)?.1;
        (source.is_none_or(|source| index < source)).then_some((index, flag))
    });
    let named = folders.clone().find_map(|(index, flag)| {
        let name = stem(parts.get(index + 1)?)?;
        (name.replace('-', "_") == crate_name).then(|| format!("{flag} {name}"))
    });
    if named.is_some() {
        return named;
    }
    let Some(source) = source else {
        // A file that several targets share.
        return folders.clone().next().map(|(_, flag)| format!("{flag} {crate_name}"));
    };
    match &parts[source + 1..] {
        ["bin", program, ..] => stem(program).map(|name| format!("--bin {name}")),
        ["main.rs"] => Some(format!("--bin {}", package.unwrap_or(crate_name))),
        ["lib.rs"] => Some("--lib".to_owned()),
        _ => None,
    }
}

/// The folders of targets, and the flags that name one.
const FOLDERS: [(&str, &str); 3] = [("tests", "--test"), ("examples", "--example"), ("benches", "--bench")];

fn stem(file: &str) -> Option<&str> {
    Path::new(file).file_stem().and_then(|stem| stem.to_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_follows_from_the_file() {
        let rows = [
            ("tests/store.rs", "store", Some("--test store")),
            ("tests/two-words.rs", "two_words", Some("--test two-words")),
            ("crates/kv/tests/all/main.rs", "all", Some("--test all")),
            (
                "crates/kv/tests/all/deep/more.rs",
                "all::deep::more",
                Some("--test all"),
            ),
            ("examples/kv/main.rs", "kv", Some("--example kv")),
            ("tests/../examples/kv/suite.rs", "kv::suite", Some("--test kv")),
            ("tests/common/deep.rs", "store::common::deep", Some("--test store")),
            ("crates/tests/src/lib.rs", "tests", Some("--lib")),
            ("crates/tests/src/deep.rs", "tests::deep", None),
            ("crates/tests/tests/it.rs", "it", Some("--test it")),
            ("benches/speed.rs", "speed", Some("--bench speed")),
            ("src/lib.rs", "kv::tests", Some("--lib")),
            ("src/main.rs", "two_words", Some("--bin two-words")),
            ("src/store/tests/deep.rs", "kv::store::tests::deep", None),
            ("src/tests/kv.rs", "kv::tests::kv", None),
            ("src/examples/kv.rs", "kv::examples::kv", None),
            ("src/bin/tool/main.rs", "tool", Some("--bin tool")),
            ("checks/run.rs", "named", None),
            ("src/store/tests.rs", "kv::store::tests", None),
            ("src/bin/tool.rs", "tool", Some("--bin tool")),
        ];
        for (file, module, expected) in rows {
            assert_eq!(target(file, module, Some("two-words")).as_deref(), expected, "{file}");
        }
    }
}
