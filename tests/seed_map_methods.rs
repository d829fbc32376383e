//! The seed map, rows A10 and A11: each check is a method of the handle too, for tasks and threads of no suite.

mod seed_map;

use std::any::Any;
use std::num::ParseIntError;

use async_test_suite::Intercept;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use seed_map::{letters, shown};

fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

/// All that hold, called on a thread that knows no suite.
fn holding(t: &Suite) -> Vec<bool> {
    let any: Box<dyn Any> = Box::new("text".to_owned());
    let mut moved = vec![1];
    let mut held = vec![
        t.pass("pass"),
        t.ok(true, "ok"),
        t.nok(false, "nok"),
        t.is(1, 1, "is"),
        t.isnt(1, 2, "isnt"),
        t.like("drained", "^dra", "like"),
        t.unlike("drained", "^ined", "unlike"),
        t.is_deeply(vec![1], [1], "is_deeply"),
    ];
    for (left, operator, right) in [
        (1, "==", 1),
        (1, "!=", 2),
        (1, "<", 2),
        (2, "<=", 2),
        (2, ">", 1),
        (2, ">=", 2),
    ] {
        held.push(t.cmp_ok(left, operator, right, operator.to_owned()));
    }
    held.extend([
        t.is_approx(0.1 + 0.2, 0.3, "is_approx"),
        t.is_approx_within(10, 11_u8, Some(2.0), None, "is_approx_within"),
        t.matches_ok(parse("7"), |it| matches!(it, Ok(n) if *n > 3), "matches_ok"),
        t.isa_ok::<String>(&any, "isa_ok through a box"),
        t.isa_ok::<u8>(&3_u8, "isa_ok"),
        t.dies_ok(|| panic!("it does"), "a panic"),
        t.dies_ok(|| parse("x"), "an error"),
        t.lives_ok(|| parse("7"), "a value"),
        t.lives_ok(|| moved.pop(), "a body that borrows"),
        t.throws_like(|| panic!("no {}", 1), |text: &String| text == "no 1", "the text"),
        t.throws_like(|| parse("x"), |_: &ParseIntError| true, "the type"),
        t.fails_like(|| parse("x"), |_: &ParseIntError| true, "the error"),
    ]);
    held
}

#[suite]
async fn a10_each_check_is_a_method_for_plain_threads() {
    let seen = Intercept::new()
        .run("holding", |t| async move {
            let thread = std::thread::spawn(move || holding(&t));
            assert!(thread.join().unwrap().into_iter().all(|held| held));
        })
        .await;
    is!(letters(&seen, "holding"), "P".repeat(26));
}

#[suite]
async fn a11_a_method_that_fails_returns_false_and_explains_itself() {
    let seen = Intercept::new()
        .run("failing", |t| async move {
            let thread = std::thread::spawn(move || {
                [
                    t.cmp_ok(3, "<", 2, "3 < 2"),
                    t.cmp_ok(3, "<>", 2, "no operator"),
                    t.cmp_ok(f64::NAN, "<=", f64::NAN, "not a number"),
                    t.is_approx(1.0, 1.5, "apart"),
                    t.is_approx_within(1.0, 1.5, None, Some(0.1), "far apart"),
                    t.matches_ok(parse("2"), |it| matches!(it, Ok(n) if *n > 3), "matches"),
                    t.isa_ok::<String>(&3_u8, "a type"),
                    t.dies_ok(|| 1, "lives"),
                    t.lives_ok(|| panic!("at the disco"), "dies"),
                    t.lives_ok(|| parse("x"), "an error"),
                    t.throws_like(|| parse("x"), |_: &String| true, "another type"),
                    t.throws_like(|| panic!("one"), |text: &String| text == "two", "another text"),
                    t.throws_like(|| (), |_: &String| true, "nothing"),
                    t.fails_like(|| panic!("one"), |_: &String| true, "a panic"),
                ]
            });
            assert_eq!(thread.join().unwrap(), [false; 14]);
        })
        .await;
    let rows = [
        ("3 < 2", ["< 2", "3"]),
        ("no operator", ["\"<>\" is no operator", "=="]),
        ("not a number", ["<= NaN", "NaN"]),
        ("apart", ["5e-1 apart", "1e-9 or 1e-6"]),
        ("far apart", ["5e-1 apart", "allowed are 1e-1"]),
        ("matches", ["a match", "Ok(2)"]),
        ("a type", ["a alloc::string::String", "a u8"]),
        ("lives", ["the body ended well", ""]),
        ("dies", ["at the disco", ""]),
        ("an error", ["returned an error", "InvalidDigit"]),
        (
            "another type",
            ["not of the type alloc::string::String", "InvalidDigit"],
        ),
        ("another text", ["not the one that was expected", "one"]),
        ("nothing", ["the body ended well", ""]),
        ("a panic", ["not a panic", "one"]),
    ];
    let checks = seen.checks("failing");
    is!(checks.len(), rows.len());
    for (check, (label, words)) in checks.iter().zip(rows) {
        is!((&*check.label, &check.verdict), (label, &Verdict::Failed));
        is!(
            (&*check.at.file, check.at.column > 0),
            (file!(), true),
            "{label}: the place"
        );
        let text = shown(check);
        for word in words {
            ok!(text.contains(word), "{label}: {word:?} is in {text:?}");
        }
    }
}
