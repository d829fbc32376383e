//! Splits a command line into flags with their values, filters, and what nobody knows.

use std::ffi::{OsStr, OsString};

use lexopt::Arg;

use super::error::{NextWord, OptionsError, Source, Warning};
use super::flags::{FLAGS, Flag, Id};
use super::nearest;

/// A command line whose shape is right; what the values mean is not looked at yet.
#[derive(Default, Debug)]
pub(super) struct CommandLine {
    given: Vec<(&'static Flag, Option<OsString>)>,
    pub(super) filters: Vec<String>,
    pub(super) warnings: Vec<Warning>,
}

impl CommandLine {
    /// Flags and filters may be mixed, `--` ends the flags, and the word after a flag with a value is its value whatever
    /// it looks like: all of it as the built-in harness does.
    ///
    /// The word after an unknown option cannot be placed for certain. Taken as a filter by mistake, it would match
    /// nothing, and a run of no tests is a green one; passed over by mistake, too many tests run, which anybody sees. So
    /// it is passed over together with the option, and the warning says so. Only a word with `::` in it is a filter,
    /// for that is how paths of tests look and values hardly ever do.
    pub(super) fn split(args: impl IntoIterator<Item = OsString>) -> Result<CommandLine, OptionsError> {
        let mut line = CommandLine::default();
        let mut parser = lexopt::Parser::from_args(args);
        loop {
            let arg = match parser.next() {
                Ok(Some(arg)) => arg,
                Ok(None) => return Ok(line),
                Err(error) => return Err(line.stray_value(error)),
            };
            let (known, written) = match arg {
                Arg::Long(name) => (Flag::by_long(name), format!("--{name}")),
                Arg::Short(name) => (Flag::by_short(name), format!("-{name}")),
                Arg::Value(word) => {
                    line.filters.push(filter(&word)?);
                    continue;
                }
            };
            match known {
                Some(flag) => line.take(flag, &mut parser)?,
                None => line.pass_over(written, &mut parser),
            }
        }
    }

    /// The flags that are given, in their order.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static Flag> {
        self.given.iter().map(|(flag, _)| *flag)
    }

    pub(super) fn has(&self, id: Id) -> bool {
        self.values(id).next().is_some()
    }

    /// Every occurrence of a flag, in the order of the command line; the value of a flag without one is empty.
    pub(super) fn values(&self, id: Id) -> impl Iterator<Item = &OsStr> {
        self.given
            .iter()
            .filter(move |(flag, _)| flag.id == id)
            .map(|(_, value)| value.as_deref().unwrap_or_default())
    }

    fn take(&mut self, flag: &'static Flag, parser: &mut lexopt::Parser) -> Result<(), OptionsError> {
        let source = Source::Flag(flag.name);
        if !flag.repeatable && self.has(flag.id) {
            return Err(source.error(None, "is given more than once", "give it once"));
        }
        let value = match flag.value {
            None => None,
            Some(name) => match parser.value() {
                Ok(value) => Some(value),
                Err(_) => {
                    let advice = format!("write `{} {name}`", flag.name);
                    return Err(source.error(None, "has no value", advice));
                }
            },
        };
        self.given.push((flag, value));
        Ok(())
    }

    fn pass_over(&mut self, mut written: String, parser: &mut lexopt::Parser) {
        let nearest = nearest::typo(&written, FLAGS.iter().map(|flag| flag.name));
        let mut next = NextWord::None;
        if let Some(value) = parser.optional_value() {
            if written.starts_with("--") {
                written.push('=');
            }
            written.push_str(&value.to_string_lossy());
        } else if let Some(mut words) = parser.try_raw_args() {
            let word = words.peek().map(|word| word.to_string_lossy().into_owned());
            match word.filter(|word| word == "-" || !word.starts_with('-')) {
                None => {}
                Some(word) if word.contains("::") => next = NextWord::Filter(word),
                Some(word) => {
                    words.next();
                    next = NextWord::Dropped(word);
                }
            }
        }
        self.warnings.push(Warning::UnknownFlag {
            flag: written,
            next,
            nearest,
        });
    }

    /// The splitter refuses only a value that was attached to a flag without one, and does so one step later.
    fn stray_value(&self, error: lexopt::Error) -> OptionsError {
        let name = self.given.last().map_or("", |(flag, _)| flag.name);
        let value = match error {
            lexopt::Error::UnexpectedValue { value, .. } => Some(value.to_string_lossy().into_owned()),
            _ => None,
        };
        Source::Flag(name).error(value.as_deref(), "takes no value", format!("write `{name}` alone"))
    }
}

fn filter(word: &OsStr) -> Result<String, OptionsError> {
    match word.to_str() {
        Some(word) => Ok(word.to_owned()),
        None => Err(Source::Flag("FILTER").error(
            Some(&word.to_string_lossy()),
            "is not Unicode",
            "write a part of the name of a test",
        )),
    }
}
