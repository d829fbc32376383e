//! Everything that is an error, with the whole message.

use std::ffi::OsString;

use super::super::Options;
use super::parse;

#[test]
fn errors_of_command_lines() {
    let table: &[(&[&str], &str)] = &[
        (
            &["--test-threads", "1", "--test-threads=2"],
            "`--test-threads` is given more than once; give it once",
        ),
        (&["-q", "--quiet"], "`--quiet` is given more than once; give it once"),
        (
            &["--exact", "a", "--exact"],
            "`--exact` is given more than once; give it once",
        ),
        (
            &["--seed=1", "--seed=1"],
            "`--seed` is given more than once; give it once",
        ),
        (&["--skip"], "`--skip` has no value; write `--skip FILTER`"),
        (&["-Z"], "`-Z` has no value; write `-Z NAME`"),
        (&["--exact=3", "a"], "`--exact=3` takes no value; write `--exact` alone"),
        (&["--list="], "`--list=` takes no value; write `--list` alone"),
        (&["-q=3"], "`--quiet=3` takes no value; write `--quiet` alone"),
        (
            &["--ignored", "--include-ignored"],
            "`--ignored` contradicts `--include-ignored`; give one of them: `--include-ignored` runs all tests, \
             `--ignored` only the ignored ones",
        ),
        (
            &["--test-threads", "0"],
            "`--test-threads=0` is not a whole number from 1; for instance `--test-threads=4`",
        ),
        (
            &["--test-threads", "-1"],
            "`--test-threads=-1` is not a whole number from 1; for instance `--test-threads=4`",
        ),
        (
            &["--test-threads", "18446744073709551616"],
            "`--test-threads=18446744073709551616` is not a whole number from 1; for instance `--test-threads=4`",
        ),
        (
            &["--repeat", "0"],
            "`--repeat=0` is not a whole number from 1 to 2^32 - 1; for instance `--repeat=10`",
        ),
        (
            &["--retries", "-1"],
            "`--retries=-1` is not a whole number from 0 to 2^32 - 1; for instance `--retries=2`",
        ),
        (
            &["--until-fail=3"],
            "`--until-fail=3` takes no value; write `--until-fail` alone",
        ),
        (
            &["--tag", "a", "--tag", "b"],
            "`--tag` is given more than once; give it once",
        ),
        (
            &["--test-jobs=many\nmore"],
            "`--test-jobs=many\\nmore` is not a whole number from 1; for instance `--test-jobs=4`",
        ),
        (
            &["--seed", "abc"],
            "`--seed=abc` is not a seed; a whole number below 2^64 in decimal, or in hexadecimal after 0x, \
             for instance `--seed=0x1f`",
        ),
        (
            &["--shard", "a/b"],
            "`--shard=a/b` is not the number of a shard and the number of all shards; for instance `--shard=1/4`",
        ),
        (
            &["--shard", "1/"],
            "`--shard=1/` is not the number of a shard and the number of all shards; for instance `--shard=1/4`",
        ),
        (
            &["--shard", "0/3"],
            "`--shard=0/3` names no shard: they are counted from 1; for instance `--shard=1/4`",
        ),
        (
            &["--shard", "4/3"],
            "`--shard=4/3` names a shard beyond the last one; for instance `--shard=1/4`",
        ),
        (
            &["--shard", "1/0"],
            "`--shard=1/0` splits the run into no shards; for instance `--shard=1/4`",
        ),
        (
            &["--shard", "1/10001"],
            "`--shard=1/10001` splits the run into too many shards; 10000 are the most, for instance `--shard=1/4`",
        ),
        (
            &["--seed", "3", "--shuffle-seed", "4"],
            "`--shuffle-seed=4` contradicts `--seed=3`; give one of them",
        ),
        (
            &["--timeout", "1.5s"],
            "`--timeout=1.5s` is not a time; units are h, m, s and ms in this order, a plain number is seconds, \
             `none` is no limit, for instance `--timeout=1m30s`",
        ),
        (
            &["--job-timeout="],
            "`--job-timeout=` is not a time; units are h, m, s and ms in this order, a plain number is seconds, \
             `none` is no limit, for instance `--job-timeout=1m30s`",
        ),
        (
            &["--color", "red"],
            "`--color=red` is not known; known are auto, always and never",
        ),
        (
            &["--tap-version", "12"],
            "`--tap-version=12` is not a version that can be written; known are 13, 14 and none",
        ),
        (
            &["--format", "jsn"],
            "`--format=jsn` is not a known format; known are json, tap, junit, terse, pretty",
        ),
        (
            &["--format="],
            "`--format=` is not a known format; known are tap, json, terse, junit, pretty",
        ),
        (&["--replay"], "`--replay` has no value; write `--replay FILE`"),
        (&["--replay="], "`--replay=` names no file; name an `events` report"),
        (
            &["--replay", "a.jsonl", "storage"],
            "`--replay` runs no tests, so `storage` has no meaning beside it; leave one of them out; `--format` and \
             `--report` say what is shown",
        ),
        (
            &["-q", "--repeat=2", "--replay", "a.jsonl"],
            "`--replay` runs no tests, so `--repeat` has no meaning beside it; leave one of them out; `--format` and \
             `--report` say what is shown",
        ),
        (
            &["--replay", "a.jsonl", "--list", "storage"],
            "`--replay` runs no tests, so `--list` has no meaning beside it; leave one of them out; `--format` and \
             `--report` say what is shown",
        ),
        (
            &["--report", "tap"],
            "`--report=tap` names no file; write FORMAT=FILE, for instance `--report=tap=target/report.tap`",
        ),
        (
            &["--report", "tap="],
            "`--report=tap=` names no file after the `=`; write FORMAT=FILE, \
             for instance `--report=tap=target/report.tap`",
        ),
        (
            &["--report", "tap=-"],
            "`--report=tap=-` is not for the standard output; use --format tap there, and name a file here, \
             for instance `--report=tap=target/report.tap`",
        ),
        (
            &["--report=tup=x"],
            "`--report=tup=x` names `tup`, which is not a known format; known are tap, terse, json, junit, pretty",
        ),
        (
            &["--report", "tap=x/y", "--report", "json=./x//y"],
            "`--report=json=./x//y` names the file of the tap report again; name another file for each report",
        ),
    ];
    for (line, text) in table {
        let error = parse(line, &[]).expect_err(&format!("{line:?}")).to_string();
        assert_eq!(error, *text, "{line:?}");
    }
}

