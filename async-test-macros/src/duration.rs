//! `"5ms"`, `"1.5s"`, `"1m30s"`: the written form of a duration.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;

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

const RIGHT: &str = "write a number and its unit, such as \"5ms\", \"1.5s\" or \"1m30s\" (ns, us, ms, s, m, h)";

/// Reads numbers with units, the whole being their sum; the error is a sentence for the user.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(format!("a duration cannot be empty: {RIGHT}"));
    }
    let mut nanos = 0u128;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '.' || c == '_');
        let (unit, after) = split(after, |c| c.is_alphabetic());
        if number.is_empty() {
            return Err(refuse(text, "a number is missing"));
        }
        if unit.is_empty() {
            return Err(refuse(text, "the unit is missing"));
        }
        let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(refuse(text, &format!("`{unit}` is not a unit")));
        };
        let part =
            scaled(number, *scale).ok_or_else(|| refuse(text, &format!("`{number}` is not a number that fits")))?;
        nanos = nanos.checked_add(part).ok_or_else(|| refuse(text, "it is too long"))?;
        rest = after.trim_start();
    }
    let seconds = u64::try_from(nanos / 1_000_000_000).map_err(|_| refuse(text, "it is too long"))?;
    Ok(Duration::new(seconds, (nanos % 1_000_000_000) as u32))
}

pub(crate) fn tokens(duration: Duration) -> TokenStream {
    let (seconds, nanos) = (
        proc_macro2::Literal::u64_unsuffixed(duration.as_secs()),
        proc_macro2::Literal::u32_unsuffixed(duration.subsec_nanos()),
    );
    quote!(::core::time::Duration::new(#seconds, #nanos))
}

fn refuse(text: &str, why: &str) -> String {
    format!("`{text}` is not a duration, {why}: {RIGHT}")
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// Whole-number arithmetic, so that `0.1s` is exactly 100 ms; what is below a nanosecond is cut off.
fn scaled(number: &str, scale: u128) -> Option<u128> {
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, "0"));
    let whole = whole.parse::<u128>().ok()?.checked_mul(scale)?;
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 18)?;
    let fraction = fraction.parse::<u128>().ok()?.checked_mul(scale)? / 10u128.pow(places);
    whole.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit_fractions_and_sums() {
        for (text, expected) in [
            ("5ns", Duration::from_nanos(5)),
            ("100us", Duration::from_micros(100)),
            ("2µs", Duration::from_micros(2)),
            ("5ms", Duration::from_millis(5)),
            ("0.1s", Duration::from_millis(100)),
            ("1.5s", Duration::from_millis(1500)),
            ("2m", Duration::from_secs(120)),
            ("2min", Duration::from_secs(120)),
            ("1h", Duration::from_secs(3600)),
            ("1m30s", Duration::from_secs(90)),
            (" 1m 30s ", Duration::from_secs(90)),
            ("1_000ms", Duration::from_secs(1)),
            ("0s", Duration::ZERO),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_with_the_reason_and_examples() {
        for (text, reason) in [
            ("", "a duration cannot be empty"),
            ("5", "the unit is missing"),
            ("s", "a number is missing"),
            ("-5s", "a number is missing"),
            ("5 parsecs", "the unit is missing"),
            ("5parsecs", "`parsecs` is not a unit"),
            ("1.2.3s", "`1.2.3` is not a number that fits"),
            (".5s", "`.5` is not a number that fits"),
            ("99999999999999999999h", "it is too long"),
            (
                "999999999999999999999999999999999999999999h",
                "is not a number that fits",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(error.contains("1m30s"), "{error}");
        }
    }
}
