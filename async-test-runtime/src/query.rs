//! Asking the hub about a suite. Each question is answered when every event sent before it has been handled, so the
//! answers are exact; it blocks for microseconds and never parks the runtime, so a paused clock stands still meanwhile.

use std::borrow::Cow;

use crate::record::Snapshot;
use crate::suite::Suite;

impl Suite {
    fn ask<T: Default>(&self, read: impl FnOnce(Snapshot) -> T) -> T {
        self.snapshot().map(read).unwrap_or_default()
    }

    /// How many tests are planned; none without a plan. For a suite that has ended this and its kin are empty.
    pub fn planned(&self) -> Option<u64> {
        self.ask(|it| it.planned)
    }

    /// How many test points the suite has: checks and ended subtests, skipped ones included.
    pub fn tests_run(&self) -> u64 {
        self.ask(|it| it.tally.run)
    }

    /// How many of them fail the suite.
    pub fn tests_failed(&self) -> u64 {
        self.ask(|it| it.tally.failed)
    }

    /// Whether the suite itself is TODO: it was created under a `todo_next!`, its plan says so, or a suite above it is.
    pub fn is_todo(&self) -> bool {
        self.ask(|it| it.is_todo)
    }

    /// The reason of the TODO in effect, the suite's own or one that was set in it.
    pub fn todo_message(&self) -> Option<String> {
        self.ask(|it| it.todo_message.map(Cow::into_owned))
    }

    /// How many outcomes the TODO in effect is still for; `u64::MAX` for all that follow, 0 without one.
    pub fn todo_count(&self) -> u64 {
        self.ask(|it| it.todo_count.unwrap_or(u64::MAX))
    }

    /// Ends when every event that was sent before has been handled. Cancel safe: there is nothing to take back.
    pub async fn sync_events(&self) {
        self.snapshot();
    }
}