#[test]
fn errors_of_variables_name_the_variable() {
    let table: &[(&str, &str, &str)] = &[
        (
            "RUST_TEST_THREADS",
            "0",
            "`RUST_TEST_THREADS=0` is not a whole number from 1; for instance `RUST_TEST_THREADS=4`",
        ),
        (
            "RUST_TEST_THREADS",
            "",
            "`RUST_TEST_THREADS=` is not a whole number from 1; for instance `RUST_TEST_THREADS=4`",
        ),
        (
            "ASYNC_TEST_JOBS",
            "all",
            "`ASYNC_TEST_JOBS=all` is not a whole number from 1; for instance `ASYNC_TEST_JOBS=4`",
        ),
        (
            "ASYNC_TEST_SEED",
            "0xg",
            "`ASYNC_TEST_SEED=0xg` is not a seed; a whole number below 2^64 in decimal, or in hexadecimal after 0x, \
             for instance `ASYNC_TEST_SEED=0x1f`",
        ),
        (
            "RUST_TEST_SHUFFLE_SEED",
            "",
            "`RUST_TEST_SHUFFLE_SEED=` is not a seed; a whole number below 2^64 in decimal, or in hexadecimal after \
             0x, for instance `RUST_TEST_SHUFFLE_SEED=0x1f`",
        ),
        (
            "ASYNC_TEST_RANDOM",
            "maybe",
            "`ASYNC_TEST_RANDOM=maybe` is neither yes nor no; write 1 or 0, for instance `ASYNC_TEST_RANDOM=1`",
        ),
        (
            "ASYNC_TEST_REPEAT",
            "4294967296",
            "`ASYNC_TEST_REPEAT=4294967296` is not a whole number from 1 to 2^32 - 1; for instance \
             `ASYNC_TEST_REPEAT=10`",
        ),
        (
            "ASYNC_TEST_RETRIES",
            "some",
            "`ASYNC_TEST_RETRIES=some` is not a whole number from 0 to 2^32 - 1; for instance `ASYNC_TEST_RETRIES=2`",
        ),
        (
            "ASYNC_TEST_UNTIL_FAIL",
            "2",
            "`ASYNC_TEST_UNTIL_FAIL=2` is neither yes nor no; write 1 or 0, for instance `ASYNC_TEST_UNTIL_FAIL=1`",
        ),
        (
            "ASYNC_TEST_FAIL_FAST",
            "fast",
            "`ASYNC_TEST_FAIL_FAST=fast` is neither yes nor no; write 1 or 0, for instance `ASYNC_TEST_FAIL_FAST=1`",
        ),
        (
            "ASYNC_TEST_TIMEOUT",
            "soon",
            "`ASYNC_TEST_TIMEOUT=soon` is not a time; units are h, m, s and ms in this order, a plain number is \
             seconds, `none` is no limit, for instance `ASYNC_TEST_TIMEOUT=1m30s`",
        ),
        (
            "ASYNC_TEST_JOB_TIMEOUT",
            "-1",
            "`ASYNC_TEST_JOB_TIMEOUT=-1` is not a time; units are h, m, s and ms in this order, a plain number is \
             seconds, `none` is no limit, for instance `ASYNC_TEST_JOB_TIMEOUT=1m30s`",
        ),
        (
            "ASYNC_TEST_FORMAT",
            "terce",
            "`ASYNC_TEST_FORMAT=terce` is not a known format; known are terse, tap, pretty, json, junit",
        ),
        (
            "ASYNC_TEST_TAP_VERSION",
            "v14",
            "`ASYNC_TEST_TAP_VERSION=v14` is not a version that can be written; known are 13, 14 and none",
        ),
        (
            "ASYNC_TEST_REPORT",
            "tap=a,json",
            "`ASYNC_TEST_REPORT=json` names no file; write FORMAT=FILE, \
             for instance `ASYNC_TEST_REPORT=tap=target/report.tap`",
        ),
        (
            "ASYNC_TEST_REPORT",
            "tap=a,json=a",
            "`ASYNC_TEST_REPORT=json=a` names the file of the tap report again; name another file for each report",
        ),
    ];
    for (name, value, text) in table {
        let error = parse(&[], &[(name, value)]).expect_err(name);
        assert_eq!(error.to_string(), *text);
        assert_eq!(error.name(), *name);
        let again = Options::from_env(&|asked| (asked == *name).then(|| OsString::from(value)), super::FORMATS);
        assert_eq!(again, Err(error));
    }
}

