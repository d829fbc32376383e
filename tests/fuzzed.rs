//! What must hold for any input, for a while on stable: the properties of the targets in `fuzz/`, with random texts that
//! are made of what the parsers look for.
//!
//! `FUZZED_SEED` plays one text of each property, the one that a failure names; `FUZZED_COUNT` says how many are played.

use std::panic::catch_unwind;

use fastrand::Rng;
use fuzz_properties::{ALL, Property};

/// What makes the texts of a property interesting.
fn words(name: &str) -> &'static [&'static str] {
    match name {
        "suite_keys" | "subtest_keys" | "plan_keys" | "verify_keys" => &[
            "plan",
            "parallel",
            "random",
            "todo",
            "skip_all",
            "when",
            "test_jobs",
            "job_timeout",
            "timeout",
            "tags",
            "keys",
            "name",
            "retries",
            "repeat",
            "serial",
            "flavor",
            "worker_threads",
            "start_paused",
            "crate",
            "every",
            "jitter",
            "mode",
            "gate",
            "fail_fast",
            "spawned",
            "instant",
            "hidden",
            "on_timeout",
            "r#plan",
            "=",
            "=",
            "=",
            ",",
            ",",
            ",",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            "3",
            "0",
            "-1",
            "1.5",
            "99999999999999999999",
            "\"10s\"",
            "\"\"",
            "\"x\"",
            "'c'",
            "b\"x\"",
            "true",
            "false",
            "env(\"A\")",
            "any(",
            "all()",
            "cfg(unix)",
            "mode(\"release\")",
            "a::b",
            "|x| x",
            "await",
            "return",
            "#[x]",
            "!",
            "..",
            "?",
            "move",
            "self",
            "'a",
            "\"current_thread\"",
            "\"multi_thread\"",
            "concat!(\"a\")",
        ],
        "command_line" => &[
            "--",
            "--help",
            "-h",
            "--exact",
            "--skip",
            "--skip=",
            "--tag",
            "--tag=",
            "--shard=",
            "1/2",
            "0/2",
            "--list",
            "--format",
            "--format=",
            "tap",
            "json",
            "--report",
            "--report=",
            "events=",
            "x.jsonl",
            "--seed=",
            "--timeout=",
            "none",
            "1m30s",
            "--test-threads=",
            "--test-jobs",
            "0",
            "1",
            "--repeat=",
            "--until-fail",
            "--retries",
            "--color",
            "always",
            "-Z",
            "unstable-options",
            "-q",
            "--quiet",
            "--nocapture",
            "--no-capture",
            "--ignored",
            "--include-ignored",
            "--bench",
            "--test",
            "--shuffle",
            "--shuffle-seed",
            "\n",
            "\n",
            "\n",
            "\n",
            "=",
            "é",
            "-",
            "---",
            "--logfile",
            "--ensure-time",
            "--report-time",
            "storage/writes",
            "--no-such",
            "-x",
            "",
        ],
        "environment" => &[
            "\nASYNC_TEST_FORMAT=",
            "\nASYNC_TEST_REPORT=",
            "\nASYNC_TEST_FILTER=",
            "\nASYNC_TEST_SEED=",
            "\nASYNC_TEST_TIMEOUT=",
            "\nASYNC_TEST_TAG=",
            "\nASYNC_TEST_JOBS=",
            "\nASYNC_TEST_SHARD=",
            "\nRUST_TEST_THREADS=",
            "\nRUST_TEST_SHUFFLE=",
            "\nRUST_TEST_TIME_UNIT=",
            "\nRUST_TEST_NOCAPTURE=",
            "\nTEST_TOTAL_SHARDS=",
            "\nTEST_SHARD_INDEX=",
            "\nBAZEL_TEST=",
            "\nXML_OUTPUT_FILE=",
            "\nTEST_TIMEOUT=",
            "\nTEST_RANDOM_SEED=",
            "\nTEST_RUN_NUMBER=",
            "\nGITHUB_ACTIONS=true",
            "\nTESTBRIDGE_TEST_RUNNER_FAIL_FAST=",
            "\nNO_COLOR=",
            "1",
            "0",
            "-",
            "+1",
            "x",
            "1/2",
            "10s",
            "50,100",
            "tap",
            ",",
            "99999999999999999999",
            "é",
            "true",
            "=",
            " ",
        ],
        "duration" => &[
            "1",
            "0",
            "9",
            "30",
            "h",
            "m",
            "s",
            "ms",
            "us",
            " ",
            ".",
            "-",
            "none",
            "18446744073709551615",
            "é",
            "H",
        ],
        "bazel_filter" => &[
            "a", "storage", ",", ",", "-", " ", "*", "?", ":", "::", "é", "/", "\\", "\n", "\t",
        ],
        "tags" => &[
            "a", "net", "slow", " ", " ", "not ", "and ", "or ", "(", ")", "!", "&", "&&", "|", "||", "\"", "'", "é",
            "\t", "a-b",
        ],
        "replay" => &[
            "{\"v\":1,\"event\":\"run_started\",\"suites\":1,\"filtered_out\":0,\"seed\":\"7\",\"random\":false}\n",
            "{\"v\":1,\"event\":\"diag\",\"suite\":{\"id\":0,\"path\":\"\"},\"text\":\"",
            "{\"v\":1,\"event\":\"weather\"}\n",
            "{\"v\":1,\"event\":\"",
            "check",
            "plan",
            "\"",
            "\"",
            "{",
            "}",
            "}\n",
            "[",
            "]",
            ":",
            ",",
            "\n",
            "\r\n",
            "\0",
            "\\u001b",
            "\\ud800",
            "18446744073709551616",
            "-0",
            "1e999",
            "\u{1}",
            "\u{5}",
            "\u{6}",
            "\u{7}",
            "\u{8}",
            "\t",
            "\u{7f}",
            "é",
        ],
        _ => &[
            "a",
            "B",
            "store",
            " ",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "\0",
            "\0",
            "\0",
            "\\",
            "/",
            "#",
            " # TODO",
            "# SKIP x",
            "\u{1b}[31m",
            "\u{1b}]0;",
            "\u{7}",
            "\u{1}",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{3000}",
            "\u{feff}",
            "\u{fffe}",
            "\u{ffff}",
            "é",
            "🦀",
            "<",
            ">",
            "&",
            "\"",
            "'",
            "]]>",
            "&amp;",
            "&#0;",
            "<![CDATA[",
            "-->",
            "ok 1 - ",
            "not ok 2",
            "1..5",
            "Bail out!",
            "---",
            "...",
            "TAP version 14",
            "# Subtest: x",
            "{",
            "}",
            "    ",
            "%0A",
            "::error::",
            "time=1ms",
            "\u{202e}",
            "- ",
            ": ",
            "|",
            "\\u{1b}",
            "\\n",
            "\\#",
        ],
    }
}

