//! The short way of rounds that pass, one after the other, where that is nothing new.

use std::time::Duration;

use crate::round::{Mode, VerifySpec};

/// The delay after every round that passes, where a pass always means that the loop goes on and nothing but `every`
/// says when.
#[doc(hidden)]
pub fn steady_delay(spec: &VerifySpec) -> Option<Duration> {
    let goes_on = matches!(spec.mode, Mode::Always | Mode::Sometimes) && spec.rounds.is_none();
    let ever = goes_on && spec.time_bound().is_none() && !spec.gate;
    let even = spec.jitter == 0.0 && (!spec.fixed_rate || spec.every.is_zero());
    (ever && even).then_some(spec.every)
}

#[cfg(test)]
mod tests {
    use super::super::{Ending, Life, Noted, RoundFacts, Standing, Step, decide};
    use super::*;
    use crate::round::VerifierState;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Some rounds, all but the first, and but those after one that did not pass, on the short way or not.
    fn figures(spec: &VerifySpec, short: bool) -> String {
        let mut life = Life::new("s");
        let session = life.begin();
        let mut standing = Standing::new(spec, ms(100));
        let mut steps = Vec::new();
        let endings = [
            Ending::Pass,
            Ending::Pass,
            Ending::Error,
            Ending::Pass,
            Ending::Pass,
            Ending::Unknown,
            Ending::Pass,
        ];
        for (index, ending) in (0..).zip(endings) {
            let (began, ended) = (ms(110 + 10 * index), ms(113 + 11 * index));
            let facts = RoundFacts {
                began,
                ended,
                ending,
                again: None,
                draw: 0.0,
            };
            if short && ending == Ending::Pass && life.repeats(session) {
                life.note_took((ended - began).as_nanos() as u64);
                life.note_same(1, ended);
                standing.note_passes(1, began, ended);
                steps.push(steady_delay(spec).map(Step::Again));
                continue;
            }
            let crossed = standing.note(spec, &facts);
            let noted = Noted {
                session,
                round: standing.rounds(),
                facts: &facts,
                text: None,
                blame: None,
                crossed,
            };
            life.note(spec, noted);
            steps.push(Some(decide(spec, &standing, &facts)));
        }
        let running = Some((&standing, 0));
        let report = life.report(spec, "v".into(), VerifierState::Running, running, ms(1_000));
        format!("{standing:?} {report:?} {steps:?}")
    }

    #[test]
    fn the_short_way_comes_to_the_same() {
        let base = VerifySpec {
            keep_going: true,
            ..VerifySpec::BASE
        };
        let specs = [
            base,
            VerifySpec {
                every: Duration::ZERO,
                fixed_rate: true,
                ..base
            },
            VerifySpec {
                mode: Mode::Sometimes,
                after: 2,
                ..base
            },
            VerifySpec {
                ratio: Some(0.5),
                min_rounds: 3,
                ..base
            },
        ];
        for spec in specs {
            assert!(steady_delay(&spec).is_some());
            assert_eq!(figures(&spec, true), figures(&spec, false), "{spec:?}");
        }
    }

    #[test]
    fn where_a_pass_may_mean_more_there_is_none() {
        let base = VerifySpec::BASE;
        let specs = [
            VerifySpec {
                mode: Mode::Never,
                ..base
            },
            VerifySpec {
                mode: Mode::Eventually(ms(5)),
                ..base
            },
            VerifySpec {
                rounds: Some(5),
                ..base
            },
            VerifySpec {
                lasts: Some(ms(5)),
                ..base
            },
            VerifySpec { gate: true, ..base },
            VerifySpec { jitter: 0.1, ..base },
            VerifySpec {
                fixed_rate: true,
                ..base
            },
        ];
        for spec in specs {
            assert_eq!(steady_delay(&spec), None, "{spec:?}");
        }
    }
}
