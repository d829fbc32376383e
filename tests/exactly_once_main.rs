//! The same programs under `main!`, in a process of their own: what was made is what stands in its stream of events.

#[path = "formats/kit.rs"]
mod kit;
#[path = "exactly_once/program.rs"]
mod program;

use std::collections::BTreeMap;

use async_test_suite::prelude::*;
use serde_json::Value;

use kit::{Folder, lines, run};

async_test_suite::main!();

/// The folder for what was made; set in the process that is looked at.
const MADE: &str = "EXACTLY_ONCE_MADE";

/// Suites that run in that process only, all at once.
mod fixture {
    use super::program::{self, Log};
    use async_test_suite::prelude::*;

    async fn play(t: Suite, seed: u64) {
        let log = Log::default();
        program::run(t.clone(), log.clone(), seed).await;
        let lines = log
            .made()
            .into_iter()
            .map(|(path, labels)| format!("{path} {}\n", labels.len()));
        let folder = std::env::var(super::MADE).expect("the condition of the suite");
        std::fs::write(format!("{folder}/{}", t.message()), lines.collect::<String>()).expect("the folder is there");
    }

    macro_rules! suites {
        ($($name:ident $seed:literal)*) => {$(
            #[suite(when = env("EXACTLY_ONCE_MADE"))]
            async fn $name(t: Suite) {
                play(t, $seed).await;
            }
        )*};
    }

    suites! {
        a 1001
        b 1002
        c 1003
        d 1004
        e 1005
        f 1006
        g 1007
        h 1008
    }
}

/// The number of checks by the path of their suite, and of them those that were told one by one.
fn told(events: &[Value]) -> BTreeMap<String, u64> {
    let mut told = BTreeMap::<String, u64>::new();
    let mut paths = BTreeMap::new();
    for event in events {
        let suite = &event["suite"];
        if let (Some(id), Some(path)) = (suite["id"].as_u64(), suite["path"].as_str()) {
            paths.insert(id, path.to_owned());
        }
        let path = || suite["path"].as_str().expect("the path of a suite").to_owned();
        match event["event"].as_str() {
            Some("check") if event["child"].is_null() => *told.entry(path()).or_default() += 1,
            Some("passed") => *told.entry(path()).or_default() += event["count"].as_u64().expect("a number"),
            Some("problem") => {
                let problem = &event["problem"];
                assert_eq!(problem["kind"], "late_check", "{event}");
                let label = problem["label"].as_str().expect("a label");
                assert!(!label.starts_with(program::AWAITED), "the suite waits for it: {event}");
                *told
                    .entry(problem["suite"].as_str().expect("a path").to_owned())
                    .or_default() += 1;
            }
            _ => {}
        }
    }
    told
}

#[suite]
fn each_check_of_a_real_run_is_in_its_stream_once() {
    assert!(std::env::var_os(MADE).is_none(), "this program runs itself in itself");
    // The stream tells each check; beside a format that only counts them, too.
    for format in ["events", "pretty"] {
        for jobs in ["1", "4"] {
            let folder = Folder::new(&format!("exactly-once-{format}-{jobs}"));
            let events = folder.report("events");
            let mut args = vec!["fixture::", "--format", format, "--test-threads", jobs];
            if format != "events" {
                args.extend(["--report", &events]);
            }
            let made = folder.path("made");
            std::fs::create_dir_all(&made).expect("a folder can be made");
            let vars = [(MADE, made.to_str().expect("a path of letters"))];
            let run = run(&args, &vars);
            let stream = if format == "events" {
                run.out.clone()
            } else {
                folder.read("events")
            };
            let stream = lines(&stream);
            is!(
                stream.last().map(|it| it["event"].clone()),
                Some("run_ended".into()),
                "it came to its end: {}",
                run.err
            );
            let mut expected = BTreeMap::new();
            for file in std::fs::read_dir(&made).expect("the folder") {
                let text = std::fs::read_to_string(file.expect("a file").path()).expect("a text");
                for line in text.lines() {
                    let (path, count) = line.rsplit_once(' ').expect("a path and a number");
                    expected.insert(path.to_owned(), count.parse::<u64>().expect("a number"));
                }
            }
            ok!(expected.len() > 20, "{} suites have checked", expected.len());
            is!(told(&stream), expected, "{format}, {jobs} threads");
        }
    }
}
