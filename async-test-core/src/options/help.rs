//! The text of `--help`, out of the table of flags.

use super::flags::{FLAGS, Flag, Section};

const INDENT: usize = 30;

pub(super) fn help(formats: &[&str]) -> String {
    let mut text = String::from("Usage: cargo test -- [OPTIONS] [FILTERS...]\n");
    for section in Section::ALL {
        text.push_str(&format!("\n{}:\n", section.title()));
        for flag in FLAGS.iter().filter(|flag| flag.section == section) {
            row(&mut text, flag);
        }
    }
    text.push_str(&format!("\nFormats: {}\n", formats.join(", ")));
    text.push_str(FOOTER);
    text
}

fn row(text: &mut String, flag: &Flag) {
    let mut names = match flag.short {
        Some(short) if flag.name.starts_with("--") => format!("  -{short}, {}", flag.name),
        Some(short) => format!("  -{short}"),
        None => format!("      {}", flag.name),
    };
    if let Some(value) = flag.value {
        names = format!("{names} {value}");
    }
    let variable = flag.variable.map(|variable| format!("[{variable}]"));
    let mut start = format!("{names:INDENT$}");
    if names.len() >= INDENT {
        text.push_str(&format!("{names}\n"));
        start = " ".repeat(INDENT);
    }
    for line in flag.help.lines().map(str::to_owned).chain(variable) {
        text.push_str(&format!("{start}{line}\n"));
        start = " ".repeat(INDENT);
    }
}

const FOOTER: &str = "
A test runs when its name contains one of the filters, or when there is no filter; storage/writes names a subtest of
it, and \\/ is a slash of its name. Filters are plain text, not patterns. Flags and filters may be mixed; what follows a
lone -- is a filter. An option that is not known is passed over with a warning.

A variable in brackets is read when its flag is not given. An ASYNC_TEST_... variable that is empty counts as not set;
ASYNC_TEST_FILTER takes whole paths such as storage/writes, one a line. ASYNC_TEST_RANDOM,
ASYNC_TEST_FAIL_FAST and ASYNC_TEST_UNTIL_FAIL are 1 or 0, the switches RUST_TEST_SHUFFLE and
RUST_TEST_NOCAPTURE are on unless they are 0.
";
