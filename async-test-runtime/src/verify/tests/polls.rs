//! `eventually!` and `consistently!`.

use super::*;
use crate::{consistently, eventually};

#[test]
fn eventually_passes_at_the_first_pass() {
    let ran = run(On::Paused, |_| async {
        let mut looks = 0;
        let before = tokio::time::Instant::now();
        let held = eventually!("it comes", within = "5s", every = "20ms", {
            looks += 1;
            looks == 4
        });
        assert!(held);
        assert_eq!((looks, before.elapsed()), (4, ms(60)));
    });
    ran.passed(1);
}

#[test]
fn eventually_says_the_first_and_the_last_reason() {
    let ran = run(On::Paused, |_| async {
        let mut looks = 0;
        let before = tokio::time::Instant::now();
        let held = eventually!("it never comes", every = ms(20), within = ms(50), {
            looks += 1;
            if looks == 2 {
                panic!("in the middle");
            }
            Err::<(), _>(format!("reason {looks}"))
        });
        assert!(!held);
        // At 0, 20, 40 and, cut short, 50 ms.
        assert_eq!((looks, before.elapsed()), (4, ms(50)));
        crate::ok!(true, "the body goes on");
    });
    ran.failed_with(&["it never comes", "reason 1; the last was round 4", "reason 4"]);
    assert_eq!(ran.tally.run, 2);
}

#[test]
fn a_look_that_hangs_does_not_hang_the_test() {
    let ran = run(On::Paused, |_| async {
        let before = tokio::time::Instant::now();
        assert!(!eventually!("stuck", within = "2s", {
            std::future::pending::<bool>().await
        }));
        assert_eq!(before.elapsed(), ms(2000));
    });
    ran.failed_with(&["stuck", "timed out"]);
}

#[test]
fn consistently_ends_with_the_first_failure() {
    let ran = run(On::Paused, |_| async {
        let i = 7;
        let before = tokio::time::Instant::now();
        assert!(consistently!("client {i}", for = "1s", every = "100ms", { true }));
        assert_eq!(before.elapsed(), ms(1000));
        let mut looks = 0;
        assert!(!consistently!("falls", for = "1s", every = "100ms", async {
            looks += 1;
            looks < 4
        }));
        assert_eq!(before.elapsed(), ms(1300));
    });
    ran.failed_with(&["falls", "broken in round 4", "the check returned false"]);
    assert_eq!((ran.tally.run, ran.tally.failed), (2, 1));
}

#[test]
fn consistently_needs_a_round_that_can_tell() {
    use crate::round::Round;
    let ran = run(On::Paused, |_| async {
        assert!(!consistently!("blind", for = "50ms", { Round::<(), String>::unknown("no data") }));
        assert!(consistently!("so many", rounds = 3, { Round::<(), String>::pass(()) }));
    });
    ran.failed_with(&["not one of its rounds could tell; the last said: no data"]);
    assert_eq!(ran.tally.failed, 1);
}

#[test]
fn a_text_that_is_no_time_is_a_misuse() {
    let ran = run(On::One, |_| async {
        let mut looks = 0;
        assert!(!eventually!("x", within = "5 parsecs", {
            looks += 1;
            true
        }));
        assert_eq!(looks, 0);
    });
    ran.failed_with(&["eventually!", "`within`", "`5 parsecs` is no length of time"]);
    assert_eq!(ran.tally.run, 0);
}

#[test]
fn they_are_send_and_skippable() {
    let ran = run(On::Many, |suite| async move {
        let looks = Counter::default();
        let counter = looks.clone();
        let job = suite.spawn(async move { eventually!("in a job", { counter.next() > 2 }) });
        assert!(job.await.unwrap());
        crate::skip_remaining!("enough");
        assert!(eventually!("skipped", { panic!("it is not run") as bool }));
    });
    assert!(!ran.failed, "{}", ran.text);
    assert_eq!((ran.tally.run, ran.tally.skipped), (2, 1));
}
