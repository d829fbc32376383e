//! What is done about a beat that does not come through: pure, so that no test has to wait for it.

use std::time::{Duration, Instant};

use super::BEAT;

/// How long a beat may be on its way before a spare thread is woken. One too many does no harm.
const LATE: Duration = Duration::from_millis(500);

/// How long a beat may be on its way, when all threads are awake, before these are taken for blocked for good. One too
/// short fails suites that had only to wait, in a run that is otherwise in order; one too long makes a run that has failed
/// anyhow end later. So it is much longer than code takes that blocks its thread, and comes back, as code should not; and
/// the beat may have to wait for several of these, one after the other.
const LOST: Duration = Duration::from_secs(10);

/// The time that is counted from one look to the next at most. Where there was more, such as in a process that was stopped,
/// the threads may have had no turn either.
const GAP: Duration = BEAT.saturating_mul(2);

/// For how long the beat has been on its way.
pub(super) struct Pace {
    looked: Instant,
    /// Since it was sent, or since the last threads were woken: one of them may be free in a moment.
    waited: Duration,
    /// How many are to be woken the next time.
    more: usize,
}

#[derive(PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// It has come through: the next one is sent.
    Send,
    Wait,
    /// So many threads are woken.
    Wake(usize),
    /// No thread is free, and none is to be.
    Lost,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Pace {
        Pace {
            looked: now,
            waited: Duration::ZERO,
            more: 1,
        }
    }

    pub(super) fn step(&mut self, now: Instant, has_come: bool, asleep: usize) -> Step {
        let passed = now.saturating_duration_since(self.looked).min(GAP);
        self.looked = now;
        if has_come {
            self.waited = Duration::ZERO;
            return Step::Send;
        }
        self.waited += passed;
        match asleep {
            0 if self.waited >= LOST => Step::Lost,
            1.. if self.waited >= LATE => {
                let more = self.more;
                self.more = more.saturating_mul(2);
                self.waited = Duration::ZERO;
                Step::Wake(more)
            }
            _ => Step::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pace, and the time that it is told.
    struct Watch(Pace, Instant);

    impl Watch {
        fn new() -> Watch {
            let now = Instant::now();
            Watch(Pace::new(now), now)
        }

        /// So long later.
        fn look(&mut self, later: Duration, has_come: bool, asleep: usize) -> Step {
            self.1 += later;
            self.0.step(self.1, has_come, asleep)
        }

        /// The steps but those that are to wait, for so long without a beat.
        fn without(&mut self, time: Duration, asleep: usize) -> Vec<Step> {
            let looks = time.as_millis() / BEAT.as_millis();
            let steps = (0..looks).map(|_| self.look(BEAT, false, asleep));
            steps.filter(|step| *step != Step::Wait).collect()
        }
    }

    #[test]
    fn more_threads_are_woken_each_time() {
        let mut watch = Watch::new();
        assert_eq!(watch.without(LATE, 7), [Step::Wake(1)]);
        assert_eq!(watch.without(LATE, 6), [Step::Wake(2)]);
        assert_eq!(watch.look(BEAT, true, 4), Step::Send);
        assert_eq!(watch.without(LATE, 4), [Step::Wake(4)]);
    }

    #[test]
    fn what_blocks_again_and_again_and_comes_back_is_not_taken_for_lost() {
        let mut watch = Watch::new();
        for _ in 0..100 {
            assert_eq!(watch.without(Duration::from_secs(8), 0), []);
            assert_eq!(watch.look(BEAT, true, 0), Step::Send);
        }
    }

    #[test]
    fn what_does_not_come_back_is_lost_when_all_have_been_awake_for_long() {
        let mut watch = Watch::new();
        assert_eq!(watch.without(LATE, 1), [Step::Wake(1)]);
        assert_eq!(watch.without(LOST, 0), [Step::Lost]);
        assert_eq!(watch.look(BEAT, false, 0), Step::Lost);
        assert_eq!(watch.look(BEAT, true, 0), Step::Send);
        assert_eq!(watch.look(BEAT, false, 0), Step::Wait);
    }

    #[test]
    fn the_time_in_which_nobody_could_look_is_not_counted() {
        let mut watch = Watch::new();
        assert_eq!(watch.look(Duration::from_secs(3600), false, 0), Step::Wait);
        assert_eq!(watch.look(Duration::from_secs(3600), false, 1), Step::Wait);
    }
}
