//! The source of one test file in the words of each contender.

use std::fmt::Write;

/// Who runs the tests of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    /// `#[suite]` under the built-in harness.
    Suite,
    /// `#[suite]` under `main!`.
    Main,
    /// `#[tokio::test]` under the built-in harness.
    Tokio,
    Rstest,
    TestR,
    /// libtest-mimic, every test on one runtime, all of them the same function.
    Mimic,
    /// The same with a function for each test, as all others but the floor have.
    MimicEach,
    /// A runner by hand, with what `main!` does for each test.
    Hand,
    /// No harness at all, one function for all tests.
    Floor,
    /// The same with a function for each test.
    FloorEach,
}

/// What each test of a file does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    Trivial,
    Wait,
    Compute,
    /// Computes as much in ten parts, and yields after each.
    Parts,
    /// Every second test waits, the others compute.
    Mixed,
}

impl Work {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Work::Trivial => "trivial",
            Work::Wait => "wait",
            Work::Compute => "compute",
            Work::Parts => "parts",
            Work::Mixed => "mixed",
        }
    }

    fn computes(self) -> bool {
        matches!(self, Work::Compute | Work::Parts | Work::Mixed)
    }

    fn statement(self, test: usize) -> &'static str {
        match self {
            Work::Trivial => "tokio::task::yield_now().await;",
            Work::Wait => "tokio::time::sleep(std::time::Duration::from_millis(100)).await;",
            Work::Compute => "compute(1);",
            Work::Parts => "for _ in 0..10 { compute(10); tokio::task::yield_now().await; }",
            Work::Mixed if test % 2 == 0 => Work::Wait.statement(test),
            Work::Mixed => Work::Parts.statement(test),
        }
    }
}

/// What computing tests do: as much as the variable asks for, which is the same for every contender.
pub(crate) const COMPUTE: &str = r#"
#[allow(dead_code)]
fn compute(part: u64) -> u64 {
    let rounds: u64 = std::env::var("PEERS_WORK").expect("PEERS_WORK is set").parse().expect("a number");
    let mut value = 1_u64;
    for round in 0..rounds / part {
        value = std::hint::black_box(value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round));
    }
    value
}
"#;

/// The file of so many tests.
pub(crate) fn file(door: Door, work: Work, tests: usize) -> String {
    match door {
        Door::Mimic | Door::MimicEach => return mimic(door, work, tests),
        Door::Floor | Door::FloorEach => return floor(door, work, tests),
        Door::Hand => return include_str!("work/hand.rs").to_owned() + COMPUTE + &listed(work, tests),
        _ => {}
    }
    let mut text = match door {
        Door::Suite | Door::Main => "use async_test_suite::prelude::*;\n".to_owned(),
        Door::TestR => "test_r::enable!();\n".to_owned(),
        _ => String::new(),
    };
    if door == Door::Main {
        text.push_str("async_test_suite::main!();\n");
    }
    if work.computes() {
        text.push_str(COMPUTE);
    }
    let (attribute, check) = match door {
        Door::Suite | Door::Main => ("#[suite]", "ok!(std::hint::black_box(1) + 1 == 2);"),
        Door::Rstest => (
            "#[rstest::rstest]\n#[tokio::test]",
            "assert!(std::hint::black_box(1) + 1 == 2);",
        ),
        Door::TestR => ("#[test_r::test]", "assert!(std::hint::black_box(1) + 1 == 2);"),
        _ => ("#[tokio::test]", "assert!(std::hint::black_box(1) + 1 == 2);"),
    };
    for test in 0..tests {
        let statement = work.statement(test);
        let _ = write!(
            text,
            "{attribute}\nasync fn t{test}() {{\n    {statement}\n    {check}\n}}\n"
        );
    }
    text
}

/// A function for each test, and the list of them.
fn listed(work: Work, tests: usize) -> String {
    let mut text = String::new();
    for test in 0..tests {
        let statement = work.statement(test);
        let _ = write!(
            text,
            "async fn t{test}() {{\n    {statement}\n    check(std::hint::black_box(1) + 1 == 2);\n}}\n"
        );
    }
    text.push_str("const TESTS: &[(&str, fn() -> Body)] = &[\n");
    for test in 0..tests {
        let _ = writeln!(text, "    (\"t{test}\", || Box::pin(t{test}())),");
    }
    text + "];\n"
}

/// What a list needs beside it.
const CHECKED: &str = r#"
type Body = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

fn check(holds: bool) {
    assert!(holds);
}
"#;

/// The one function of all tests.
fn body(work: Work) -> String {
    let statement = work.statement(0);
    format!("async fn body() {{\n    {statement}\n    assert!(std::hint::black_box(1) + 1 == 2);\n}}\n")
}

fn mimic(door: Door, work: Work, tests: usize) -> String {
    let (bodies, trials) = match door {
        Door::MimicEach => (
            CHECKED.to_owned() + &listed(work, tests),
            r#"TESTS.iter().map(|(name, body)| {
        let handle = runtime.handle().clone();
        Trial::test(*name, move || {
            handle.block_on(body());
            Ok(())
        })
    })"#
            .to_owned(),
        ),
        _ => (
            body(work),
            format!(
                r#"(0..{tests}).map(|test| {{
        let handle = runtime.handle().clone();
        Trial::test(format!("t{{test}}"), move || {{
            handle.block_on(body());
            Ok(())
        }})
    }})"#
            ),
        ),
    };
    format!(
        r#"use libtest_mimic::{{Arguments, Trial}};
{COMPUTE}
{bodies}
fn main() {{
    let arguments = Arguments::from_args();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let trials = {trials};
    libtest_mimic::run(&arguments, trials.collect()).exit();
}}
"#
    )
}

fn floor(door: Door, work: Work, tests: usize) -> String {
    let (bodies, spawned) = match door {
        Door::FloorEach => (
            CHECKED.to_owned() + &listed(work, tests),
            "TESTS.iter().map(|(_, body)| tokio::spawn(body()))".to_owned(),
        ),
        _ => (body(work), format!("(0..{tests}).map(|_| tokio::spawn(body()))")),
    };
    format!(
        r#"{COMPUTE}
{bodies}
fn main() {{
    if std::env::args().any(|argument| argument == "calibrate") {{
        let began = std::time::Instant::now();
        compute(1);
        println!("{{}}", began.elapsed().as_secs_f64());
        return;
    }}
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let passed = runtime.block_on(async {{
        let running: Vec<_> = {spawned}.collect();
        let mut passed = 0;
        for one in running {{
            passed += usize::from(one.await.is_ok());
        }}
        passed
    }});
    println!("{{passed}} passed");
}}
"#
    )
}
