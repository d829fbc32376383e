//! What a schedule leads to, for the model and for the verifier in the same words.

/// Of all starts.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Figures {
    pub(crate) sessions: u64,
    pub(crate) rounds: u64,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    /// Rounds that have begun.
    pub(crate) looks: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    Skipped,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Told {
    /// A line for each step that the body has come to.
    pub(crate) ops: Vec<String>,
    /// Of the one test point; none if there was none.
    pub(crate) verdict: Option<Verdict>,
    /// At the end.
    pub(crate) figures: Figures,
    /// Of the suite.
    pub(crate) failed: bool,
}
