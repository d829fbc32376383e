//! What was aimed at, beside what was reached.

use crate::figures::short;
use crate::table::Table;

/// The first line of every table of targets; `document` gathers what is below it.
pub(crate) const HEAD: [&str; 4] = ["target", "aim", "reached", ""];

/// The targets of a section.
#[derive(Debug)]
pub(crate) struct Targets {
    table: Table,
}

impl Default for Targets {
    fn default() -> Targets {
        Targets {
            table: Table::new(HEAD),
        }
    }
}

impl Targets {
    pub(crate) fn at_most(&mut self, what: &str, aim: f64, unit: &str, reached: f64) {
        self.at_most_beside(what, aim, unit, reached, &[]);
    }

    /// One of which it was also measured what bounds it: if it is missed, that is told with it.
    pub(crate) fn at_most_beside(&mut self, what: &str, aim: f64, unit: &str, reached: f64, limits: &[(&str, f64)]) {
        let limits = limits
            .iter()
            .map(|(name, limit)| format!("{name} {}{unit}", short(*limit)));
        let limits: Vec<String> = limits.collect();
        self.row(
            [what, "at most", unit, &limits.join(", ")],
            aim,
            reached,
            reached <= aim,
            reached / aim - 1.0,
        );
    }

    pub(crate) fn at_least(&mut self, what: &str, aim: f64, unit: &str, reached: f64) {
        self.row(
            [what, "at least", unit, ""],
            aim,
            reached,
            reached >= aim,
            aim / reached - 1.0,
        );
    }

    fn row(&mut self, [what, sense, unit, limits]: [&str; 4], aim: f64, reached: f64, met: bool, beyond: f64) {
        assert!(reached.is_finite(), "{what}: measured {reached}");
        let verdict = if met {
            "met".to_owned()
        } else {
            let separator = if limits.is_empty() { "" } else { "; " };
            format!("**missed by {:.0} %**{separator}{limits}", (beyond * 100.0).max(1.0))
        };
        let cells = [
            what.to_owned(),
            format!("{sense} {aim}{unit}"),
            format!("{}{unit}", short(reached)),
            verdict,
        ];
        self.table.row(cells);
    }

    /// A target that could not be judged on this machine, and why.
    pub(crate) fn open(&mut self, what: &str, aim: &str, why: &str) {
        self.table
            .row([what, aim, why, "not judged"].into_iter().map(str::to_owned));
    }

    pub(crate) fn text(&self) -> String {
        self.table.text()
    }
}
