//! What the program under test logs while a suite runs: the newest lines are kept until it is known whether somebody
//! wants to see them.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::event::EventKind;
use crate::hub;
use crate::record::{Log, LogLine};
use crate::stage::Stage;
use crate::suite::{Suite, lock};

/// Bytes kept of one suite.
const BYTES: usize = 64 * 1024;
/// Bytes of one message.
const MESSAGE: usize = 4 * 1024;

/// The newest lines.
#[derive(Default)]
pub(super) struct Ring {
    lines: VecDeque<LogLine>,
    bytes: usize,
    left_out: u64,
}

/// What a line takes, about.
fn size(line: &LogLine) -> usize {
    let spans: usize = line.spans.iter().map(String::len).sum();
    line.message.len() + line.target.len() + spans
}

impl Ring {
    fn push(&mut self, mut line: LogLine) {
        shorten(&mut line.message);
        line.spans.iter_mut().for_each(shorten);
        self.bytes += size(&line);
        self.lines.push_back(line);
        while self.lines.len() > Log::LINES || (self.bytes > BYTES && self.lines.len() > 1) {
            self.bytes -= self.lines.pop_front().map_or(0, |line| size(&line));
            self.left_out += 1;
        }
    }

    fn take(&mut self) -> Option<Log> {
        let Ring { lines, left_out, .. } = std::mem::take(self);
        let log = Log {
            lines: lines.into(),
            left_out,
        };
        (!log.lines.is_empty()).then_some(log)
    }
}

fn shorten(text: &mut String) {
    if text.len() <= MESSAGE {
        return;
    }
    let mut end = MESSAGE;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rest = text.len() - end;
    text.truncate(end);
    text.push_str(&format!("... ({rest} more bytes)"));
}

impl Suite {
    /// Takes in an event of a log. The newest ones are shown when the suite fails, or with `--show-output`; with
    /// `--no-capture` each goes straight to the error stream. Never blocks for longer than a lock is held.
    ///
    /// The answer is whether it was taken in, which it is not after the suite has ended.
    ///
    /// This is how a logger of any kind finds its way into the reports; for the crate `tracing` it is done by the feature
    /// of that name.
    ///
    /// ```
    /// use async_test_runtime::Suite;
    /// use async_test_runtime::options::LogLevel;
    /// use async_test_runtime::record::LogLine;
    ///
    /// fn log(level: LogLevel, message: String) {
    ///     if let Some(suite) = Suite::try_current() {
    ///         suite.log(LogLine::new(level, module_path!(), message));
    ///     }
    /// }
    /// ```
    pub fn log(&self, mut line: LogLine) -> bool {
        if !self.takes_log() {
            return false;
        }
        if self.0.hub.settings.no_capture {
            hub::to_people(&format!("{line} ({})\n", self.path()));
            return true;
        }
        line.age = self.started().elapsed();
        lock(&self.owned().log).push(line);
        true
    }

    pub(crate) fn takes_log(&self) -> bool {
        !matches!(self.stage(), Stage::Finished | Stage::Fatality | Stage::Dismissed)
    }

    /// Hands over what was logged so far, so that it is told whatever becomes of the suite.
    pub(crate) fn tell_log(&self) {
        let Some(owned) = self.0.owned.get() else {
            return;
        };
        let log = lock(&owned.log).take();
        if let Some(log) = log {
            self.send_event(EventKind::Log(Box::new(log)));
        }
    }
}

pub(super) type Lines = Mutex<Ring>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::LogLevel;

    fn line(message: impl Into<String>) -> LogLine {
        LogLine::new(LogLevel::Info, "store", message)
    }

    #[test]
    fn the_newest_lines_are_kept() {
        let mut ring = Ring::default();
        assert_eq!(ring.take(), None);
        (0..Log::LINES + 7).for_each(|n| ring.push(line(n.to_string())));
        let log = ring.take().unwrap();
        assert_eq!((log.lines.len(), log.left_out), (Log::LINES, 7));
        assert_eq!(log.lines[0].message, "7");
        assert_eq!(ring.take(), None);
        assert_eq!(ring.bytes, 0);
    }

    #[test]
    fn long_lines_are_shortened_and_many_of_them_bounded() {
        let mut ring = Ring::default();
        (0..50).for_each(|_| ring.push(line("é".repeat(MESSAGE))));
        let log = ring.take().unwrap();
        assert!(log.lines.iter().map(size).sum::<usize>() <= BYTES);
        assert_eq!(log.lines.len() as u64 + log.left_out, 50);
        assert!(log.lines[0].message.ends_with("é... (4096 more bytes)"));
    }
}
