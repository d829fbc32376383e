//! Runs of equal rounds, folded: what a verifier saw over time in bounded memory.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::blame::{Blame, REASON, shorten};

/// Kept from the beginning, and as many from the end.
const KEPT: usize = 1024;
/// Blames kept from the beginning, and as many from the end.
const BLAMES: usize = 32;

/// What a round saw.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Seen {
    /// It passed.
    Pass,
    /// It failed.
    Fail,
    /// It could not tell.
    Unknown,
}

/// Rounds in a row that saw the same. The border between two of them is a transition.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Interval {
    /// What they saw.
    pub seen: Seen,
    /// Which start of the verifier they belong to, from 1.
    pub session: u64,
    /// The first of them.
    pub first_round: u64,
    /// How many they are.
    pub rounds: u64,
    /// When the first of them began, from the start of the suite.
    pub from: Duration,
    /// When the last of them ended.
    pub to: Duration,
    /// What the first of them said, for failed and undecided ones; long texts are cut.
    pub first_reason: Option<Arc<str>>,
    /// What the last of them said.
    pub last_reason: Option<Arc<str>>,
    /// What went on when the invariant broke. The first and the newest 32 are kept.
    pub blame: Option<Arc<Blame>>,
}

fn reason(text: &str) -> Arc<str> {
    if text.len() <= REASON {
        return Arc::from(text);
    }
    let mut text = text.to_owned();
    shorten(&mut text, REASON);
    Arc::from(text)
}

/// One round on its way into an interval.
pub(crate) struct Entry<'a> {
    pub(crate) seen: Seen,
    pub(crate) session: u64,
    pub(crate) round: u64,
    pub(crate) began: Duration,
    pub(crate) ended: Duration,
    pub(crate) reason: Option<&'a str>,
    pub(crate) blame: Option<Blame>,
}

#[derive(Default, Debug)]
pub(crate) struct Intervals {
    first: Vec<Interval>,
    newest: VecDeque<Interval>,
    dropped: u64,
    transitions: u64,
    blames: usize,
}

impl Intervals {
    /// Takes a round in; the answer is whether it saw something else than the one before.
    pub(crate) fn add(&mut self, entry: Entry<'_>) -> bool {
        let last = self.newest.back_mut().or_else(|| self.first.last_mut());
        match last {
            Some(last) if last.seen == entry.seen && last.session == entry.session => {
                last.rounds += 1;
                last.to = entry.ended;
                if let Some(text) = entry.reason {
                    // The same words again share their memory.
                    if last.last_reason.as_deref() != Some(text) {
                        last.last_reason = Some(reason(text));
                    }
                }
                false
            }
            last => {
                let transition = last.is_some_and(|last| last.seen != entry.seen);
                self.transitions += u64::from(transition);
                self.push(entry);
                transition
            }
        }
    }

    /// Whether the newest round passed and was one of this session.
    pub(crate) fn ends_with_pass(&self, session: u64) -> bool {
        let last = self.newest.back().or_else(|| self.first.last());
        last.is_some_and(|last| last.seen == Seen::Pass && last.session == session)
    }

    /// Takes in rounds that saw the same as the newest one.
    pub(crate) fn prolong(&mut self, rounds: u64, ended: Duration) {
        if let Some(last) = self.newest.back_mut().or_else(|| self.first.last_mut()) {
            last.rounds += rounds;
            last.to = last.to.max(ended);
        }
    }

    fn push(&mut self, entry: Entry<'_>) {
        let text = entry.reason.map(reason);
        let interval = Interval {
            seen: entry.seen,
            session: entry.session,
            first_round: entry.round,
            rounds: 1,
            from: entry.began,
            to: entry.ended,
            first_reason: text.clone(),
            last_reason: text,
            blame: entry.blame.map(Arc::new),
        };
        let blamed = interval.blame.is_some();
        if self.first.len() < KEPT {
            self.first.push(interval);
        } else {
            if self.newest.len() == KEPT {
                self.newest.pop_front();
                self.dropped += 1;
            }
            self.newest.push_back(interval);
        }
        if blamed {
            self.blames += 1;
            if self.blames > 2 * BLAMES {
                self.forget_a_blame();
            }
        }
    }

