//! The tree as the pretty format shows it.

use super::branch::MAX_SHOWN;
use super::*;
use crate::report::Style;
use crate::report::every::{every, written};
use crate::report::script::Script;

fn pretty(script: &Script) -> String {
    written("pretty", &Style::default(), &script.records)
}

#[test]
fn the_command_is_that_of_the_innermost_suite_around_all_failures() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    for (id, name) in [(2, "b"), (3, "c")] {
        script.start(id, 1, name);
        script.start(id + 10, id, "d");
        script.check(
            id + 10,
            "x",
            if id == 2 { Verdict::Failed } else { Verdict::Passed },
            None,
        );
        script.end(id + 10, id, None);
        script.end(id, 1, None);
    }
    script.end(1, 0, None);
    assert!(pretty(&script).ends_with("  run again: cargo test --test store -- a/b/d --exact --seed 4711\n"));
    script.start(4, 0, "e");
    for id in [5, 6] {
        script.start(id, 4, "f");
        script.check(id, "x", Verdict::Failed, None);
        script.end(id, 4, None);
    }
    script.end(4, 0, None);
    assert!(pretty(&script).ends_with("  run again: cargo test --test store -- e --exact --seed 4711\n"));
}

#[test]
fn neighbours_are_named_or_counted_and_failures_bounded() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    for (n, why) in [(2, "one"), (5, "two")] {
        (0..n).for_each(|n| script.check(1, &format!("s{n}"), Verdict::Skipped(why.into()), None));
    }
    (0..4).for_each(|n| script.check(1, &format!("t{n}"), Verdict::Todo("later".into()), None));
    (0..MAX_SHOWN + 7).for_each(|n| script.check(1, &format!("f{n}"), Verdict::Failed, None));
    script.end(1, 0, None);
    let text = pretty(&script);
    let lines = [
        "○ s0  skipped: one",
        "○ s1  skipped: one",
        "○ 5 tests  skipped: two",
        "◌ 4 tests  todo: later",
        "✗ f0",
    ];
    assert_eq!(text.lines().skip(1).take(5).map(str::trim).collect::<Vec<_>>(), lines);
    assert!(
        text.contains("  ✗ f24\n") && !text.contains("f25") && text.contains("\n  ✗ 7 more failed\n"),
        "{text}"
    );
}

#[test]
fn a_suite_that_ended_is_forgotten() {
    let mut tree = Tree::new(&Style::default());
    for record in every(true) {
        let _ = tree.take(&record);
    }
    assert_eq!(tree.blocks.kept(), 0);
    assert_eq!(tree.blocks.root().text, "");
}
