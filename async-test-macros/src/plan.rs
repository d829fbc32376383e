//! `plan!(5, parallel)` inside a running body.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Token, token};

use crate::args::{Arg, Args, Place, Table, Value};
use crate::door;
use crate::errors::Errors;
use crate::plan_keys::{self, HINTS, KEYS};

static TABLE: Table = Table {
    owner: "plan!",
    keys: &[&[("tests", "tests = 3")], &KEYS],
    hints: &HINTS,
};

pub(crate) fn expand(tokens: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let read = |input: ParseStream<'_>| read(input, &mut errors);
    let outcome = read.parse2(tokens);
    let Some((krate, args)) = errors.handle(outcome) else {
        return (quote!(()), errors);
    };
    let plan = plan_keys::builder(&args, &krate, &mut errors);
    (quote!(#krate::__rt::plan(#plan)), errors)
}

fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<(TokenStream, Args)> {
    let krate = door::krate(input)?;
    if input.is_empty() {
        return Err(syn::Error::new(
            input.span(),
            "a plan says something: write `plan!(5)`, `plan!(5, parallel)` or `plan!(skip_all = \"why\")`",
        ));
    }
    let mut args = Args::new(&TABLE, Place::Body);
    if number_is_next(input, &args) {
        let number: Expr = input.parse()?;
        let key = Ident::new("tests", number.span());
        args.add(
            Arg {
                key,
                value: Value::Expr(number),
            },
            errors,
        );
        if !input.is_empty() && input.parse::<Token![,]>().is_err() {
            errors.push(input.error("expected a comma before this"));
        }
    }
    while !input.is_empty() {
        args.read_one(input, errors);
    }
    Ok((krate, args))
}

/// The first argument is the number of tests unless it is a key.
fn number_is_next(input: ParseStream<'_>, args: &Args) -> bool {
    let ahead = input.fork();
    let Ok(word) = ahead.parse::<Ident>() else { return true };
    let assigned = ahead.peek(Token![=]) && !ahead.peek(Token![==]);
    let alone = ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek(token::Paren);
    !assigned && !(alone && (args.knows(&word) || args.hints_at(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(source: &str) -> (String, Vec<String>) {
        let (tokens, errors) = expand(format!("[k] {source}").parse().unwrap());
        (tokens.to_string().replace(' ', ""), errors.messages())
    }

    #[test]
    fn builds_the_plan() {
        for (source, calls) in [
            ("5", ".tests(5)"),
            ("n", ".tests((n)asu64)"),
            ("urls.len() + 1, parallel", ".tests((urls.len()+1)asu64).parallel()"),
            ("parallel, tests = 5", ".tests(5).parallel()"),
            ("plan = 5, parallel = false", ".tests(5)"),
            ("random, todo = why", ".random().todo(why)"),
            (
                "tags(\"net\"), timeout = \"1s\"",
                ".timeout(::core::time::Duration::new(1,0)).tags(&[\"net\"])",
            ),
            (
                "when = env(\"A\")",
                ".when({static__WHEN:k::__rt::When=k::__rt::When::Env(\"A\");__WHEN})",
            ),
        ] {
            assert_eq!(
                expanded(source),
                (format!("k::__rt::plan(k::Plan::new(){calls})"), vec![]),
                "{source}"
            );
        }
    }

    #[test]
    fn mistakes_say_the_way_out() {
        for (source, expected) in [
            ("", &["a plan says something"][..]),
            ("5, plan = 5", &["the number of tests is given twice"]),
            ("5, tests = 5", &["`tests` is given twice"]),
            ("\"five\"", &["`tests` takes a whole number: write `tests = 3`"]),
            (
                "-5, paralel",
                &[
                    "`plan!` has no key `paralel`: did you mean `parallel`?",
                    "`tests` takes a whole number",
                ],
            ),
            (
                "5, retries = 2",
                &["`retries` is not a key of `plan!`: it belongs to a whole suite"],
            ),
            ("serial", &["`serial` is not a key of `plan!`"]),
        ] {
            let (_, errors) = expanded(source);
            assert_eq!(errors.len(), expected.len(), "{source}: {errors:?}");
            for (error, part) in errors.iter().zip(expected) {
                assert!(error.contains(part), "{source}: {error}");
            }
        }
    }
}
