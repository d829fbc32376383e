//! Texts of runs without what differs from run to run.

/// Numbers that are times, or that depend on them, as 0.
pub(crate) fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let before = rest[..at].chars().next_back();
        out.push_str(&rest[..at]);
        let number = &rest[at..];
        let length = number
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(number.len());
        let after = &number[length..];
        let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        match unit(after) {
            Some(unit) if !is_word => {
                out.push_str("0s");
                rest = &after[unit..];
            }
            _ => {
                let is_time = KEYS.iter().any(|key| out.ends_with(key));
                out.push_str(if is_time { "0" } else { &number[..length] });
                rest = after;
            }
        }
    }
    out + rest
}

/// What stands before a number that is a time.
const KEYS: &[&str] = &[
    "\"exec_time\": ",
    "_ns\":",
    "duration_ms: ",
    "time=\"",
    "\"queue_most\":",
];

/// The length of a unit of time at the begin of a text.
fn unit(text: &str) -> Option<usize> {
    let units = ["ns", "µs", "ms", "s"];
    let unit = units.iter().find(|unit| text.starts_with(**unit))?;
    let next = text[unit.len()..].chars().next();
    next.is_none_or(|c| !c.is_alphanumeric()).then_some(unit.len())
}

#[test]
fn only_times_are_left_out() {
    for (text, expected) in [
        ("a  1 of 4 failed, 280µs\n", "a  1 of 4 failed, 0s\n"),
        ("finished in 0.00s", "finished in 0s"),
        ("1..3 and tests/store.rs:14:9", "1..3 and tests/store.rs:14:9"),
        ("seed 42; n1s 3 suites", "seed 42; n1s 3 suites"),
        (
            "\"exec_time\": 0.00092, \"took_ns\":12389}",
            "\"exec_time\": 0, \"took_ns\":0}",
        ),
        ("time=\"0.001\" line=\"13\"", "time=\"0\" line=\"13\""),
    ] {
        assert_eq!(without_times(text), expected);
    }
}
