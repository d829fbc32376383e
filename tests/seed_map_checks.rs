//! The seed map, rows A10 and A11: what checks return and what they say when they do not hold.

mod seed_map;

use std::any::Any;
use std::num::ParseIntError;

use async_test_suite::Intercept;
use async_test_suite::prelude::*;
use seed_map::all_fail;

#[derive(Debug, Clone, PartialEq)]
struct User {
    name: &'static str,
    age: u8,
}

#[suite]
async fn a10_each_check_that_holds_returns_true() {
    let user = User { name: "ann", age: 7 };
    let any: Box<dyn Any> = Box::new(3_u8);
    let held = [
        pass!(),
        pass!("with {}", "words"),
        ok!(true),
        nok!(false),
        is!(1, 1),
        isnt!(1, 2),
        cmp_ok!(1, <, 2),
        like!("drained", "^dra"),
        unlike!("drained", "^ined"),
        is_deeply!(user, user.clone()),
        is_approx!(0.1 + 0.2, 0.3),
        is_approx!(10.0, 11.0, abs = 2.0),
        is_approx!(10.0, 11.0, rel = 0.2, "with a message"),
        matches_ok!(Some(3), Some(n) if n > 2),
        isa_ok!(any, u8),
    ];
    is!(held, [true; 15]);
    is!(Suite::current().tests_run(), 16);
}

#[suite(plan = 7)]
async fn a10_matches_ok_means_what_the_standard_matches_means() {
    let (reply, text) = (Ok::<i32, String>(4), "ready".to_owned());
    matches_ok!(reply, Ok(n) if n > 3, "more than {}", 3);
    matches_ok!(text.as_str(), "ready" | "idle");
    matches_ok!(Some(String::new()), Some(ref inner) if inner.is_empty());
    matches_ok!(&text, inner if inner.len() == 5);
    matches_ok!(reply, Ok(4..=9));
    matches_ok!(text, _);
    // Neither has been moved.
    is!((reply, text), (Ok(4), "ready".to_owned()));
}

#[suite]
async fn a10_each_check_that_fails_returns_false_and_explains_itself() {
    let seen = Intercept::new()
        .run("failing", |_| async {
            let any: Box<dyn Any> = Box::new(3_u8);
            let (ann, bob) = (User { name: "ann", age: 7 }, User { name: "ann", age: 8 });
            let held = [
                flunk!("on purpose"),
                ok!(1 > 2),
                nok!(1 < 2, "with {}", "words"),
                is!(vec!["a"], vec!["b"]),
                isnt!(1 + 1, 2),
                cmp_ok!(2, <=, 1),
                like!("drained", "^ined"),
                unlike!("drained", "ain"),
                like!("any", "("),
                is_deeply!(vec![ann.clone(), ann], vec![bob.clone(), bob]),
                is_approx!(1.0, 1.5, abs = 0.1),
                matches_ok!(Some(3), None),
                isa_ok!(any, String),
            ];
            assert_eq!(held, [false; 13]);
        })
        .await;
    all_fail(
        &seen,
        file!(),
        &[
            ("on purpose", &[]),
            ("1 > 2", &["true", "false"]),
            ("with words", &["true", "false"]),
            ("vec![\"a\"] == vec![\"b\"]", &["[\"a\"]", "[\"b\"]"]),
            ("1 + 1 != 2", &["anything but 2"]),
            ("2 <= 1", &["<= 1", "2"]),
            ("\"drained\" is like \"^ined\"", &["/^ined/", "drained"]),
            ("\"drained\" is unlike \"ain\"", &["no match of /ain/", "\"ain\""]),
            ("\"any\" is like \"(\"", &["is no regular expression"]),
            (
                "vec![ann.clone(), ann] == vec![bob.clone(), bob]",
                &["[0].age", "[1].age", "7", "8"],
            ),
            ("1.0 is about 1.5", &["5e-1 apart", "1e-1"]),
            ("Some(3) matches None", &["Some(3)", "None"]),
            ("any is a String", &["String", "u8"]),
        ],
    );
    let pretty = seen.render("pretty");
    like!(pretty, r"tests/seed_map_checks\.rs:\d+:\d+", "file, line and column");
}

