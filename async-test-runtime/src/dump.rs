//! What is running, in words, for somebody who asks a run that seems to hang.

use std::fmt::Write as _;

use crate::claim::Running;
use crate::suite::Suite;

/// Everything that runs below a suite, one line each.
pub(crate) fn dump(top: &Suite) -> String {
    let running = top.running();
    let mut text = format!("async-test-suite: {}\n", headline(&running));
    for one in &running {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {}", line(one));
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

fn line(one: &Running) -> String {
    let doing = one.doing.as_ref().map(|doing| format!(", {doing}")).unwrap_or_default();
    format!("{} for {:.1?}{doing} ({})", one.name, one.age, one.at)
}
