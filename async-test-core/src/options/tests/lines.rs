//! Command lines that real tools write, and what each of them means.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::super::{Color, Ignored, Options, Report, TapVersion};
use super::{filtered, named, options, strings};

fn plain() -> Options {
    Options::default()
}

#[test]
fn lines_of_real_tools() {
    let one = |name: &str| Options {
        exact: true,
        no_capture: true,
        ..filtered(&[name])
    };
    let table: &[(&str, &str, Options)] = &[
        ("cargo test", "", plain()),
        ("cargo test -q", "--quiet", named("terse")),
        ("cargo test NAME", "drains", filtered(&["drains"])),
        (
            "cargo test A -- B --skip C",
            "a b --skip c --skip=d",
            Options {
                skip: strings(&["c", "d"]),
                ..filtered(&["a", "b"])
            },
        ),
        (
            "cargo bench",
            "--bench",
            Options {
                tests: false,
                benches: true,
                ..plain()
            },
        ),
        (
            "nextest, the list",
            "--list --format terse",
            Options {
                list: true,
                ..named("terse")
            },
        ),
        (
            "nextest, the list of ignored tests",
            "--list --format terse --ignored",
            Options {
                list: true,
                ignored: Ignored::Only,
                ..named("terse")
            },
        ),
        ("nextest, a test", "--exact io::reads --nocapture", one("io::reads")),
        (
            "nextest, an ignored test",
            "--exact io::reads --nocapture --ignored",
            Options {
                ignored: Ignored::Only,
                ..one("io::reads")
            },
        ),
        (
            "nextest, a benchmark",
            "--exact io::reads --nocapture --bench",
            Options {
                tests: false,
                benches: true,
                ..one("io::reads")
            },
        ),
        (
            "nextest, a test with more arguments",
            "--exact io::reads --nocapture --test-threads 1 --color=always",
            Options {
                test_threads: NonZeroUsize::new(1),
                color: Color::Always,
                ..one("io::reads")
            },
        ),
        (
            "rust-analyzer, lens of a test",
            "io::reads --exact --nocapture --include-ignored",
            Options {
                ignored: Ignored::Include,
                ..one("io::reads")
            },
        ),
        (
            "rust-analyzer, lens of a test, before 2026-04",
            "io::reads --exact --nocapture --ignored",
            Options {
                ignored: Ignored::Only,
                ..one("io::reads")
            },
        ),
        (
            "rust-analyzer, lens of a module",
            "io --nocapture",
            Options {
                exact: false,
                ..one("io")
            },
        ),
        (
            "rust-analyzer, lens of a benchmark",
            "--bench io::reads --exact --nocapture",
            Options {
                tests: false,
                benches: true,
                ..one("io::reads")
            },
        ),
        (
            "rust-analyzer, Test Explorer",
            "-Z unstable-options --format=json",
            named("json"),
        ),
        (
            "rust-analyzer, Test Explorer, one path",
            "io::reads -Z unstable-options --format=json --show-output",
            Options {
                filters: strings(&["io::reads"]),
                show_output: true,
                ..named("json")
            },
        ),
        (
            "RustRover",
            "io::reads --exact -Z unstable-options --format=json --show-output",
            Options {
                filters: strings(&["io::reads"]),
                exact: true,
                show_output: true,
                ..named("json")
            },
        ),
        (
            "RustRover, a whole file",
            "-Z unstable-options --format=json --show-output",
            Options {
                show_output: true,
                ..named("json")
            },
        ),
        ("Bazel", "", plain()),
        (
            "Bazel, --test_arg of a user",
            "--test-threads=2 io::reads",
            Options {
                test_threads: NonZeroUsize::new(2),
                ..filtered(&["io::reads"])
            },
        ),
        (
            "Bazel, a sharding wrapper",
            "--exact io::reads io::writes",
            Options {
                exact: true,
                ..filtered(&["io::reads", "io::writes"])
            },
        ),
    ];
    for (tool, line, expected) in table {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(options(&words, &[]), *expected, "{tool}: {line}");
    }
}

#[test]
fn flags_that_are_our_own() {
    let line = "--test-jobs 8 --seed 0xff --random --fail-fast --timeout none --job-timeout=1m30s --tap-version 14 \
                --color never --report tap=a.tap --report=json=out/b=c.json --include-ignored --exclude-should-panic";
    let words: Vec<&str> = line.split_whitespace().collect();
    let expected = Options {
        test_jobs: NonZeroUsize::new(8),
        seed: Some(255),
        random: true,
        fail_fast: true,
        timeout: None,
        job_timeout: Some(Duration::from_secs(90)),
        tap_version: TapVersion::V14,
        color: Color::Never,
        reports: [("tap", "a.tap"), ("json", "out/b=c.json")]
            .map(|(format, file)| Report {
                format: format.to_owned(),
                file: PathBuf::from(file),
            })
            .to_vec(),
        ignored: Ignored::Include,
        exclude_should_panic: true,
        ..plain()
    };
    assert_eq!(options(&words, &[]), expected);
}
