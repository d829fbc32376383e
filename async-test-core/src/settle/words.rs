//! The sentences that a verifier is told in.

use std::sync::Arc;

use super::{FailedRound, Finding};

/// The bad rounds that matter: of one session, or of all.
#[derive(Clone, Default, Debug)]
#[doc(hidden)]
pub struct BadRounds {
    pub first: Option<FailedRound>,
    pub last: Option<FailedRound>,
    /// The one that crossed the threshold.
    pub violation: Option<FailedRound>,
}

impl BadRounds {
    pub(super) fn note(&mut self, failed: FailedRound, crossed: bool) {
        if self.first.is_none() {
            self.first = Some(failed.clone());
        }
        if crossed && self.violation.is_none() {
            self.violation = Some(failed.clone());
        }
        self.last = Some(failed);
    }
}

/// What a finding means, in one sentence.
pub(super) fn sentence(finding: Finding, bad: &BadRounds, last_unknown: Option<&Arc<str>>) -> String {
    match finding {
        Finding::Violated => match (&bad.violation, &bad.first) {
            (Some(round), Some(first)) if first.round < round.round => {
                format!("broken in {}; the first bad round was {}", told(round), first.round)
            }
            (Some(round), _) => format!("broken in {}", told(round)),
            (None, _) => "broken".to_owned(),
        },
        Finding::GateFailed => {
            let what = bad
                .first
                .as_ref()
                .map(|round| format!(": {}", told(round)))
                .unwrap_or_default();
            format!("the gate was not passed, so the set-up is at fault and not the test{what}")
        }
        Finding::NoRound => {
            "it was started and did not complete a single round, so it has looked at nothing".to_owned()
        }
        Finding::Undecided => match last_unknown {
            Some(why) => format!("not one of its rounds could tell; the last said: {why}"),
            None => "not one of its rounds could tell".to_owned(),
        },
        Finding::NeverPassed => match (&bad.first, &bad.last, last_unknown) {
            (Some(first), Some(last), _) if first.round < last.round => {
                format!(
                    "no round passed; the first was {}; the last was {}",
                    told(first),
                    told(last)
                )
            }
            (Some(only), _, _) => format!("no round passed; the only one that failed was {}", told(only)),
            (None, _, Some(why)) => format!("no round passed, none could even tell; the last said: {why}"),
            (None, _, None) => "no round passed".to_owned(),
        },
        Finding::TooFewRounds { rounds, wanted } => {
            format!("it completed {rounds} rounds, fewer than the {wanted} that `min_rounds` asks for")
        }
        Finding::Gap { longest, allowed } => {
            format!("it did not look for {longest:.3?}, and `max_gap` allows {allowed:?}")
        }
    }
}

fn told(round: &FailedRound) -> String {
    format!(
        "round {}, {:.3?} after the suite began: {}",
        round.round, round.at, round.error
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn bad(rounds: &[(u64, &str)], crossed: u64) -> BadRounds {
        let mut bad = BadRounds::default();
        for (round, error) in rounds {
            let failed = FailedRound {
                session: 1,
                round: *round,
                at: Duration::from_millis(10 * *round),
                error: Arc::from(*error),
                blame: None,
            };
            bad.note(failed, *round == crossed);
        }
        bad
    }

    #[test]
    fn what_is_said() {
        let ms = Duration::from_millis;
        let none = BadRounds::default();
        for (finding, bad, said) in [
            (
                Finding::Violated,
                bad(&[(3, "two")], 3),
                "broken in round 3, 30.000ms after the suite began: two",
            ),
            (
                Finding::Violated,
                bad(&[(3, "two"), (4, "three")], 4),
                "broken in round 4, 40.000ms after the suite began: three; the first bad round was 3",
            ),
            (
                Finding::GateFailed,
                bad(&[(1, "no")], 0),
                "the gate was not passed, so the set-up is at fault and not the test: round 1, 10.000ms after the suite began: no",
            ),
            (
                Finding::NeverPassed,
                bad(&[(1, "a"), (2, "b"), (3, "c")], 0),
                "no round passed; the first was round 1, 10.000ms after the suite began: a; \
                 the last was round 3, 30.000ms after the suite began: c",
            ),
            (
                Finding::NeverPassed,
                bad(&[(2, "b")], 0),
                "no round passed; the only one that failed was round 2, 20.000ms after the suite began: b",
            ),
            (
                Finding::NeverPassed,
                none.clone(),
                "no round passed, none could even tell; the last said: no data",
            ),
            (
                Finding::Undecided,
                none.clone(),
                "not one of its rounds could tell; the last said: no data",
            ),
            (
                Finding::TooFewRounds { rounds: 2, wanted: 5 },
                none.clone(),
                "it completed 2 rounds, fewer than the 5 that `min_rounds` asks for",
            ),
            (
                Finding::Gap {
                    longest: ms(1200),
                    allowed: ms(100),
                },
                none.clone(),
                "it did not look for 1.200s, and `max_gap` allows 100ms",
            ),
        ] {
            assert_eq!(sentence(finding, &bad, Some(&Arc::from("no data"))), said);
        }
    }
}
