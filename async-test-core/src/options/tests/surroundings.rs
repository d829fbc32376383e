//! What the process was started with.

use std::num::NonZeroUsize;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::{Backtrace, Color, Nextest, Parsed, Process, Warning, find_program, process, variable};
use super::{FORMATS, Variables};

fn with(variables: Variables<'_>) -> Process {
    let variables = variables
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Process::new(
        [OsString::from("--seed=9"), OsString::from("drains")],
        variables,
        vec![PathBuf::from("first"), PathBuf::from("second")],
        None,
    )
}

#[test]
fn a_misspelt_variable_of_ours_is_told() {
    let variables = [
        ("ASYNC_TEST_TIMOUT", "5s"),
        ("ASYNC_TEST_FILTERS", "a/b"),
        ("ASYNC_TEST_DATABASE_URL", "of the tests"),
        ("ASYNC_TEST_SEED", "3"),
        ("ASYNC_TEST_", ""),
        ("SYNC_TEST_SEED", "of somebody else"),
    ];
    let expected = [
        "the variable `ASYNC_TEST_FILTERS` means nothing; did you mean `ASYNC_TEST_FILTER`?",
        "the variable `ASYNC_TEST_TIMOUT` means nothing; did you mean `ASYNC_TEST_TIMEOUT`?",
    ];
    let process = with(&variables);
    let (_, warnings) = process.options(FORMATS).unwrap();
    let texts = |warnings: &[Warning]| warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&warnings), expected);
    match process.parse(FORMATS) {
        Ok(Parsed::Run(_, warnings)) => assert_eq!(texts(&warnings), expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_opinion_on_colours_counts() {
    let table: &[(Color, Variables<'_>, bool, bool)] = &[
        (Color::Auto, &[], true, true),
        (Color::Auto, &[], false, false),
        (Color::Always, &[("NO_COLOR", "1")], false, true),
        (Color::Never, &[("CLICOLOR_FORCE", "1")], true, false),
        (Color::Auto, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true, false),
        (Color::Auto, &[("NO_COLOR", "")], true, true),
        (
            Color::Auto,
            &[("CLICOLOR_FORCE", "1"), ("CARGO_TERM_COLOR", "never")],
            false,
            true,
        ),
        (Color::Auto, &[("CLICOLOR_FORCE", "0")], false, false),
        (Color::Auto, &[("CARGO_TERM_COLOR", "always")], false, true),
        (Color::Auto, &[("CARGO_TERM_COLOR", "never")], true, false),
        (
            Color::Auto,
            &[("CARGO_TERM_COLOR", "auto"), ("TERM", "dumb")],
            true,
            false,
        ),
        (
            Color::Auto,
            &[("TERM", "dumb"), ("CARGO_TERM_COLOR", "always")],
            true,
            true,
        ),
        (Color::Auto, &[("TERM", "xterm")], true, true),
    ];
    for (color, variables, terminal, expected) in table {
        assert_eq!(
            with(variables).use_color(*color, *terminal),
            *expected,
            "{color:?} {variables:?} {terminal}"
        );
    }
}

#[test]
fn who_started_the_run() {
    for (value, ci) in [
        ("true", true),
        ("1", true),
        ("woodpecker", true),
        ("", false),
        ("0", false),
        ("false", false),
    ] {
        assert_eq!(with(&[("CI", value)]).is_ci(), ci, "{value}");
    }
    assert!(!with(&[]).is_ci());
    assert!(with(&[("GITHUB_ACTIONS", "true")]).is_github_actions());
    assert!(!with(&[("GITHUB_ACTIONS", "false")]).is_github_actions());
    assert_eq!(with(&[("CARGO_PKG_NAME", "store")]).package().as_deref(), Some("store"));

    let target = ("TEST_TARGET", "//kv:store");
    assert_eq!(with(&[target]).bazel_target(), None);
    let bazel = with(&[target, ("BAZEL_TEST", "1")]);
    assert_eq!(bazel.bazel_target().as_deref(), Some("//kv:store"));

    assert_eq!(with(&[("NEXTEST_RUN_ID", "r")]).nextest(), None);
    let listing = with(&[("NEXTEST", "1"), ("NEXTEST_RUN_ID", "r")]).nextest();
    let mut expected = Nextest {
        process_per_test: false,
        test_name: None,
        attempt: None,
        total_attempts: None,
        run_id: Some("r".to_owned()),
    };
    assert_eq!(listing.as_ref(), Some(&expected));
    let running = with(&[
        ("NEXTEST", "1"),
        ("NEXTEST_RUN_ID", "r"),
        ("NEXTEST_EXECUTION_MODE", "process-per-test"),
        ("NEXTEST_TEST_NAME", "io::reads"),
        ("NEXTEST_ATTEMPT", "2"),
        ("NEXTEST_TOTAL_ATTEMPTS", "3"),
    ]);
    expected.process_per_test = true;
    expected.test_name = Some("io::reads".to_owned());
    expected.attempt = Some(2);
    expected.total_attempts = Some(3);
    assert_eq!(running.nextest(), Some(expected));
}

#[test]
fn backtraces() {
    assert_eq!(with(&[]).backtrace(), Backtrace::Off);
    for (value, expected) in [
        ("0", Backtrace::Off),
        ("1", Backtrace::Short),
        ("", Backtrace::Short),
        ("full", Backtrace::Full),
    ] {
        assert_eq!(with(&[("RUST_BACKTRACE", value)]).backtrace(), expected, "{value}");
    }
}

#[test]
fn the_command_line_belongs_to_the_run_or_to_the_built_in_harness() {
    let process = with(&[("ASYNC_TEST_JOBS", "7")]);
    assert_eq!(process.args().len(), 2);
    match process.parse(FORMATS) {
        Ok(Parsed::Run(options, _)) => {
            assert_eq!((options.seed, options.test_jobs), (Some(9), NonZeroUsize::new(7)));
            assert_eq!(options.filters, ["drains"]);
        }
        other => panic!("{other:?}"),
    }
    let (options, warnings) = process.options(FORMATS).unwrap();
    assert_eq!((options.seed, options.test_jobs), (None, NonZeroUsize::new(7)));
    assert_eq!((options.filters.len(), warnings.len()), (0, 0));
}

#[cfg(unix)]
#[test]
fn programs_are_looked_for_along_the_path() {
    let process = with(&[]);
    assert_eq!(
        process.program_candidates("docker"),
        [Path::new("first/docker"), Path::new("second/docker")]
    );
    assert_eq!(process.program_candidates("./docker"), [Path::new("./docker")]);
    assert_eq!(process.program_candidates("/bin/docker"), [Path::new("/bin/docker")]);
    assert!(find_program("sh").is_some_and(|file| file.is_absolute()));
    assert_eq!(find_program("no-such-program-anywhere"), None);
    assert_eq!(find_program("/"), None);
}

#[test]
fn this_process_is_read_once() {
    assert!(std::ptr::eq(process(), process()));
    assert_eq!(variable("ASYNC_TEST_NOBODY_SETS_THIS"), None);
    assert!(process().current_exe().is_some_and(Path::is_file));
}

#[test]
fn a_terminal_is_watched_unless_it_is_dumb_or_of_a_pipeline() {
    // variables, whether the stream is a terminal, whether it is watched
    type Row = (&'static [(&'static str, &'static str)], bool, bool);
    let rows: &[Row] = &[
        (&[("TERM", "xterm")], true, true),
        (&[("TERM", "xterm")], false, false),
        (&[("TERM", "dumb")], true, false),
        (&[("TERM", "")], true, false),
        (&[], true, false),
        (&[("TERM", "xterm"), ("CI", "true")], true, false),
        (&[("TERM", "xterm"), ("CI", "false")], true, true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], true, true),
    ];
    for (variables, terminal, watched) in rows {
        let watched = *watched && !cfg!(windows);
        assert_eq!(
            with(variables).is_watched(*terminal),
            watched,
            "{variables:?} {terminal}"
        );
    }
    for (value, columns) in [("132", Some(132)), ("0", None), ("wide", None), ("", None)] {
        assert_eq!(with(&[("COLUMNS", value)]).columns(), columns, "{value}");
    }
}
