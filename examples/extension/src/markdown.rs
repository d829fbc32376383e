//! A report format: a table for a comment on a pull request.

use std::io::{self, Write};

use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Reporter, register_reporter};

use crate::quarantine::owner;

/// One row for each suite of the program, with its owner.
#[derive(Default)]
struct Markdown {
    begun: bool,
}

register_reporter!("markdown", Markdown);

impl Reporter for Markdown {
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let mut text = String::new();
        match record {
            Record::Check(check) => {
                let Some(end) = check.child.as_ref().filter(|end| end.suite.nesting == 1) else {
                    return Ok(());
                };
                if !std::mem::replace(&mut self.begun, true) {
                    text.push_str("| suite | owner | tests | result |\n| --- | --- | ---: | --- |\n");
                }
                let owner = owner(&end.suite).unwrap_or_else(|| "nobody".to_owned());
                let (name, tests, result) = (&end.suite.name, end.tally.run, word(&check.verdict));
                text.push_str(&format!("| {name} | {owner} | {tests} | {result} |\n"));
            }
            Record::RunEnded(end) => {
                text.push_str(&format!("\n{} passed, {} failed\n", end.passed, end.failed));
            }
            _ => {}
        }
        out.write_all(text.as_bytes())
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Skipped(_) => "skipped",
        Verdict::Todo(_) => "todo",
        Verdict::Retried => "retried",
        verdict if verdict.fails() => "**failed**",
        _ => "passed",
    }
}
