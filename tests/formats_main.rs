//! The formats for programs, from real runs: by running this very binary again over the suites in `fixture`.

#[path = "formats/kit.rs"]
mod kit;
#[path = "formats/schema.rs"]
mod schema;
#[cfg(feature = "junit")]
#[path = "formats/xml.rs"]
mod xml;

use std::collections::BTreeMap;
use std::path::Path;

use async_test_suite::prelude::*;
use serde_json::Value;

use kit::{Folder, lines};
use schema::Schema;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use std::time::Duration;

    use async_test_suite::prelude::*;

    #[expect(clippy::print_stdout, reason = "what a test prints must not reach a report")]
    #[suite(plan = 4, tags("net", "slow"), when = env("FORMATS_FIXTURE"))]
    async fn storage() {
        println!("{{ \"type\": \"test\", \"event\": \"ok\", \"name\": \"forged\" }}");
        ok!(true, "opens");
        subtest!("reads", {
            diag!("cache is cold\n\"quoted\" <&>]]> \u{1b}[31mred\u{1b}[0m \u{1}\u{2028}");
            is!(1 + 1, 2);
        });
        subtest!("writes", plan = 2, {
            ok!(true, "first");
            is!("a\nb", "a\nc", "both lines");
        });
        subtest!("compaction", todo = "not built yet", { flunk!("no compactor") });
    }

    #[suite(when = env("FORMATS_FIXTURE"))]
    async fn passes() {
        skip!("no disk");
        ok!(true, "fine");
    }

    #[suite(when = env("FORMATS_FIXTURE"))]
    async fn panics() {
        panic!("at the disco");
    }

    #[suite(when = env("FORMATS_FIXTURE"), timeout = "20ms")]
    async fn hangs(t: Suite) {
        subtest!("waits", spawned, { std::future::pending::<()>().await });
        t.spawn(std::future::pending::<()>());
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }

    #[suite(when = env("FORMATS_FIXTURE"))]
    #[ignore = "too slow"]
    async fn ignored() {
        ok!(true);
    }

    /// Nobody can put a run in order after this.
    #[suite(when = env("FORMATS_ABORT"))]
    async fn dies() {
        subtest!("inner", {
            ok!(true);
            // The hub is behind: what it has been told so far it writes before it answers.
            Suite::top().sync_events().await;
            std::process::abort();
        });
    }

    #[suite(when = env("FORMATS_BAIL"))]
    async fn bails() {
        bail_out!("no disk");
        std::future::pending::<()>().await;
    }
}

fn run(args: &[&str], vars: &[(&str, &str)]) -> kit::Run {
    kit::run(args, &[vars, &[("FORMATS_FIXTURE", "1")]].concat())
}

fn the_schema() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.schema.json");
    Schema::new(&std::fs::read_to_string(path).expect("the schema can be read"))
}

#[suite]
fn events_are_what_the_schema_says() {
    let schema = the_schema();
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("async-test-core/src/report/golden");
    let mut kinds = BTreeMap::new();
    for name in ["events.jsonl", "events_bail.jsonl", "events_rare.jsonl"] {
        let text = std::fs::read_to_string(goldens.join(name)).expect("the golden file can be read");
        for line in lines(&text) {
            is!(schema.faults(&line), Vec::<String>::new(), "{name}: {line}");
            *kinds.entry(line["event"].to_string()).or_insert(0) += 1;
        }
    }
    is!(kinds.len(), 14, "every kind of event: {kinds:?}");
    for (args, vars) in [
        (vec!["fixture::"], vec![]),
        (vec!["fixture::", "--random", "--seed", "18446744073709551615"], vec![]),
        (vec!["fixture::bails"], vec![("FORMATS_BAIL", "1")]),
        (vec!["no_such_suite"], vec![]),
    ] {
        let folder = Folder::new("events");
        let report = folder.report("events");
        run(&[args, vec!["--report", &report]].concat(), &vars);
        let events = lines(&folder.read("events"));
        ok!(events.len() >= 2, "{} events", events.len());
        for event in &events {
            is!(schema.faults(event), Vec::<String>::new(), "{event}");
        }
    }
}

#[suite]
fn the_validator_finds_faults() {
    let schema = the_schema();
    let good = r#"{"v":1,"event":"plan","suite":{"id":3,"path":"a/b"},"tests":2}"#;
    is!(schema.faults(&lines(good)[0]), Vec::<String>::new());
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"plan\"", "\"plans\""),
        (",\"tests\":2", ""),
        ("\"tests\":2", "\"tests\":-2"),
        ("\"tests\":2", "\"tests\":\"2\""),
        ("\"tests\":2", "\"tests\":2,\"more\":1"),
        ("\"id\":3,", ""),
        ("\"path\"", "\"parent\":null,\"path\""),
    ] {
        let bad = good.replace(from, to);
        ok!(
            bad != good && !schema.faults(&lines(&bad)[0]).is_empty(),
            "{bad} is faulty"
        );
    }
}

