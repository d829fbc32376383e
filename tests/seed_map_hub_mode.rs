//! The seed map under `main!`: rows A20, A26, A27, A28 and A32 where our own runner is in charge. This program runs
//! itself again over the ignored suites in `fixture`.
#![allow(clippy::print_stdout, clippy::exit, reason = "what is looked at")]

mod seed_map;

use std::io::{self, Write};

use async_test_suite::event::{Event, EventKind};
use async_test_suite::prelude::*;
use async_test_suite::record::Record;
use async_test_suite::{Bundle, Reporter};
use seed_map::{Ended, again};

async_test_suite::main!();

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by the suites below"]
    async fn passes() {
        pass!("fine");
    }

    #[suite(plan = 3)]
    #[ignore = "run by the suites below"]
    async fn breaks_its_plan() {
        pass!("fine");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn fails() {
        flunk!("not fine");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn bails(t: Suite) {
        t.on_finish(async { diag!("cleaned up") });
        subtest!("child", { bail_out!("no {}", "disk") });
        std::future::pending::<()>().await;
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn exits(t: Suite) {
        t.on_finish(async { println!("cleaned up") });
        pass!("counted");
        t.sync_events().await;
        std::process::exit(3);
    }

    #[suite(name = "of\ntwo lines", skip_all = "for\ntwo reasons")]
    #[ignore = "run by the suites below"]
    async fn is_named_oddly() {}

    #[suite(random)]
    #[ignore = "run by the suites below"]
    async fn order() {
        let text = seed_map::random_order().await;
        flunk!("{text}");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn ends_a_bundle() {
        pass!("end of a bundle");
    }
}

/// Dies with the first suite that ends.
#[derive(Default)]
struct Dies;

impl Reporter for Dies {
    fn record(&mut self, record: &Record, _: &mut dyn Write) -> io::Result<()> {
        match record {
            Record::SuiteEnded(_) => panic!("the reporter is out of words"),
            _ => Ok(()),
        }
    }
}

async_test_suite::register_reporter!("seed-map-dies", Dies);

/// Cannot write.
#[derive(Default)]
struct Refuses;

impl Reporter for Refuses {
    fn record(&mut self, _: &Record, _: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("the paper is out"))
    }
}

async_test_suite::register_reporter!("seed-map-refuses", Refuses);

/// Dies of the very last event of a suite.
#[derive(Default)]
struct Mortal {
    doomed: bool,
}

impl Bundle for Mortal {
    fn on_event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Test(claim) => self.doomed |= claim.label == "end of a bundle",
            EventKind::DoneTesting(_) if self.doomed => panic!("on purpose"),
            _ => {}
        }
    }
}

async_test_suite::register_bundle!(Mortal);

/// Runs fixtures by name.
fn run(names: &[&str], more: &[&str]) -> Ended {
    let names: Vec<String> = names.iter().map(|name| format!("fixture::{name}")).collect();
    let names = names.iter().map(String::as_str);
    again(
        &["--ignored", "--exact"]
            .into_iter()
            .chain(more.iter().copied())
            .chain(names)
            .collect::<Vec<_>>(),
        &[],
    )
}

#[suite]
fn a26_exit_codes() {
    let rows: [(&[&str], i32, i32); 5] = [
        (&["passes"], 0, 0),
        (&["passes", "fails"], 101, 1),
        (&["passes", "breaks_its_plan"], 101, 255),
        (&["passes", "fails", "breaks_its_plan"], 101, 255),
        (&["bails"], 101, 255),
    ];
    for (names, cargo, tap) in rows {
        is!(run(names, &[]).code, Some(cargo), "{names:?} under cargo's conventions");
        is!(
            run(names, &["--format", "tap"]).code,
            Some(tap),
            "{names:?} as a TAP program"
        );
    }
}

#[suite]
fn a26_a_row_is_one_line_whatever_is_in_a_name() {
    let seen = run(&["is_named_oddly"], &[]);
    like!(seen.out, r"(?m)^test of\\ntwo lines \.\.\. ignored, for two reasons$");
}

#[suite]
fn a26_a_bail_out_still_writes_every_report() {
    let file = std::env::temp_dir().join(format!("seed-map-bails-{}.tap", std::process::id()));
    let report = format!("tap={}", file.display());
    let ended = run(&["bails"], &["--report", &report]);
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let _ = std::fs::remove_file(&file);
    is!(ended.code, Some(101));
    like!(written, "(?m)^Bail out! no disk$");
    like!(ended.out, "no disk");
    like!(written, "cleaned up", "clean-ups are run");
}

#[suite]
fn a27_exit_inside_a_suite_is_the_end_of_the_process() {
    let ended = run(&["exits"], &["--format", "tap"]);
    is!(ended.code, Some(255), "whatever code it was given");
    like!(ended.out, r"(?m)^not ok 1 - .*exits", "it has failed");
    like!(ended.out, r"(?m)^1\.\.1$", "the report is whole");
    unlike!(ended.out, "cleaned up", "nothing runs after it");
}

#[suite]
fn a28_a_reporter_that_dies_or_refuses_fails_the_run_and_loses_nothing_of_others() {
    let file = std::env::temp_dir().join(format!("seed-map-lost-{}.txt", std::process::id()));
    for (format, why) in [
        ("seed-map-dies", "out of words"),
        ("seed-map-refuses", "the paper is out"),
    ] {
        let report = format!("{format}={}", file.display());
        let ended = run(&["passes", "fails"], &["--format", "tap", "--report", &report]);
        is!(ended.code, Some(255), "{format}");
        like!(ended.err, format!("(?s){format}.*{why}"), "{format}: its name and why");
        like!(
            ended.out,
            "(?m)^not ok 1 - fixture::fails$|^not ok 2 - fixture::fails$",
            "{format}: the others go on"
        );
        like!(
            ended.out,
            r"(?m)^1\.\.3$",
            "{format}: and the run itself is a failed test"
        );
        let alone = run(&["passes"], &["--format", format]);
        is!(alone.code, Some(101), "{format}: alone");
        like!(alone.err, why, "{format}: alone");
    }
    let _ = std::fs::remove_file(&file);
}

#[suite]
fn a20_a_bundle_that_dies_of_the_last_event_fails_the_run() {
    let ended = run(&["ends_a_bundle"], &[]);
    is!(ended.code, Some(101));
    like!(ended.out, "(?s)bundle seed_map_hub_mode::Mortal.*panicked.*on purpose");
}

#[suite]
async fn a32_the_hub_orders_by_the_seed_as_the_built_in_harness_does() {
    let expected = seed_map::order_of_seed(7).await;
    let run = tokio::task::spawn_blocking(|| run(&["order"], &["--seed", "7"])).await;
    let out = run.map(|ended| ended.out).unwrap_or_default();
    ok!(out.contains(&expected), "{expected} in {out}");
}
