//! Lengths of time as people write them in a test: `5ms`, `1.5s`, `1m30s`.

use std::fmt;
use std::time::Duration;

const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A text that is no length of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadDuration {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for BadDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no length of time: {}; write for instance \"5ms\", \"1.5s\", \"1m30s\"",
            self.text, self.why
        )
    }
}

impl std::error::Error for BadDuration {}

/// Reads a length of time: numbers with a unit (`ns us ms s m h`), one after the other, which are added up.
///
/// # Errors
///
/// When a number or its unit is missing, the unit is not known, or the sum is too large.
pub fn parse_duration(text: &str) -> Result<Duration, BadDuration> {
    let bad = |why| BadDuration {
        text: text.to_owned(),
        why,
    };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(bad("it is empty"));
    }
    let mut nanos = 0_u128;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => {
                let (fraction, after) = digits(after);
                if fraction.is_empty() {
                    return Err(bad("a digit must follow the point"));
                }
                (fraction, after)
            }
            None => ("", after),
        };
        if whole.is_empty() {
            return Err(bad("a number is missing"));
        }
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        if unit.is_empty() {
            return Err(bad("the unit is missing"));
        }
        let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(bad("the units are ns, us, ms, s, m and h"));
        };
        let too_large = || bad("it is too large");
        let whole: u128 = whole.parse().map_err(|_| too_large())?;
        let part = whole.checked_mul(*size).ok_or_else(too_large)?;
        nanos = nanos.checked_add(part).ok_or_else(too_large)?;
        let mut place = *size;
        for digit in fraction.bytes() {
            place /= 10;
            nanos += u128::from(digit - b'0') * place;
        }
        rest = after;
    }
    let seconds = u64::try_from(nanos / 1_000_000_000).map_err(|_| bad("it is too large"))?;
    let below = u32::try_from(nanos % 1_000_000_000).unwrap_or_default();
    Ok(Duration::new(seconds, below))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// What a macro takes where a length of time is asked for: a `Duration`, or a text such as `"5ms"`.
pub trait IntoDuration {
    /// The length of time.
    ///
    /// # Errors
    ///
    /// When a text is none.
    fn into_duration(self) -> Result<Duration, BadDuration>;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Result<Duration, BadDuration> {
        Ok(self)
    }
}

impl IntoDuration for &str {
    fn into_duration(self) -> Result<Duration, BadDuration> {
        parse_duration(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_people_write() {
        for (text, nanos) in [
            ("5ms", 5_000_000),
            ("1.5s", 1_500_000_000),
            ("2m", 120_000_000_000),
            ("100us", 100_000),
            ("100µs", 100_000),
            ("7ns", 7),
            ("1h", 3_600_000_000_000),
            ("1m30s", 90_000_000_000),
            ("1m0.5s", 60_500_000_000),
            (" 2min ", 120_000_000_000),
            ("0s", 0),
            ("0.0000000019s", 1),
            ("1.123456789123s", 1_123_456_789),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for (text, why) in [
            ("", "it is empty"),
            ("  ", "it is empty"),
            ("5", "the unit is missing"),
            ("5s3", "the unit is missing"),
            ("ms", "a number is missing"),
            ("-5s", "a number is missing"),
            (".5s", "a number is missing"),
            ("5.s", "a digit must follow the point"),
            ("5 s", "the units are ns, us, ms, s, m and h"),
            ("5 parsecs", "the units are ns, us, ms, s, m and h"),
            ("1S", "the units are ns, us, ms, s, m and h"),
            ("99999999999999999999h", "it is too large"),
            ("999999999999999999999999999999999999999999s", "it is too large"),
        ] {
            let bad = parse_duration(text).unwrap_err();
            assert_eq!((bad.text.as_str(), bad.why), (text, why));
        }
    }

    #[test]
    fn the_error_names_the_text() {
        let said = parse_duration("5 parsecs").unwrap_err().to_string();
        assert!(said.starts_with("`5 parsecs` is no length of time"), "{said}");
    }
}
