//! Runs that are split into shards, by running this very binary again over the suites in `fixture`.

use std::collections::BTreeMap;
use std::process::Command;

use async_test_suite::prelude::*;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    /// As many suites as names, in a module.
    macro_rules! suites {
        ($module:ident: $($name:ident)*) => {
            mod $module {
                use async_test_suite::prelude::*;
                $(
                    #[suite(when = env("SHARDS_FIXTURE"))]
                    async fn $name() {
                        pass!("it ran");
                    }
                )*
            }
        };
    }

    suites!(disk: opens closes reads writes appends truncates syncs locks maps renames);
    suites!(net: binds connects accepts sends receives resets keeps_alive times_out);
    suites!(clock: ticks skews leaps stops);

    use async_test_suite::prelude::*;

    #[suite(when = env("SHARDS_FIXTURE"))]
    #[ignore = "too slow"]
    async fn ignored() {
        pass!("it ran");
    }

    #[suite(when = env("SHARDS_FIXTURE"), tags("odd"))]
    async fn fails() {
        flunk!("as it should");
    }
}

const FIXTURES: usize = 24;

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    let foreign = |name: &str| {
        ["ASYNC_TEST", "RUST_TEST", "TEST", "NEXTEST", "BAZEL", "GITHUB"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let output = command
        .env("SHARDS_FIXTURE", "1")
        .env("NO_COLOR", "1")
        .args(args)
        .envs(vars.iter().copied())
        .output()
        .expect("this program can be run again");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
    }
}

/// The names of a list in the terse format.
fn listed(args: &[&str], vars: &[(&str, &str)]) -> Vec<String> {
    let list = run(&[&["--list", "--format", "terse", "fixture::"], args].concat(), vars);
    assert_eq!((list.code, list.err.as_str()), (Some(0), ""));
    let names = list.out.lines().map(|line| line.strip_suffix(": test").unwrap_or(line));
    names.map(str::to_owned).collect()
}

/// The names of the suites that were run and passed or failed, from a real run.
fn ran(args: &[&str], vars: &[(&str, &str)]) -> Vec<String> {
    let seen = run(&[&["fixture::"], args].concat(), vars);
    let rows = seen.out.lines().filter_map(|line| line.strip_prefix("test fixture::"));
    rows.filter_map(|row| row.split_once(" ... "))
        .filter(|(_, result)| ["ok", "FAILED"].contains(result))
        .map(|(name, _)| format!("fixture::{name}"))
        .collect()
}

