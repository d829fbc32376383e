//! Which subtests no round has seen from its beginning to its end.

use std::collections::BTreeSet;

/// Names kept; more are only counted.
const NAMED: usize = 64;

/// Follows what begins and ends below one suite and which of it a whole round fell into.
#[derive(Debug)]
#[doc(hidden)]
pub struct Blind {
    /// The path of the suite and a slash.
    below: String,
    /// They run, and no round has fallen into them so far.
    waiting: BTreeSet<String>,
    /// They began while the round of now was running already.
    young: BTreeSet<String>,
    never: Vec<String>,
    more: u64,
    /// Up to which of the suite's activity this has been told.
    mark: u64,
}

impl Blind {
    pub(crate) fn new(suite: &str) -> Blind {
        let below = if suite.is_empty() {
            String::new()
        } else {
            format!("{suite}/")
        };
        Blind {
            below,
            waiting: BTreeSet::new(),
            young: BTreeSet::new(),
            never: Vec::new(),
            more: 0,
            mark: 0,
        }
    }

    pub fn mark(&self) -> u64 {
        self.mark
    }

    /// Takes in what began and ended since the mark, in order: `began a/b`, `ended a/b`. `activity` is the mark of the
    /// suite, read before the events were: some of them may be newer than it.
    pub fn take(&mut self, activity: u64, events: &[String], during_a_round: bool) {
        self.mark = activity.max(self.mark + events.len() as u64);
        for event in events {
            let Some((what, path)) = event.split_once(' ') else {
                continue;
            };
            if !path.starts_with(&self.below) {
                continue;
            }
            if what == "began" {
                let into = if during_a_round {
                    &mut self.young
                } else {
                    &mut self.waiting
                };
                into.insert(path.to_owned());
            } else if self.waiting.remove(path) || self.young.remove(path) {
                self.miss(path.to_owned());
            }
        }
    }

    /// A round has ended; it looked, or could not tell.
    pub(crate) fn round_ended(&mut self, looked: bool) {
        if looked {
            self.waiting.clear();
        }
        self.waiting.append(&mut self.young);
    }

    /// Those that no round has seen so far, and how many more there are of them.
    pub(crate) fn unseen(&self) -> (Vec<String>, u64) {
        let mut names = self.never.clone();
        names.extend(self.waiting.iter().take(NAMED).cloned());
        (names, self.more + self.waiting.len().saturating_sub(NAMED) as u64)
    }

    #[inline]
    pub(crate) fn is_clear(&self) -> bool {
        self.waiting.is_empty() && self.young.is_empty()
    }

    fn miss(&mut self, path: String) {
        if self.never.len() < NAMED {
            self.never.push(path);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn only_a_whole_round_inside_counts() {
        let mut blind = Blind::new("s");
        blind.take(
            0,
            &events(&[
                "began s",
                "began s/seen",
                "began s/short",
                "ended s/short",
                "began other/x",
            ]),
            false,
        );
        blind.take(0, &events(&["began s/young", "began s/flash", "ended s/flash"]), true);
        blind.round_ended(true);
        assert_eq!(blind.unseen().0, ["s/short", "s/flash", "s/young"]);
        blind.take(0, &events(&["ended s/seen"]), false);
        assert_eq!(blind.unseen().0, ["s/short", "s/flash", "s/young"]);
        blind.round_ended(true);
        assert_eq!(blind.unseen().0, ["s/short", "s/flash"]);
        assert!(blind.is_clear());
    }

    #[test]
    fn a_round_that_could_not_tell_saw_nothing() {
        let mut blind = Blind::new("s");
        blind.take(0, &events(&["began s/a"]), false);
        blind.round_ended(false);
        blind.take(0, &events(&["ended s/a"]), false);
        blind.round_ended(true);
        assert_eq!(blind.unseen().0, ["s/a"]);
    }

    #[test]
    fn one_that_ends_during_the_round_was_not_seen_whole() {
        let mut blind = Blind::new("");
        blind.take(0, &events(&["began a"]), false);
        blind.take(0, &events(&["ended a"]), true);
        blind.round_ended(true);
        assert_eq!(blind.unseen().0, ["a"]);
    }

    #[test]
    fn names_are_bounded() {
        let mut blind = Blind::new("s");
        for n in 0..100 {
            blind.take(0, &events(&[&format!("began s/{n}"), &format!("ended s/{n}")]), false);
        }
        let (names, more) = blind.unseen();
        assert_eq!((names.len(), more), (NAMED, 36));
    }
}
