//! What is seen of a run that a fault has happened in.

use super::Door;
use super::events::Events;
use super::words::{BUNDLE, PANICKED, THREAD, WORDS};
use crate::faults::Ended;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    SuitePasses,
    SuiteFails,
    /// The suite, and what ran beside it.
    AllFail,
    /// The suite, or what ran beside it, since nobody knows whose it is.
    OneFails,
    RunFails,
    ProcessDies,
}

/// How long it took until the run had ended. What is held against a limit says so, which is where this is known from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    AtOnce,
    AtLimit,
    LimitAndGrace,
}

/// A cell of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) exit: String,
    pub(super) printed: String,
    pub(super) reports: &'static str,
    pub(super) ends: Ends,
}

/// Of so many the page tells.
const TOLD: usize = 2;

pub(super) struct Seen<'a> {
    door: Door,
    ended: &'a Ended,
    /// In which the fault happened.
    suite: &'a str,
    others: [&'a str; 2],
    events: Events,
    /// The output and the error stream, without line breaks.
    said: String,
}

impl<'a> Seen<'a> {
    pub(super) fn new(door: Door, ended: &'a Ended, suite: &'a str, others: [&'a str; 2]) -> Seen<'a> {
        let said = format!("{} {}", ended.out, ended.err).replace('│', " ");
        Seen {
            door,
            ended,
            suite,
            others,
            events: Events::new(&ended.file("out.jsonl")),
            said: said.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    pub(super) fn says(&self, words: &str) -> bool {
        self.said.contains(words)
    }

    /// The word at the end of the line that the output has for a suite.
    fn line(&self, suite: &str) -> Option<&str> {
        let mut lines = self.ended.out.lines();
        let line = lines.find(|line| line.starts_with(&format!("test {suite} .")))?;
        line.rsplit(' ').next()
    }

    /// Whether a suite passed, by the report.
    fn passed(&self, suite: &str) -> Option<bool> {
        match self.door {
            Door::Builtin => self.line(suite).map(|word| word == "ok"),
            // Not every run writes this report.
            Door::Main if self.events.is_empty() => self.line(suite).map(|word| word == "ok"),
            Door::Main => self.events.failed(suite).map(|failed| !failed),
        }
    }

    /// Whether the good result of a suite is there.
    pub(super) fn keeps(&self, suite: &str) -> bool {
        self.passed(suite) == Some(true)
    }

    /// Whether the report says that it is all.
    pub(super) fn has_end(&self) -> bool {
        match self.door {
            Door::Builtin => self.says("test result: "),
            Door::Main if self.events.is_empty() => ended_in_tap(&self.ended.file("out.tap")),
            Door::Main => self.events.end().is_some(),
        }
    }

    /// Whether the output and both files agree about each suite and about the end.
    pub(super) fn is_consistent(&self) -> bool {
        if self.door == Door::Builtin {
            return true;
        }
        let tap = self.ended.file("out.tap");
        let in_tap = |suite: &str| {
            let mut lines = tap.lines().map(|line| line.trim_start_matches("# "));
            let line = lines.find(|line| line.ends_with(&format!(" - {suite}")))?;
            Some(line.starts_with("ok"))
        };
        let suites = [self.suite, self.others[0], self.others[1]];
        let agree = |suite: &&str| self.line(suite).is_none_or(|word| Some(word == "ok") == in_tap(suite));
        ended_in_tap(&tap) == self.has_end()
            && suites.iter().all(agree)
            && suites.iter().all(|suite| in_tap(suite) == self.passed(suite))
    }

    fn verdict(&self) -> Verdict {
        if self.ended.status.success() && self.passed(self.suite) != Some(false) {
            return Verdict::SuitePasses;
        }
        // By the signal that has ended it in order.
        if self.ended.status.code().is_none() && !self.says("ended by SIG") {
            return Verdict::ProcessDies;
        }
        let failed = |suite: &str| {
            let is_told = self.line(suite) == Some("FAILED") || self.says(&format!("✗ {suite} "));
            is_told || self.passed(suite) == Some(false)
        };
        if self.door == Door::Builtin && (self.says(THREAD) || self.says(BUNDLE)) {
            return Verdict::OneFails;
        }
        match (failed(self.suite), self.others.iter().any(|other| failed(other))) {
            (true, true) => Verdict::AllFail,
            (true, false) => Verdict::SuiteFails,
            (false, _) => Verdict::RunFails,
        }
    }

    /// Whether it failed for something that is beside its suites.
    fn tells_of_the_run(&self) -> bool {
        if !self.events.is_empty() {
            return self.events.problems_of_the_run() > 0;
        }
        let tap = self.ended.file("out.tap");
        tap.lines()
            .any(|line| line.starts_with("not ok ") && line.ends_with(" - the run"))
    }

    fn reports(&self) -> &'static str {
        match (self.has_end(), self.passed(self.suite)) {
            (true, _) if self.verdict() == Verdict::OneFails => "that suite as failed",
            (true, Some(false)) => "the suite as failed",
            (true, Some(true)) if self.ended.status.success() => "all of it",
            (true, Some(true)) if self.tells_of_the_run() => "a problem of the run",
            (true, _) => "NOTHING OF IT",
            (false, _) => "no end",
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        let said: Vec<_> = WORDS.iter().filter(|it| self.says(it.said)).collect();
        let is = |ends| said.iter().any(|it| it.ends == ends);
        let mut told: Vec<_> = said.iter().map(|it| it.shown).collect();
        // What is left to say when a process dies is a matter of luck.
        if self.verdict() == Verdict::ProcessDies {
            told.retain(|it| !it.contains(PANICKED));
        }
        if told.len() > 1 {
            told.retain(|it| *it != PANICKED);
        }
        let told: Vec<_> = told.iter().take(TOLD).map(|it| format!("“{it}”")).collect();
        let exit = match (self.ended.status.code(), self.ended.signal()) {
            (Some(code), _) => code.to_string(),
            (None, Some(2)) => "SIGINT".to_owned(),
            (None, Some(6)) => "SIGABRT".to_owned(),
            (None, Some(15)) => "SIGTERM".to_owned(),
            (None, signal) => format!("signal {signal:?}"),
        };
        Outcome {
            verdict: self.verdict(),
            exit,
            printed: told.join(", "),
            reports: self.reports(),
            ends: match (is(Ends::LimitAndGrace), is(Ends::AtLimit)) {
                (true, _) => Ends::LimitAndGrace,
                (false, true) => Ends::AtLimit,
                (false, false) => Ends::AtOnce,
            },
        }
    }
}

/// What of its plan comes last.
fn ended_in_tap(tap: &str) -> bool {
    tap.lines().any(|line| line.starts_with("1.."))
}
