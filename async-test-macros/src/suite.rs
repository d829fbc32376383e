//! `#[suite(..)]`: a descriptor of the user's function, and a test that hands it to the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, ReturnType};

use crate::args::{Args, Table, Value};
use crate::attrs::Attrs;
use crate::errors::Errors;
use crate::item::Function;
use crate::spans::shown_at;
use crate::suite_attrs::Marks;
use crate::values::{field, some};
use crate::{fallback, inline, plan_keys, scan};

static TABLE: Table = Table {
    owner: "#[suite]",
    keys: &[
        &plan_keys::KEYS,
        &[
            ("name", "name = \"storage\""),
            ("retries", "retries = 2"),
            ("repeat", "repeat = 10"),
            ("serial", "serial = \"database\""),
            ("flavor", "flavor = \"current_thread\""),
            ("worker_threads", "worker_threads = 2"),
            ("start_paused", "start_paused = true"),
            ("crate", "crate = my::path"),
        ],
    ],
    hints: &[
        ("ignore", "write `#[ignore]` or `#[ignore = \"why\"]` beside `#[suite]`"),
        (
            "should_panic",
            "write `#[should_panic]` or `#[should_panic(expected = \"…\")]` beside `#[suite]`",
        ),
        ("tests", "write `plan = 3`"),
        ("core_threads", "write `worker_threads = 2`"),
        ("multi_thread", "write `flavor = \"multi_thread\"`"),
        ("current_thread", "write `flavor = \"current_thread\"`"),
        (
            "unhandled_panic",
            "a panic in anything a suite started fails that suite already",
        ),
        ("spawned", "it belongs to a subtest; a suite runs by itself already"),
        (
            "instant",
            "it belongs to a subtest, in `subtest!(\"name\", instant, { … })`",
        ),
        (
            "hidden",
            "it belongs to a subtest, in `subtest!(\"name\", hidden, { … })`",
        ),
    ],
};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let args = Args::of_attribute(&TABLE, args, &mut errors);
    let krate = args.krate(&mut errors);
    let fields = fields(&args, &krate, &mut errors);
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

