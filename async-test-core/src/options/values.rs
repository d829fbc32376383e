//! Reads single values. None of it knows whether a value came from the command line or from a variable.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::duration::duration;
use super::error::{OptionsError, Source};
use super::{Color, Report, Shard, StrayPanics, TapVersion, TimeLimits, nearest};

/// Why a value is refused, in parts that become an error once the source of the value is known.
#[derive(Debug)]
pub(super) struct Refusal {
    problem: String,
    allowed: String,
    example: &'static str,
}

impl Refusal {
    pub(super) fn new(problem: impl Into<String>, allowed: impl Into<String>, example: &'static str) -> Refusal {
        Refusal {
            problem: problem.into(),
            allowed: allowed.into(),
            example,
        }
    }

    pub(super) fn at(self, source: Source, value: &str) -> OptionsError {
        let example = match self.example {
            "" => String::new(),
            example => format!("for instance `{}`", source.with(example)),
        };
        let separator = if self.allowed.is_empty() || example.is_empty() {
            ""
        } else {
            ", "
        };
        source.error(
            Some(value),
            self.problem,
            format!("{}{separator}{example}", self.allowed),
        )
    }
}

pub(super) fn count(text: &str) -> Result<NonZeroUsize, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new("is not a whole number from 1", "", "4"))
}

/// `2/4`, counted from 1.
pub(super) fn shard(text: &str) -> Result<Shard, Refusal> {
    let refusal = |problem: &str| Refusal::new(problem, "", "1/4");
    let number = |digits: &str| -> Option<usize> {
        // `parse` would take a sign.
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        all_digits.then(|| digits.parse().ok()).flatten()
    };
    let numbers = text.split_once('/').and_then(|(i, n)| Some((number(i)?, number(n)?)));
    let Some((i, n)) = numbers else {
        return Err(refusal("is not the number of a shard and the number of all shards"));
    };
    match (NonZeroUsize::new(i), NonZeroUsize::new(n)) {
        (_, None) => Err(refusal("splits the run into no shards")),
        (None, _) => Err(refusal("names no shard: they are counted from 1")),
        (Some(_), Some(of)) if of.get() > Shard::MOST => Err(Refusal::new(
            "splits the run into too many shards",
            format!("{} are the most", Shard::MOST),
            "1/4",
        )),
        (Some(number), Some(of)) if number > of => Err(refusal("names a shard beyond the last one")),
        (Some(number), Some(of)) => Ok(Shard { number, of }),
    }
}

pub(super) fn times(text: &str) -> Result<NonZeroU32, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new("is not a whole number from 1 to 2^32 - 1", "", "10"))
}

pub(super) fn retries(text: &str) -> Result<u32, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new("is not a whole number from 0 to 2^32 - 1", "", "2"))
}

pub(super) fn seed(text: &str) -> Result<u64, Refusal> {
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.parse().ok(),
    };
    parsed.ok_or_else(|| {
        Refusal::new(
            "is not a seed",
            "a whole number below 2^64 in decimal, or in hexadecimal after 0x",
            "0x1f",
        )
    })
}

pub(super) fn limit(text: &str) -> Result<Option<Duration>, Refusal> {
    if text == "none" {
        return Ok(None);
    }
    match duration(text) {
        Some(duration) => Ok(Some(duration).filter(|duration| !duration.is_zero())),
        None => Err(Refusal::new(
            "is not a time",
            "units are h, m, s and ms in this order, a plain number is seconds, `none` is no limit",
            "1m30s",
        )),
    }
}

