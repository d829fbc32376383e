//! The list of tests, as the built-in harness prints it in the format that was asked for.

use std::fmt::Write as _;

use super::select::Selection;
use crate::options::QUIET_FORMAT;
use crate::report::json_text::quoted;
use crate::spec::SuiteSpec;

/// The format whose list is JSON, too.
const JSON_FORMAT: &str = "json";

pub(super) fn list(selection: &Selection, format: &str) -> String {
    let run = selection.run.iter().map(|spec| (*spec, false));
    let ignored = selection.ignored.iter().map(|spec| (*spec, true));
    let mut suites: Vec<(&str, &SuiteSpec, bool)> = run
        .chain(ignored)
        .map(|(spec, is_ignored)| (spec.test_name(), spec, is_ignored))
        .collect();
    suites.sort_by_key(|(name, ..)| *name);
    if format == JSON_FORMAT {
        return json(&suites);
    }
    let mut text: String = suites.iter().map(|(name, ..)| format!("{name}: test\n")).collect();
    if format != QUIET_FORMAT {
        let (gap, plural) = match suites.len() {
            0 => ("", "s"),
            1 => ("\n", ""),
            _ => ("\n", "s"),
        };
        let _ = writeln!(text, "{gap}{} test{plural}, 0 benchmarks", suites.len());
    }
    text
}

fn json(suites: &[(&str, &SuiteSpec, bool)]) -> String {
    let mut text = "{ \"type\": \"suite\", \"event\": \"discovery\" }\n".to_owned();
    for (name, spec, is_ignored) in suites {
        let message = quoted(spec.keys().ignore.unwrap_or_default());
        let (name, file, line) = (quoted(name), quoted(spec.source.file), spec.line);
        let (begin, end) = (spec.column, spec.column + spec.function().chars().count() as u32);
        let _ = writeln!(
            text,
            "{{ \"type\": \"test\", \"event\": \"discovered\", \"name\": {name}, \"ignore\": {is_ignored}, \
             \"ignore_message\": {message}, \"source_path\": {file}, \"start_line\": {line}, \"start_col\": {begin}, \
             \"end_line\": {line}, \"end_col\": {end} }}"
        );
    }
    let ignored = suites.iter().filter(|(.., is_ignored)| *is_ignored).count();
    let tests = suites.len();
    let _ = writeln!(
        text,
        "{{ \"type\": \"suite\", \"event\": \"completed\", \"tests\": {tests}, \"benchmarks\": 0, \"total\": {tests}, \
         \"ignored\": {ignored} }}"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, SuiteKeys};

    static SOURCE: Source = Source {
        file: "tests/kv.rs",
        package: None,
    };
    static ONE: SuiteSpec = SuiteSpec::of("kv::store::writes").at(&SOURCE, 7, 10);
    static OTHER: SuiteSpec = SuiteSpec::of("kv::crash").at(&SOURCE, 7, 10).with(&SuiteKeys {
        ignore: Some("too \"slow\""),
        ..SuiteKeys::NONE
    });

    #[test]
    fn every_form_of_the_list() {
        let selection = Selection {
            run: vec![&ONE],
            ignored: vec![&OTHER],
            filtered_out: 3,
        };
        let names = "crash: test\nstore::writes: test\n";
        assert_eq!(list(&selection, "terse"), names);
        assert_eq!(list(&selection, "pretty"), format!("{names}\n2 tests, 0 benchmarks\n"));
        assert_eq!(
            list(&selection, "json"),
            r#"{ "type": "suite", "event": "discovery" }
{ "type": "test", "event": "discovered", "name": "crash", "ignore": true, "ignore_message": "too \"slow\"", "source_path": "tests/kv.rs", "start_line": 7, "start_col": 10, "end_line": 7, "end_col": 15 }
{ "type": "test", "event": "discovered", "name": "store::writes", "ignore": false, "ignore_message": "", "source_path": "tests/kv.rs", "start_line": 7, "start_col": 10, "end_line": 7, "end_col": 16 }
{ "type": "suite", "event": "completed", "tests": 2, "benchmarks": 0, "total": 2, "ignored": 1 }
"#
        );
        assert_eq!(list(&Selection::default(), "pretty"), "0 tests, 0 benchmarks\n");
    }
}
