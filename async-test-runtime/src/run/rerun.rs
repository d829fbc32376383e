//! The one command that runs just this again.

use std::path::{Component, Path};

use crate::options;
use crate::record::{Rerun, Runner};
use crate::settings::Settings;
use crate::spec::SuiteSpec;

/// What the command is made of.
pub(super) fn parts(spec: &SuiteSpec, settings: &Settings, seed: u64) -> Rerun {
    let process = options::process();
    // What fails in a process of its own, or in a sandbox, may pass in any other way.
    let (runner, command) = if let Some(target) = process.bazel_target() {
        (Runner::Bazel, format!("bazel test {target}"))
    } else if process.nextest().is_some_and(|run| run.process_per_test) {
        (Runner::Nextest, cargo("nextest run", spec))
    } else if settings.own_command_line && is_program(spec) {
        (Runner::Cargo, cargo("run", spec))
    } else {
        (Runner::Cargo, cargo("test", spec))
    };
    Rerun {
        command,
        test: spec.test_name(),
        title: spec.title().into_owned(),
        flags: match (&spec.ignore, runner) {
            (None, _) => "",
            (Some(_), Runner::Cargo) => "--include-ignored",
            (Some(_), Runner::Nextest) => "--run-ignored all",
            (Some(_), Runner::Bazel) => "--test_arg=--include-ignored",
        },
        // nextest has a command line of its own.
        own_command_line: settings.own_command_line && runner != Runner::Nextest,
        runner,
        seed,
    }
}

/// Under `cargo test` an example or a program would be built with the built-in harness.
fn is_program(spec: &SuiteSpec) -> bool {
    target(spec.file, spec.module).is_some_and(|target| !target.starts_with("--test"))
}

fn cargo(verb: &str, spec: &SuiteSpec) -> String {
    let package = spec.package.map(str::to_owned).or_else(|| options::process().package());
    let mut words = vec![format!("cargo {verb}")];
    words.extend(package.map(|package| format!("-p {package}")));
    words.extend(target(spec.file, spec.module));
    words.join(" ")
}

/// The flag that names the target, as cargo lays targets out.
fn target(file: &str, module: &str) -> Option<String> {
    let name = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let parts: Vec<&str> = Path::new(file)
        .components()
        // `tests/../examples/kv/suite.rs` was compiled into a target of `tests`.
        .take_while(|part| !matches!(part, Component::ParentDir))
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    let crate_name = module.split("::").next().unwrap_or_default();
    let (index, folder) = parts
        .iter()
        .enumerate()
        .rev()
        .find(|(_, part)| ["tests", "examples", "benches", "src"].contains(*part))?;
    let inside = &parts[index + 1..];
    // The crate's name tells which file of the folder is the root of the target.
    let root = inside.first().and_then(|first| name(Path::new(first)));
    let root = root
        .filter(|root| root.replace('-', "_") == crate_name)
        .unwrap_or_else(|| crate_name.to_owned());
    match *folder {
        "tests" => Some(format!("--test {root}")),
        "examples" => Some(format!("--example {root}")),
        "benches" => Some(format!("--bench {root}")),
        _ if inside.first() == Some(&"bin") => Some(format!("--bin {root}")),
        _ if inside == ["main.rs"] => Some("--bins".to_owned()),
        _ => None,
    }
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
            ("src/lib.rs", "kv::tests", None),
            ("src/store/tests.rs", "kv::store::tests", None),
            ("src/bin/tool.rs", "tool", Some("--bin tool")),
        ];
        for (file, module, expected) in rows {
            assert_eq!(target(file, module).as_deref(), expected, "{file}");
        }
    }
}
