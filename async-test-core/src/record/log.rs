//! What the program under test says about itself.

use std::fmt;
use std::time::Duration;

use crate::options::LogLevel;

/// What the program under test logged while a suite was running, as far as it is kept: the newest lines.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Log {
    /// The oldest line first.
    pub lines: Vec<LogLine>,
    /// How many lines before them are not kept.
    pub left_out: u64,
}

/// One event of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LogLine {
    /// When it came, from the begin of the suite.
    pub age: Duration,
    /// How much it matters.
    pub level: LogLevel,
    /// Where it comes from, mostly a module.
    pub target: String,
    /// What it happened in, outermost first: names, perhaps with values, `put{key=\"k\"}`.
    pub spans: Vec<String>,
    /// What happened.
    pub message: String,
}

impl LogLine {
    /// A line without spans. Its age is set when a suite takes it in.
    pub fn new(level: LogLevel, target: impl Into<String>, message: impl Into<String>) -> LogLine {
        LogLine {
            age: Duration::ZERO,
            level,
            target: target.into(),
            spans: Vec::new(),
            message: message.into(),
        }
    }

    /// Adds a span inside of those that are there.
    #[must_use]
    pub fn span(mut self, span: impl Into<String>) -> LogLine {
        self.spans.push(span.into());
        self
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5} {}: ", self.level.name().to_uppercase(), self.target)?;
        for span in &self.spans {
            write!(f, "{span}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl Log {
    /// Lines kept of one suite.
    #[doc(hidden)]
    pub const LINES: usize = 200;

    /// Takes in what came after it, and keeps the newest.
    pub(crate) fn extend(&mut self, later: Log) {
        if later.left_out > 0 {
            self.left_out += self.lines.len() as u64 + later.left_out;
            self.lines.clear();
        }
        self.lines.extend(later.lines);
        let too_many = self.lines.len().saturating_sub(Log::LINES);
        self.lines.drain(..too_many);
        self.left_out += too_many as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: impl Into<String>) -> LogLine {
        LogLine::new(LogLevel::Info, "store", message)
    }

    fn messages(log: &Log) -> Vec<&str> {
        log.lines.iter().map(|line| line.message.as_str()).collect()
    }

    #[test]
    fn a_line_says_where_it_comes_from() {
        let line = line("done n=3").span("run").span("put{key=\"k\"}");
        assert_eq!(line.to_string(), "INFO  store: run: put{key=\"k\"}: done n=3");
    }

    #[test]
    fn what_comes_later_pushes_out_what_came_first() {
        let mut log = Log {
            lines: vec![line("a"), line("b")],
            left_out: 1,
        };
        log.extend(Log {
            lines: vec![line("c")],
            left_out: 0,
        });
        assert_eq!((messages(&log), log.left_out), (vec!["a", "b", "c"], 1));
        log.extend(Log {
            lines: (0..Log::LINES - 1).map(|_| line("d")).collect(),
            left_out: 0,
        });
        assert_eq!((log.lines.len(), log.left_out), (Log::LINES, 3));
        assert_eq!(log.lines[0].message, "c");
        log.extend(Log {
            lines: vec![line("e")],
            left_out: 5,
        });
        assert_eq!((messages(&log), log.left_out), (vec!["e"], 3 + Log::LINES as u64 + 5));
    }
}
