//! `subtest!("name", key, key = value, body)`

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Token, token};

use crate::args::{Args, Place, Table};
use crate::body::{self, Body, Form};
use crate::errors::Errors;
use crate::plan_keys::{self, HINTS, KEYS};
use crate::scan::{self, Mode};
use crate::spans::shown_at;
use crate::values::plain;
use crate::{body_future, door, inline};

static TABLE: Table = Table {
    owner: "subtest!",
    keys: &[
        &KEYS,
        &[("spawned", "spawned"), ("instant", "instant"), ("hidden", "hidden")],
    ],
    hints: &HINTS,
};

struct Input {
    krate: TokenStream,
    name: Expr,
    args: Args,
    body: Body,
}

pub(crate) fn expand(tokens: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let stand_in = door::stand_in(&tokens, |krate| quote!(#krate::Subtest));
    let read = |input: ParseStream<'_>| read(input, &mut errors);
    let outcome = read.parse2(tokens);
    let Some(input) = errors.handle(outcome) else {
        return (stand_in, errors);
    };
    let call = call(&input, &mut errors);
    if body_future::refuse_bare_return(&input.body, &mut errors) {
        return (stand_in, errors);
    }
    (call, errors)
}

fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Input> {
    let krate = door::krate(input)?;
    if input.is_empty() || body::starts(input) {
        return Err(syn::Error::new(
            input.span(),
            "a subtest starts with its name: write `subtest!(\"name\", { … })`",
        ));
    }
    let name: Expr = input.parse()?;
    if !input.is_empty() && input.parse::<Token![,]>().is_err() {
        return Err(input.error("expected a comma behind the subtest's name"));
    }
    let mut args = Args::new(&TABLE, Place::Body);
    while !input.is_empty() && !body_is_next(input, &args) {
        args.read_one(input, errors);
    }
    if input.is_empty() {
        return Err(syn::Error::new_spanned(
            &name,
            "this subtest has no body: end it with `{ … }`, `async { … }` or `async |t| { … }`",
        ));
    }
    let body = input.parse()?;
    nothing_follows(input, errors)?;
    Ok(Input {
        krate,
        name,
        args,
        body,
    })
}

pub(crate) fn nothing_follows(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        errors.push(input.error("the body is the last argument: put keys before it"));
        input.parse::<TokenStream>()?;
    }
    Ok(())
}

/// A word followed by `=`, or by a comma that is not the last, is a key, known or not.
pub(crate) fn body_is_next(input: ParseStream<'_>, args: &Args) -> bool {
    if body::starts(input) {
        return true;
    }
    let ahead = input.fork();
    let Ok(word) = Ident::parse_any(&ahead) else {
        return true;
    };
    let known = args.knows(&word);
    if ahead.peek(Token![=]) && !ahead.peek(Token![==]) {
        return false;
    }
    if ahead.peek(token::Paren) && ahead.parse::<proc_macro2::Group>().is_err() {
        return true;
    }
    if ahead.is_empty() {
        return !known;
    }
    if ahead.parse::<Token![,]>().is_ok() {
        return ahead.is_empty() && !known;
    }
    true
}

fn call(input: &Input, errors: &mut Errors) -> TokenStream {
    let Input { krate, args, body, .. } = input;
    let name = name(&input.name);
    let plan = plan_keys::builder(args, krate, errors);
    let [spawned, instant, hidden] = ["spawned", "instant", "hidden"].map(|key| args.flag(key, errors));
    // Here and now, in the task of the suite; a spawned one is a task of its own and cannot borrow.
    let here = instant && !spawned;
    let suite = Ident::new(
        "__suite",
        Span::mixed_site().located_at(body.param.as_ref().map_or(body.span, |param| param.span())),
    );
    let binding = body.param.as_ref().map(|param| param.binding(krate, &quote!(#suite)));
    let outcome = outcome(body, &quote!(#suite), !here, krate);
    let uses_suite = binding.is_some() || matches!(body.form, Form::Function(_));
    let argument = if uses_suite {
        quote!(#suite)
    } else {
        quote_spanned!(body.span=> _)
    };
    let import = inline::import(&outcome, krate);
    // Errors about the body as a whole (it is not `Send`, it borrows) are shown at the body.
    let span = Span::mixed_site().located_at(body.span);
    let krate_there = shown_at(body.span, krate.clone());
    let moves = (!here).then(|| quote_spanned!(span=> move));
    let pinned = quote_spanned!(span=> ::std::boxed::Box::pin(async #moves { #binding #outcome }));
    let invoke = quote!(#krate::__rt::Invoke { spawned: #spawned, instant: #instant, hidden: #hidden });
    if here {
        let start = quote_spanned!(span=> |#argument: #krate_there::Suite| { #import #pinned });
        quote!(#krate::__rt::subtest_instant(#name, #plan, #invoke, #start).await)
    } else {
        let start = quote_spanned! {span=>
            ::std::boxed::Box::new(move |#argument: #krate_there::Suite| -> #krate_there::__rt::Future { #import #pinned })
        };
        quote!(#krate::__rt::subtest(#name, #plan, #invoke, #start).await)
    }
}

fn name(expr: &Expr) -> TokenStream {
    let span = Span::mixed_site().located_at(expr.span());
    match plain(expr) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) if text.value().contains(['{', '}']) => quote_spanned!(span=> ::std::format!(#text)),
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => quote_spanned!(span=> ::std::string::String::from(#text)),
        _ => quote_spanned!(span=> ::std::string::ToString::to_string(&#expr)),
    }
}

/// Statements and an expression of the type `Outcome`.
fn outcome(body: &Body, suite: &TokenStream, moves: bool, krate: &TokenStream) -> TokenStream {
    let span = Span::mixed_site().located_at(body.span);
    let krate = shown_at(body.span, krate.clone());
    let outcome_of = quote_spanned!(span=> #krate::__rt::outcome_of);
    let tail = quote_spanned!(span=> #krate::__rt::Tail::tail);
    match &body.form {
        Form::Block {
            block,
            moves: explicit,
            output,
        } => {
            let mode = if output.is_some() {
                Mode::Plain
            } else {
                scan::mode(&block.stream())
            };
            let future = match output {
                Some(_) => {
                    let moves = (moves || *explicit).then(|| quote_spanned!(span=> move));
                    quote_spanned!(span=> async #moves #block)
                }
                None => body_future::tokens(block, moves || *explicit, mode, &tail),
            };
            match (output, mode) {
                (Some(ty), _) => {
                    quote_spanned!(span=> let __outcome: #ty = #future.await; #outcome_of(#tail(__outcome)))
                }
                (None, Mode::Plain) => quote_spanned!(span=> #outcome_of(#tail(#future.await))),
                (None, Mode::NamesError { .. }) => {
                    quote_spanned!(span=> let __outcome: ::core::result::Result<_, #krate::__rt::BodyError> = #future.await; #outcome_of(__outcome))
                }
                (None, Mode::OnlyErr) => {
                    quote_spanned!(span=> let __outcome: ::core::result::Result<(), _> = #future.await; #outcome_of(#tail(__outcome)))
                }
            }
        }
        Form::Future(tokens) => quote_spanned!(span=> #outcome_of(#tail((#tokens).await))),
        Form::Function(path) => quote_spanned!(span=> #outcome_of(#tail(#path(#suite).await))),
    }
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
        check("\"a\", paralel, {}", &["did you mean `parallel`?"]);
        check("\"a\", spawned, instant, hidden, parallel, random, {}", &[]);
        check(
            "\"a\", retries = 2, flavor = \"x\", {}",
            &["`retries` is not a key of `subtest!`", "`flavor` is not a key"],
        );
        check("\"a\"", &["this subtest has no body"]);
        check("\"a\", parallel", &["this subtest has no body"]);
        check("{}", &["a subtest starts with its name"]);
        check("", &["a subtest starts with its name"]);
        check("\"a\" {}", &["expected a comma behind the subtest's name"]);
        check("\"a\", {}, parallel", &["the body is the last argument"]);
        check("\"a\", \"b\"", &["expected a body"]);
        check("\"a\", { if b { return; } c()?; }", &["leave it with `return Ok(());`"]);
        check("\"a\", async |t| -> R { if b { return; } c()?; }", &[]);
    }

    #[test]
    fn a_word_is_a_key_or_the_body() {
        for (source, is_body) in [
            ("run", true),
            ("run,", true),
            ("tests::run", true),
            ("run(client)", true),
            ("self.run()", true),
            ("run == other", true),
            ("parallel", false),
            ("paralel, {}", false),
            ("plan = 3, {}", false),
            ("tags(\"a\"), {}", false),
            ("tag(\"a\"), {}", false),
        ] {
            let args = Args::new(&TABLE, Place::Body);
            let ask = |input: ParseStream<'_>| {
                let next = body_is_next(input, &args);
                input.parse::<TokenStream>()?;
                Ok(next)
            };
            assert_eq!(ask.parse_str(source).unwrap(), is_body, "{source}");
        }
    }
}