fn fields(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    args.contradiction("retries", "repeat", "a repeated suite has to pass every time", errors);
    let mut fields = field("title", args.text("name", errors).map(some));
    fields.extend(field(
        "tests",
        args.count("plan", 0, "u64", errors).map(|count| some(count.tokens)),
    ));
    for key in ["parallel", "random"] {
        fields.extend(field(key, args.switch(key, errors).map(|on| quote!(#on))));
    }
    for key in ["todo", "skip_all"] {
        fields.extend(field(key, args.text(key, errors).map(some)));
    }
    fields.extend(field("when", args.condition(krate, errors).map(some)));
    fields.extend(field(
        "test_jobs",
        args.count("test_jobs", 1, "usize", errors)
            .map(|count| some(count.tokens)),
    ));
    for key in ["job_timeout", "timeout"] {
        fields.extend(field(key, args.duration(key, false, errors).map(some)));
    }
    fields.extend(field(
        "retries",
        args.count("retries", 0, "u32", errors).map(|count| count.tokens),
    ));
    fields.extend(field(
        "repeat",
        args.count("repeat", 1, "u32", errors).map(|count| count.tokens),
    ));
    fields.extend(field("tags", args.strings("tags", errors)));
    fields.extend(field("serial", serial(args, errors).map(some)));
    fields.extend(flavor(args, krate, errors));
    fields
}

/// Bare `serial` is the one unnamed group.
fn serial(args: &Args, errors: &mut Errors) -> Option<TokenStream> {
    match args.get("serial")?.value {
        Value::Missing => Some(quote!("")),
        _ => args.text("serial", errors),
    }
}

fn flavor(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let word = args.word("flavor", errors);
    let name = word.as_ref().map(|word| word.value());
    let variant = match name.as_deref() {
        Some("current_thread") => Some(quote!(CurrentThread)),
        Some("multi_thread") => Some(quote!(MultiThread)),
        Some("local") => {
            errors.on(&word, "there is no flavor `local`: a suite that is not `Send` stays on one thread anyway, so write `flavor = \"current_thread\"`");
            None
        }
        Some(other) => {
            errors.on(
                &word,
                format!(
                    "there is no flavor `{other}`: write `flavor = \"current_thread\"` or `flavor = \"multi_thread\"`"
                ),
            );
            None
        }
        None => None,
    };
    let multi_thread = name.as_deref() == Some("multi_thread");
    if let (Some(span), false) = (args.span("worker_threads"), multi_thread) {
        errors.at(
            span,
            "`worker_threads` needs more than one thread: add `flavor = \"multi_thread\"`",
        );
    }
    let paused = args.switch("start_paused", errors);
    if let (Some(span), Some(true), true) = (args.span("start_paused"), paused, multi_thread) {
        errors.at(
            span,
            "`start_paused` contradicts `flavor = \"multi_thread\"`: only a `current_thread` clock can be paused",
        );
    }
    let mut fields = field(
        "flavor",
        variant.map(|variant| some(quote!(#krate::__rt::Flavor::#variant))),
    );
    fields.extend(field(
        "worker_threads",
        args.count("worker_threads", 1, "usize", errors)
            .map(|count| some(count.tokens)),
    ));
    fields.extend(field("start_paused", paused.map(|on| quote!(#on))));
    fields
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
    if !function.is_async() {
        if let Some(call) = scan::find_macro_outside_async(&function.body.stream(), "subtest") {
            errors.at(
                call.span(),
                format!(
                    "`subtest!` awaits, so it needs an async suite: make `{}` an `async fn`",
                    sig.ident
                ),
            );
        }
    }
}

fn suite(function: &Function, marks: &Marks, fields: &TokenStream, krate: &TokenStream) -> TokenStream {
    let Function { vis, sig, body, .. } = function;
    let Attrs { cfg, inner, outer } = Attrs::sort(&function.attrs);
    let Marks { ignore, should_panic } = marks;
    let ident = &sig.ident;
    // As the harness calls the test, `r#` included.
    let name = ident.to_string();
    let spec = format_ident!("__suite_{}", ident.unraw(), span = Span::mixed_site());
    let place = place(ident.span(), function.end());
    let call = call(function, krate);
    let ignore = field("ignore", ignore.as_ref().map(|why| some(why.to_token_stream())));
    let panics = field(
        "should_panic",
        should_panic.as_ref().map(|message| some(message.to_token_stream())),
    );
    let import = inline::import(&body.stream(), krate);
    let (output, run) = if should_panic.is_some() {
        (TokenStream::new(), quote!(run_builtin_should_panic))
    } else {
        (quote!(-> ::std::process::ExitCode), quote!(run_builtin))
    };
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_upper_case_globals, reason = "named after the function")]
        static #spec: #krate::__rt::SuiteSpec = {
            #import
            #(#inner)* #sig #body
            #krate::__rt::SuiteSpec {
                function: #name,
                module: ::core::module_path!(),
                #place
                package: ::core::option_env!("CARGO_PKG_NAME"),
                #fields #ignore #panics
                body: #call,
                ..#krate::__rt::SuiteSpec::BASE
            }
        };
        #(#cfg)*
        #krate::__rt::submit!(&#spec);
        #(#cfg)*
        #(#outer)*
        #[::core::prelude::v1::test]
        #vis fn #ident() #output { #krate::__rt::#run(&#spec) }
    }
}

fn place(start: Span, end: Span) -> TokenStream {
    // The user's spans as they are: `line!` follows any other one to the attribute.
    let mut place = quote!(file: ::core::file!(),);
    place.extend(quote_spanned!(start=> line: ::core::line!(), column: ::core::column!(),));
    place.extend(quote_spanned!(end=> end_line: ::core::line!(),));
    place
}

fn call(function: &Function, krate: &TokenStream) -> TokenStream {
    let ident = &function.sig.ident;
    let result = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let (variant, wrap) = if function.is_async() {
        ("Async", "suite_future")
    } else {
        ("Blocking", "suite_result")
    };
    let variant = Ident::new(variant, Span::call_site());
    // What a suite returns is judged in this macro, so its errors are shown at the return type.
    let wrap = Ident::new(wrap, result);
    let krate_there = shown_at(result, krate.clone());
    let wrap = |call: TokenStream| quote_spanned!(result=> #krate_there::__rt::#wrap!(#call));
    match function.sig.inputs.first() {
        Some(input) => {
            let suite = Ident::new("__suite", Span::mixed_site().located_at(input.span()));
            let value = wrap(quote!(#ident(#suite)));
            quote!(#krate::__rt::Body::#variant(|#suite| #value))
        }
        None => {
            let value = wrap(quote!(#ident()));
            quote!(#krate::__rt::Body::#variant(|_| #value))
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
    fn keys_that_do_not_fit_are_refused() {
        for (args, expected) in [
            ("retries = 1, repeat = 2", &["`repeat` contradicts `retries`"][..]),
            ("worker_threads = 2", &["add `flavor = \"multi_thread\"`"]),
            (
                "worker_threads = 2, flavor = \"current_thread\"",
                &["add `flavor = \"multi_thread\"`"],
            ),
            (
                "flavor = \"multi_thread\", worker_threads = 0",
                &["`worker_threads` must be at least 1"],
            ),
            (
                "flavor = \"multi_thread\", start_paused = true",
                &["`start_paused` contradicts"],
            ),
            ("flavor = \"multi_thread\", start_paused = false", &[]),
            ("flavor = \"single\"", &["there is no flavor `single`"]),
            (
                "test_jobs = 0, timeout = \"0s\", repeat = 0",
                &["`test_jobs` must be", "`timeout` must be", "`repeat` must be"],
            ),
            ("plan = 0, retries = 0, skip_all = \"a\", todo = \"b\"", &[]),
            (
                "serial = 3",
                &["`serial` takes a string: write `serial = \"database\"`"],
            ),
            ("core_threads = 2", &["write `worker_threads = 2`"]),
        ] {
            let (_, messages) = errors(args, "async fn f() {}");
            assert_eq!(messages.len(), expected.len(), "{args}: {messages:?}");
            for (message, part) in messages.iter().zip(expected) {
                assert!(message.contains(part), "{args}: {message}");
            }
        }
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
        ] {
            let (_, messages) = errors("", item);
            assert!(
                messages.len() == 1 && messages[0].contains(expected),
                "{item}: {messages:?}"
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
            assert!(tokens.contains("async fn f (t : Suite) { t . ; let }"), "{tokens}");
        }
    }
}
