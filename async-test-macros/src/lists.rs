//! Keys whose value is a list in parentheses: `tags("net", "slow")` and `keys(owner = "team")`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, Token, UnOp};

use crate::args::{Args, Place, Value};
use crate::errors::Errors;
use crate::values::plain;

const STRINGS: &str = "a list of strings";
const PAIRS: &str = "a list of names with values";
const CONSTANT: &str = "a string, a number, `true` or `false` for each name";

impl Args {
    /// `key("one", "two")`
    pub(crate) fn strings(&self, name: &str, errors: &mut Errors) -> Option<TokenStream> {
        let items = self.list::<Expr>(name, STRINGS, errors)?;
        for item in &items {
            match plain(item) {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text), ..
                }) if text.value().trim().is_empty() => {
                    errors.on(text, format!("`{name}` takes strings that are not empty"));
                }
                Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => {}
                other => {
                    self.pass(name, STRINGS, other, errors);
                }
            }
        }
        Some(quote!(&[#items]))
    }

    /// `key(one = 1, two = "b")`: each name with the tokens of its value, which in a `static` is the text of it.
    pub(crate) fn pairs(&self, name: &str, errors: &mut Errors) -> Option<Vec<(String, TokenStream)>> {
        let mut pairs = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for Pair { key, value } in self.list::<Pair>(name, PAIRS, errors)? {
            let text = key.unraw().to_string();
            if self.knows(&key) || self.hints_at(&key) {
                errors.on(
                    &key,
                    format!("`{text}` has a meaning of its own: the names in `{name}(..)` are those of bundles"),
                );
            } else if names.contains(&text) {
                errors.on(&key, format!("`{text}` is given twice: keep one of them"));
            } else if self.place == Place::Body {
                pairs.push((text, value.into_token_stream()));
            } else if let Some(constant) = constant(&value) {
                pairs.push((text, quote!(#constant)));
            } else {
                self.wrong(name, CONSTANT, &value, errors);
            }
            names.push(key.unraw().to_string());
        }
        Some(pairs)
    }

    fn list<T: Parse>(&self, name: &str, what: &str, errors: &mut Errors) -> Option<Punctuated<T, Token![,]>> {
        let arg = self.get(name)?;
        let Value::List(group) = &arg.value else {
            self.wrong_arg(arg, name, what, errors);
            return None;
        };
        let items = errors.handle(Punctuated::<T, Token![,]>::parse_terminated.parse2(group.stream()))?;
        if items.is_empty() {
            self.wrong(name, what, group, errors);
            return None;
        }
        Some(items)
    }
}

struct Pair {
    key: Ident,
    value: Expr,
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a name and its value: write `owner = \"team\"`"));
        }
        let key = Ident::parse_any(input)?;
        if !input.peek(Token![=]) {
            let message = format!("the value of `{key}` is missing: write `{key} = \"…\"`");
            return Err(syn::Error::new_spanned(key, message));
        }
        input.parse::<Token![=]>()?;
        Ok(Pair {
            key,
            value: input.parse()?,
        })
    }
}

/// The text of a value that is written out.
fn constant(expr: &Expr) -> Option<String> {
    match plain(expr) {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(text.value()),
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            Lit::Bool(value) => Some(value.value.to_string()),
            _ => None,
        },
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_), expr, ..
        }) => match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Int(_) | Lit::Float(_),
                ..
            }) => Some(format!("-{}", constant(expr)?)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Table;

    static TABLE: Table = Table {
        owner: "#[demo]",
        keys: &[&[("tags", "tags(\"net\", \"slow\")"), ("keys", "keys(owner = \"team\")")]],
        hints: &[("ignore", "write `#[ignore]` beside it")],
    };

    fn read(source: &str, place: Place) -> (String, Vec<String>) {
        let mut errors = Errors::default();
        let mut args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
        args.place = place;
        let tags = args
            .strings("tags", &mut errors)
            .into_iter()
            .map(|tags| tags.to_string());
        let pairs = args.pairs("keys", &mut errors).unwrap_or_default();
        let pairs = pairs.into_iter().map(|(name, value)| format!("{name}={value}"));
        (tags.chain(pairs).collect::<Vec<_>>().join(" "), errors.messages())
    }

    #[test]
    fn reads_strings_and_pairs() {
        for (source, expected) in [
            ("tags(\"a\", \"b\",)", "& [\"a\" , \"b\" ,]"),
            (
                "keys(owner = \"team\", quarantine = 3_0u8, ratio = -0.5, flaky = true,)",
                "owner=\"team\" quarantine=\"30\" ratio=\"-0.5\" flaky=\"true\"",
            ),
            ("keys(type = (1))", "type=\"1\""),
        ] {
            assert_eq!(read(source, Place::Static), (expected.to_owned(), vec![]), "{source}");
        }
        assert_eq!(
            read("keys(owner = team(), n = -3)", Place::Body),
            ("owner=team () n=- 3".to_owned(), vec![])
        );
    }

    #[test]
    fn refuses_the_wrong_kind_with_an_example() {
        const TAGS: &str = "`tags` takes a list of strings: write `tags(\"net\", \"slow\")`";
        const KEYS: &str = "`keys` takes a list of names with values: write `keys(owner = \"team\")`";
        const VALUE: &str =
            "`keys` takes a string, a number, `true` or `false` for each name: write `keys(owner = \"team\")`";
        for (source, expected) in [
            ("tags", &[TAGS][..]),
            ("tags = \"net\"", &[TAGS]),
            ("tags()", &[TAGS]),
            ("tags(1)", &[TAGS]),
            ("tags(\"\")", &["`tags` takes strings that are not empty"]),
            ("keys", &[KEYS]),
            ("keys = \"a\"", &[KEYS]),
            ("keys()", &[KEYS]),
            (
                "keys(owner)",
                &["the value of `owner` is missing: write `owner = \"…\"`"],
            ),
            (
                "keys(\"a\")",
                &["expected a name and its value: write `owner = \"team\"`"],
            ),
            ("keys(owner = TEAM)", &[VALUE]),
            ("keys(owner = -\"a\", since = 'a')", &[VALUE, VALUE]),
            (
                "keys(tags = 1, ignore = 2, a = 3, a = 4)",
                &[
                    "`tags` has a meaning of its own: the names in `keys(..)` are those of bundles",
                    "`ignore` has a meaning of its own: the names in `keys(..)` are those of bundles",
                    "`a` is given twice: keep one of them",
                ],
            ),
        ] {
            let (_, errors) = read(source, Place::Static);
            assert_eq!(errors, expected, "{source}");
        }
    }
}
