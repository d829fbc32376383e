//! `key`, `key = value` and `key(list)`: a table says which keys there are, and every value keeps its place.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Token, token};

use crate::errors::Errors;
use crate::nearest::nearest;

/// The keys of one macro.
pub(crate) struct Table {
    /// The macro as the user writes it, such as `#[suite]`.
    pub(crate) owner: &'static str,
    pub(crate) keys: &'static [&'static [Key]],
    /// Words that are no keys here, with what to do instead.
    pub(crate) hints: &'static [(&'static str, &'static str)],
}

impl Table {
    fn keys(&self) -> impl Iterator<Item = Key> {
        self.keys.iter().copied().flatten().copied()
    }

    fn example(&self, name: &Ident) -> Option<&'static str> {
        let mut keys = self.keys();
        keys.find(|(key, _)| name.unraw() == key).map(|(_, example)| example)
    }
}

/// A key and one right use of it.
pub(crate) type Key = (&'static str, &'static str);

pub(crate) enum Value {
    Missing,
    Expr(Expr),
    List(Group),
}

pub(crate) struct Arg {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// Where the value of a key is evaluated.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// In a `static`: literals, constants and macros.
    Static,
    /// In the user's own function: any expression.
    Body,
}

pub(crate) struct Args {
    pub(crate) table: &'static Table,
    pub(crate) place: Place,
    list: Vec<Arg>,
}

impl Args {
    pub(crate) fn new(table: &'static Table, place: Place) -> Self {
        Args {
            table,
            place,
            list: Vec::new(),
        }
    }

    /// Reads an attribute's arguments; a bad one is reported and passed over.
    pub(crate) fn of_attribute(table: &'static Table, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::new(table, Place::Static);
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                args.read_one(input, errors);
            }
            Ok(())
        };
        let outcome = read.parse2(tokens);
        errors.handle(outcome);
        args
    }

    /// Reads one argument and the comma behind it.
    pub(crate) fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        match Arg::parse(input, self.table) {
            Ok(arg) => self.add(arg, errors),
            Err(error) => {
                errors.push(error);
                skip_to_comma(input);
            }
        }
        if input.is_empty() || input.parse::<Token![,]>().is_ok() {
            return;
        }
        errors.push(input.error("expected a comma before this"));
        skip_to_comma(input);
        let _ = input.parse::<Token![,]>();
    }

    pub(crate) fn add(&mut self, arg: Arg, errors: &mut Errors) {
        let name = arg.key.unraw().to_string();
        if self.example(&name).is_none() {
            errors.at(arg.key.span(), self.unknown(&name));
        } else if self.has(&name) {
            errors.at(arg.key.span(), format!("`{name}` is given twice: keep one of them"));
        } else {
            self.list.push(arg);
        }
    }

    fn unknown(&self, name: &str) -> String {
        let owner = self.table.owner;
        if let Some((_, hint)) = self.table.hints.iter().find(|(word, _)| *word == name) {
            return format!("`{name}` is not a key of `{owner}`: {hint}");
        }
        let names = || self.table.keys().map(|(name, _)| name);
        let known = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match nearest(name, names()) {
            Some(meant) => format!("`{owner}` has no key `{name}`: did you mean `{meant}`? its keys are {known}"),
            None => {
                let of_bundles = match self.example("keys") {
                    Some(_) => format!(", and those of bundles stand in `keys({name} = ..)`"),
                    None => String::new(),
                };
                format!("`{owner}` has no key `{name}`: its keys are {known}{of_bundles}")
            }
        }
    }

    pub(crate) fn knows(&self, name: &Ident) -> bool {
        self.example(&name.unraw().to_string()).is_some()
    }

    /// A word that is no key here, but of which the table has something to say.
    pub(crate) fn hints_at(&self, name: &Ident) -> bool {
        self.table.hints.iter().any(|(word, _)| name.unraw() == word)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|arg| arg.key.unraw() == name)
    }

    pub(crate) fn example(&self, name: &str) -> Option<&'static str> {
        self.table
            .keys()
            .find(|(key, _)| *key == name)
            .map(|(_, example)| example)
    }

    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        self.list
            .iter()
            .find(|arg| arg.key.unraw() == name)
            .map(|arg| arg.key.span())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arg> {
        self.position(name).map(|at| &self.list[at])
    }

    /// Two keys in the order in which they stand, when both do.
    pub(crate) fn both(&self, one: &str, other: &str) -> Option<(&Ident, &Ident)> {
        let (first, second) = (self.position(one)?, self.position(other)?);
        Some((&self.list[first.min(second)].key, &self.list[first.max(second)].key))
    }

    /// Two keys that cannot stand together: the error is at the later one.
    pub(crate) fn contradiction(&self, one: &str, other: &str, why: &str, errors: &mut Errors) {
        if let Some((earlier, later)) = self.both(one, other) {
            errors.at(later.span(), format!("`{later}` contradicts `{earlier}`: {why}"));
        }
    }

    pub(crate) fn wrong(&self, name: &str, what: &str, at: impl ToTokens, errors: &mut Errors) {
        let example = self.example(name).unwrap_or(name);
        errors.on(at, format!("`{name}` takes {what}: write `{example}`"));
    }
}

