//! Filters and `--skip` under `main!`, down to subtests, and what is said of one that names nothing: by running this very
//! binary again over the suites in `fixture`.

mod support;

use async_test_suite::prelude::*;
use support::{Run, this_program};

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use async_test_suite::prelude::*;

    #[suite(plan = 4, when = env("FILTERS_FIXTURE"))]
    async fn storage() {
        pass!("of its own");
        subtest!("reads", {
            subtest!("cold", { diag!("ran cold") });
            subtest!("warm", { diag!("ran warm") });
        });
        subtest!("writes", { diag!("ran writes") });
        subtest!("a/b\nc", { diag!("ran odd") });
    }

    #[suite(name = "other/storage", parallel, when = env("FILTERS_FIXTURE"))]
    async fn other() {
        subtest!("writes", { diag!("ran other writes") });
        subtest!("syncs", { diag!("ran other syncs") });
    }

    #[suite(when = env("FILTERS_FIXTURE"))]
    async fn ends_early() {
        subtest!("first", { diag!("ran first") });
        assert!(std::env::var_os("FILTERS_FIXTURE").is_none(), "no disk");
        subtest!("second", { diag!("ran second") });
    }

    #[suite(when = env("FILTERS_FIXTURE"))]
    async fn skips() {
        subtest!("whole", skip_all = "later", {
            subtest!("part", {});
        });
        skip_remaining!("enough");
        subtest!("rest", {
            subtest!("part", {});
        });
    }

    #[suite(when = env("FILTERS_MARKED"))]
    async fn marked() {
        todo_next!("known");
        subtest!("known", { flunk!() });
        todo_next!("not reached");
        subtest!("skipped anyway", skip_all = "later", { flunk!() });
        subtest!("forgiven", { flunk!() });
        test_flunks!("known as well", 1);
        subtest!("inverted", { flunk!() });
        subtest!("regression", { flunk!() });
    }

    #[suite(when = env("FILTERS_NEVER"))]
    async fn never() {
        subtest!("inner", { pass!("fine") });
    }
}

fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    // A filter that lets this very suite through would make a fork bomb.
    assert!(
        std::env::var_os("FILTERS_FIXTURE").is_none(),
        "a program that this test has started starts no more of them"
    );
    let mut command = this_program();
    command
        .env("FILTERS_FIXTURE", "1")
        .args(["--format", "tap"])
        .args(args)
        .envs(vars.iter().copied());
    support::run(&mut command)
}

/// What ran, by the comments of the subtests.
fn ran(run: &Run) -> Vec<String> {
    let lines = run.out.lines().filter_map(|line| line.trim().strip_prefix("# ran "));
    let mut names: Vec<String> = lines.map(str::to_owned).collect();
    names.sort();
    names
}

const EVERYTHING: [&str; 6] = ["cold", "odd", "other syncs", "other writes", "warm", "writes"];

#[suite]
fn filters_reach_subtests() {
    // arguments; the subtests that run
    let rows: &[(&[&str], &[&str])] = &[
        (&["storage"], &EVERYTHING),
        (&["fixture::storage/writes"], &["writes"]),
        (&["storage/writes"], &["other writes", "writes"]),
        (&["storage/rit"], &["other writes", "writes"]),
        (&["fixture::storage/reads/warm"], &["warm"]),
        (&["fixture::storage/reads"], &["cold", "warm"]),
        (&["storage/reads/warm", "storage/writes", "--exact"], &[]),
        (
            &["fixture::storage/reads/warm", "fixture::storage/writes", "--exact"],
            &["warm", "writes"],
        ),
        (&["other/storage/syncs", "--exact"], &["other syncs"]),
        (&[r"other\/storage/syncs", "--exact"], &["other syncs"]),
        (&["fixture::other/syncs", "--exact"], &["other syncs"]),
        (&[r"fixture::storage/a\/b\nc", "--exact"], &["odd"]),
        (&[r"storage/a\/"], &["odd"]),
        (
            &["fixture::/writes", "--skip", "ends_early"],
            &["other writes", "writes"],
        ),
        (
            &["storage", "--skip", "storage/writes"],
            &["cold", "odd", "other syncs", "warm"],
        ),
        (
            &["storage", "--skip", "fixture::storage/writes"],
            &["cold", "odd", "other syncs", "other writes", "warm"],
        ),
        (&["storage", "--skip", "reads/warm"], &EVERYTHING),
        (
            &["storage", "--skip", "/reads/warm"],
            &["cold", "odd", "other syncs", "other writes", "writes"],
        ),
        (&["storage", "--skip=/reads", "--skip=/writes"], &["odd", "other syncs"]),
        (
            &["storage", "--skip", r"storage/a\/b\nc"],
            &["cold", "other syncs", "other writes", "warm", "writes"],
        ),
        (&["storage", "--skip", "other"], &["cold", "odd", "warm", "writes"]),
        (&["storage/reads", "--skip", "/reads/cold"], &["warm"]),
    ];
    for (args, expected) in rows {
        let seen = run(args, &[]);
        is!(ran(&seen), expected.to_vec(), "{args:?}");
        is!(seen.code, Some(0), "{args:?} {}", seen.out);
        if !expected.is_empty() && !args.contains(&"storage/reads") {
            is!(seen.err, "", "{args:?}");
        }
    }
    let planned = run(&["fixture::storage/writes"], &[]);
    like!(
        planned.out,
        "(?m)^    ok 1 - of its own$",
        "the body of the parent runs"
    );
    like!(planned.out, "(?m)^    ok 2 - reads # SKIP filtered out$");
    like!(
        planned.out,
        "(?m)^    1\\.\\.4$",
        "what is filtered out does not break the plan"
    );
}

