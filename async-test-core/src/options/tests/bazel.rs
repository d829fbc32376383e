//! The variables of Bazel, and who beats whom.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{Bazel, Options, Warning};
use super::{Variables, options, parse, run};

const BAZEL: (&str, &str) = ("BAZEL_TEST", "1");

#[test]
fn every_variable_of_bazel_sets_its_option() {
    let variables = [
        BAZEL,
        ("TEST_TOTAL_SHARDS", "4"),
        ("TEST_SHARD_INDEX", "2"),
        ("TEST_SHARD_STATUS_FILE", "/b/status"),
        ("TESTBRIDGE_TEST_ONLY", "storage/writes, net,-slow"),
        ("TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "1"),
        ("TEST_RANDOM_SEED", "3"),
        ("TEST_RUN_NUMBER", "3"),
        ("XML_OUTPUT_FILE", "/b/test.xml"),
        ("TEST_PREMATURE_EXIT_FILE", "/b/exit"),
        ("TEST_TIMEOUT", "300"),
        ("TEST_UNDECLARED_OUTPUTS_DIR", "/b/outputs"),
    ];
    let seen = options(&["--report=tap=a.tap", "--report=json=/else/b.json"], &variables);
    assert_eq!(seen.shard.map(|shard| shard.to_string()).as_deref(), Some("3/4"));
    assert_eq!((seen.seed, seen.random, seen.fail_fast), (Some(3), false, true));
    let files: Vec<&Path> = seen.reports.iter().map(|report| report.file.as_path()).collect();
    assert_eq!(files, [Path::new("/b/outputs/a.tap"), Path::new("/else/b.json")]);
    let expected = Bazel {
        only: vec!["storage/writes".to_owned(), "net".to_owned()],
        except: vec!["slow".to_owned()],
        shard_status_file: Some(PathBuf::from("/b/status")),
        premature_exit_file: Some(PathBuf::from("/b/exit")),
        xml_output_file: Some(PathBuf::from("/b/test.xml")),
        timeout: Some(Duration::from_secs(300)),
    };
    assert_eq!(seen.bazel, expected);
    assert_eq!(options(&[], &[BAZEL]), Options::default());
}

#[test]
fn names_that_others_use_count_only_beside_one_of_bazel() {
    let common = [
        ("TEST_TIMEOUT", "fast"),
        ("TEST_RANDOM_SEED", "dice"),
        ("TEST_RUN_NUMBER", "?"),
        ("TEST_SHARD_INDEX", "?"),
        ("TEST_TMPDIR", "/tmp"),
        ("BAZEL_TEST", ""),
    ];
    assert_eq!(options(&[], &common), Options::default());
    for sign in super::super::bazel::SIGNS {
        let variables = [(*sign, "1"), ("TEST_SHARD_INDEX", "0"), ("TEST_TIMEOUT", "9")];
        let timeout = options(&[], &variables).bazel.timeout;
        assert_eq!(timeout, Some(Duration::from_secs(9)), "{sign}");
    }
}

#[test]
fn the_command_line_and_our_variables_beat_those_of_bazel() {
    let sharded = [BAZEL, ("TEST_TOTAL_SHARDS", "4"), ("TEST_SHARD_INDEX", "0")];
    let seeded = [BAZEL, ("TEST_RANDOM_SEED", "3")];
    let with = |variables: &[(&'static str, &'static str)], more| [variables, &[more]].concat();
    let shard = |line: &[&str], variables: Variables<'_>| {
        let (options, warnings) = run(line, variables);
        (options.shard.map(|shard| shard.to_string()), warnings)
    };
    let overruled = |used| {
        vec![Warning::Overruled {
            used,
            ignored: "TEST_TOTAL_SHARDS",
        }]
    };
    assert_eq!(shard(&[], &sharded), (Some("1/4".to_owned()), vec![]));
    let ours = with(&sharded, ("ASYNC_TEST_SHARD", "2/2"));
    assert_eq!(
        shard(&[], &ours),
        (Some("2/2".to_owned()), overruled("ASYNC_TEST_SHARD"))
    );
    let flag = shard(&["--shard=1/3"], &ours);
    assert_eq!(flag, (Some("1/3".to_owned()), overruled("--shard")));
    let broken = with(&[BAZEL], ("TEST_TOTAL_SHARDS", "?"));
    assert_eq!(shard(&["--shard=1/3"], &broken), (Some("1/3".to_owned()), vec![]));

    assert_eq!(options(&[], &seeded).seed, Some(3));
    let ours = with(&seeded, ("ASYNC_TEST_SEED", "4"));
    assert_eq!(options(&[], &ours).seed, Some(4));
    assert_eq!(options(&["--seed=5"], &ours).seed, Some(5));
    let by_run = [BAZEL, ("TEST_RUN_NUMBER", "7")];
    assert_eq!(options(&[], &by_run).seed, Some(7));
    assert_eq!(
        options(&[], &with(&by_run, ("TEST_RANDOM_SEED", "0x1f"))).seed,
        Some(31)
    );
}