/// How often each name is in one of the parts.
fn counted(parts: impl IntoIterator<Item = Vec<String>>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in parts.into_iter().flatten() {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

#[suite]
fn the_shards_together_list_everything_once() {
    let all = listed(&[], &[]);
    is!(all.len(), FIXTURES);
    let once: BTreeMap<String, usize> = all.iter().map(|name| (name.clone(), 1)).collect();
    for of in 1..=20 {
        let parts = (1..=of).map(|number| listed(&["--shard", &format!("{number}/{of}")], &[]));
        is!(counted(parts), once, "{of} shards");
    }
}

#[suite]
fn flag_and_variable_run_what_they_list() {
    let once = counted([ran(&[], &[])]);
    is!(once.len(), FIXTURES - 1, "all but the ignored one");
    for of in [2, 3, 7] {
        let mut parts = Vec::new();
        for number in 1..=of {
            let shard = format!("{number}/{of}");
            let mut list = listed(&["--shard", &shard, "--skip", "ignored"], &[]);
            let mut by_flag = ran(&["--shard", &shard], &[]);
            let mut by_variable = ran(&[], &[("ASYNC_TEST_SHARD", shard.as_str())]);
            for names in [&mut list, &mut by_flag, &mut by_variable] {
                names.sort();
            }
            is!(by_flag, list, "{shard}");
            is!(by_variable, list, "{shard}");
            parts.push(list);
        }
        is!(counted(parts), once, "{of} shards");
    }
}

#[suite]
fn filters_and_order_do_not_move_a_suite() {
    for number in 1..=3 {
        let shard = format!("{number}/3");
        let listed = listed(&["--shard", &shard], &[]);
        for name in &listed {
            let alone = run(&["--list", "--format=terse", "--exact", name, "--shard", &shard], &[]);
            is!(alone.out, format!("{name}: test\n"), "{shard}");
        }
        let mut shuffled = ran(&["--shard", &shard, "--random", "--seed=3", "--include-ignored"], &[]);
        shuffled.sort();
        is!(shuffled, listed, "{shard}");
    }
}

#[suite]
fn what_other_shards_run_counts_as_filtered_out() {
    let own = listed(&["--shard=2/4"], &[]).len();
    let all = listed(&[], &[]).len();
    let seen = run(&["fixture::", "--shard=2/4", "--include-ignored"], &[]);
    let whole = run(&["fixture::", "--include-ignored"], &[]);
    let count = |out: &str| -> usize {
        let count = out
            .split(" filtered out")
            .next()
            .and_then(|head| head.rsplit(' ').next());
        count.and_then(|count| count.parse().ok()).unwrap_or(usize::MAX)
    };
    is!(count(&seen.out), count(&whole.out) + all - own);
    like!(seen.out, format!("(?m)^running {own} tests$"));
    let empty = run(&["--exact", "fixture::net::sends", "--list", "--shard=1/2"], &[]).out;
    let other = run(&["--exact", "fixture::net::sends", "--list", "--shard=2/2"], &[]).out;
    ok!(
        empty.starts_with("0 tests") != other.starts_with("0 tests"),
        "{empty}{other}"
    );
}

#[suite]
fn a_shard_without_suites_passes_and_blames_no_filter() {
    let exact = &["--exact", "fixture::clock::leaps"];
    let of: Vec<Run> = (1..=3)
        .map(|number| run(&[exact as &[&str], &["--shard", &format!("{number}/3")]].concat(), &[]))
        .collect();
    for seen in &of {
        is!((seen.code, seen.err.as_str()), (Some(0), ""));
    }
    let ran = of.iter().filter(|seen| seen.out.contains("1 passed")).count();
    is!(ran, 1);
    let misspelt = run(&["fixture::clock::laeps", "--shard=1/3"], &[]);
    like!(misspelt.err, "warning: no suite matches `fixture::clock::laeps`");
}

#[suite]
fn a_report_names_its_shard() {
    for (format, expected) in [("tap", "; shard: 2/4"), ("events", ",\"shard\":\"2/4\",")] {
        let head = |args: &[&str]| {
            let seen = run(&[&["fixture::", "--format", format], args].concat(), &[]).out;
            seen.lines().take(2).collect::<String>()
        };
        ok!(
            head(&["--shard", "2/4"]).contains(expected),
            "{format} has {expected:?}"
        );
        ok!(!head(&[]).contains("shard"), "{format}");
    }
}

#[suite]
fn a_malformed_shard_is_one_clear_line_and_nothing_runs() {
    for (shard, problem) in [
        ("0/3", "names no shard: they are counted from 1"),
        ("4/3", "names a shard beyond the last one"),
        ("1/0", "splits the run into no shards"),
        ("a/b", "is not the number of a shard and the number of all shards"),
        ("1/", "is not the number of a shard and the number of all shards"),
        ("3", "is not the number of a shard and the number of all shards"),
    ] {
        for (args, vars, name) in [
            (&["--shard", shard] as &[&str], &[] as &[_], "--shard"),
            (&[], &[("ASYNC_TEST_SHARD", shard)], "ASYNC_TEST_SHARD"),
        ] {
            let seen = run(args, vars);
            is!(seen.code, Some(101), "{name}={shard}");
            is!(seen.out, "");
            is!(
                seen.err,
                format!("error: `{name}={shard}` {problem}; for instance `{name}=1/4`\n")
            );
        }
    }
    let twice = run(&["--shard=1/2", "--shard=2/2"], &[]);
    is!((twice.code, twice.out.as_str()), (Some(101), ""));
    is!(twice.err, "error: `--shard` is given more than once; give it once\n");
    let overruled = run(&["fixture::clock", "--shard=1/1"], &[("ASYNC_TEST_SHARD", "?")]);
    is!(overruled.code, Some(0), "{}", overruled.err);
}
