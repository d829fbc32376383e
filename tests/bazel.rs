//! What Bazel expects of a test program, by running this very binary again over the suites in `fixture` as Bazel would:
//! with its variables, in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use async_test_suite::prelude::*;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use async_test_suite::prelude::*;

    #[suite(when = env("BAZEL_FIXTURE"))]
    async fn a_fails() {
        is!(1 + 1, 3, "<arithmetic>");
    }

    #[suite(when = env("BAZEL_FIXTURE"))]
    async fn b_reads() {
        pass!("read");
    }

    #[suite(when = env("BAZEL_FIXTURE"))]
    async fn c_writes() {
        subtest!("first", { pass!("written first") });
        subtest!("second", { pass!("written second") });
    }

    #[suite(when = env("BAZEL_FIXTURE"), todo = "not built yet")]
    async fn d_compacts() {
        flunk!("no compactor");
    }

    #[suite(when = env("BAZEL_FIXTURE"))]
    #[ignore = "too slow"]
    async fn e_ignored() {
        pass!("it ran");
    }

    #[suite(when = env("BAZEL_FIXTURE"))]
    async fn f_uses_its_folders() {
        let folder = std::env::var_os("TEST_TMPDIR").expect("Bazel sets it");
        let file = std::path::Path::new(&folder).join("scratch");
        ok!(std::fs::write(&file, "x").is_ok(), "writes to {}", file.display());
    }

    #[suite(when = env("BAZEL_HANGS"))]
    async fn h_hangs(t: Suite) {
        t.on_finish(async {
            let folder = std::env::var_os("TEST_TMPDIR").expect("Bazel sets it");
            std::fs::write(std::path::Path::new(&folder).join("cleaned-up"), "").expect("it can be written");
        });
        subtest!("waits for ever", { std::future::pending::<()>().await });
    }

    #[suite(when = env("BAZEL_BLOCKS"))]
    async fn i_blocks() {
        loop {
            std::thread::park();
        }
    }

    #[expect(clippy::exit, reason = "a test that ends the process")]
    #[suite(when = env("BAZEL_EXIT"))]
    async fn g_leaves() {
        Suite::top().sync_events().await;
        std::process::exit(0);
    }
}

/// A place to run in, as Bazel makes one, which goes when the test ends.
struct Sandbox(PathBuf);

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Sandbox {
    fn new() -> Sandbox {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("async-test-suite-bazel-{}-{number}", std::process::id()));
        for folder in ["runfiles", "tmp", "outputs", "logs"] {
            fs::create_dir_all(root.join(folder)).expect("a sandbox can be made");
        }
        Sandbox(root)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The names of the files below a folder.
    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("it can be read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Runs the program with what Bazel always sets, and these variables; `{}` in a value is the sandbox.
    fn run(&self, args: &[&str], vars: &[(&str, &str)]) -> Run {
        let exe = std::env::current_exe().expect("a test knows its program");
        let mut command = Command::new(exe);
        let foreign = |name: &str| {
            [
                "ASYNC_TEST",
                "RUST_TEST",
                "TEST",
                "BAZEL",
                "XML_OUTPUT",
                "NEXTEST",
                "GITHUB",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        };
        for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.path("runfiles"))
            .env("BAZEL_FIXTURE", "1")
            .env("BAZEL_TEST", "1")
            .env("TEST_TARGET", "//store:tests")
            .env("TEST_TMPDIR", self.path("tmp"))
            .args(args);
        for (name, value) in vars {
            command.env(name, value.replace("{}", &self.0.to_string_lossy()));
        }
        let output = command.output().expect("this program can be run again");
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Run {
    /// The suites of the fixture with their results, from the rows of the output.
    fn results(&self) -> BTreeMap<&str, &str> {
        let rows = self.out.lines().filter_map(|line| line.strip_prefix("test fixture::"));
        let results = rows.filter_map(|row| row.split_once(" ... "));
        results
            .map(|(name, result)| (name, result.split([' ', ',']).next().unwrap_or(result)))
            .collect()
    }

    fn ran(&self) -> Vec<String> {
        let results = self.results();
        let ran = results.iter().filter(|(_, result)| **result != "ignored");
        ran.map(|(name, _)| (*name).to_owned()).collect()
    }
}

/// The tags of an XML document; panics where they do not match.
fn tags(document: &str) -> Vec<String> {
    let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut open: Vec<&str> = Vec::new();
    let mut tags = Vec::new();
    for part in body.expect("an XML declaration").split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{document}"),
            None => {
                if !tag.ends_with('/') {
                    open.push(tag.split(' ').next().unwrap_or_default());
                }
                tags.push(tag.to_owned());
            }
        }
    }
    assert!(open.is_empty(), "{open:?} in {document}");
    tags
}

const AGAIN: &str = "run again: bazel test //store:tests --test_arg=--exact --test_arg=fixture::a_fails";
const XML: (&str, &str) = ("XML_OUTPUT_FILE", "{}/logs/test.xml");
const EXIT: (&str, &str) = ("TEST_PREMATURE_EXIT_FILE", "{}/logs/exit");
const STATUS: (&str, &str) = ("TEST_SHARD_STATUS_FILE", "{}/logs/status");
const ONLY_FIXTURE: &[&str] = &["fixture::"];

/// Variables, arguments, the exit code, the suites that run, the files that are there afterwards.
struct Row<'a> {
    vars: &'a [(&'a str, &'a str)],
    args: &'a [&'a str],
    code: i32,
    ran: &'a [&'a str],
    logs: &'a [&'a str],
    outputs: &'a [&'a str],
}

