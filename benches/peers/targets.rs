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
        self.row(what, "at most", aim, unit, reached, reached <= aim, reached / aim - 1.0);
    }

    pub(crate) fn at_least(&mut self, what: &str, aim: f64, unit: &str, reached: f64) {
        self.row(
            what,
            "at least",
            aim,
            unit,
            reached,
            reached >= aim,
            aim / reached - 1.0,
        );
    }

    #[allow(clippy::too_many_arguments, reason = "a row of a table")]
    fn row(&mut self, what: &str, bound: &str, aim: f64, unit: &str, reached: f64, met: bool, beyond: f64) {
        assert!(reached.is_finite(), "{what}: measured {reached}");
        let verdict = if met {
            "met".to_owned()
        } else {
            format!("**missed by {:.0} %**", (beyond * 100.0).max(1.0))
        };
        let cells = [
            what.to_owned(),
            format!("{bound} {aim}{unit}"),
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
