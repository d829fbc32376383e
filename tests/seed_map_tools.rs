//! The seed map, rows A28 and A29, from inside: the order of bundles, and the lines that compound tools report. A whole
//! extension in a crate of its own is `examples/extension`.

mod seed_map;

use async_test_suite::claim::Claim;
use async_test_suite::prelude::*;
use async_test_suite::record::SuiteInfo;
use async_test_suite::{Bundle, Intercept, register_bundle};
use seed_map::labels;

/// Bundles that add their letter to the checks of the suite `signed`.
macro_rules! signer {
    ($name:ident, $priority:expr, $letter:literal) => {
        #[derive(Default)]
        struct $name;

        impl Bundle for $name {
            fn name(&self) -> &str {
                stringify!($name)
            }

            fn priority(&self) -> i32 {
                $priority
            }

            fn filter_test(&mut self, suite: &SuiteInfo, claim: &mut Claim) -> bool {
                if suite.name == "signed" {
                    claim.label.to_mut().push($letter);
                }
                true
            }
        }

        register_bundle!($name);
    };
}

signer!(Last, 5, 'z');
signer!(Second, 0, 'b');
signer!(Alpha, 0, 'a');
signer!(First, -5, '1');

#[suite]
async fn a28_bundles_are_stacked_by_priority_then_by_name() {
    let seen = Intercept::new()
        .run("signed", |_| async { assert!(pass!("by ")) })
        .await;
    is!(labels(&seen, "signed"), ["by 1abz"]);
}

#[test_tool]
fn is_digit(text: &str) -> bool {
    let short = is!(text.len(), 1, "one character");
    let digit = ok!(text.chars().all(|c| c.is_ascii_digit()), "all digits");
    short && digit
}

#[test_tool(anchor)]
fn is_digit_anchored(text: &str) -> bool {
    let short = is!(text.len(), 1, "one character");
    let digit = ok!(text.chars().all(|c| c.is_ascii_digit()), "all digits");
    short && digit
}

/// A tool of tools: still one check, at the line of whoever calls this one.
#[test_tool]
fn are_digits(texts: &[&str]) -> bool {
    texts.iter().all(|text| is_digit_anchored(text))
}

#[suite]
async fn a29_a_compound_tool_reports_the_line_in_the_users_test() {
    let line = line!() + 2;
    let seen = Intercept::new().run("tools", |_| async {
        is_digit("x1");
        is_digit_anchored("x1");
        are_digits(&["1", "x1"]);
    });
    let seen = seen.await;
    let lines: Vec<u32> = seen.checks("tools").iter().map(|check| check.at.line).collect();
    is!(lines, [line, line + 1, line + 2]);
    is!(labels(&seen, "tools"), ["is_digit", "is_digit_anchored", "are_digits"]);
    ok!(seen.checks("tools").iter().all(|check| check.at.file == file!()));
    let inner: Vec<u32> = seen
        .checks("tools/is_digit_anchored")
        .iter()
        .map(|check| check.at.line)
        .collect();
    is!(inner, [line + 1, line + 1], "anchored: so do its parts");
    let inner: Vec<u32> = seen
        .checks("tools/is_digit")
        .iter()
        .map(|check| check.at.line)
        .collect();
    ok!(
        inner.iter().all(|inner| *inner < line),
        "not anchored: its parts say where they stand"
    );
    unlike!(
        seen.render("tap"),
        "# Subtest: is_digit",
        "transparent: no block of its own"
    );
}
