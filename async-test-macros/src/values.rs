//! What a key's value may be: each reader checks one kind and gives the tokens of the value.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, UnOp};

use crate::args::{Arg, Args, Place, Value};
use crate::errors::Errors;
use crate::{condition, duration};

const DURATION: &str = "a duration in a string";
const FLAG: &str = "no value";
const FRACTION: &str = "a number from 0.0 to 1.0";
const NUMBER: &str = "a whole number";
const TEXT: &str = "a string";

/// A number's tokens, and the number itself when it is written out.
pub(crate) struct Count {
    pub(crate) tokens: TokenStream,
    pub(crate) literal: Option<u64>,
}

impl Args {
    /// `key`, `key = true` or `key = false`; `None` when the key is absent.
    pub(crate) fn switch(&self, name: &str, errors: &mut Errors) -> Option<bool> {
        let arg = self.get(name)?;
        let written = match &arg.value {
            Value::Missing => return Some(true),
            Value::Expr(expr) => Some(plain(expr)),
            Value::List(_) => None,
        };
        if let Some(Expr::Lit(ExprLit {
            lit: Lit::Bool(value), ..
        })) = written
        {
            return Some(value.value);
        }
        let is_flag = self.example(name) == Some(name);
        let what = if is_flag { FLAG } else { "`true` or `false`" };
        self.wrong_arg(arg, name, what, errors);
        None
    }

    pub(crate) fn flag(&self, name: &str, errors: &mut Errors) -> bool {
        self.switch(name, errors).unwrap_or(false)
    }

    pub(crate) fn count(&self, name: &str, least: u64, ty: &str, errors: &mut Errors) -> Option<Count> {
        let expr = self.expr(name, NUMBER, errors)?;
        match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Int(number), ..
            }) if number.suffix().is_empty() => {
                let Ok(value) = number.base10_parse::<u64>() else {
                    errors.on(number, format!("`{name}` takes a whole number that fits into 64 bits"));
                    return None;
                };
                if value < least {
                    errors.on(number, format!("`{name}` must be at least {least}"));
                    return None;
                }
                let mut literal = Literal::u64_unsuffixed(value);
                literal.set_span(number.span());
                Some(Count {
                    tokens: quote!(#literal),
                    literal: Some(value),
                })
            }
            other => {
                let tokens = self.pass(name, NUMBER, other, errors)?;
                let ty = Ident::new(ty, Span::mixed_site().located_at(other.span()));
                // A length is a `usize` and a loop variable anything: none of them should need a conversion.
                Some(Count {
                    tokens: quote!((#tokens) as #ty),
                    literal: None,
                })
            }
        }
    }

    pub(crate) fn text(&self, name: &str, errors: &mut Errors) -> Option<TokenStream> {
        let expr = self.expr(name, TEXT, errors)?;
        match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => {
                if text.value().trim().is_empty() {
                    errors.on(text, format!("`{name}` must not be empty"));
                    return None;
                }
                Some(quote!(#text))
            }
            other => self.pass(name, TEXT, other, errors),
        }
    }

    /// A string that the macro itself must understand, so no constant will do.
    pub(crate) fn word(&self, name: &str, errors: &mut Errors) -> Option<LitStr> {
        let expr = self.expr(name, TEXT, errors)?;
        match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.clone()),
            _ => {
                self.wrong(name, TEXT, expr, errors);
                None
            }
        }
    }

    pub(crate) fn duration(&self, name: &str, zero_allowed: bool, errors: &mut Errors) -> Option<TokenStream> {
        let expr = self.expr(name, DURATION, errors)?;
        match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => match duration::parse(&text.value()) {
                Ok(value) if value.is_zero() && !zero_allowed => {
                    errors.on(text, format!("`{name}` must be longer than zero"));
                    None
                }
                Ok(value) => Some(duration::tokens(value)),
                Err(message) => {
                    errors.on(text, message);
                    None
                }
            },
            other => self.pass(name, DURATION, other, errors),
        }
    }

    pub(crate) fn fraction(&self, name: &str, zero_allowed: bool, errors: &mut Errors) -> Option<TokenStream> {
        let expr = self.expr(name, FRACTION, errors)?;
        let value = match plain(expr) {
            Expr::Lit(ExprLit {
                lit: Lit::Float(number),
                ..
            }) => number.base10_parse::<f64>().ok(),
            Expr::Lit(ExprLit {
                lit: Lit::Int(number), ..
            }) => number.base10_parse::<f64>().ok(),
            other => return self.pass(name, FRACTION, other, errors),
        };
        match value {
            Some(value) if (0.0..=1.0).contains(&value) && (zero_allowed || value > 0.0) => {
                let mut literal = Literal::f64_unsuffixed(value);
                literal.set_span(expr.span());
                Some(quote!(#literal))
            }
            Some(0.0) => {
                errors.on(expr, format!("`{name}` must be above zero"));
                None
            }
            _ => {
                self.wrong(name, FRACTION, expr, errors);
                None
            }
        }
    }

    pub(crate) fn condition(&self, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
        let expr = self.expr("when", condition::KIND, errors)?;
        condition::tokens(expr, krate, errors)
    }

    /// The expression behind `key =`; anything else is reported.
    pub(crate) fn expr(&self, name: &str, what: &str, errors: &mut Errors) -> Option<&Expr> {
        let arg = self.get(name)?;
        if let Value::Expr(expr) = &arg.value {
            return Some(expr);
        }
        self.wrong_arg(arg, name, what, errors);
        None
    }

    pub(crate) fn wrong_arg(&self, arg: &Arg, name: &str, what: &str, errors: &mut Errors) {
        match &arg.value {
            Value::Missing => self.wrong(name, what, &arg.key, errors),
            Value::Expr(expr) => self.wrong(name, what, expr, errors),
            Value::List(group) => self.wrong(name, what, group, errors),
        }
    }

    /// An expression that is no literal: the compiler checks its type where it lands.
    pub(crate) fn pass(&self, name: &str, what: &str, expr: &Expr, errors: &mut Errors) -> Option<TokenStream> {
        let constant = matches!(expr, Expr::Path(_) | Expr::Macro(_) | Expr::Const(_));
        let literal = match expr {
            Expr::Lit(_) | Expr::Array(_) | Expr::Closure(_) | Expr::Range(_) | Expr::Tuple(_) => true,
            Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_)),
            _ => false,
        };
        if constant || (self.place == Place::Body && !literal) {
            return Some(quote!(#expr));
        }
        self.wrong(name, what, expr, errors);
        None
    }
}

/// Without the parentheses and the invisible groups that `macro_rules!` put around a fragment.
pub(crate) fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => plain(&group.expr),
        Expr::Paren(paren) => plain(&paren.expr),
        other => other,
    }
}

