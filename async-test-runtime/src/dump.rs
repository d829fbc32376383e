//! What is running, in words, for somebody who asks a run that seems to hang.

use std::fmt::Write as _;

use crate::claim::Running;
use crate::report::still_running;
use crate::suite::Suite;

/// Everything that runs below a suite, one line each.
pub(crate) fn dump(top: &Suite) -> String {
    top.flush_running();
    let running = top.0.hub.with_last_seen(top.everything_running());
    let mut text = format!("async-test-suite: {}\n", headline(&running));
    for one in &running {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {}", still_running(one));
    }
    text
}

fn headline(running: &[Running]) -> String {
    match running.len() {
        0 => "nothing is running".to_owned(),
        1 => "1 thing is running".to_owned(),
        count => format!("{count} things are running"),
    }
}