impl Arg {
    fn parse(input: ParseStream<'_>, table: &Table) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            let example = table.keys().next().map_or("", |(_, example)| example);
            return Err(input.error(format!("expected a key of `{}`, such as `{example}`", table.owner)));
        }
        let key = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            let equals = input.parse::<Token![=]>()?;
            let right = table.example(&key).map(|example| format!(": write `{example}`"));
            let right = right.unwrap_or_default();
            if input.is_empty() || input.peek(Token![,]) {
                return Err(syn::Error::new_spanned(
                    equals,
                    format!("the value of `{key}` is missing{right}"),
                ));
            }
            let value = input.parse().map_err(|error: syn::Error| {
                syn::Error::new(
                    error.span(),
                    format!("the value of `{key}` is not an expression{right}"),
                )
            });
            Value::Expr(value?)
        } else if input.peek(token::Paren) {
            Value::List(input.parse()?)
        } else {
            Value::Missing
        };
        Ok(Arg { key, value })
    }
}

pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: Table = Table {
        owner: "#[demo]",
        keys: &[
            &[("plan", "plan = 3"), ("parallel", "parallel")],
            &[("tags", "tags(\"net\")")],
        ],
        hints: &[("ignore", "write `#[ignore]` beside it")],
    };

    fn read(source: &str) -> (Args, Vec<String>) {
        let mut errors = Errors::default();
        let args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
        (args, errors.messages())
    }

    #[test]
    fn reads_the_three_forms() {
        let (args, errors) = read("parallel, plan = 1 + 2, tags(\"a\", \"b\"),");
        assert_eq!(errors, [""; 0]);
        assert!(matches!(args.get("parallel").unwrap().value, Value::Missing));
        assert!(matches!(args.get("plan").unwrap().value, Value::Expr(Expr::Binary(_))));
        assert!(
            matches!(&args.get("tags").unwrap().value, Value::List(group) if group.stream().into_iter().count() == 3)
        );
        assert!(args.get("random").is_none());
    }

    #[test]
    fn reports_every_bad_argument_at_once() {
        for (source, expected) in [
            (
                "paralel, plan = 1, plan = 2",
                &[
                    "`#[demo]` has no key `paralel`: did you mean `parallel`?",
                    "`plan` is given twice",
                ][..],
            ),
            (
                "colour = 3",
                &["has no key `colour`: its keys are `plan`, `parallel`, `tags`"],
            ),
            (
                "ignore, \"x\", parallel",
                &[
                    "`ignore` is not a key of `#[demo]`: write `#[ignore]`",
                    "expected a key of `#[demo]`, such as `plan = 3`",
                ],
            ),
            (
                "plan = , parallel plan",
                &[
                    "the value of `plan` is missing: write `plan = 3`",
                    "expected a comma before this",
                ],
            ),
            (
                "plan = + , nope",
                &[
                    "the value of `plan` is not an expression: write `plan = 3`",
                    "no key `nope`",
                ],
            ),
        ] {
            let (_, errors) = read(source);
            assert_eq!(errors.len(), expected.len(), "{source}: {errors:?}");
            for (error, part) in errors.iter().zip(expected) {
                assert!(error.contains(part), "{source}: {error}");
            }
        }
    }

    #[test]
    fn goes_on_after_a_bad_argument() {
        let (args, _) = read("plan = + , parallel");
        assert!(args.has("parallel") && !args.has("plan"));
    }

    #[test]
    fn a_contradiction_blames_the_later_key() {
        let (args, _) = read("tags(), plan = 1");
        let mut errors = Errors::default();
        args.contradiction("plan", "tags", "they differ", &mut errors);
        args.contradiction("plan", "parallel", "never seen", &mut errors);
        assert_eq!(errors.messages(), ["`plan` contradicts `tags`: they differ"]);
    }
}