#[suite]
fn events_tell_all_that_the_run_counted() {
    let folder = Folder::new("counts");
    let report = folder.report("events");
    let seen = run(&["fixture::", "--report", &report], &[]);
    is!(seen.code, Some(101));
    is!(seen.err, "", "no complaint");
    let events = lines(&folder.read("events"));
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    let end = of("run_ended")[0];
    // The checks of the root are the suites themselves, and a subtest is counted by what is in it.
    let checks = of("check")
        .into_iter()
        .filter(|check| check["suite"]["id"] != 0 && check.get("child").is_none())
        .count();
    is!(end["checks"]["run"].as_u64(), Some(checks as u64));
    let suites = of("check")
        .into_iter()
        .filter(|check| check["suite"]["id"] == 0)
        .count();
    is!(suites, 7, "one for each suite");
    is!(end["failed"], 3);
    is!(end["seed"], of("run_started")[0]["seed"]);
    let ended = of("suite_ended");
    let storage = ended.iter().find(|end| end["suite"]["path"] == "fixture::storage");
    let storage = storage.expect("it has ended");
    is!(storage["planned"], 4);
    is!(storage["tally"]["failed"], 1);
    let diag = of("diag")[0]["text"].as_str().unwrap_or_default().to_owned();
    ok!(diag.contains("]]> \u{1b}[31mred"), "texts are whole: {diag:?}");
    let hangs = ended.iter().find(|end| end["suite"]["path"] == "fixture::hangs");
    is!(hangs.expect("it has ended")["problems"][0]["kind"], "timed_out");
}

#[suite]
fn what_tests_print_is_no_line_of_a_report() {
    let folder = Folder::new("forged");
    let (json, events) = (folder.report("json"), folder.report("events"));
    let seen = run(
        &["fixture::", "--format", "json", "--report", &json, "--report", &events],
        &[],
    );
    for text in [seen.out, folder.read("json"), folder.read("events")] {
        let lines = lines(&text);
        ok!(!lines.is_empty());
        ok!(lines.iter().all(|line| line["name"] != "forged"));
    }
}

#[suite]
fn json_names_are_those_that_exact_takes() {
    let seen = run(&["--format", "json", "-Z", "unstable-options", "fixture::"], &[]);
    let objects = seen
        .out
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let names = objects.filter(|it| it["type"] == "test" && it["event"] == "started");
    let mut names: Vec<String> = names.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect();
    names.sort();
    let list = run(&["--list", "--format", "terse", "fixture::"], &[]);
    is!(
        names.iter().map(|name| format!("{name}: test\n")).collect::<String>(),
        list.out
    );
    for name in &names {
        let one = run(&["--list", "--format", "terse", "--exact", name], &[]);
        is!(one.out, format!("{name}: test\n"));
    }
}

#[suite]
fn github_reads_annotations_without_a_setting() {
    let on_github = [("GITHUB_ACTIONS", "true")];
    let seen = run(&["--exact", "fixture::storage"], &on_github);
    like!(
        seen.out,
        r"(?m)^::error file=tests/formats_main.rs,line=\d+,col=\d+,title=fixture%3A%3Astorage/writes%3A both lines::"
    );
    is!(seen.out.matches("::error").count(), 1, "what is forgiven gives none");
    for (args, vars) in [
        (
            &["--exact", "fixture::storage", "--format", "pretty"] as &[&str],
            &on_github as &[_],
        ),
        (&["--exact", "fixture::storage", "-q"], &on_github),
        (&["--exact", "fixture::storage"], &[]),
        (&["--exact", "fixture::passes"], &on_github),
    ] {
        let seen = run(args, vars);
        ok!(!seen.out.contains("::error"), "{args:?}");
        like!(seen.out, "test result: ");
    }
}

#[suite]
fn a_run_that_is_cut_short_leaves_whole_lines() {
    let folder = Folder::new("short");
    let report = folder.report("events");
    let seen = run(&["fixture::dies", "--report", &report], &[("FORMATS_ABORT", "1")]);
    is!(seen.code, None);
    let events = lines(&folder.read("events"));
    ok!(events.iter().any(|event| event["event"] == "check"));
    ok!(events.iter().all(|event| event["event"] != "run_ended"));
    let left: Vec<_> = std::fs::read_dir(&folder.0).expect("the folder is there").collect();
    is!(left.len(), 1, "no other file is left");
}

#[suite]
#[cfg(not(feature = "junit"))]
fn junit_names_the_feature_that_it_needs() {
    for args in [&["--format", "junit"] as &[&str], &["--report", "junit=x.xml"]] {
        let seen = run(args, &[]);
        is!(seen.code, Some(101));
        is!(seen.err.lines().count(), 1, "one line");
        like!(seen.err, "error: .*feature `junit` of async-test-suite");
    }
}

