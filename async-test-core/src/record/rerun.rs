//! The command that runs a suite again, as whoever has started the run would write it.

use std::borrow::Cow;

use crate::escape::controls;

/// The parts of the command that runs a suite again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rerun {
    /// Up to the flags of cargo, for instance `cargo test -p kv --test store`.
    pub command: Cow<'static, str>,
    /// What the test is called on the command line.
    pub test: Cow<'static, str>,
    /// What the `#[suite]` is called in paths.
    pub title: Cow<'static, str>,
    /// Flags behind the name, for instance `--include-ignored`, or nothing.
    pub flags: Cow<'static, str>,
    /// The command line can name a subtest and a seed; else the environment does.
    pub own_command_line: bool,
    /// Whose command it is.
    pub runner: Runner,
    /// The seed of the run; where everything is run several times, that of the pass.
    pub seed: u64,
}

/// Who starts test programs, each with a way of its own to name one test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Runner {
    /// `cargo test`, or `cargo run` for an example.
    Cargo,
    /// `cargo nextest run`.
    Nextest,
    /// `bazel test`.
    Bazel,
}

impl Runner {
    /// What runs ignored tests, too.
    #[doc(hidden)]
    pub fn includes_ignored(self) -> &'static str {
        match self {
            Runner::Cargo => "--include-ignored",
            Runner::Nextest => "--run-ignored all",
            Runner::Bazel => "--test_arg=--include-ignored",
        }
    }
}

impl Rerun {
    /// The command for a suite of this path.
    pub(super) fn command(&self, path: &str, seeded: bool) -> String {
        let below = path.strip_prefix(&*self.title).filter(|below| below.starts_with('/'));
        let path = format!("{}{}", self.test, below.unwrap_or_default());
        let seed = seeded.then_some(self.seed);
        // What the command line cannot say goes into variables.
        let (test, seed_flag) = match self.own_command_line {
            true => (path.as_str(), seed),
            false => (&*self.test, None),
        };
        let mut variables = Vec::new();
        if !self.own_command_line {
            variables.extend(below.map(|_| format!("ASYNC_TEST_FILTER={}", quoted(&path))));
            variables.extend(seed.map(|seed| format!("ASYNC_TEST_SEED={seed}")));
        }
        let mut words = Vec::new();
        if self.runner != Runner::Bazel {
            words.append(&mut variables);
        }
        words.push(self.command.clone().into_owned());
        match self.runner {
            Runner::Cargo => words.push(format!("-- {} --exact", quoted(test))),
            Runner::Nextest => words.push(format!("-E 'test(={test})'")),
            Runner::Bazel => words.push(format!("--test_arg=--exact --test_arg={}", quoted(test))),
        }
        words.extend((!self.flags.is_empty()).then(|| self.flags.clone().into_owned()));
        words.extend(seed_flag.map(|seed| match self.runner {
            Runner::Bazel => format!("--test_arg=--seed={seed}"),
            Runner::Cargo | Runner::Nextest => format!("--seed {seed}"),
        }));
        // The environment of bazel is not that of the test.
        words.extend(variables.into_iter().map(|variable| format!("--test_env={variable}")));
        // Nobody can type these, and what is shown must not be a terminal's command.
        controls(&words.join(" ")).into_owned()
    }
}

/// A word of a shell's command line.
fn quoted(word: &str) -> String {
    match word.chars().all(|c| c.is_alphanumeric() || "_:/.-=".contains(c)) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_each_who_may_have_started_the_run() {
        let ours = Rerun {
            command: "cargo test -p kv --test store".into(),
            test: "disk::storage".into(),
            title: "the storage".into(),
            flags: "--include-ignored".into(),
            own_command_line: true,
            runner: Runner::Cargo,
            seed: 7,
        };
        let harness = Rerun {
            own_command_line: false,
            ..ours.clone()
        };
        let nextest = Rerun {
            command: "cargo nextest run -p kv --test store".into(),
            flags: "--run-ignored all".into(),
            runner: Runner::Nextest,
            ..harness.clone()
        };
        let bazel = Rerun {
            command: "bazel test //kv:store".into(),
            flags: "--test_arg=--include-ignored".into(),
            runner: Runner::Bazel,
            ..ours.clone()
        };
        let bazel_harness = Rerun {
            own_command_line: false,
            flags: "".into(),
            ..bazel.clone()
        };
        let (suite, subtest) = ("the storage", "the storage/two words");
        for (rerun, path, seeded, expected) in [
            (
                &ours,
                suite,
                false,
                "cargo test -p kv --test store -- disk::storage --exact --include-ignored",
            ),
            (
                &ours,
                subtest,
                true,
                "cargo test -p kv --test store -- 'disk::storage/two words' --exact --include-ignored --seed 7",
            ),
            (
                &harness,
                subtest,
                true,
                "ASYNC_TEST_FILTER='disk::storage/two words' ASYNC_TEST_SEED=7 cargo test -p kv --test store -- \
                 disk::storage --exact --include-ignored",
            ),
            (
                &nextest,
                suite,
                false,
                "cargo nextest run -p kv --test store -E 'test(=disk::storage)' --run-ignored all",
            ),
            (
                &nextest,
                subtest,
                true,
                "ASYNC_TEST_FILTER='disk::storage/two words' ASYNC_TEST_SEED=7 cargo nextest run -p kv --test store -E \
                 'test(=disk::storage)' --run-ignored all",
            ),
            (
                &bazel,
                subtest,
                true,
                "bazel test //kv:store --test_arg=--exact --test_arg='disk::storage/two words' \
                 --test_arg=--include-ignored --test_arg=--seed=7",
            ),
            (
                &bazel_harness,
                suite,
                false,
                "bazel test //kv:store --test_arg=--exact --test_arg=disk::storage",
            ),
            (
                &bazel_harness,
                subtest,
                true,
                "bazel test //kv:store --test_arg=--exact --test_arg=disk::storage \
                 --test_env=ASYNC_TEST_FILTER='disk::storage/two words' --test_env=ASYNC_TEST_SEED=7",
            ),
        ] {
            assert_eq!(rerun.command(path, seeded), expected);
        }
    }
}
