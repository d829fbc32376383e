//! Which events of the program under test are worth keeping.

use std::fmt;

use super::values::Refusal;

/// How much an event of a log matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogLevel {
    /// Something went wrong.
    Error,
    /// Something may go wrong.
    Warn,
    /// What happens.
    Info,
    /// What happens, for those who wrote it.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    pub(crate) const ALL: [LogLevel; 5] = [
        LogLevel::Error,
        LogLevel::Warn,
        LogLevel::Info,
        LogLevel::Debug,
        LogLevel::Trace,
    ];

    /// Reads what `Display` writes.
    pub(crate) fn read(name: &str) -> Option<LogLevel> {
        LogLevel::ALL.into_iter().find(|level| level.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which events are kept: of each target from which level on.
///
/// Written as `debug`, `off`, or `info,hyper=warn,store::net=trace`: a level for all, and others for targets that begin
/// with a name. Of several names that fit the longest decides. Without a level for all, nothing else is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogFilter {
    all: Option<LogLevel>,
    /// The longest names first.
    targets: Vec<(String, Option<LogLevel>)>,
}

impl Default for LogFilter {
    /// `info`.
    fn default() -> LogFilter {
        LogFilter {
            all: Some(LogLevel::Info),
            targets: Vec::new(),
        }
    }
}

impl LogFilter {
    pub(super) fn read(text: &str) -> Result<LogFilter, Refusal> {
        let mut all = None;
        let mut targets: Vec<(String, Option<LogLevel>)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            match part.rsplit_once('=') {
                None if all.is_some() => return Err(refusal("has two levels for all targets")),
                None => all = Some(level(part)?),
                Some((target, text)) => {
                    let target = target.trim();
                    let is_name = |c: char| c.is_alphanumeric() || "_:-./".contains(c);
                    if target.is_empty() || !target.chars().all(is_name) {
                        return Err(refusal(&format!("has `{target}` where the name of a target should be")));
                    }
                    if targets.iter().any(|(name, _)| name == target) {
                        return Err(refusal(&format!("names the target `{target}` twice")));
                    }
                    targets.push((target.to_owned(), level(text.trim())?));
                }
            }
        }
        targets.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Ok(LogFilter {
            all: all.flatten(),
            targets,
        })
    }

    /// Whether anything at all is kept.
    pub fn is_off(&self) -> bool {
        self.most().is_none()
    }

    /// The highest level of which anything is kept.
    pub fn most(&self) -> Option<LogLevel> {
        let levels = self.targets.iter().map(|(_, level)| *level);
        levels.chain([self.all]).flatten().max()
    }

    /// Whether events of this target and level are kept.
    pub fn keeps(&self, target: &str, level: LogLevel) -> bool {
        let named = self.targets.iter().find(|(name, _)| is_of(target, name));
        named
            .map_or(self.all, |(_, level)| *level)
            .is_some_and(|most| level <= most)
    }
}

/// `store::net` is of `store`, `storefront` is not.
fn is_of(target: &str, name: &str) -> bool {
    target
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn level(text: &str) -> Result<Option<LogLevel>, Refusal> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let known = LogLevel::ALL
        .into_iter()
        .find(|level| text.eq_ignore_ascii_case(level.name()));
    known
        .map(Some)
        .ok_or_else(|| refusal(&format!("has `{text}` where a level should be")))
}

fn refusal(problem: &str) -> Refusal {
    Refusal::new(
        problem,
        "levels are off, error, warn, info, debug and trace, one for all targets and others for some",
        "info,hyper=warn",
    )
}

#[cfg(test)]
mod tests {
    use super::super::error::Source;
    use super::*;

    fn read(text: &str) -> Result<LogFilter, String> {
        LogFilter::read(text).map_err(|refusal| refusal.at(Source::Variable("LOG"), text).to_string())
    }

    #[test]
    fn the_longest_name_that_fits_decides() {
        let filter = read(" info , hyper=warn,hyper::client=TRACE,noisy=Off").unwrap();
        for (target, least) in [
            ("store", Some(LogLevel::Info)),
            ("hyper", Some(LogLevel::Warn)),
            ("hyper::server::h1", Some(LogLevel::Warn)),
            ("hyper::client", Some(LogLevel::Trace)),
            ("hyper::client::pool", Some(LogLevel::Trace)),
            ("hyper_util", Some(LogLevel::Info)),
            ("noisy::neighbour", None),
        ] {
            for level in LogLevel::ALL {
                assert_eq!(
                    filter.keeps(target, level),
                    least.is_some_and(|least| level <= least),
                    "{target} {level}"
                );
            }
        }
        assert_eq!(filter.most(), Some(LogLevel::Trace));
        let only = read("store=debug").unwrap();
        assert!(only.keeps("store::net", LogLevel::Debug) && !only.keeps("hyper", LogLevel::Error));
        assert!(read("off").unwrap().is_off() && !only.is_off() && !LogFilter::default().is_off());
    }

    #[test]
    fn what_is_no_filter_is_named() {
        for (text, says) in [
            ("", "has `` where a level should be"),
            ("verbose", "has `verbose` where a level should be"),
            ("info,debug", "two levels for all targets"),
            ("a=b", "has `b` where a level should be"),
            ("=debug", "has `` where the name of a target should be"),
            ("a=info,a=warn", "names the target `a` twice"),
            ("[span{field=1}]=debug", "where the name of a target should be"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{error}");
            assert!(error.ends_with("for instance `LOG=info,hyper=warn`"), "{error}");
        }
    }
}
