//! The line about what is running, for a terminal that somebody watches.

use std::fmt::Write as _;
use std::time::Duration;

use super::Style;
use super::paint::{Paint, Tone};
use super::words::one_line;
use crate::ids::SuiteId;
use crate::record::{Attempt, Check, Record, Verdict};

/// Suites that are named; the terminal cuts off what does not fit.
const MAX_NAMED: usize = 4;
/// Characters of one name.
const MAX_NAME: usize = 60;

/// What a run is doing at the moment.
#[doc(hidden)]
#[derive(Debug)]
pub struct View {
    paint: Paint,
    suites: usize,
    ended: usize,
    failed: usize,
    /// The oldest first: numbers are given in the order of creation.
    running: Vec<(SuiteId, Running)>,
    is_over: bool,
}

/// A `#[suite]` that has not ended.
#[derive(Debug)]
struct Running {
    name: String,
    attempt: Attempt,
    /// Counted from the begin of the run, as all times here.
    began: Duration,
    checks: u64,
    failed: u64,
}

impl View {
    pub fn new(style: &Style) -> View {
        View {
            paint: Paint::new(style),
            suites: 0,
            ended: 0,
            failed: 0,
            running: Vec::new(),
            is_over: false,
        }
    }

    /// Takes in a record at a time.
    pub fn note(&mut self, record: &Record, now: Duration) {
        match record {
            Record::RunStarted(start) => self.suites = start.suites,
            Record::SuiteStarted(suite) if suite.nesting == 1 => {
                let running = Running {
                    name: self.paint.cut(&one_line(&suite.path), MAX_NAME).into_owned(),
                    attempt: suite.attempt,
                    began: now,
                    checks: 0,
                    failed: 0,
                };
                match self.at(suite.id) {
                    Ok(at) => self.running[at].1 = running,
                    Err(at) => self.running.insert(at, (suite.id, running)),
                }
            }
            Record::Check(check) => self.check(check),
            Record::Passed { suite, count, .. } => {
                if let Ok(at) = self.at(suite.top) {
                    self.running[at].1.checks += count;
                }
            }
            Record::RunEnded(_) => self.is_over = true,
            // They change nothing of what is shown.
            Record::SuiteStarted(_)
            | Record::Plan(..)
            | Record::Diag(..)
            | Record::Problem(..)
            | Record::Warning(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::SuiteEnded(_)
            | Record::Output(_)
            | Record::BailOut(..) => {}
        }
    }

    /// Where a suite is, or would be.
    fn at(&self, id: SuiteId) -> Result<usize, usize> {
        self.running.binary_search_by(|(known, _)| known.cmp(&id))
    }

    fn check(&mut self, check: &Check) {
        match &check.child {
            Some(child) if child.suite.nesting == 1 => {
                if let Ok(at) = self.at(child.suite.id) {
                    self.running.remove(at);
                }
                // What is tried again has not ended.
                self.ended += usize::from(check.verdict != Verdict::Retried);
                self.failed += usize::from(check.verdict.fails());
            }
            // It has been counted by what is in it.
            Some(_) => {}
            None => {
                if let Ok(at) = self.at(check.suite.top) {
                    let running = &mut self.running[at].1;
                    running.checks += 1;
                    running.failed += u64::from(check.verdict.fails());
                }
            }
        }
    }

    /// One line without its end; none when there is nothing to wait for.
    pub fn line(&self, now: Duration) -> Option<String> {
        if self.is_over {
            return None;
        }
        let mut line = format!("{}: {} of {} done", seconds(now), self.ended, self.suites);
        if self.failed > 0 {
            let failed = format!("{} failed", self.failed);
            let _ = write!(line, ", {}", self.paint.tone(Tone::Bad, &failed));
        }
        for (n, (_, running)) in self.running.iter().take(MAX_NAMED).enumerate() {
            line.push_str(if n == 0 { "; running " } else { ", " });
            running.tell(&self.paint, now, &mut line);
        }
        if self.running.len() > MAX_NAMED {
            let _ = write!(line, " and {} more", self.running.len() - MAX_NAMED);
        }
        Some(line)
    }
}

impl Running {
    fn tell(&self, paint: &Paint, now: Duration, line: &mut String) {
        let _ = write!(
            line,
            "{} {}",
            paint.tone(Tone::Strong, &self.name),
            seconds(now.saturating_sub(self.began))
        );
        let plural = if self.checks == 1 { "" } else { "s" };
        let mut asides = vec![format!("{} check{plural}", self.checks)];
        if self.failed > 0 {
            asides.push(format!("{} failed", self.failed));
        }
        if self.attempt.is_again() {
            asides.push(self.attempt.to_string());
        }
        let _ = write!(line, " ({})", asides.join(", "));
    }
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes:02}m{seconds:02}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::every::every;
    use crate::report::script::Script;

