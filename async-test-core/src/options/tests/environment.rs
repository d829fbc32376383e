//! Variables, and who beats whom.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use super::super::error::Source;
use super::super::{Given, Options, Report, Shard, TapVersion, TimeLimits, Warning};
use super::{Variables, options, run};

#[test]
fn every_variable_sets_its_option() {
    let variables = [
        ("ASYNC_TEST_FAIL_FAST", "1"),
        ("ASYNC_TEST_FORMAT", "tap"),
        ("ASYNC_TEST_JOBS", "3"),
        ("ASYNC_TEST_JOB_TIMEOUT", "0"),
        ("ASYNC_TEST_RANDOM", "yes"),
        ("ASYNC_TEST_REPEAT", "7"),
        ("ASYNC_TEST_REPORT", "tap=a.tap, junit=b.xml"),
        ("ASYNC_TEST_RETRIES", "0"),
        ("ASYNC_TEST_SEED", "0x10"),
        ("ASYNC_TEST_SHARD", "2/4"),
        ("ASYNC_TEST_TAG", "net and"),
        ("ASYNC_TEST_UNTIL_FAIL", "on"),
        ("ASYNC_TEST_TAP_VERSION", "none"),
        ("ASYNC_TEST_TIMEOUT", "45"),
        ("RUST_TEST_NOCAPTURE", "1"),
        ("RUST_TEST_THREADS", "2"),
    ];
    let report = |format: &str, file: &str| Report {
        format: format.to_owned(),
        file: PathBuf::from(file),
    };
    let shard = |number, of| {
        Some(Shard {
            number: NonZeroUsize::new(number)?,
            of: NonZeroUsize::new(of)?,
        })
    };
    let tag = |source, text: &str| {
        let text = text.to_owned();
        Some(Given { text, source })
    };
    let expected = Options {
        fail_fast: true,
        repeat: NonZeroU32::new(7),
        retries: Some(0),
        tag: tag(Source::Variable("ASYNC_TEST_TAG"), "net and"),
        until_fail: true,
        format: "tap".to_owned(),
        test_jobs: NonZeroUsize::new(3),
        job_timeout: None,
        random: true,
        reports: vec![report("tap", "a.tap"), report("junit", "b.xml")],
        seed: Some(16),
        shard: shard(2, 4),
        tap_version: TapVersion::None,
        timeout: Some(Duration::from_secs(45)),
        no_capture: true,
        test_threads: NonZeroUsize::new(2),
        ..Options::default()
    };
    assert_eq!(options(&[], &variables), expected);

    let line = [
        "--format=json",
        "--test-jobs=4",
        "--job-timeout=1s",
        "--repeat=8",
        "--report=tap=c.tap",
        "--retries=1",
        "--seed=5",
        "--shard=5/5",
        "--tag=slow",
        "--tap-version=14",
        "--timeout=none",
        "--test-threads=6",
    ];
    let expected = Options {
        repeat: NonZeroU32::new(8),
        retries: Some(1),
        tag: tag(Source::Flag("--tag"), "slow"),
        format: "json".to_owned(),
        test_jobs: NonZeroUsize::new(4),
        job_timeout: Some(Duration::from_secs(1)),
        reports: vec![report("tap", "c.tap")],
        seed: Some(5),
        shard: shard(5, 5),
        tap_version: TapVersion::V14,
        timeout: None,
        test_threads: NonZeroUsize::new(6),
        ..expected
    };
    assert_eq!(options(&line, &variables), expected);
}

#[test]
fn a_broken_variable_that_is_overruled_is_not_looked_at() {
    for (line, name) in [
        ("--format=tap", "ASYNC_TEST_FORMAT"),
        ("--quiet", "ASYNC_TEST_FORMAT"),
        ("--test-jobs=4", "ASYNC_TEST_JOBS"),
        ("--job-timeout=1s", "ASYNC_TEST_JOB_TIMEOUT"),
        ("--random", "ASYNC_TEST_RANDOM"),
        ("--shuffle", "ASYNC_TEST_RANDOM"),
        ("--shuffle-seed=4", "ASYNC_TEST_RANDOM"),
        ("--fail-fast", "ASYNC_TEST_FAIL_FAST"),
        ("--repeat=2", "ASYNC_TEST_REPEAT"),
        ("--report=tap=c.tap", "ASYNC_TEST_REPORT"),
        ("--retries=0", "ASYNC_TEST_RETRIES"),
        ("--tag=a", "ASYNC_TEST_TAG"),
        ("--until-fail", "ASYNC_TEST_UNTIL_FAIL"),
        ("--seed=5", "ASYNC_TEST_SEED"),
        ("--shard=1/2", "ASYNC_TEST_SHARD"),
        ("--shuffle-seed=5", "ASYNC_TEST_SEED"),
        ("--shuffle-seed=5", "RUST_TEST_SHUFFLE_SEED"),
        ("--tap-version=14", "ASYNC_TEST_TAP_VERSION"),
        ("--timeout=none", "ASYNC_TEST_TIMEOUT"),
        ("--test-threads=6", "RUST_TEST_THREADS"),
    ] {
        assert_eq!(options(&[line], &[(name, "?")]), options(&[line], &[]), "{line} {name}");
    }
}

