//! The file of `--logfile`: one line for each suite that ended, as the built-in harness writes it.

use std::io;

use super::summary::Row;
use super::words::one_line;
use super::{Reporter, Style, write};
use crate::record::{Check, Record};

pub(super) struct Logfile {
    times: bool,
}

impl Logfile {
    pub(super) fn new(style: &Style) -> Logfile {
        Logfile { times: style.times }
    }

    fn line(&self, check: &Check) -> Option<String> {
        let end = check.child.as_ref().filter(|end| end.suite.nesting == 1)?;
        let result = match Row::of(check) {
            Row::Ok => "ok".to_owned(),
            Row::TooSlow => "failed (time limit exceeded)".to_owned(),
            Row::Failed => match end.did_not_panic() {
                Some(how) => format!("failed: {}", one_line(how)),
                None => "failed".to_owned(),
            },
            Row::Ignored(why) if why.is_empty() => "ignored".to_owned(),
            Row::Ignored(why) => format!("ignored: {why}"),
            // The attempt that counts follows.
            Row::Retried => return None,
        };
        let time = match Row::of(check) {
            Row::Ignored(_) => String::new(),
            _ if self.times => format!(" <{:.3}s>", end.took.as_secs_f64()),
            _ => String::new(),
        };
        Some(format!("{result} {}{time}\n", end.suite.test_name))
    }
}

impl Reporter for Logfile {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        match record {
            Record::Check(check) => write(&self.line(check).unwrap_or_default(), out),
            _ => Ok(()),
        }
    }
}
