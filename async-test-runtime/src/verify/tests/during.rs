//! `during`: all of it around one future.

use super::*;
use crate::verify::VerifyCause;

#[test]
fn what_was_observed_while_it_ran() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let seen = holds(&rounds)
            .every(ms(10))
            .during(tokio::time::sleep(ms(45)))
            .await
            .unwrap();
        assert_eq!(seen.len(), 5);
        tokio::time::sleep(ms(100)).await;
        assert_eq!(rounds.get(), 5);
    });
    ran.passed(1);
}

#[test]
fn an_error_of_the_future_is_not_lost() {
    let ran = run(On::Paused, |_| async {
        let body = async { "x".parse::<u32>().map(drop) };
        let error = holds(&Counter::default()).during(body).await.unwrap_err();
        assert!(matches!(error.cause(), VerifyCause::Body(_)));
        assert!(error.to_string().contains("InvalidDigit"), "{error}");
        assert_eq!(error.observations().len(), 1);
    });
    ran.passed(1);
}

#[test]
fn dropped_half_way_it_finishes() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let during = holds(&rounds).every(ms(10)).during(std::future::pending::<()>());
        assert!(tokio::time::timeout(ms(45), during).await.is_err());
        tokio::time::sleep(ms(100)).await;
        assert!((5..=7).contains(&rounds.get()), "{}", rounds.get());
    });
    ran.passed(1);
}

#[test]
fn a_violation_while_it_ran() {
    let ran = run(On::Paused, |_| async {
        let error = fails_from(&Counter::default(), 2)
            .during(tokio::time::sleep(ms(500)))
            .await
            .unwrap_err();
        assert!(error.is_violation());
        assert_eq!(error.into_observations().len(), 1);
    });
    ran.failed_with(&["round 2 is bad"]);
}
