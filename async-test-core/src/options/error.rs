//! What can be wrong with a command line or a variable.

use std::fmt;

use crate::escape::controls;

/// Options that cannot be understood: which flag or variable, its value, and the way out.
///
/// `Display` says all of it in one line, without a full stop:
///
/// ```text
/// `--test-threads=zero` is not a whole number from 1; for instance `--test-threads=4`
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionsError {
    name: String,
    value: Option<String>,
    problem: String,
    advice: String,
}

impl OptionsError {
    /// The flag, dashes included, or the variable that is to blame.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value that was not understood, where there was one.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}", self.name)?;
        if let Some(value) = &self.value {
            write!(f, "={}", controls(value))?;
        }
        write!(f, "` {}; {}", controls(&self.problem), controls(&self.advice))
    }
}

impl std::error::Error for OptionsError {}

/// Something in the options that is passed over; the run goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// An option that nobody knows.
    UnknownFlag {
        /// The option as it was written, an attached value included.
        flag: String,
        /// The word after it.
        next: NextWord,
        /// A flag with nearly the same name.
        nearest: Option<&'static str>,
    },
    /// A variable that nobody reads, with nearly the name of one of ours.
    UnknownVariable {
        /// The variable.
        name: String,
        /// The one that it was probably meant to be.
        nearest: &'static str,
    },
    /// A flag that still works, and what to use in its place.
    Deprecated {
        /// The flag.
        flag: &'static str,
        /// What to use instead.
        instead: &'static str,
    },
    /// A flag or a variable that means nothing in this build.
    NeedsFeature {
        /// The flag or the variable.
        option: &'static str,
        /// The feature of async-test-suite that it needs.
        feature: &'static str,
    },
    /// Two variables, or a flag and one of Bazel's variables, set the same option to different values.
    Overruled {
        /// The variable or the flag that counts.
        used: &'static str,
        /// The variable that does not.
        ignored: &'static str,
    },
}

/// What became of the word after an unknown option, which may be its value or a filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NextWord {
    /// There was none, or it was an option, or the unknown option had a value attached already.
    None,
    /// It is taken as the value of the unknown option and passed over with it.
    Dropped(String),
    /// It is a filter, because it looks like the path of a test.
    Filter(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::UnknownFlag { flag, next, nearest } => {
                write!(f, "unknown option `{}` is ignored", controls(flag))?;
                match next {
                    NextWord::None => {}
                    NextWord::Dropped(word) => write!(
                        f,
                        ", and `{0}` as its value (if it is a filter, put it before the option or write `-- {0}`)",
                        controls(word)
                    )?,
                    NextWord::Filter(word) => write!(f, "; `{}` is taken as a filter", controls(word))?,
                }
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Warning::UnknownVariable { name, nearest } => {
                write!(
                    f,
                    "the variable `{}` means nothing; did you mean `{nearest}`?",
                    controls(name)
                )
            }
            Warning::Deprecated { flag, instead } => write!(f, "`{flag}` is deprecated; use `{instead}`"),
            Warning::NeedsFeature { option, feature } => write!(
                f,
                "`{option}` means nothing without the feature `{feature}` of async-test-suite"
            ),
            Warning::Overruled { used, ignored } => {
                write!(f, "`{ignored}` is ignored, because `{used}` is set to another value")
            }
        }
    }
}

/// Where a value came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    Flag(&'static str),
    Variable(&'static str),
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Source::Flag(name) | Source::Variable(name) => name,
        }
    }

    /// The source with a value, as a user would write it.
    pub(super) fn with(self, value: &str) -> String {
        format!("{}={value}", self.name())
    }

    pub(super) fn error(
        self,
        value: Option<&str>,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> OptionsError {
        OptionsError {
            name: self.name().to_owned(),
            value: value.map(str::to_owned),
            problem: problem.into(),
            advice: advice.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_name_value_and_way_out() {
        let error = Source::Flag("--seed").error(Some("x"), "is wrong", "try 1");
        assert_eq!(error.to_string(), "`--seed=x` is wrong; try 1");
        assert_eq!((error.name(), error.value()), ("--seed", Some("x")));
        let error = Source::Variable("SEED").error(Some("a\nb"), "is wrong", "try 1");
        assert_eq!(error.to_string(), "`SEED=a\\nb` is wrong; try 1");
        let error = Source::Flag("--seed").error(None, "needs a value", "try 1");
        assert_eq!(error.to_string(), "`--seed` needs a value; try 1");
    }
}
