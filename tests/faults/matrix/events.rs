//! What the report `events` says of a run.

use serde_json::Value;

pub(super) struct Events(Vec<Value>);

impl Events {
    /// A line that is torn is none.
    pub(super) fn new(text: &str) -> Events {
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Events(lines.map(object).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a `#[suite]` has failed; none where it has no end.
    pub(super) fn failed(&self, suite: &str) -> Option<bool> {
        let mut ends = self.0.iter().filter(|it| it["event"] == "suite_ended");
        let end = ends.find(|it| it["suite"]["path"] == suite)?;
        end["failed"].as_bool()
    }

    pub(super) fn end(&self) -> Option<&Value> {
        self.0.last().filter(|it| it["event"] == "run_ended")
    }

    /// What failed the run beside its suites.
    pub(super) fn problems_of_the_run(&self) -> usize {
        let problems = self.end().and_then(|end| end["problems"].as_array());
        problems.map_or(0, Vec::len)
    }
}
