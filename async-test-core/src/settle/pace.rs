//! When the next round begins.

use std::time::Duration;

use super::{RoundFacts, Standing};
use crate::round::VerifySpec;

/// The delay after a round, before any bound of the loop's time.
pub(super) fn delay(spec: &VerifySpec, standing: &Standing, round: &RoundFacts) -> Duration {
    if let Some(asked) = round.again {
        return asked;
    }
    if spec.every.is_zero() {
        return Duration::ZERO;
    }
    let spread = spec.jitter * round.draw;
    if spec.fixed_rate {
        let first = standing.first_began().unwrap_or(round.began);
        let next = first.saturating_add(tick_at(spec.every, tick_from(spec.every, first, round)));
        next.saturating_sub(round.ended)
            .saturating_add(scale(spec.every, spread))
    } else {
        // Around `every`, so that the mean pace stays what was asked for.
        scale(spec.every, 1.0 - spec.jitter + 2.0 * spread)
    }
}

/// The number of the tick that a time falls on or behind.
pub(super) fn tick_of(every: Duration, first: Duration, at: Duration) -> u64 {
    let ticks = at.saturating_sub(first).as_nanos() / every.as_nanos().max(1);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// The first tick after the one that the round ran on that is not over yet.
fn tick_from(every: Duration, first: Duration, round: &RoundFacts) -> u64 {
    let current = tick_of(every, first, round.began);
    let ended = round.ended.saturating_sub(first).as_nanos();
    let due = u64::try_from(ended.div_ceil(every.as_nanos())).unwrap_or(u64::MAX);
    due.max(current.saturating_add(1))
}

fn tick_at(every: Duration, tick: u64) -> Duration {
    let nanos = every.as_nanos().saturating_mul(u128::from(tick));
    match u64::try_from(nanos / 1_000_000_000) {
        Ok(seconds) => Duration::new(seconds, u32::try_from(nanos % 1_000_000_000).unwrap_or_default()),
        Err(_) => Duration::MAX,
    }
}

fn scale(every: Duration, by: f64) -> Duration {
    if by == 1.0 {
        return every;
    }
    Duration::try_from_secs_f64(every.as_secs_f64() * by.max(0.0)).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Ending;
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn round(began: u64, ended: u64) -> RoundFacts {
        RoundFacts {
            began: ms(began),
            ended: ms(ended),
            ending: Ending::Pass,
            again: None,
            draw: 0.0,
        }
    }

    /// A loop whose first round began at 100 ms.
    fn delay_of(spec: &VerifySpec, round: &RoundFacts) -> Duration {
        let mut standing = Standing::new(spec, ms(100));
        standing.note(
            spec,
            &RoundFacts {
                began: ms(100),
                ended: ms(100),
                ..*round
            },
        );
        delay(spec, &standing, round)
    }

    #[test]
    fn after_a_round_by_default() {
        let spec = VerifySpec {
            every: ms(20),
            ..VerifySpec::BASE
        };
        assert_eq!(delay_of(&spec, &round(100, 107)), ms(20));
        assert_eq!(delay_of(&spec, &round(107, 900)), ms(20));
        let none = VerifySpec {
            every: Duration::ZERO,
            jitter: 1.0,
            fixed_rate: true,
            ..spec
        };
        assert_eq!(delay_of(&none, &round(100, 107)), Duration::ZERO);
    }

    #[test]
    fn a_round_may_ask_for_another_delay() {
        let spec = VerifySpec {
            every: ms(20),
            jitter: 1.0,
            ..VerifySpec::BASE
        };
        for fixed_rate in [false, true] {
            let spec = VerifySpec { fixed_rate, ..spec };
            let asks = RoundFacts {
                again: Some(ms(3)),
                draw: 0.7,
                ..round(100, 101)
            };
            assert_eq!(delay_of(&spec, &asks), ms(3));
        }
    }

    #[test]
    fn ticks_of_a_fixed_rate() {
        let spec = VerifySpec {
            every: ms(20),
            fixed_rate: true,
            ..VerifySpec::BASE
        };
        for (began, ended, delay) in [
            (100, 100, 20),
            (100, 107, 13),
            (100, 120, 0),  // the next tick is now
            (100, 121, 19), // one tick was missed
            (100, 195, 5),
            (123, 125, 15), // woken late: the grid stays
            (140, 140, 20), // on a tick: not again on the same one
        ] {
            assert_eq!(delay_of(&spec, &round(began, ended)), ms(delay), "{began}..{ended}");
        }
    }

    #[test]
    fn jitter_keeps_the_mean_and_its_bounds() {
        let spec = VerifySpec {
            every: ms(20),
            jitter: 0.5,
            ..VerifySpec::BASE
        };
        for (draw, delay) in [(0.0, 10), (0.5, 20), (1.0, 30)] {
            assert_eq!(
                delay_of(
                    &spec,
                    &RoundFacts {
                        draw,
                        ..round(100, 100)
                    }
                ),
                ms(delay)
            );
        }
        let rate = VerifySpec {
            fixed_rate: true,
            ..spec
        };
        for (draw, delay) in [(0.0, 13), (0.5, 18), (1.0, 23)] {
            assert_eq!(
                delay_of(
                    &rate,
                    &RoundFacts {
                        draw,
                        ..round(100, 107)
                    }
                ),
                ms(delay)
            );
        }
    }

    #[test]
    fn enormous_values_do_not_overflow() {
        for fixed_rate in [false, true] {
            let spec = VerifySpec {
                every: Duration::MAX,
                jitter: 1.0,
                fixed_rate,
                ..VerifySpec::BASE
            };
            let late = RoundFacts {
                draw: 1.0,
                ..round(100, 200)
            };
            assert!(delay_of(&spec, &late) > Duration::from_secs(1 << 40));
        }
        let tiny = VerifySpec {
            every: Duration::from_nanos(1),
            fixed_rate: true,
            ..VerifySpec::BASE
        };
        let hours = RoundFacts {
            ended: Duration::MAX,
            ..round(100, 0)
        };
        let _ = delay_of(&tiny, &hours);
    }
}
