//! What tests printed, kept until it is known whether anybody wants to see it: it is shown with a suite that fails.
//!
//! Text that cannot be told apart is kept until all who may have printed it have ended, and shown when one of them
//! failed, with all of their names.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Style;
use super::clip::Clip;
use super::paint::{Paint, Tone};
use super::words::one_line;
use crate::ids::{BySuite, SuiteId};
use crate::record::{Check, Log, Output, SuiteInfo, Verdict};

/// Bytes kept of what belongs to no suite for certain.
const MAX_SHARED: usize = 1024 * 1024;
/// Texts kept that belong to no suite for certain.
const MAX_TEXTS: usize = 500;

pub(super) struct Printed {
    /// What passing suites printed is shown, too.
    show_all: bool,
    own: BySuite<Clip>,
    shared: Vec<Shared>,
    has_failed: bool,
    /// Bytes of shared text that were not kept.
    forgotten: u64,
}

/// A text that is not certain to be of one suite.
struct Shared {
    /// Those that may have printed it, and whether their end is waited for.
    candidates: Vec<(Arc<SuiteInfo>, bool)>,
    others: u64,
    is_wanted: bool,
    text: Clip,
}

/// A text and whose it may be.
pub(super) struct Unattributed {
    pub(super) candidates: Vec<String>,
    pub(super) others: u64,
    pub(super) text: String,
}

impl Printed {
    pub(super) fn new(style: &Style) -> Printed {
        Printed {
            show_all: style.show_output,
            own: BySuite::default(),
            shared: Vec::new(),
            has_failed: false,
            forgotten: 0,
        }
    }

    pub(super) fn take(&mut self, output: &Output) {
        let text = match output.suite() {
            Some(suite) => self.own.get_or_insert_with(suite.id, Clip::default),
            None => self.shared(output),
        };
        text.lose(output.lost);
        text.push(&output.text);
        self.bound();
    }

    fn shared(&mut self, output: &Output) -> &mut Clip {
        let is_same = |last: &Shared| {
            let before = last.candidates.iter().map(|(suite, _)| suite.id);
            last.others == output.others && before.eq(output.candidates.iter().map(|suite| suite.id))
        };
        if !self.shared.last().is_some_and(is_same) {
            self.shared.push(Shared {
                candidates: output.candidates.iter().map(|suite| (suite.clone(), true)).collect(),
                others: output.others,
                // What nobody can be blamed for is of interest to everybody.
                is_wanted: self.show_all || output.candidates.is_empty(),
                text: Clip::default(),
            });
        }
        let last = self.shared.len() - 1;
        &mut self.shared[last].text
    }

    fn bound(&mut self) {
        let mut length: usize = self.shared.iter().map(|shared| shared.text.len()).sum();
        while (length > MAX_SHARED && self.shared.len() > 1) || self.shared.len() > MAX_TEXTS {
            let oldest = self.shared.iter().position(|shared| !shared.is_wanted).unwrap_or(0);
            let gone = self.shared.remove(oldest).text.len();
            length -= gone;
            self.forgotten += gone as u64;
        }
    }

    /// Something else that is shown where what a suite printed is shown.
    pub(super) fn add(&mut self, suite: SuiteId, text: &str) {
        self.own.get_or_insert_with(suite, Clip::default).push(text);
    }

    /// A `#[suite]` has ended. The answer is what it printed, if that is to be shown.
    pub(super) fn ended(&mut self, check: &Check) -> Option<String> {
        let end = check.child.as_ref()?;
        let id = end.suite.id;
        let fails = check.verdict.fails() || check.verdict == Verdict::Retried;
        self.has_failed |= fails;
        if !self.shared.is_empty() {
            self.shared_ended(id, fails);
        }
        let text = self.own.remove(id)?.finish();
        (fails || self.show_all).then_some(text)
    }

    /// One of those that may have printed what is shared has ended.
    fn shared_ended(&mut self, id: SuiteId, fails: bool) {
        for shared in &mut self.shared {
            let candidate = shared.candidates.iter_mut().find(|(suite, _)| suite.id == id);
            if let Some((_, is_running)) = candidate {
                *is_running = false;
                shared.is_wanted |= fails;
            }
        }
        self.shared.retain(|shared| {
            let may_fail = shared.others > 0 || shared.candidates.iter().any(|(_, is_running)| *is_running);
            shared.is_wanted || may_fail
        });
    }

    /// At the end of the run: what may be of a suite that failed, in the order in which it was printed, and how many
    /// bytes of it were not kept.
    pub(super) fn unattributed(&mut self) -> (Vec<Unattributed>, u64) {
        let has_failed = self.has_failed;
        let is_of_interest = |shared: &Shared| shared.is_wanted || (has_failed && shared.others > 0);
        let told = self.shared.drain(..).filter(is_of_interest).map(|shared| Unattributed {
            candidates: shared
                .candidates
                .iter()
                .map(|(suite, _)| one_line(&suite.path))
                .collect(),
            others: shared.others,
            text: shared.text.finish(),
        });
        (told.collect(), std::mem::take(&mut self.forgotten))
    }
}

