//! Who is blamed and what was not seen.

use super::*;
use crate::invoke::Invoke;

async fn subtest(name: &str, takes: Duration) {
    let body = Box::new(move |_| {
        let body = async move {
            tokio::time::sleep(takes).await;
            Outcome::default()
        };
        Box::pin(body) as std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>>
    });
    crate::rt::subtest(name.to_owned(), Plan::new(), Invoke::default(), body).await;
}

#[test]
fn what_ran_when_it_broke() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = fails_from(&rounds, 5).every(ms(10));
        v.start_job().await.unwrap();
        subtest("before", ms(15)).await;
        subtest("guilty", ms(100)).await;
        subtest("after", ms(15)).await;
        let report = v.report();
        let blame = report.violation.unwrap().blame.unwrap();
        assert_eq!(blame.running, ["s/guilty"]);
        assert_eq!(blame.since, Vec::<String>::new());
        v.finish().await;
    });
    ran.failed_with(&["running then: s/guilty"]);
    assert!(!ran.text.contains("running then: s/before"), "{}", ran.text);
}

#[test]
fn what_began_and_ended_since_the_last_good_round() {
    let ran = run(On::Paused, |_| async {
        let bad = Counter::default();
        let state = bad.clone();
        let v = Verifier::new(move || {
            let ok = state.get() == 0;
            async move { ok }
        })
        .every(ms(100));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(150)).await;
        subtest("quick", ms(5)).await;
        bad.set(1);
        tokio::time::sleep(ms(100)).await;
        let blame = v.report().violation.unwrap().blame.unwrap();
        assert_eq!(blame.since, ["began s/quick", "ended s/quick"]);
        v.finish().await;
    });
    ran.failed_with(&["since the last good round: began s/quick, ended s/quick"]);
}

#[test]
fn what_began_during_the_last_good_round_is_suspect_as_well() {
    run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = Verifier::new(move || {
            let holds = rounds.next() == 1;
            async move {
                tokio::time::sleep(ms(100)).await;
                holds
            }
        });
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(50)).await;
        subtest("within", ms(300)).await;
        let blame = v.report().violation.unwrap().blame.unwrap();
        assert_eq!(blame.since, ["began s/within"]);
    });
}

#[test]
fn subtests_that_no_round_saw() {
    let ran = run(On::Paused, |_| async {
        let v = holds(&Counter::default()).every(ms(100));
        subtest("early", ms(10)).await;
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(10)).await;
        subtest("between", ms(10)).await;
        subtest("seen", ms(200)).await;
        v.stop_job().await.unwrap();
        subtest("late", ms(10)).await;
        v.finish().await;
        let report = v.report();
        assert_eq!(report.unseen, ["s/early", "s/between", "s/late"]);
        assert!(report.covered > 0.5 && report.covered < 1.0, "{}", report.covered);
        assert_eq!(report.longest_gap, ms(100));
    });
    ran.passed(5);
}

#[test]
fn checks_in_a_round_count_for_the_suite() {
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(|| async { crate::ok!(true, "in a round") }).rounds(3);
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(100)).await;
        v.stop_job().await.unwrap();
        v.finish().await;
    });
    ran.passed(4);
}

#[test]
fn several_side_by_side() {
    let ran = run(On::Many, |_| async {
        let counters: Vec<Counter> = (0..8).map(|_| Counter::default()).collect();
        let all: Vec<_> = counters.iter().map(|counter| holds(counter).every(ms(1))).collect();
        for v in &all {
            v.start_job().await.unwrap();
        }
        tokio::time::sleep(ms(50)).await;
        for (v, counter) in all.iter().zip(&counters) {
            let seen = v.stop_job().await.unwrap();
            assert_eq!(seen.len() as u64, counter.get());
            v.finish().await;
        }
    });
    ran.passed(8);
}
