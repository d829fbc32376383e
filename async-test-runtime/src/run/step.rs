//! Which attempt of a suite comes next.

use crate::record::Attempt;

/// One attempt of a suite that may be repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    /// How often the suite has been run before, from the first attempt to the one that decided.
    round: u32,
    pub(super) attempt: Attempt,
}

impl Step {
    /// Of a suite that is tried so often at most.
    pub(super) fn first(of: u32) -> Step {
        Step {
            round: 0,
            attempt: Attempt { number: 1, of },
        }
    }

    pub(super) fn is_first(self) -> bool {
        self.round == 0 && !self.attempt.is_again()
    }

    /// What follows one that held, or did not, of a suite that is to be run so often; none where all has been said.
    pub(super) fn next(self, held: bool, rounds: u32) -> Option<Step> {
        let Attempt { number, of } = self.attempt;
        match held {
            true if self.round + 1 < rounds => Some(Step {
                round: self.round + 1,
                attempt: Attempt { number: 1, of },
            }),
            false if self.attempt.is_followed() => Some(Step {
                round: self.round,
                attempt: Attempt { number: number + 1, of },
            }),
            _ => None,
        }
    }

    /// The same, as one that decides.
    pub(super) fn decides(self) -> Attempt {
        let Attempt { number, .. } = self.attempt;
        Attempt { number, of: number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: u32, rounds: u32, verdicts: &[bool]) -> Vec<(u32, u32)> {
        let mut step = Some(Step::first(of));
        let mut seen = Vec::new();
        for held in verdicts {
            let Some(now) = step else { break };
            assert_eq!(now.is_first(), seen.is_empty());
            seen.push((now.round, now.attempt.number));
            step = now.next(*held, rounds);
        }
        seen
    }

    #[test]
    fn a_suite_is_tried_until_it_holds_and_repeated_until_it_does_not() {
        assert_eq!(all(1, 1, &[true; 9]), [(0, 1)]);
        assert_eq!(all(3, 1, &[false; 9]), [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(all(3, 1, &[false, true, true]), [(0, 1), (0, 2)]);
        assert_eq!(all(1, 3, &[true; 9]), [(0, 1), (1, 1), (2, 1)]);
        assert_eq!(
            all(2, 2, &[false, true, false, false, true]),
            [(0, 1), (0, 2), (1, 1), (1, 2)]
        );
    }

    #[test]
    fn nothing_follows_one_that_decides() {
        let second = Step::first(9).next(false, 1).unwrap();
        assert!(second.attempt.is_followed());
        assert!(!second.decides().is_followed() && second.decides().is_again());
        assert_eq!(Step::first(9).decides(), Attempt::ONLY);
    }
}