/// `field: value,` with the value's place, when there is a value.
pub(crate) fn field(name: &str, value: Option<TokenStream>) -> TokenStream {
    let Some(value) = value else { return TokenStream::new() };
    let name = Ident::new(name, Span::call_site());
    quote!(#name: #value,)
}

pub(crate) fn some(value: TokenStream) -> TokenStream {
    let span = value.span();
    let some = quote_spanned!(span=> ::core::option::Option::Some);
    quote!(#some(#value))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;
    use crate::args::Table;

    static TABLE: Table = Table {
        owner: "#[demo]",
        keys: &[&[
            ("plan", "plan = 3"),
            ("parallel", "parallel"),
            ("paused", "paused = true"),
            ("todo", "todo = \"why\""),
            ("flavor", "flavor = \"current_thread\""),
            ("timeout", "timeout = \"30s\""),
            ("ratio", "ratio = 0.5"),
        ]],
        hints: &[],
    };

    fn read(source: &str, place: Place) -> (Vec<String>, Vec<String>) {
        let mut errors = Errors::default();
        let mut args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
        args.place = place;
        let mut values = Vec::new();
        values.extend(args.count("plan", 1, "u64", &mut errors).map(|count| count.tokens));
        values.extend(args.switch("parallel", &mut errors).map(|on| quote!(#on)));
        values.extend(args.switch("paused", &mut errors).map(|on| quote!(#on)));
        values.extend(args.text("todo", &mut errors));
        values.extend(args.word("flavor", &mut errors).map(ToTokens::into_token_stream));
        values.extend(args.duration("timeout", false, &mut errors));
        values.extend(args.fraction("ratio", false, &mut errors));
        (values.iter().map(ToString::to_string).collect(), errors.messages())
    }

    #[test]
    fn accepts_each_kind() {
        for (source, expected) in [
            ("plan = 1_000", "1000"),
            ("plan = COUNT", "(COUNT) as u64"),
            ("parallel", "true"),
            ("parallel = false", "false"),
            ("todo = \"soon\"", "\"soon\""),
            ("todo = concat!(\"a\", \"b\")", "concat ! (\"a\" , \"b\")"),
            ("timeout = (\"1m30s\")", ":: core :: time :: Duration :: new (90 , 0)"),
            ("timeout = limits::LONG", "limits :: LONG"),
            ("ratio = 0.25", "0.25"),
            ("ratio = 1", "1.0"),
        ] {
            let (values, errors) = read(source, Place::Static);
            assert_eq!((values, errors), (vec![expected.to_owned()], vec![]), "{source}");
        }
    }

    #[test]
    fn refuses_the_wrong_kind_with_an_example() {
        for (source, expected) in [
            ("plan", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = \"3\"", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = -3", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = 2.5", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = 3u8", "`plan` takes a whole number: write `plan = 3`"),
            ("plan(3)", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = count()", "`plan` takes a whole number: write `plan = 3`"),
            ("plan = 0", "`plan` must be at least 1"),
            ("parallel = 3", "`parallel` takes no value: write `parallel`"),
            ("paused = 3", "`paused` takes `true` or `false`: write `paused = true`"),
            ("todo", "`todo` takes a string: write `todo = \"why\"`"),
            ("todo = true", "`todo` takes a string: write `todo = \"why\"`"),
            ("todo = \" \"", "`todo` must not be empty"),
            (
                "flavor = FLAVOR",
                "`flavor` takes a string: write `flavor = \"current_thread\"`",
            ),
            (
                "timeout = 30",
                "`timeout` takes a duration in a string: write `timeout = \"30s\"`",
            ),
            ("timeout = \"0ms\"", "`timeout` must be longer than zero"),
            (
                "ratio = 1.5",
                "`ratio` takes a number from 0.0 to 1.0: write `ratio = 0.5`",
            ),
            ("ratio = 0.0", "`ratio` must be above zero"),
        ] {
            assert_eq!(read(source, Place::Static).1, [expected], "{source}");
        }
    }

    #[test]
    fn a_body_may_compute_its_values() {
        for source in [
            "plan = urls.len()",
            "todo = format!(\"since {v}\")",
            "timeout = limit * 2",
            "ratio = 1.0 / n",
        ] {
            let (values, errors) = read(source, Place::Body);
            assert_eq!((values.len(), errors), (1, vec![]), "{source}");
        }
        assert_eq!(read("plan = -1", Place::Body).1.len(), 1);
    }
}
