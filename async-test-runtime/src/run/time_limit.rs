//! The time that whoever started the process gives it: Bazel's `TEST_TIMEOUT`.
//!
//! When it is up, the process is killed and its report is lost. So the run is ended a little earlier, as by a bail-out,
//! with a word on what was running; and what does not end then is left behind.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use crate::dump;
use crate::hub;
use crate::run::interrupt::{self, Door};
use crate::run::main::leave;
use crate::suite::Suite;

/// Names of what was running, in the reason.
const MAX_NAMES: usize = 10;

/// When something has to happen, from the start of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Times {
    /// The run is ended.
    end: Duration,
    /// Nobody waits for it any more.
    leave: Duration,
}

impl Times {
    /// A tenth of the time is kept back, a second at least and fifteen at most, but never more than half of it. Of that a
    /// quarter is for those who come after us.
    fn of(limit: Duration) -> Times {
        let kept = (limit / 10).clamp(Duration::from_secs(1), Duration::from_secs(15));
        let kept = kept.min(limit / 2);
        Times {
            end: limit - kept,
            leave: limit - kept / 4,
        }
    }
}

/// Ends the run in time from here on, and the process with that exit code if it has to. Only the first call has an
/// effect.
pub(super) fn watch(door: Door, code: u8) {
    static WATCHES: OnceLock<()> = OnceLock::new();
    let Some(limit) = Suite::top().0.hub.settings.run_timeout else {
        return;
    };
    WATCHES.get_or_init(|| {
        let times = Times::of(limit);
        // The process is older than its hub, but not by much.
        interrupt::beside(move || {
            thread::sleep(times.end);
            end(limit);
            thread::sleep(times.leave - times.end);
            // Under the built-in harness there may be tests of others, which know nothing of it.
            if let Door::Main { .. } = door {
                interrupt::close(door);
                leave(code);
            }
        });
    });
}

fn end(limit: Duration) {
    let top = Suite::top();
    hub::to_people(&dump::dump(&top));
    let running = top.running();
    let names: Vec<&str> = running.iter().take(MAX_NAMES).map(|it| it.name.as_str()).collect();
    let more = match running.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    top.bail_out(format!(
        "the time of TEST_TIMEOUT={} is nearly up; running: {}{more}",
        limit.as_secs(),
        names.join(", ")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_ends_before_its_time_is_up() {
        let rows = [
            (1, 500, 875),
            (2, 1_000, 1_750),
            (5, 4_000, 4_750),
            (60, 54_000, 58_500),
            (300, 285_000, 296_250),
            (3600, 3_585_000, 3_596_250),
        ];
        for (limit, end, leave) in rows {
            let [end, leave] = [end, leave].map(Duration::from_millis);
            assert_eq!(Times::of(Duration::from_secs(limit)), Times { end, leave }, "{limit}");
        }
    }
}
