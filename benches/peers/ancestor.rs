//! The ancestor, Test::Async for Raku, where it is installed.

use std::path::PathBuf;
use std::process::Command;

use crate::generate::put;
use crate::run::{Proof, Row, clean, read_all};
use crate::workshop;

pub(crate) const NAME: &str = "Test::Async (Raku)";

pub(crate) const MISSING: &str = "Not measured: the ancestor is not installed here (`raku -e 'use Test::Async'` fails). \
    With Rakudo on the path, and Test::Async in its library or in a folder that `RAKULIB` names, it is.";

/// Its version and that of the compiler.
pub(crate) fn version() -> Option<String> {
    let ask = "use Test::Async; say 'with Rakudo ', $*RAKU.compiler.version; done-testing";
    let mut command = clean(Command::new(raku()?));
    command.args(["-e", ask]);
    let (status, text) = read_all(command);
    let line = text.lines().find(|line| line.starts_with("with Rakudo "))?;
    status.success().then(|| format!("Test::Async {line}"))
}

fn raku() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join("raku"))
        .find(|program| program.is_file())
}

/// So many sequential subtests of one check.
pub(crate) fn row(subtests: usize) -> Row {
    let script = workshop().join("ancestor.raku");
    let text = format!(
        "use Test::Async;\nplan {subtests};\nfor ^{subtests} -> $n {{ subtest \"subtest $n\" => {{ plan 1; ok 1 + 1 == 2, 'holds' }} }}\n"
    );
    put(&script, &text);
    Row::new(
        NAME,
        raku().expect("it said its version"),
        Proof::Lines("ok ", 2 * subtests),
    )
    .arguments([script.to_str().expect("a path of UTF-8")])
}
