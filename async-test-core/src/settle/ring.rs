//! The newest observations.

use std::collections::VecDeque;

use crate::round::Observation;

#[derive(Debug)]
#[doc(hidden)]
pub struct Ring<T> {
    kept: VecDeque<Observation<T>>,
    limit: usize,
    dropped: u64,
}

impl<T> Ring<T> {
    pub fn new(limit: usize) -> Ring<T> {
        Ring {
            kept: VecDeque::new(),
            limit,
            dropped: 0,
        }
    }

    /// Hands back what had to make room: the caller drops it where the user's code may run.
    #[inline]
    pub fn push(&mut self, observation: Observation<T>) -> Option<Observation<T>> {
        let oldest = if self.kept.len() >= self.limit {
            self.dropped += 1;
            self.kept.pop_front()
        } else {
            None
        };
        self.kept.push_back(observation);
        oldest
    }

    /// Observations that will never be here.
    pub fn miss(&mut self, observations: u64) {
        self.dropped += observations;
    }

    /// How many had to make room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What is kept, oldest first.
    pub fn into_vec(self) -> Vec<Observation<T>> {
        Vec::from(self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_newest_stay_and_the_rest_is_counted() {
        for (limit, pushed, first, dropped) in [(1, 5, 5, 4), (3, 3, 1, 0), (3, 4, 2, 1), (10, 0, 0, 0)] {
            let mut ring = Ring::new(limit);
            for round in 1..=pushed {
                let evicted = ring.push(Observation {
                    data: round,
                    timestamp: SystemTime::UNIX_EPOCH,
                    round,
                    elapsed: Duration::ZERO,
                });
                assert_eq!(
                    evicted.map(|old| old.round),
                    round.checked_sub(limit as u64).filter(|n| *n > 0)
                );
            }
            assert_eq!(ring.dropped(), dropped);
            let rounds: Vec<u64> = ring.into_vec().iter().map(|kept| kept.round).collect();
            let expected: Vec<u64> = (first..=pushed).filter(|n| *n > 0).collect();
            assert_eq!(rounds, expected);
        }
    }
}
