//! Between two rounds that are far apart nothing is done, and what has to be seen is seen all the same.

use std::time::Instant;

use super::*;

/// Waits until nobody looks after a loop any more.
async fn until_nobody_looks<T: Send + 'static>(v: &Verifier<T, String>) {
    while !v.core.watchdog.sleeps() {
        tokio::time::sleep(ms(1)).await;
    }
}

#[test]
fn nobody_looks_after_a_loop_that_rests() {
    run(On::Many, |_| async {
        let counter = Counter::default();
        let v = holds(&counter).every(Duration::from_secs(3600)).last_round(false);
        for session in 1..=3 {
            v.start_job().await.unwrap();
            until_nobody_looks(&v).await;
            assert_eq!(counter.get(), session, "it has had its round");
            assert!(v.core.watchdog.is_on());
            assert_eq!(v.stop_job().await.unwrap().len(), 1);
            assert!(!v.core.watchdog.is_on());
        }
    })
    .passed(1);
}

#[test]
fn one_that_rests_before_its_first_round_is_left_alone_as_well() {
    let ran = run(On::Many, |_| async {
        let v = holds(&Counter::default()).initial_delay(Duration::from_secs(3600));
        v.start_job().await.unwrap();
        until_nobody_looks(&v).await;
        v.finish().await;
    });
    assert_eq!(ran.tally.run, 1, "{}", ran.text);
}

#[test]
fn a_round_after_a_rest_is_looked_after_again() {
    let before = Instant::now();
    let ran = run(On::Many, |_| async {
        let (counter, may_block) = (Counter::default(), Counter::default());
        let blocks = may_block.clone();
        let v = Verifier::new(move || {
            let n = counter.next();
            let blocks = blocks.get() > 0;
            async move {
                if blocks {
                    std::thread::sleep(Duration::from_secs(60));
                }
                Ok::<_, String>(n)
            }
        })
        .every(ms(100))
        .round_timeout(ms(50))
        .fail_fast();
        v.start_job().await.unwrap();
        until_nobody_looks(&v).await;
        may_block.set(1);
        std::future::pending::<()>().await;
    });
    assert!(before.elapsed() < Duration::from_secs(50), "the body was not ended");
    ran.failed_with(&["it has been blocking its thread for"]);
}

#[test]
fn the_last_round_at_the_end_of_the_suite_is_looked_after_as_well() {
    let before = Instant::now();
    let ran = run(On::Many, |_| async {
        let (counter, may_block) = (Counter::default(), Counter::default());
        let blocks = may_block.clone();
        let v = Verifier::new(move || {
            counter.next();
            let blocks = blocks.get() > 0;
            async move {
                if blocks {
                    std::thread::sleep(Duration::from_secs(60));
                }
                Ok::<_, String>(())
            }
        })
        .every(Duration::from_secs(3600))
        .round_timeout(ms(50));
        v.start_job().await.unwrap();
        until_nobody_looks(&v).await;
        may_block.set(1);
    });
    assert!(before.elapsed() < Duration::from_secs(50), "it was joined");
    ran.failed_with(&["it has been blocking its thread for"]);
}