#[test]
fn an_empty_variable_of_ours_is_not_set() {
    let variables = [
        ("ASYNC_TEST_FAIL_FAST", ""),
        ("ASYNC_TEST_FORMAT", ""),
        ("ASYNC_TEST_JOBS", ""),
        ("ASYNC_TEST_JOB_TIMEOUT", ""),
        ("ASYNC_TEST_RANDOM", ""),
        ("ASYNC_TEST_REPEAT", ""),
        ("ASYNC_TEST_REPORT", ""),
        ("ASYNC_TEST_RETRIES", ""),
        ("ASYNC_TEST_SEED", ""),
        ("ASYNC_TEST_SHARD", ""),
        ("ASYNC_TEST_TAG", ""),
        ("ASYNC_TEST_TAP_VERSION", ""),
        ("ASYNC_TEST_TIMEOUT", ""),
        ("ASYNC_TEST_UNTIL_FAIL", ""),
    ];
    assert_eq!(options(&[], &variables), Options::default());
}

#[test]
fn switches_of_the_built_in_harness_are_on_unless_zero() {
    for (value, on) in [("0", false), ("1", true), ("", true), ("no", true), ("00", true)] {
        assert_eq!(
            options(&[], &[("RUST_TEST_NOCAPTURE", value)]).no_capture,
            on,
            "{value}"
        );
        assert_eq!(options(&[], &[("RUST_TEST_SHUFFLE", value)]).random, on, "{value}");
    }
}

#[test]
fn random_order_and_its_seed() {
    let ours = ("ASYNC_TEST_SEED", "1");
    let harness = ("RUST_TEST_SHUFFLE_SEED", "2");
    let table: &[(&[&str], Variables<'_>, bool, Option<u64>)] = &[
        (&[], &[], false, None),
        (&["--seed=3"], &[], false, Some(3)),
        (&["--shuffle"], &[], true, None),
        (&["--shuffle-seed=3"], &[], true, Some(3)),
        (&["--shuffle-seed=3", "--seed=0x3"], &[], true, Some(3)),
        (&[], &[ours], false, Some(1)),
        (&[], &[harness], true, Some(2)),
        (&["--seed=3"], &[harness], true, Some(3)),
        (&["--shuffle-seed=3"], &[ours], true, Some(3)),
        (&[], &[harness, ("ASYNC_TEST_RANDOM", "0")], false, Some(2)),
        (
            &[],
            &[("RUST_TEST_SHUFFLE", "1"), ("ASYNC_TEST_RANDOM", "off")],
            false,
            None,
        ),
        (&["--random"], &[("ASYNC_TEST_RANDOM", "0")], true, None),
    ];
    for (line, variables, random, seed) in table {
        let options = options(line, variables);
        assert_eq!(
            (options.random, options.seed),
            (*random, *seed),
            "{line:?} {variables:?}"
        );
    }

    let (options, warnings) = run(&[], &[ours, harness]);
    assert_eq!((options.random, options.seed), (true, Some(1)));
    let expected = Warning::Overruled {
        used: "ASYNC_TEST_SEED",
        ignored: "RUST_TEST_SHUFFLE_SEED",
    };
    assert_eq!(warnings, std::slice::from_ref(&expected));
    assert_eq!(
        expected.to_string(),
        "`RUST_TEST_SHUFFLE_SEED` is ignored, because `ASYNC_TEST_SEED` is set to another value"
    );
    let same = [("ASYNC_TEST_SEED", "2"), harness];
    assert_eq!(run(&[], &same).1, []);
}

#[test]
fn limits_of_times() {
    let limits = |warn, critical| TimeLimits {
        warn: Duration::from_millis(warn),
        critical: Duration::from_millis(critical),
    };
    assert_eq!(options(&[], &[("RUST_TEST_TIME_UNIT", "1,2")]).time, None);
    let time = options(&["--report-time"], &[]).time.unwrap();
    assert_eq!(
        (time.ensure, time.unit, time.integration),
        (false, limits(50, 100), limits(500, 1000))
    );
    let variables = [("RUST_TEST_TIME_UNIT", "1,2"), ("RUST_TEST_TIME_INTEGRATION", "3,3")];
    let time = options(&["--ensure-time", "--report-time"], &variables).time.unwrap();
    assert_eq!(
        (time.ensure, time.unit, time.integration),
        (true, limits(1, 2), limits(3, 3))
    );
}

#[test]
fn signals_and_their_grace() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    // flags, variables, answered, grace
    type Row<'a> = (&'a [&'a str], Variables<'a>, bool, Option<Duration>);
    let rows: &[Row<'_>] = &[
        (&[], &[], true, seconds(8)),
        (&["--signals=off", "--grace-period=0"], &[], false, seconds(0)),
        (
            &["--grace-period=none"],
            &[("ASYNC_TEST_GRACE_PERIOD", "5")],
            true,
            None,
        ),
        (
            &[],
            &[("ASYNC_TEST_SIGNALS", "0"), ("ASYNC_TEST_GRACE_PERIOD", "1m")],
            false,
            seconds(60),
        ),
        (&["--signals=on"], &[("ASYNC_TEST_SIGNALS", "?")], true, seconds(8)),
    ];
    for (line, variables, signals, grace) in rows {
        let options = options(line, variables);
        assert_eq!(
            (options.signals, options.grace_period),
            (*signals, *grace),
            "{line:?} {variables:?}"
        );
    }
}

#[test]
fn levels_of_a_log_need_the_feature_that_keeps_one() {
    for (line, vars, option) in [
        (&["--log", "debug"][..], &[][..], "--log"),
        (&[], &[("ASYNC_TEST_LOG", "debug")], "ASYNC_TEST_LOG"),
        (&["--log", "debug"], &[("ASYNC_TEST_LOG", "off")], "--log"),
    ] {
        let (options, warnings) = run(line, vars);
        assert_eq!(options.log.most(), Some(crate::options::LogLevel::Debug));
        let expected = match cfg!(feature = "tracing") {
            true => Vec::new(),
            false => vec![Warning::NeedsFeature {
                option,
                feature: "tracing",
            }],
        };
        assert_eq!(warnings, expected, "{line:?} {vars:?}");
    }
}
