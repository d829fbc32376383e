//! Spans of time as people write them.

use std::time::Duration;

const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads `500ms`, `30s`, `2m`, `1h`, `1m30s`; a plain number is seconds.
///
/// Units come from the largest to the smallest, each at most once. Nothing for anything else: no sign, no fraction, no
/// blank, and nothing that overflows.
pub(super) fn duration(text: &str) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().ok()?));
    }
    let mut rest = text;
    let mut units = UNITS.as_slice();
    let mut total = 0u64;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        let found = units.iter().position(|(name, _)| *name == unit)?;
        let part = number.parse::<u64>().ok()?.checked_mul(units[found].1)?;
        total = total.checked_add(part)?;
        if tail.is_empty() {
            return Some(Duration::from_millis(total));
        }
        units = &units[found + 1..];
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_people_write() {
        for (text, millis) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("1m30s", 90_000),
            ("1h2m3s4ms", 3_723_004),
            ("90m", 5_400_000),
            ("1h5ms", 3_600_005),
            ("30", 30_000),
            ("0", 0),
            ("0ms", 0),
            ("007s", 7_000),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration() {
        for text in [
            "",
            "s",
            "ms",
            "-1s",
            "+1s",
            "1.5s",
            "1 s",
            " 1s",
            "1s ",
            "1S",
            "1d",
            "1us",
            "1s1m",
            "1s1s",
            "1m30",
            "1m-30s",
            "ten",
            "1_000",
            "١s",
            "99999999999999999999",
            "99999999999999999h",
            "18446744073709551615ms1ms",
            "18446744073709551s1000ms",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