/// Mostly of these words, and seldom of anything.
fn text(rng: &mut Rng, words: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(0..24) {
        match rng.u32(0..12) {
            0 => text.push(rng.char(..)),
            1 => text.push(rng.char(' '..='~')),
            _ => text.push_str(rng.choice(words).expect("there are words")),
        }
    }
    text
}

fn play((name, property): Property, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let text = text(&mut rng, words(name));
    if catch_unwind(|| property(&text)).is_err() {
        panic!("{name} does not hold for {text:?}; FUZZED_SEED={seed} plays it again");
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
    )
}

#[test]
fn properties_hold_for_random_texts() {
    if let Some(seed) = number("FUZZED_SEED") {
        ALL.iter().for_each(|property| play(*property, seed));
        return;
    }
    let count = number("FUZZED_COUNT").unwrap_or(600);
    let first = fastrand::u64(..) >> 1;
    for property in ALL {
        (first..first + count).for_each(|seed| play(*property, seed));
    }
}

#[test]
fn a_damaged_stream_is_now_refused_and_now_a_run() {
    let mut rng = Rng::new();
    let (mut told, mut refused) = (0, 0);
    for _ in 0..200 {
        let damage: Vec<u8> = (0..rng.usize(1..40)).map(|_| rng.u8(..)).collect();
        match catch_unwind(|| fuzz_properties::replay::damage(&damage)) {
            Ok(true) => told += 1,
            Ok(false) => refused += 1,
            Err(_) => panic!("replay does not hold for {damage:?}"),
        }
    }
    assert!(told > 10 && refused > 10, "{told} told, {refused} refused");
}

/// What was found once, in the order in which it was: the property and the text.
const FOUND: &[(&str, &str)] = &[
    // The list of failures at the end showed the name as it is, and so moved the cursor of a terminal.
    ("escapes", "a\r\n\u{1b}]0;b\0d\nc"),
    // What stands behind a `{` at the end of a label stands there too where blanks follow it.
    ("escapes", "{{{{ \0\u{2}\\\u{e}n\0"),
];

#[test]
fn what_was_found_once_stays_mended() {
    for (name, text) in FOUND {
        let property = ALL.iter().find(|property| property.0 == *name);
        property.unwrap_or_else(|| panic!("there is no property {name}")).1(text);
    }
}