/// As a limit, but no time at all is a time.
pub(super) fn grace(text: &str) -> Result<Option<Duration>, Refusal> {
    match duration(text) {
        Some(duration) => Ok(Some(duration)),
        None => limit(text),
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, Refusal> {
    match text {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Refusal::new("is neither yes nor no", "write 1 or 0", "1")),
    }
}

pub(super) fn stray_panics(text: &str) -> Result<StrayPanics, Refusal> {
    match text {
        "fail" => Ok(StrayPanics::Fail),
        "report" => Ok(StrayPanics::Report),
        _ => Err(Refusal::new("is not known", "known are fail and report", "")),
    }
}

pub(super) fn color(text: &str) -> Result<Color, Refusal> {
    match text {
        "auto" => Ok(Color::Auto),
        "always" => Ok(Color::Always),
        "never" => Ok(Color::Never),
        _ => Err(Refusal::new("is not known", "known are auto, always and never", "")),
    }
}

pub(super) fn tap_version(text: &str) -> Result<TapVersion, Refusal> {
    match text {
        "13" => Ok(TapVersion::V13),
        "14" => Ok(TapVersion::V14),
        "none" => Ok(TapVersion::None),
        _ => Err(Refusal::new(
            "is not a version that can be written",
            "known are 13, 14 and none",
            "",
        )),
    }
}

pub(super) fn format(text: &str, formats: &[&str]) -> Result<String, Refusal> {
    if formats.contains(&text) {
        return Ok(text.to_owned());
    }
    if text == "junit" {
        return Err(Refusal::new(
            "needs a feature that is not enabled",
            "enable the feature `junit` of async-test-suite in Cargo.toml",
            "",
        ));
    }
    let known = nearest::sorted(text, formats).join(", ");
    Err(Refusal::new("is not a known format", format!("known are {known}"), ""))
}

pub(super) fn report(text: &str, formats: &[&str]) -> Result<Report, Refusal> {
    let Some((name, file)) = text.split_once('=') else {
        return Err(Refusal::new(
            "names no file",
            "write FORMAT=FILE",
            "tap=target/report.tap",
        ));
    };
    let format = format(name, formats).map_err(|refusal| {
        Refusal::new(
            format!("names `{name}`, which is not a known format"),
            refusal.allowed,
            "",
        )
    })?;
    match file {
        "" => Err(Refusal::new(
            "names no file after the `=`",
            "write FORMAT=FILE",
            "tap=target/report.tap",
        )),
        "-" => Err(Refusal::new(
            "is not for the standard output",
            format!("use --format {format} there, and name a file here"),
            "tap=target/report.tap",
        )),
        _ => Ok(Report {
            format,
            file: PathBuf::from(file),
        }),
    }
}

/// Whether two spellings name the same file for certain; links and `..` are not looked through.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    let parts = |path: &'_ Path| -> Vec<std::ffi::OsString> {
        path.components()
            .filter(|component| *component != Component::CurDir)
            .map(|component| component.as_os_str().to_owned())
            .collect()
    };
    parts(one) == parts(other)
}

/// `WARN,CRITICAL` in milliseconds, as the built-in harness reads it.
pub(super) fn time_limits(text: &str) -> Result<TimeLimits, Refusal> {
    let parsed = text.split_once(',').and_then(|(warn, critical)| {
        let (warn, critical): (u64, u64) = (warn.parse().ok()?, critical.parse().ok()?);
        (warn <= critical).then(|| TimeLimits {
            warn: Duration::from_millis(warn),
            critical: Duration::from_millis(critical),
        })
    });
    parsed.ok_or_else(|| {
        Refusal::new(
            "is not a warning time and a critical time",
            "two numbers of milliseconds with a comma between, the larger one last",
            "50,100",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        for (text, seed) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("0xff", Some(255)),
            ("0XFF", Some(255)),
            ("0xffffffffffffffff", Some(u64::MAX)),
            ("0x10000000000000000", None),
            ("0x", None),
            ("0x+1", None),
            ("ff", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(super::seed(text).ok(), seed, "{text}");
        }
    }

    #[test]
    fn shards_are_counted_from_1() {
        for (text, shard) in [
            ("1/1", Some("1/1")),
            ("2/4", Some("2/4")),
            ("4/4", Some("4/4")),
            ("02/04", Some("2/4")),
            ("10000/10000", Some("10000/10000")),
            ("1/10001", None),
            ("5/4", None),
            ("0/4", None),
            ("1/0", None),
            ("0/0", None),
            ("", None),
            ("/", None),
            ("1", None),
            ("1/", None),
            ("/4", None),
            ("a/b", None),
            ("1/4/", None),
            ("1/2/4", None),
            ("+1/4", None),
            ("1/+4", None),
            ("-1/4", None),
            (" 1/4", None),
            ("1 /4", None),
            ("1.0/4", None),
            ("hash:1/4", None),
            ("1/99999999999999999999", None),
        ] {
            let parsed = super::shard(text).ok().map(|shard| shard.to_string());
            assert_eq!(parsed.as_deref(), shard, "{text}");
        }
    }

    #[test]
    fn a_limit_of_nothing_is_no_limit() {
        for text in ["0", "0s", "0ms", "0h0m", "none"] {
            assert_eq!(limit(text).ok(), Some(None), "{text}");
        }
        assert_eq!(limit("1ms").ok(), Some(Some(Duration::from_millis(1))));
        assert!(limit("None").is_err());
    }

    #[test]
    fn spellings_of_one_file() {
        for (one, other, same) in [
            ("a/b", "a/b", true),
            ("a/b", "./a//b", true),
            ("a/b", "a/./b", true),
            ("a/b", "/a/b", false),
            ("a/b", "a/c", false),
        ] {
            assert_eq!(same_file(Path::new(one), Path::new(other)), same, "{one} {other}");
        }
    }
}