#[suite]
fn a_whole_name_that_does_not_turn_up_fails() {
    let seen = run(&["--exact", "fixture::storage/wrties"], &[]);
    is!(seen.code, Some(1), "as a failing TAP program");
    like!(seen.out, "(?m)^not ok 1 - fixture::storage$");
    like!(seen.out, "no subtest is called `fixture::storage/wrties`");
    like!(seen.out, "reads");
    // arguments, variables, the filter that is told
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let rows: &[Row<'_>] = &[
        (
            &["--exact", "fixture::storage/reads/hot"],
            &[],
            "fixture::storage/reads/hot",
        ),
        (
            &["--exact", "fixture::storage/writes", "fixture::storage/gone"],
            &[],
            "fixture::storage/gone",
        ),
        (
            &["storage"],
            &[("ASYNC_TEST_FILTER", "fixture::storage/gone")],
            "fixture::storage/gone",
        ),
        (&["--exact", "fixture::storage/a/b"], &[], "fixture::storage/a/b"),
        (
            &["--exact", "fixture::storage/", "--repeat", "2"],
            &[],
            "fixture::storage/",
        ),
    ];
    for (args, vars, filter) in rows {
        let seen = run(args, vars);
        isnt!(seen.code, Some(0), "{args:?} {vars:?}");
        ok!(
            seen.out.contains(&format!("no subtest is called `{filter}`")),
            "{args:?} {}",
            seen.out
        );
    }
}

#[suite]
fn a_part_that_names_nothing_is_told_at_the_end() {
    // arguments; what is said, if anything
    let rows: &[(&[&str], Option<&str>)] = &[
        (
            &["storage/wirtes"],
            Some("no subtest matches `storage/wirtes`; did you mean `writes`?"),
        ),
        (
            &["fixture::storage/gone"],
            Some("no subtest matches `fixture::storage/gone`; there are a\\/b\\nc, reads, writes"),
        ),
        (
            &["fixture::storage/writes/deep"],
            Some("no subtest matches `fixture::storage/writes/deep`; there are none"),
        ),
        (
            &["storage/wri*"],
            Some(
                "no subtest matches `storage/wri*`; filters are plain text, not patterns: write a part of the name, for \
                 instance `storage/wri`",
            ),
        ),
        // One of the two suites has it.
        (&["storage/syncs"], None),
        (
            &["storage/gone", "storage/reads", "--skip", "other"],
            Some("no subtest matches `storage/gone`"),
        ),
        // Nobody can tell.
        (&["skips/whole/part"], None),
        (&["skips/rest/part"], None),
        (&["never/gone"], None),
    ];
    for (args, says) in rows {
        let seen = run(args, &[]);
        is!(seen.code, Some(0), "{args:?} {}", seen.out);
        match says {
            None => is!(seen.err, "", "{args:?}"),
            Some(says) => ok!(seen.err.contains(&format!("warning: {says}")), "{args:?} {}", seen.err),
        };
    }
}

#[suite]
fn what_could_not_turn_up_is_no_fault_of_the_filter() {
    for name in ["skips/whole/part", "skips/rest/part", "never/gone"] {
        let seen = run(&["--exact", &format!("fixture::{name}")], &[]);
        is!(seen.code, Some(0), "{name}: {}", seen.out);
    }
    let early = run(&["--exact", "fixture::ends_early/second"], &[]);
    isnt!(early.code, Some(0));
    unlike!(early.out, "no subtest is called", "the panic is what is wrong");
}

#[suite]
fn what_is_left_out_takes_its_marker_with_it() {
    let marked = &[("FILTERS_MARKED", "1")];
    for (filter, holds) in [
        ("fixture::marked", false),
        ("fixture::marked/regression", false),
        ("fixture::marked/known", true),
        ("fixture::marked/forgiven", true),
        ("fixture::marked/inverted", true),
    ] {
        let seen = run(&[filter, "--exact"], marked);
        is!(seen.code == Some(0), holds, "{filter}");
    }
    let seen = run(&["fixture::marked", "--skip", "marked/regression"], marked);
    is!(seen.code, Some(0));
}

#[suite]
fn a_pattern_that_names_nothing_is_an_error() {
    for (args, name, part) in [
        (&["fixture::stor*"] as &[&str], "fixture::stor*", "fixture::stor"),
        (&["*::storage"], "*::storage", "::storage"),
        (&["storage", "--skip", "other*"], "--skip other*", "other"),
        (&["--list", "fixture::st*ge"], "fixture::st*ge", "fixture::st"),
        (&["storage", "nothing*/at all"], "nothing*/at all", "nothing"),
    ] {
        let seen = run(args, &[]);
        is!(seen.code, Some(101), "{args:?}");
        is!(seen.out, "", "nothing has run");
        is!(
            seen.err,
            format!(
                "error: `{name}` names no suite; filters are plain text, not patterns: write a part of the name, for \
                 instance `{part}`\n"
            )
        );
    }
    let all = run(&["*"], &[]);
    like!(all.err, "`\\*` names no suite; .*: leave it out to run everything");
}

#[suite]
fn a_variable_that_names_no_suite_is_told() {
    let seen = run(
        &["fixture::storage"],
        &[("ASYNC_TEST_FILTER", "storage/writes\nfixture::storage/reads\n")],
    );
    is!(
        seen.err,
        "warning: `storage/writes` in `ASYNC_TEST_FILTER` names no suite of this program; it takes whole names\n"
    );
    is!(ran(&seen), ["cold", "warm"]);
    is!(seen.code, Some(0));
}
