//! `#[suite(..)]`: a descriptor of the user's function, and a test that hands it to the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, ReturnType, Signature, Type, parse_quote};

use crate::args::Args;
use crate::attrs::Attrs;
use crate::errors::Errors;
use crate::item::Function;
use crate::spans::shown_at;
use crate::suite_attrs::Marks;
use crate::values::{field, some};
use crate::verify_output::peeled;
use crate::{fallback, inline, suite_keys};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let args = Args::of_attribute(&suite_keys::TABLE, args, &mut errors);
    let krate = args.krate(&mut errors);
    let fields = suite_keys::fields(&args, &krate, &mut errors);
    let Some(function) = errors.handle(syn::parse2::<Function>(item.clone())) else {
        return (item, errors);
    };
    check(&function, &mut errors);
    let marks = Marks::read(&function.attrs, &mut errors);
    let tokens = if errors.is_empty() {
        suite(&function, &marks, &fields, &krate)
    } else {
        fallback::function(&function)
    };
    (tokens, errors)
}

fn check(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    function.refuse_qualifiers("a suite", errors);
    if !sig.generics.params.is_empty() {
        errors.on(
            &sig.generics,
            "a suite is called by the harness, which knows no type for this: remove the generic parameters",
        );
    }
    if let Some(clause) = &sig.generics.where_clause {
        errors.on(clause, "a suite is not generic: remove the `where` clause");
    }
    for (at, input) in sig.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => errors.on(
                receiver,
                "a suite is a free function: move it out of the `impl` and drop `self`",
            ),
            FnArg::Typed(_) if at > 0 => {
                errors.on(
                    input,
                    "a suite takes no argument but its handle: write `async fn name()` or `async fn name(t: Suite)`",
                );
            }
            FnArg::Typed(_) => {}
        }
    }
    function.refuse_subtest_in_sync("suite", errors);
    if let ReturnType::Type(_, ty) = &sig.output {
        if is_plain_value(peeled(ty)) {
            errors.on(
                ty,
                "a suite returns nothing or a `Result`: check this value with `ok!` or `is!`",
            );
        }
    }
}

/// A type that is seen to say nothing of success, so that its value would be lost.
fn is_plain_value(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 19] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "str", "String", "Option",
    ];
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| PRIMITIVES.iter().any(|name| last.ident == name)),
        Type::Tuple(tuple) => !tuple.elems.is_empty(),
        Type::Reference(_) | Type::Array(_) => true,
        _ => false,
    }
}