    fn after(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Notes everything from the end of what was noted before.
    fn note(view: &mut View, script: &mut Script, seconds: u64) {
        for record in script.records.drain(..) {
            view.note(&record, after(seconds));
        }
    }

    #[test]
    fn it_tells_what_is_running_the_oldest_first() {
        let (mut view, mut script) = (View::new(&Style::default()), Script::default());
        let start = every(false).remove(0);
        view.note(&start, after(0));
        script.start(0, 0, "");
        script.start(1, 0, "storage");
        script.passes(1, &["a"]);
        script.records.push(Record::Passed {
            suite: script.of(1),
            first: 2,
            count: 41,
        });
        note(&mut view, &mut script, 1);
        assert_eq!(
            view.line(after(3)).unwrap(),
            "3s: 0 of 10 done; running storage 2s (42 checks)"
        );
        script.attempt = Some(Attempt { number: 2, of: 3 });
        script.start(2, 0, "net");
        script.check(2, "x", Verdict::Failed, None);
        script.start(3, 1, "inner");
        script.check(3, "y", Verdict::Passed, None);
        script.end(3, 1, None);
        note(&mut view, &mut script, 60);
        assert_eq!(
            view.line(after(3661)).unwrap(),
            "1h01m01s: 0 of 10 done; running storage 1h01m00s (43 checks), net 1h00m01s (1 check, 1 failed, attempt 2 of 3)"
        );
        script.end(2, 0, None);
        script.attempt = None;
        (4..10).for_each(|id| script.start(id, 0, &format!("s{id}")));
        script.end(1, 0, Some(Verdict::Failed));
        note(&mut view, &mut script, 70);
        let line = view.line(after(75)).unwrap();
        assert!(
            line.starts_with("1m15s: 1 of 10 done, 1 failed; running s4 5s (0 checks), s5 5s"),
            "{line}"
        );
        assert!(line.ends_with("s7 5s (0 checks) and 2 more"), "{line}");
    }

    #[test]
    fn the_end_of_the_run_is_the_end_of_the_line() {
        let mut view = View::new(&Style::default());
        let records = every(true);
        let (last, before) = records.split_last().unwrap();
        before.iter().for_each(|record| view.note(record, after(0)));
        assert_eq!(view.line(after(1)).unwrap(), "1s: 10 of 10 done, 6 failed");
        view.note(last, after(2));
        assert_eq!(view.line(after(2)), None);
    }

    #[test]
    fn a_name_cannot_break_the_line() {
        let (mut view, mut script) = (View::new(&Style::default()), Script::default());
        script.start(0, 0, "");
        script.start(1, 0, &format!("a\n\u{1b}[2Jb\r{}", "c".repeat(100)));
        note(&mut view, &mut script, 0);
        let line = view.line(after(0)).unwrap();
        assert!(
            !line.contains(char::is_control) && line.contains("running a b\\rccc"),
            "{line}"
        );
    }
}