#[suite]
fn the_golden_documents_are_what_readers_of_junit_expect() {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("async-test-core/src/report/golden");
    let names = [
        "junit.xml",
        "junit_bail.xml",
        "junit_one.xml",
        "cases.xml",
        "cases_bail.xml",
    ];
    let files = names.map(|name| goldens.join(name));
    if let Some(faults) = kit::junit_faults(&files) {
        is!(faults, "");
    }
    // The check finds what is wrong.
    let good = std::fs::read_to_string(&files[1]).expect("a golden document");
    let folder = Folder::new("junit-faults");
    let rows = [
        ("<testsuite name=\"storage\"", "<testsuite name=\" \"", "wrong name"),
        ("tests=\"3\"", "tests=\"4\"", "tests=4 and 3 of them"),
        ("failures=\"1\"", "failures=\"0\"", "failures=0 and 1 of them"),
        ("<flakyFailure message", "<rerunFailure message", "mismatched tag"),
        ("<stackTrace>", "", "mismatched tag"),
        ("time=\"1.049\"", "time=\"1,049.1\"", "wrong time"),
        ("time=\"1.049\"", "", "has no time"),
        ("classname=\"unlucky\"", "class=\"unlucky\"", "unknown attribute class"),
        ("&apos;", "\u{1}", "invalid token"),
        ("<system-out>", "<system-out/><system-out>", "holds"),
        ("</testsuites>", "", "no element found"),
    ];
    let files: Vec<_> = (0..rows.len()).map(|n| folder.path(&format!("bad-{n}.xml"))).collect();
    for ((from, to, _), file) in rows.iter().zip(&files) {
        let bad = good.replacen(from, to, 1);
        ok!(bad != good, "{from} is there");
        std::fs::write(file, bad).expect("a file can be written");
    }
    if let Some(faults) = kit::junit_faults(&files) {
        for ((_, _, fault), file) in rows.iter().zip(&files) {
            let of_file = |line: &&str| line.starts_with(&*file.to_string_lossy()) && line.contains(fault);
            ok!(faults.lines().any(|line| of_file(&line)), "{fault} is found: {faults}");
        }
    }
}

#[cfg(feature = "junit")]
mod junit {
    use super::xml::elements;
    use super::*;

    /// What a real parser and the rules of its readers say against the report.
    fn is_accepted(folder: &Folder) {
        if let Some(faults) = kit::junit_faults(&[folder.path("junit")]) {
            is!(faults, "", "the report is what readers of JUnit expect");
        }
    }

    fn has(elements: &[String], parts: &[&str]) -> bool {
        elements.iter().any(|it| parts.iter().all(|part| it.contains(part)))
    }

    #[suite]
    fn a_report_has_a_case_for_each_suite_and_subtest() {
        let folder = Folder::new("junit");
        let report = folder.report("junit");
        let seen = run(&["fixture::", "--seed", "7", "--report", &report], &[]);
        is!(seen.code, Some(101));
        is_accepted(&folder);
        let elements = elements(&folder.read("junit"));
        for parts in [
            &[
                "testsuite ",
                "name=\"fixture::storage\"",
                "tests=\"4\"",
                "failures=\"1\"",
                "skipped=\"1\"",
            ] as &[&str],
            &["property ", "name=\"seed\"", "value=\"7\""],
            &["property ", "name=\"tag\"", "value=\"slow\""],
            &[
                "testcase ",
                "name=\"fixture::storage/writes\"",
                "classname=\"fixture.storage\"",
                "file=\"tests/formats_main.rs\"",
            ],
            &["failure ", "message=\"both lines\"", "type=\"check\""],
            &["skipped ", "message=\"todo: not built yet\"", "type=\"todo\""],
            &["failure ", "message=\"panicked: at the disco\""],
            &["error ", "type=\"timed_out\""],
            &["skipped ", "message=\"too slow\""],
            &["system-out"],
        ] {
            ok!(has(&elements, parts), "it has {parts:?}");
        }
        ok!(!has(&elements, &["cut_short"]), "the run has ended");
        like!(folder.read("junit"), "run again: cargo test ");
    }

    #[suite]
    fn a_run_that_is_cut_short_does_not_look_like_one_that_passed() {
        let folder = Folder::new("junit-short");
        std::fs::write(folder.path("junit"), "of yesterday").expect("the file can be written");
        let report = folder.report("junit");
        let seen = run(&["fixture::dies", "--report", &report], &[("FORMATS_ABORT", "1")]);
        is!(seen.code, None);
        is_accepted(&folder);
        let elements = elements(&folder.read("junit"));
        ok!(
            has(
                &elements,
                &["error ", "cut short; running: fixture::dies", "type=\"cut_short\""]
            ),
            "{elements:?}"
        );
    }

    #[suite]
    fn a_bail_out_is_an_error_of_the_run() {
        let folder = Folder::new("junit-bail");
        let report = folder.report("junit");
        run(&["fixture::bails", "--report", &report], &[("FORMATS_BAIL", "1")]);
        is_accepted(&folder);
        let elements = elements(&folder.read("junit"));
        ok!(
            has(&elements, &["error ", "message=\"no disk\"", "type=\"bail_out\""]),
            "{elements:?}"
        );
    }

    #[suite]
    fn it_can_be_the_output() {
        let seen = run(&["--format", "junit", "fixture::passes"], &[]);
        is!(seen.code, Some(0));
        ok!(has(&elements(&seen.out), &["testcase ", "name=\"fixture::passes\""]));
    }
}