#[suite]
fn every_variable_has_its_effect() {
    let row = Row {
        vars: &[],
        args: ONLY_FIXTURE,
        code: 0,
        ran: &["b_reads"],
        logs: &[],
        outputs: &[],
    };
    let only = ("TESTBRIDGE_TEST_ONLY", "b_reads");
    let all = &["a_fails", "b_reads", "c_writes", "d_compacts", "f_uses_its_folders"];
    let one_of_one = [("TEST_TOTAL_SHARDS", "1"), ("TEST_SHARD_INDEX", "0"), STATUS];
    let outputs = ("TEST_UNDECLARED_OUTPUTS_DIR", "{}/outputs");
    let rows = [
        Row {
            ran: all,
            code: 101,
            ..row
        },
        Row { vars: &[only], ..row },
        Row {
            vars: &[only, XML],
            logs: &["test.xml"],
            ..row
        },
        Row {
            vars: &[only, EXIT],
            ..row
        },
        Row {
            vars: &[EXIT],
            ran: all,
            code: 101,
            ..row
        },
        Row {
            vars: &one_of_one,
            ran: all,
            code: 101,
            logs: &["status"],
            ..row
        },
        Row {
            vars: &[("TEST_TOTAL_SHARDS", "0"), STATUS],
            ran: all,
            code: 101,
            logs: &["status"],
            ..row
        },
        // The filter of Bazel works beside those of the command line.
        Row {
            vars: &[("TESTBRIDGE_TEST_ONLY", "reads,writes")],
            ran: &["b_reads", "c_writes"],
            ..row
        },
        Row {
            vars: &[("TESTBRIDGE_TEST_ONLY", "s,-fails,-uses")],
            ran: &["b_reads", "c_writes", "d_compacts"],
            ..row
        },
        Row {
            vars: &[("TESTBRIDGE_TEST_ONLY", "-a_fails")],
            ran: &all[1..],
            ..row
        },
        Row {
            vars: &[("TESTBRIDGE_TEST_ONLY", "reads,writes")],
            args: &["fixture::b", "fixture::d"],
            ..row
        },
        Row {
            vars: &[only],
            args: &["fixture::c"],
            ran: &[],
            ..row
        },
        Row {
            vars: &[only],
            args: &["--exact", "fixture::b_reads"],
            ..row
        },
        Row {
            vars: &[only, outputs],
            args: &["fixture::", "--report", "tap=deep.tap"],
            outputs: &["deep.tap"],
            ..row
        },
        Row {
            vars: &[only, outputs, ("ASYNC_TEST_REPORT", "events=e.jsonl")],
            outputs: &["e.jsonl"],
            ..row
        },
        Row {
            vars: &[only, outputs],
            ..row
        },
        Row {
            vars: &[("TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "1")],
            args: &["fixture::", "--test-jobs", "1"],
            code: 101,
            ran: &["a_fails"],
            ..row
        },
        Row {
            vars: &[("TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "0")],
            args: &["fixture::", "--test-jobs", "1"],
            code: 101,
            ran: all,
            ..row
        },
    ];
    for Row {
        vars,
        args,
        code,
        ran,
        logs,
        outputs,
    } in rows
    {
        let sandbox = Sandbox::new();
        let seen = sandbox.run(args, vars);
        is!(seen.code, Some(code), "the exit code of {vars:?} {args:?}");
        is!(seen.err, "", "{vars:?} {args:?}");
        is!(
            seen.ran(),
            ran.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
            "{vars:?} {args:?}"
        );
        is!(sandbox.files("logs"), logs.to_vec(), "{vars:?} {args:?}");
        is!(sandbox.files("outputs"), outputs.to_vec(), "{vars:?} {args:?}");
        is!(
            sandbox.files("runfiles"),
            Vec::<String>::new(),
            "nothing is written to the working directory"
        );
    }
}

#[suite]
fn the_shards_together_run_everything_once() {
    let sandbox = Sandbox::new();
    let all = sandbox.run(ONLY_FIXTURE, &[]).ran();
    for of in 1..=20 {
        let mut ran = Vec::new();
        for index in 0..of {
            let _ = fs::remove_file(sandbox.path("logs/status"));
            let (total, index) = (of.to_string(), index.to_string());
            let vars = [
                ("TEST_TOTAL_SHARDS", total.as_str()),
                ("TEST_SHARD_INDEX", &index),
                STATUS,
            ];
            let seen = sandbox.run(ONLY_FIXTURE, &vars);
            ok!(
                sandbox.has("logs/status"),
                "shard {index} of {of} says that it knows of shards"
            );
            let fails = seen.results().contains_key("a_fails");
            is!(seen.code, Some(if fails { 101 } else { 0 }), "shard {index} of {of}");
            ran.extend(seen.ran());
        }
        ran.sort();
        is!(ran, all, "{of} shards");
    }
}

#[suite]
fn shards_are_those_of_the_command_line_and_it_wins() {
    let sandbox = Sandbox::new();
    let vars = [("TEST_TOTAL_SHARDS", "3"), ("TEST_SHARD_INDEX", "1")];
    let by_flag = sandbox.run(&["fixture::", "--shard", "2/3"], &[]).ran();
    is!(sandbox.run(ONLY_FIXTURE, &vars).ran(), by_flag);
    let listed = sandbox.run(&["--list", "--format", "terse", "fixture::"], &vars).out;
    for name in &by_flag {
        ok!(
            listed.contains(&format!("fixture::{name}: test\n")),
            "the list is that of the shard"
        );
    }
    let both = sandbox.run(&["fixture::", "--shard", "1/3"], &vars);
    is!(both.ran(), sandbox.run(&["fixture::", "--shard", "1/3"], &[]).ran());
    is!(
        both.err,
        "warning: `TEST_TOTAL_SHARDS` is ignored, because `--shard` is set to another value\n"
    );
}

#[suite]
fn the_status_file_is_touched_when_it_is_there() {
    let sandbox = Sandbox::new();
    let file = sandbox.path("logs/status");
    fs::write(&file, "").expect("the file can be written");
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    let handle = fs::File::options()
        .write(true)
        .open(&file)
        .expect("the file can be opened");
    handle.set_modified(yesterday).expect("its time can be set");
    drop(handle);
    let vars = [("TEST_TOTAL_SHARDS", "1"), ("TEST_SHARD_INDEX", "0"), STATUS];
    sandbox.run(&["fixture::b_reads"], &vars);
    let modified = fs::metadata(&file).and_then(|it| it.modified()).expect("it has a time");
    ok!(modified > yesterday + Duration::from_secs(3600), "it has a new time");
}

#[suite]
fn the_report_has_a_case_for_each_suite() {
    let sandbox = Sandbox::new();
    sandbox.run(&["fixture::", "--seed", "7"], &[XML]);
    let document = sandbox.read("logs/test.xml");
    let tags = tags(&document);
    let has = |parts: &[&str]| tags.iter().any(|tag| parts.iter().all(|part| tag.contains(part)));
    for parts in [
        &["testsuites "] as &[&str],
        &["testsuite ", "name=\"fixture::a_fails\"", "failures=\"1\""],
        &[
            "testcase ",
            "name=\"fixture::b_reads\"",
            "classname=\"fixture.b_reads\"",
            "file=\"tests/bazel.rs\"",
        ],
        &["failure ", "type=\"check\""],
        &["skipped ", "message=\"too slow\""],
        &["skipped ", "not built yet"],
    ] {
        ok!(has(parts), "it has {parts:?}: {document}");
    }
    nok!(has(&["cut_short"]), "the run has ended");
    for part in ["&lt;arithmetic&gt;", "tests/bazel.rs:", AGAIN] {
        ok!(document.contains(part), "it has {part:?}: {document}");
    }
    let subtests = has(&["testcase ", "name=\"fixture::c_writes/first\""]);
    is!(
        subtests,
        cfg!(feature = "junit"),
        "subtests are cases with the feature `junit`"
    );
    is!(sandbox.files("logs"), ["test.xml"], "nothing else is left");
}

#[suite]
fn the_filter_reaches_a_subtest() {
    let sandbox = Sandbox::new();
    let vars = [("TESTBRIDGE_TEST_ONLY", "c_writes/second")];
    let seen = sandbox.run(&["fixture::", "--format", "tap"], &vars);
    is!(seen.code, Some(0));
    like!(seen.out, "(?m)^    ok 1 - first # SKIP filtered out$");
    like!(seen.out, "(?m)^        ok 1 - written second$");
    unlike!(seen.out, "b_reads");
}

#[suite]
fn a_test_that_ends_the_process_is_found_out() {
    let sandbox = Sandbox::new();
    let seen = sandbox.run(&["fixture::g_leaves"], &[("BAZEL_EXIT", "1"), EXIT, XML]);
    is!(seen.code, Some(101), "it has not passed");
    ok!(
        sandbox.has("logs/exit"),
        "the file tells that it did not end as it should"
    );
    let report = sandbox.read("logs/test.xml");
    like!(report, "fixture::g_leaves");
    like!(report, "<(failure|error)", "{report}");
    let listed = sandbox.run(&["--list"], &[("TEST_PREMATURE_EXIT_FILE", "{}/logs/list"), XML]);
    ok!(
        listed.code == Some(0) && !sandbox.has("logs/list"),
        "a list ends by itself"
    );
}

#[suite]
fn a_suite_that_hangs_is_ended_with_a_report_before_the_time_is_up() {
    let sandbox = Sandbox::new();
    ends_in_time(&sandbox, "BAZEL_HANGS", "fixture::h_hangs");
    ok!(sandbox.has("tmp/cleaned-up"), "its clean-ups have run");
    is!(sandbox.files("logs"), ["test.xml"], "the run has come to its end");
}

#[suite]
fn a_suite_that_holds_its_thread_is_left_behind_before_the_time_is_up() {
    ends_in_time(&Sandbox::new(), "BAZEL_BLOCKS", "fixture::i_blocks");
}

fn ends_in_time(sandbox: &Sandbox, hangs: &str, path: &str) {
    let vars = [(hangs, "1"), ("TEST_TIMEOUT", "6"), XML, EXIT];
    let seen = sandbox.run(&["fixture::h", "fixture::i"], &vars);
    is!(seen.code, Some(101));
    like!(
        seen.out,
        format!("the time of TEST_TIMEOUT=6 is nearly up; running: {path}")
    );
    like!(seen.err, format!("(?m)^  {path}.* for "));
    let document = sandbox.read("logs/test.xml");
    let is_cut = tags(&document).iter().any(|tag| tag.contains("cut_short"));
    nok!(is_cut, "the report has its end: {document}");
    for part in ["TEST_TIMEOUT=6", path] {
        ok!(document.contains(part), "the report tells {part:?}: {document}");
    }
}

#[suite]
fn the_number_of_the_run_is_the_seed() {
    let sandbox = Sandbox::new();
    for (vars, args, seed) in [
        (
            vec![("TEST_RANDOM_SEED", "7"), ("TEST_RUN_NUMBER", "7")],
            vec![],
            "seed: 7",
        ),
        (vec![("TEST_RUN_NUMBER", "3")], vec![], "seed: 3"),
        (
            vec![("TEST_RANDOM_SEED", "0x10"), ("TEST_RUN_NUMBER", "3")],
            vec![],
            "seed: 16",
        ),
        (
            vec![("TEST_RUN_NUMBER", "3"), ("ASYNC_TEST_SEED", "4")],
            vec![],
            "seed: 4",
        ),
        (
            vec![("TEST_RUN_NUMBER", "3"), ("ASYNC_TEST_SEED", "4")],
            vec!["--seed=5"],
            "seed: 5",
        ),
    ] {
        let seen = sandbox.run(
            &[&["fixture::b_reads", "--format=tap"], args.as_slice()].concat(),
            &vars,
        );
        ok!(seen.out.contains(&format!("{seed}\n")), "{vars:?} {args:?}: {seed}");
    }
}

#[suite]
fn what_cannot_be_understood_is_one_line_and_nothing_runs() {
    for (vars, problem) in [
        (
            vec![("TEST_TOTAL_SHARDS", "3")],
            "`TEST_TOTAL_SHARDS=3` comes without `TEST_SHARD_INDEX`; set both, or none",
        ),
        (
            vec![("TEST_TOTAL_SHARDS", "3"), ("TEST_SHARD_INDEX", "3")],
            "`TEST_SHARD_INDEX=3` names a shard beyond the last one of `TEST_TOTAL_SHARDS=3`; \
             they are counted from 0 here",
        ),
        (
            vec![("TEST_TIMEOUT", "soon")],
            "`TEST_TIMEOUT=soon` is not a whole number; Bazel sets one; leave the variable alone",
        ),
    ] {
        let sandbox = Sandbox::new();
        let seen = sandbox.run(&[], &[vars.as_slice(), &[EXIT, STATUS]].concat());
        is!(seen.code, Some(101), "{vars:?}");
        is!(seen.out, "");
        is!(seen.err, format!("error: {problem}\n"));
        is!(sandbox.files("logs"), Vec::<String>::new());
    }
    for (filter, part) in [("b_*", "b_"), ("-*_writes", "_writes")] {
        let seen = Sandbox::new().run(&[], &[("TESTBRIDGE_TEST_ONLY", filter)]);
        is!((seen.code, seen.out.as_str()), (Some(101), ""), "{filter}");
        is!(
            seen.err,
            format!(
                "error: `TESTBRIDGE_TEST_ONLY={filter}` names no suite; filters are plain text, not patterns: write a \
                 part of the name, for instance `{part}`\n"
            )
        );
    }
    let sandbox = Sandbox::new();
    let seen = sandbox.run(
        &["fixture::b_reads"],
        &[("XML_OUTPUT_FILE", "{}/no/such/folder/test.xml")],
    );
    is!(seen.code, Some(101), "a report that is asked for is written or missed");
    like!(
        seen.err,
        "^error: the XML_OUTPUT_FILE report cannot be written to `.*/no/such/folder/test.xml`: "
    );
}

#[suite]
fn files_of_courtesy_that_cannot_be_written_are_a_warning() {
    let sandbox = Sandbox::new();
    let vars = [
        ("TEST_PREMATURE_EXIT_FILE", "{}/no/exit"),
        ("TEST_SHARD_STATUS_FILE", "{}/no/status"),
    ];
    let seen = sandbox.run(&["fixture::b_reads"], &vars);
    is!(seen.code, Some(0));
    for name in ["TEST_PREMATURE_EXIT_FILE", "TEST_SHARD_STATUS_FILE"] {
        like!(seen.err, format!("(?m)^warning: `{name}=.*/no/"));
    }
    is!(seen.err.lines().count(), 2, "{}", seen.err);
    ok!(Path::new(&sandbox.path("tmp")).exists());
}

#[suite]
fn the_guide_names_every_variable_that_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).expect("the file can be read");
    let (source, guide) = (read("async-test-core/src/options/bazel.rs"), read("docs/bazel.md"));
    let is_variable = |word: &&str| word.len() > 8 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let names: Vec<&str> = source.split('"').skip(1).step_by(2).filter(is_variable).collect();
    ok!(names.len() >= 12, "{names:?}");
    for name in names {
        ok!(guide.contains(&format!("`{name}`")), "{name}");
    }
}
