//! `verify_loop!(key, key = value, clone = [a, b], body)`

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath};

use crate::args::{Args, Place, Table, Value};
use crate::body::{Body, Form};
use crate::errors::Errors;
use crate::scan::{self, Mode};
use crate::spans::shown_at;
use crate::values::plain;
use crate::{body_future, door, subtest, verify_keys};

static TABLE: Table = Table {
    owner: "verify_loop!",
    keys: &[&verify_keys::KEYS, &[("clone", CLONE_EXAMPLE)]],
    hints: &verify_keys::HINTS,
};

const CLONE_EXAMPLE: &str = "clone = [cluster, client]";

struct Input {
    krate: TokenStream,
    args: Args,
    body: Body,
}

pub(crate) fn expand(tokens: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let stand_in = door::stand_in(&tokens, |krate| quote!(#krate::Verifier<(), #krate::__rt::BodyError>));
    let read = |input: ParseStream<'_>| read(input, &mut errors);
    let outcome = read.parse2(tokens);
    let Some(input) = errors.handle(outcome) else {
        return (stand_in, errors);
    };
    let verifier = verifier(&input, &mut errors);
    if body_future::refuse_bare_return(&input.body, &mut errors) {
        return (stand_in, errors);
    }
    (verifier, errors)
}

fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Input> {
    let krate = door::krate(input)?;
    let mut args = Args::new(&TABLE, Place::Body);
    while !input.is_empty() && !subtest::body_is_next(input, &args) {
        args.read_one(input, errors);
    }
    if input.is_empty() {
        return Err(syn::Error::new(
            input.span(),
            "this verifier has no body: end it with `async { … }`, whose value is what a round saw",
        ));
    }
    let body: Body = input.parse()?;
    subtest::nothing_follows(input, errors)?;
    if let Some(param) = &body.param {
        errors.at(
            param.span(),
            "a round takes no argument: write `async { … }`, and name what it needs in `clone = [..]`",
        );
    }
    Ok(Input { krate, args, body })
}

fn verifier(input: &Input, errors: &mut Errors) -> TokenStream {
    let Input { krate, args, body } = input;
    let default_name = quote!(::core::concat!(
        "verify_loop at ",
        ::core::file!(),
        ":",
        ::core::line!()
    ));
    let spec = verify_keys::spec(args, default_name, krate, errors);
    let clones = clones(args, errors);
    let clones = quote!(#(let #clones = ::core::clone::Clone::clone(&#clones);)*);
    let span = Span::mixed_site().located_at(body.span);
    let krate_there = shown_at(body.span, krate.clone());
    let mut verifier = quote_spanned!(span=> #krate_there::Verifier);
    let round = match &body.form {
        Form::Block { block, output, .. } => {
            let mode = if output.is_some() {
                Mode::Plain
            } else {
                scan::mode(&block.stream())
            };
            if let Mode::NamesError { .. } = mode {
                verifier = quote_spanned!(span=> #verifier::<_, #krate_there::__rt::BodyError>);
            }
            typed(
                body_future::tokens(
                    block,
                    true,
                    mode,
                    &quote_spanned!(span=> #krate_there::__rt::RoundTail::tail),
                ),
                mode,
                output.as_ref(),
            )
        }
        Form::Future(tokens) => tokens.clone(),
        Form::Function(path) if clones.is_empty() => return quote!(#verifier::from_spec(#spec, #path)),
        Form::Function(path) => quote!(#path()),
    };
    quote_spanned!(span=> #verifier::from_spec(#spec, { #clones move || { #clones #round } }))
}

/// The future with the type of its output said, where the body itself does not say enough.
fn typed(future: TokenStream, mode: Mode, output: Option<&syn::Type>) -> TokenStream {
    let ty = match (output, mode) {
        (Some(ty), _) => ty.to_token_stream(),
        (None, Mode::OnlyErr) => quote!(::core::result::Result<(), _>),
        (None, _) => return future,
    };
    quote!(async move { let __round: #ty = #future.await; __round })
}

fn clones(args: &Args, errors: &mut Errors) -> Vec<Ident> {
    const NAMES: &str = "a list of variables";
    let Some(arg) = args.get("clone") else {
        return Vec::new();
    };
    let Value::Expr(expr) = &arg.value else {
        args.wrong("clone", NAMES, &arg.key, errors);
        return Vec::new();
    };
    let items: Vec<&Expr> = match plain(expr) {
        Expr::Array(array) => array.elems.iter().collect(),
        other => vec![other],
    };
    let mut names = Vec::new();
    for item in items {
        match plain(item) {
            Expr::Path(ExprPath { path, .. }) if path.is_ident("self") => {
                errors.on(item, "`self` cannot be cloned under its own name: write `let this = self.clone();` before, and `clone = [this]`");
            }
            Expr::Path(ExprPath { path, .. }) if path.get_ident().is_some() => names.extend(path.get_ident().cloned()),
            other => {
                errors.at(
                    other.span(),
                    format!("`clone` takes {NAMES}: bind this to a name before, then write `{CLONE_EXAMPLE}`"),
                );
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let (_, errors) = expand(format!("[k] {source}").parse().unwrap());
        let messages = errors.messages();
        assert_eq!(messages.len(), expected.len(), "{source}: {messages:?}");
        for (message, part) in messages.iter().zip(expected) {
            assert!(message.contains(part), "{source}: {message}");
        }
    }

    #[test]
    fn mistakes_say_the_way_out() {
        check("every = \"5ms\"", &["this verifier has no body"]);
        check(
            "evry = \"5ms\", fail_fast, keep_going, {}",
            &["did you mean `every`?", "`keep_going` contradicts"],
        );
        check("|t| async {}", &["a round takes no argument"]);
        check("clone = [a, self], {}", &["`self` cannot be cloned under its own name"]);
        check("clone = [a.b], {}", &["bind this to a name before"]);
        check("clone, {}", &["`clone` takes a list of variables"]);
        check("clone = a, every = limit * 2, {}", &[]);
        check("{}, every = \"5ms\"", &["the body is the last argument"]);
    }
}