/// The same as plain text.
pub(super) fn plainly((texts, left_out): &(Vec<Unattributed>, u64)) -> String {
    let mut out = String::new();
    if *left_out > 0 {
        let _ = writeln!(
            out,
            "... ({left_out} bytes that belong to no suite for certain are left out)"
        );
    }
    for unattributed in texts {
        let _ = writeln!(out, "{}:\n{}", unattributed.title(), unattributed.text.trim_end());
    }
    out
}

impl Unattributed {
    /// Whose it may be, in words.
    pub(super) fn title(&self) -> String {
        let mut names = self.candidates.clone();
        match (names.len(), self.others) {
            (0, _) => return "printed while no suite was running".to_owned(),
            (_, 0) => {}
            (_, others) => names.push(format!("{others} more")),
        }
        let last = names.pop().unwrap_or_default();
        format!("printed while {} and {last} were running", names.join(", "))
    }
}

/// What was logged, a line each.
pub(super) fn log_text(log: &Log) -> String {
    let mut text = String::new();
    if log.left_out > 0 {
        let _ = writeln!(text, "... ({} lines are left out)", log.left_out);
    }
    for line in &log.lines {
        let _ = writeln!(text, "{:.6}s {line}", line.age.as_secs_f64());
    }
    text
}

/// A text of others under a title, behind a bar.
pub(super) fn block(paint: &Paint, depth: usize, title: &str, text: &str) -> String {
    let indent = 2 * depth;
    let mut block = format!("{:indent$}{}\n", "", paint.tone(Tone::Aside, &format!("{title}:")));
    let bar = paint.bar();
    for line in paint.foreign(text).trim_end_matches('\n').split('\n') {
        let line = format!("{:indent$}{bar} {line}", "");
        let _ = writeln!(block, "{}", line.trim_end());
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::report::every::{printed, written};
    use crate::report::script::Script;

    fn written_of(build: impl Fn(&mut Script), style: &Style) -> String {
        let mut script = Script::default();
        script.start(0, 0, "");
        build(&mut script);
        script.run_ended(None, Vec::new());
        written("pretty", style, &script.records)
    }

    fn fails(script: &mut Script, id: u64) {
        script.check(id, "x", Verdict::Failed, None);
        script.end(id, 0, None);
    }

    #[test]
    fn what_a_passing_suite_printed_is_shown_when_asked_for() {
        let build = |script: &mut Script| {
            script.start(1, 0, "a");
            printed(script, &[1], 0, 0, "one\n");
            printed(script, &[1], 0, 0, "two");
            script.end(1, 0, None);
            script.start(2, 0, "b");
            script.end(2, 0, None);
        };
        let style = Style::default();
        assert!(!written_of(build, &style).contains("one"));
        let style = Style {
            show_output: true,
            ..style
        };
        let text = written_of(build, &style);
        assert!(text.contains("\nsuccesses:\n\na printed:\n│ one\n│ two\n"), "{text}");
        assert!(!text.contains("b printed"), "{text}");
    }

    #[test]
    fn shared_text_is_shown_when_one_of_those_who_may_have_printed_it_fails() {
        for failing in [1, 2, 3] {
            let build = |script: &mut Script| {
                for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
                    script.start(id, 0, name);
                }
                printed(script, &[1, 2], 0, 0, "one\n");
                printed(script, &[1, 2], 0, 0, "two\n");
                printed(script, &[1, 2, 3], 0, 0, "three\n");
                for id in [1, 2, 3] {
                    match id == failing {
                        true => fails(script, id),
                        false => script.end(id, 0, None),
                    }
                }
                printed(script, &[], 0, 0, "four\n");
            };
            let text = written_of(build, &Style::default());
            let (two, three) = (
                "printed while a and b were running:\n│ one\n│ two\n",
                "\nprinted while a, b and c were running:\n│ three\n",
            );
            assert_eq!(text.contains(two), failing < 3, "{text}");
            assert!(text.contains(three), "{text}");
            assert!(
                text.contains("\nprinted while no suite was running:\n│ four\n"),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_is_kept_that_nobody_can_want() {
        let mut kept = Printed::new(&Style::default());
        let mut script = Script::default();
        script.start(0, 0, "");
        for id in 1..=3 {
            script.start(id, 0, "a");
        }
        printed(&mut script, &[1], 0, 0, "own\n");
        printed(&mut script, &[1, 2], 0, 0, "shared\n");
        for id in 1..=3 {
            script.end(id, 0, None);
        }
        for record in &script.records {
            match record {
                Record::Output(output) => kept.take(output),
                Record::Check(check) => assert_eq!(kept.ended(check), None),
                _ => {}
            }
        }
        assert!(kept.own.is_empty() && kept.shared.is_empty());
        assert!(kept.unattributed().0.is_empty());
    }

    #[test]
    fn shared_text_is_bounded_and_what_is_not_kept_is_told() {
        let build = |script: &mut Script| {
            script.start(1, 0, "a");
            script.start(2, 0, "b");
            for n in 0..MAX_TEXTS as u64 + 10 {
                printed(script, &[1, 2], n % 2, 0, "0123456789\n");
            }
            fails(script, 1);
            script.end(2, 0, None);
        };
        let text = written_of(build, &Style::default());
        assert_eq!(text.matches("0123456789").count(), MAX_TEXTS);
        assert!(
            text.contains("\n... (110 bytes that belong to no suite for certain are left out)\n"),
            "{text}"
        );
    }
}
