//! `done_testing!` and the ends that a body may ask for itself.

use crate::event::EventKind;
use crate::suite::Suite;

/// Says that no more tests come from the body. The plan is what has been run (or still runs in subtests) by then; a check
/// that comes later fails the suite as a late one. A body that simply ends needs none of this.
#[macro_export]
macro_rules! done_testing {
    () => {
        $crate::__rt::done_testing()
    };
}

#[doc(hidden)]
#[track_caller]
pub fn done_testing() {
    Suite::current_for("done_testing!").done_testing();
}

impl Suite {
    /// [`done_testing!`](crate::done_testing) for this suite.
    pub fn done_testing(&self) {
        self.send(EventKind::NoMoreTests);
    }

    /// Starts what was put off, ends when every job of the suite has ended, and then says that no more tests come.
    /// Cancel safe up to its last step. To be awaited by the suite's own body; a job that awaits it waits for itself.
    pub async fn finish(&self) {
        self.jobs().await_jobs().await;
        self.done_testing();
    }

    /// The same as [`Suite::abort`]: the suite takes part in nothing any more.
    pub fn dismiss(&self) {
        self.abort();
    }
}