#[test]
fn limits_of_times_are_looked_at_only_when_times_are_asked_for() {
    for value in ["", "5", "5,2", "5,x", "1,2,3", " 1,2"] {
        let variables = [("RUST_TEST_TIME_UNIT", value)];
        assert!(parse(&[], &variables).is_ok());
        for flag in ["--report-time", "--ensure-time"] {
            let error = parse(&[flag], &variables).unwrap_err().to_string();
            let expected = format!(
                "`RUST_TEST_TIME_UNIT={value}` is not a warning time and a critical time; two numbers of milliseconds \
                 with a comma between, the larger one last, for instance `RUST_TEST_TIME_UNIT=50,100`"
            );
            assert_eq!(error, expected);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_unicode_is_an_error_and_not_another_value() {
    use std::os::unix::ffi::OsStringExt;
    let broken = || OsString::from_vec(vec![b'a', 0xff]);
    let get = |_: &str| None;
    let error = Options::parse([broken()], &get, super::FORMATS)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "`FILTER=a\u{fffd}` is not Unicode; write a part of the name of a test"
    );
    let error = Options::parse(["--skip".into(), broken()], &get, super::FORMATS)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "`--skip=a\u{fffd}` is not Unicode; write it in Unicode");
    let get = |name: &str| (name == "ASYNC_TEST_FORMAT").then(broken);
    let error = Options::from_env(&get, super::FORMATS).unwrap_err().to_string();
    assert_eq!(
        error,
        "`ASYNC_TEST_FORMAT=a\u{fffd}` is not Unicode; write it in Unicode"
    );
}