fn suite(function: &Function, marks: &Marks, fields: &TokenStream, krate: &TokenStream) -> TokenStream {
    let Function { vis, body: block, .. } = function;
    let sig = signature(function);
    let Attrs { cfg, inner, outer } = Attrs::sort(&function.attrs);
    let Marks { ignore, should_panic } = marks;
    let ident = &sig.ident;
    // As the harness calls the test, `r#` included.
    let name = ident.to_string();
    let spec = format_ident!("__suite_{}", ident.unraw(), span = Span::mixed_site());
    let lines = lines(ident.span(), function.end());
    let start = start(function, krate);
    let ignore = field("ignore", ignore.as_ref().map(|why| some(why.to_token_stream())));
    let panics = field(
        "should_panic",
        should_panic.as_ref().map(|message| some(message.to_token_stream())),
    );
    let (item, keys) = match quote!(#fields #ignore #panics) {
        none if none.is_empty() => (quote!(const), none),
        keys => (quote!(static), quote!({ #keys })),
    };
    let import = inline::import(&block.stream(), krate);
    let body = if should_panic.is_some() {
        quote!({ #spec.run_builtin_should_panic() })
    } else {
        quote!({ #spec.run_builtin() } -> ExitCode)
    };
    // What is the same for every suite is in that macro: a token that it brings costs a tenth of one that is made here,
    // by code that is compiled without optimization.
    quote! {
        #(#cfg)*
        #krate::__rt::suite! {
            #item #spec #name [#lines]
            { #import #(#inner)* #sig #block }
            #keys
            #start
            { #(#outer)* #vis fn #ident } #body
        }
    }
}

fn is_never(ty: &Type) -> bool {
    match ty {
        Type::Never(_) => true,
        Type::Group(group) => is_never(&group.elem),
        Type::Paren(inner) => is_never(&inner.elem),
        _ => false,
    }
}

/// The signature as it is, but that the handle may be left unused.
fn signature(function: &Function) -> Signature {
    let mut sig = function.sig.clone();
    if let Some(FnArg::Typed(handle)) = sig.inputs.first_mut() {
        let allow = parse_quote!(#[allow(unused_variables, reason = "a suite need not use its handle")]);
        handle.attrs.push(allow);
    }
    sig
}

/// The line and the column that it begins at, and the line that it ends at.
fn lines(start: Span, end: Span) -> TokenStream {
    // The user's spans as they are: `line!` follows any other one to the attribute.
    let mut lines = quote_spanned!(start=> ::core::line!(), ::core::column!(),);
    lines.extend(quote_spanned!(end=> ::core::line!()));
    lines
}

/// How the runtime starts the body: the kind of it, the handle and the call.
fn start(function: &Function, krate: &TokenStream) -> TokenStream {
    let ident = &function.sig.ident;
    let result = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let (kind, wrap) = if function.is_async() {
        ("Async", "suite_future")
    } else {
        ("Blocking", "suite_result")
    };
    let kind = Ident::new(kind, Span::call_site());
    // What a suite returns is judged in this macro, so its errors are shown at the return type.
    let wrap = Ident::new(wrap, result);
    let krate_there = shown_at(result, krate.clone());
    // A call that never returns has no value to judge.
    let never_returns = !function.is_async() && matches!(&function.sig.output, ReturnType::Type(_, ty) if is_never(ty));
    let wrap = |call: TokenStream| match never_returns {
        true => call,
        false => quote_spanned!(result=> #krate_there::__rt::#wrap!(#call)),
    };
    match function.sig.inputs.first() {
        Some(input) => {
            let suite = Ident::new("__suite", Span::mixed_site().located_at(input.span()));
            let krate_there = shown_at(input.span(), krate.clone());
            let handle = quote_spanned!(input.span()=> #krate_there::__rt::handle(#suite));
            let value = wrap(quote!(#ident(#handle)));
            quote!(#kind #suite { #value })
        }
        None => {
            let value = wrap(quote!(#ident()));
            quote!(#kind _ { #value })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(args: &str, item: &str) -> (String, Vec<String>) {
        let (tokens, errors) = expand(args.parse().unwrap(), item.parse().unwrap());
        (tokens.to_string(), errors.messages())
    }

    #[test]
    fn signatures_that_no_harness_can_call_are_refused() {
        for (item, expected) in [
            ("async fn f<T>() {}", "remove the generic parameters"),
            ("fn f() where u8: Copy {}", "remove the `where` clause"),
            ("async fn f(t: Suite, u: u8) {}", "takes no argument but its handle"),
            ("async fn f(&self) {}", "drop `self`"),
            ("unsafe fn f() {}", "cannot be `unsafe`"),
            ("#[test] fn f() {}", "already makes a test"),
            ("fn f() { if a { subtest!(\"a\", {}); } }", "make `f` an `async fn`"),
            ("struct F;", "belongs on a function"),
            ("async fn f() -> (bool) { true }", "check this value with `ok!`"),
            ("fn f() -> (u8, u8) {}", "check this value with `ok!`"),
        ] {
            let (_, messages) = errors("", item);
            assert!(
                messages.len() == 1 && messages[0].contains(expected),
                "{item}: {messages:?}"
            );
        }
        for output in ["()", "io::Result<()>", "Result<u8, E>", "Fallible", "!"] {
            assert_eq!(
                errors("", &format!("async fn f() -> {output} {{}}")).1,
                [""; 0],
                "{output}"
            );
        }
        assert_eq!(
            errors("", "fn f() { block_on(async { subtest!(\"a\", {}); }) }").1,
            [""; 0]
        );
    }

    #[test]
    fn a_half_typed_body_is_kept_with_and_without_errors() {
        for args in ["", "paralel"] {
            let (tokens, _) = errors(args, "async fn f(t: Suite) { t . ; let }");
            assert!(tokens.contains("t : Suite) { t . ; let }"), "{tokens}");
        }
    }
}