    /// The oldest one after the first 32.
    fn forget_a_blame(&mut self) {
        let all = self.first.iter_mut().chain(&mut self.newest);
        if let Some(interval) = all.filter(|interval| interval.blame.is_some()).nth(BLAMES) {
            interval.blame = None;
            self.blames -= 1;
        }
    }

    pub(crate) fn all(&self) -> Vec<Interval> {
        self.first.iter().chain(&self.newest).cloned().collect()
    }

    /// How many in the middle were not kept.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn transitions(&self) -> u64 {
        self.transitions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(round: u64, seen: Seen, reason: Option<&str>) -> Entry<'_> {
        Entry {
            seen,
            session: 1,
            round,
            began: Duration::from_millis(10 * round),
            ended: Duration::from_millis(10 * round + 1),
            reason,
            blame: None,
        }
    }

    #[test]
    fn equal_rounds_are_one_interval() {
        use Seen::{Fail, Pass, Unknown};
        let mut intervals = Intervals::default();
        let rounds = [
            (Pass, None, false),
            (Pass, None, false),
            (Fail, Some("a"), true),
            (Fail, Some("b"), false),
            (Unknown, Some("c"), true),
            (Pass, None, true),
        ];
        for (index, (seen, reason, transition)) in rounds.into_iter().enumerate() {
            assert_eq!(
                intervals.add(entry(index as u64 + 1, seen, reason)),
                transition,
                "round {}",
                index + 1
            );
        }
        let all = intervals.all();
        let folded: Vec<_> = all.iter().map(|i| (i.seen, i.first_round, i.rounds)).collect();
        assert_eq!(folded, [(Pass, 1, 2), (Fail, 3, 2), (Unknown, 5, 1), (Pass, 6, 1)]);
        assert_eq!(
            (all[1].first_reason.as_deref(), all[1].last_reason.as_deref()),
            (Some("a"), Some("b"))
        );
        assert_eq!(
            (all[0].from, all[0].to),
            (Duration::from_millis(10), Duration::from_millis(21))
        );
        assert_eq!(intervals.transitions(), 3);
    }

    #[test]
    fn another_start_is_another_interval_but_no_transition() {
        let mut intervals = Intervals::default();
        intervals.add(entry(1, Seen::Pass, None));
        let again = Entry {
            session: 2,
            ..entry(1, Seen::Pass, None)
        };
        assert!(!intervals.add(again));
        assert_eq!(intervals.all().len(), 2);
        assert_eq!(intervals.transitions(), 0);
    }

    #[test]
    fn any_number_of_transitions_stays_bounded() {
        let mut intervals = Intervals::default();
        let long = "x".repeat(10_000);
        for round in 1..=100_000 {
            let bad = round % 2 == 0;
            let mut entry = entry(
                round,
                if bad { Seen::Fail } else { Seen::Pass },
                bad.then_some(long.as_str()),
            );
            entry.blame = bad.then(|| Blame::new(vec!["a/b".to_owned(); 100], Vec::new()));
            intervals.add(entry);
        }
        let all = intervals.all();
        assert_eq!(all.len(), 2 * KEPT);
        assert_eq!(all.len() as u64 + intervals.dropped(), 100_000);
        assert_eq!(intervals.transitions(), 99_999);
        assert_eq!(all.last().unwrap().first_round, 100_000);
        assert!(all[1].first_reason.as_ref().unwrap().len() < 200);
        let blames: Vec<u64> = all
            .iter()
            .filter(|i| i.blame.is_some())
            .map(|i| i.first_round)
            .collect();
        assert!(blames.len() <= 2 * BLAMES, "{}", blames.len());
        assert_eq!(blames[..BLAMES], (1..=32).map(|n| 2 * n).collect::<Vec<u64>>());
        assert_eq!(blames.last(), Some(&100_000));
        assert_eq!(all[1].blame.as_ref().unwrap().running.len(), 17);
    }
}