#[suite]
async fn a10_long_values_are_shown_as_a_difference() {
    let seen = Intercept::new()
        .run("failing", |_| async {
            let lines = |n: usize| (0..n).map(|n| format!("line {n}")).collect::<Vec<_>>();
            is!(lines(30).join("\n"), lines(31).join("\n"), "texts");
            is!(lines(30), lines(31), "lists");
        })
        .await;
    for check in seen.checks("failing") {
        let diff = check
            .detail
            .as_ref()
            .and_then(|detail| detail.diff.clone())
            .unwrap_or_default();
        like!(diff, "(?m)^-.*line 30", "{}", check.label);
        unlike!(diff, "line 10", "{}: not all of it", check.label);
    }
}

#[suite]
async fn a10_operands_are_evaluated_once_and_comments_are_no_tests(t: Suite) {
    let mut calls = 0;
    let mut next = || {
        calls += 1;
        calls
    };
    is!(next(), 1);
    cmp_ok!(next(), ==, 2);
    matches_ok!(next(), 3);
    is_approx!(next(), 4);
    diag!("this is {} test", "no");
    is!(t.tests_run(), 4);
    is!(calls, 4);
}

#[derive(Debug, PartialEq)]
struct Refused {
    port: u16,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "port {} refused", self.port)
    }
}

impl std::error::Error for Refused {}

async fn connect(port: u16) -> Result<u16, Refused> {
    tokio::task::yield_now().await;
    if port == 0 { Err(Refused { port }) } else { Ok(port) }
}

#[suite]
async fn a11_panics_and_errors_of_sync_and_async_bodies() {
    let held = [
        dies_ok!({ panic!("sync") }),
        dies_ok!(async { panic!("async") }),
        dies_ok!({ "x".parse::<u8>() }),
        dies_ok!(async { connect(0).await }),
        lives_ok!({ 1 + 1 }),
        lives_ok!(async { connect(1).await }),
        throws_like!({ panic!("no {}", 1) }, String, message = "^no 1$"),
        throws_like!(
            async { connect(0).await },
            Refused,
            port = 0,
            message = "refused",
            "all of it"
        ),
        fails_like!({ "x".parse::<u8>() }, ParseIntError, message = "invalid digit"),
        fails_like!(async { connect(0).await }, Refused, port = 0..=9),
    ];
    is!(held, [true; 10]);
}

#[suite]
async fn a11_what_did_not_die_rightly_says_how() {
    let seen = Intercept::new()
        .run("failing", |_| async {
            let held = [
                dies_ok!({ 1 + 1 }),
                lives_ok!(async { panic!("at the disco") }, "lives"),
                lives_ok!({ "x".parse::<u8>() }, "parses"),
                throws_like!(async { connect(0).await }, ParseIntError, "type"),
                throws_like!(async { connect(0).await }, Refused, port = 1, "field"),
                throws_like!({ panic!("one") }, String, message = "two", "message"),
                fails_like!({ panic!("one") }, String, "a panic"),
                fails_like!(async { connect(1).await }, Refused, "nothing"),
            ];
            assert_eq!(held, [false; 8]);
        })
        .await;
    all_fail(
        &seen,
        file!(),
        &[
            ("{ 1 + 1 } dies", &["the body ended well"]),
            ("lives", &["at the disco"]),
            ("parses", &["invalid digit found in string"]),
            ("type", &["not of the type ParseIntError", "port 0 refused"]),
            ("field", &["port: 0 does not match 1"]),
            ("message", &["\"one\" does not match /two/"]),
            ("a panic", &["not a panic", "one"]),
            ("nothing", &["the body ended well"]),
        ],
    );
}
