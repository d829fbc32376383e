//! The report format on the command line, by running this program again over the ignored suites in `fixture`.

use std::process::Command;

use async_test_suite::prelude::*;
// A crate that is named nowhere is not linked.
use team_tools as _;

async_test_suite::main!();

mod fixture {
    use super::*;

    #[suite(keys(owner = "storage"))]
    #[ignore = "run by the suite below"]
    async fn reads() {
        pass!();
    }

    #[suite(name = "writes")]
    #[ignore = "run by the suite below"]
    async fn fails_to_write() {
        flunk!();
    }
}

#[suite]
fn a28_the_format_is_an_argument_like_those_that_are_built_in() {
    let program = std::env::current_exe().expect("a test knows its program");
    let output = Command::new(&program)
        .args(["--ignored", "fixture::", "--format", "markdown"])
        .output();
    let output = output.expect("this program can be run again");
    let text = String::from_utf8_lossy(&output.stdout);
    is!(output.status.code(), Some(101));
    like!(text, r"(?m)^\| fixture::reads \| storage \| 1 \| passed \|$");
    like!(text, r"(?m)^\| writes \| nobody \| 1 \| \*\*failed\*\* \|$");
    like!(text, "(?m)^1 passed, 1 failed$");
    let help = Command::new(program)
        .arg("--help")
        .output()
        .expect("this program can be run again");
    like!(String::from_utf8_lossy(&help.stdout), "markdown", "the help names it");
}