#[test]
fn what_is_switched_off_or_empty_is_not_set() {
    for variable in [
        ("TEST_TOTAL_SHARDS", "0"),
        ("TEST_TIMEOUT", "0"),
        ("TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "0"),
        ("TESTBRIDGE_TEST_RUNNER_FAIL_FAST", ""),
        ("TESTBRIDGE_TEST_ONLY", ""),
        ("TESTBRIDGE_TEST_ONLY", " , "),
        ("XML_OUTPUT_FILE", ""),
        ("TEST_RANDOM_SEED", ""),
    ] {
        assert_eq!(options(&[], &[BAZEL, variable]), Options::default(), "{variable:?}");
    }
}

#[test]
fn errors_of_variables_of_bazel() {
    let table: &[(Variables<'_>, &str)] = &[
        (
            &[("TEST_TOTAL_SHARDS", "3")],
            "`TEST_TOTAL_SHARDS=3` comes without `TEST_SHARD_INDEX`; set both, or none",
        ),
        (
            &[("TEST_TOTAL_SHARDS", "3"), ("TEST_SHARD_INDEX", "3")],
            "`TEST_SHARD_INDEX=3` names a shard beyond the last one of `TEST_TOTAL_SHARDS=3`; they are counted from 0 here",
        ),
        (
            &[("TEST_TOTAL_SHARDS", "3"), ("TEST_SHARD_INDEX", "18446744073709551615")],
            "`TEST_SHARD_INDEX=18446744073709551615` names a shard beyond the last one of `TEST_TOTAL_SHARDS=3`; \
             they are counted from 0 here",
        ),
        (
            &[("TEST_TOTAL_SHARDS", "10001"), ("TEST_SHARD_INDEX", "0")],
            "`TEST_TOTAL_SHARDS=10001` splits the run into too many shards; 10000 are the most",
        ),
        (
            &[("TEST_TOTAL_SHARDS", "-3"), ("TEST_SHARD_INDEX", "0")],
            "`TEST_TOTAL_SHARDS=-3` is not a whole number; Bazel sets one; leave the variable alone",
        ),
        (
            &[("TEST_TOTAL_SHARDS", "3"), ("TEST_SHARD_INDEX", "+1")],
            "`TEST_SHARD_INDEX=+1` is not a whole number; Bazel sets one; leave the variable alone",
        ),
        (
            &[("TEST_TIMEOUT", "1m")],
            "`TEST_TIMEOUT=1m` is not a whole number; Bazel sets one; leave the variable alone",
        ),
        (
            &[("TEST_RUN_NUMBER", "x")],
            "`TEST_RUN_NUMBER=x` is not a seed; a whole number below 2^64 in decimal, or in hexadecimal after 0x, \
             for instance `TEST_RUN_NUMBER=0x1f`",
        ),
    ];
    for (variables, message) in table {
        let error = parse(&[], &[&[BAZEL], *variables].concat()).unwrap_err();
        assert_eq!(error.to_string(), *message);
    }
}
