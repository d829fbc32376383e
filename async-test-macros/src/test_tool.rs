//! `#[test_tool]`: a function of the user's becomes a check of the user's own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, Pat, ReturnType, Type};

use crate::args::{Args, Table};
use crate::errors::Errors;
use crate::item::Function;
use crate::values::field;
use crate::verify_output::peeled;
use crate::{body_future, fallback, inline, suite_attrs};

const OF_SUITES: &str = "it belongs to the suite or the subtest that calls the tool";

static TABLE: Table = Table {
    owner: "#[test_tool]",
    keys: &[&[
        ("skippable", "skippable = false"),
        ("readify", "readify = false"),
        ("anchor", "anchor"),
        ("crate", "crate = my::path"),
    ]],
    hints: &[
        (
            "name",
            "a tool is reported by the message of its check, or by the name of its function",
        ),
        ("plan", OF_SUITES),
        ("todo", OF_SUITES),
        ("timeout", OF_SUITES),
    ],
};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let args = Args::of_attribute(&TABLE, args, &mut errors);
    let krate = args.krate(&mut errors);
    let fields: TokenStream = ["skippable", "readify", "anchor"]
        .into_iter()
        .map(|key| field(key, args.switch(key, &mut errors).map(|on| quote!(#on))))
        .collect();
    let Some(function) = errors.handle(syn::parse2::<Function>(item.clone())) else {
        return (item, errors);
    };
    check(&function, &mut errors);
    let tokens = if errors.is_empty() {
        tool(&function, &fields, &krate)
    } else {
        fallback::function(&function)
    };
    (tokens, errors)
}

fn check(function: &Function, errors: &mut Errors) {
    function.refuse_qualifiers("a test tool", errors);
    function.refuse_subtest_in_sync("test tool", errors);
    for attr in &function.attrs {
        if suite_attrs::makes_a_test(attr) {
            errors.on(
                attr,
                "a test tool is called by tests and is none itself: remove this attribute or `#[test_tool]`",
            );
        }
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        let judges = match peeled(ty) {
            Type::Tuple(tuple) => tuple.elems.is_empty(),
            Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "bool"),
            _ => false,
        };
        if !judges {
            errors.on(
                ty,
                "a test tool is a check: it returns `bool`, which says whether it held, or nothing",
            );
        }
    }
}

fn tool(function: &Function, fields: &TokenStream, krate: &TokenStream) -> TokenStream {
    let Function { attrs, vis, sig, body } = function;
    let name = sig.ident.unraw().to_string();
    let import = inline::import(&body.stream(), krate);
    let track = !attrs.iter().any(|attr| attr.path().is_ident("track_caller"));
    let track = track.then(|| quote!(#[track_caller]));
    let value = function.value();
    let mut outer = sig.clone();
    let call = if function.is_async() {
        outer.asyncness = None;
        // Like that of an `async fn`, the future borrows whatever the arguments do: by the rules of the edition of this
        // crate, which holds for the tokens it writes, such a type captures every lifetime.
        outer.output = syn::parse_quote!(-> impl ::core::future::Future<Output = #value>);
        let kept = kept(function);
        let kept = (!kept.is_empty()).then(|| {
            quote! {
                #[allow(clippy::used_underscore_binding, reason = "moves them into the future")]
                let _ = (#(&#kept,)*);
            }
        });
        let future = body_future::typed(kept, function);
        quote!(tool_async(&__TOOL, async move #future))
    } else {
        quote!(tool(&__TOOL, || -> #value #body))
    };
    quote! {
        #(#attrs)*
        #track
        #vis #outer {
            #import
            static __TOOL: #krate::__rt::ToolSpec =
                #krate::__rt::ToolSpec { name: #name, #fields ..#krate::__rt::ToolSpec::BASE };
            #krate::__rt::#call
        }
    }
}

/// Arguments that the body need not mention and that live as long as the future, as a guard has to.
fn kept(function: &Function) -> Vec<&Ident> {
    let mut kept = Vec::new();
    for input in &function.sig.inputs {
        let FnArg::Typed(argument) = input else { continue };
        match &*argument.pat {
            Pat::Ident(pat) if pat.ident.to_string().starts_with('_') && argument.attrs.is_empty() => {
                kept.push(&pat.ident);
            }
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(args: &str, item: &str) -> (String, Vec<String>) {
        let (tokens, errors) = expand(args.parse().unwrap(), item.parse().unwrap());
        (tokens.to_string(), errors.messages())
    }

    #[test]
    fn mistakes_say_the_way_out() {
        for (args, item, expected) in [
            ("skipable = false", "fn f() {}", &["did you mean `skippable`?"][..]),
            (
                "anchor = 3, readify = \"no\"",
                "fn f() {}",
                &[
                    "`readify` takes `true` or `false`: write `readify = false`",
                    "`anchor` takes no value: write `anchor`",
                ],
            ),
            ("anchor, anchor", "fn f() {}", &["`anchor` is given twice"]),
            (
                "name = \"x\"",
                "fn f() {}",
                &["`name` is not a key of `#[test_tool]`: a tool is reported"],
            ),
            (
                "",
                "fn f() -> Result<(), E> {}",
                &["a test tool is a check: it returns"],
            ),
            ("", "fn f() -> impl Sized {}", &["a test tool is a check: it returns"]),
            ("", "async fn f() -> (u8,) {}", &["a test tool is a check: it returns"]),
            ("", "fn f() -> (core::primitive::bool) {}", &[]),
            ("", "const fn f() -> () {}", &["remove `const`"]),
            (
                "",
                "#[tokio::test] async fn f() {}",
                &["called by tests and is none itself"],
            ),
            ("", "fn f() { subtest!(\"a\", {}); }", &["make `f` an `async fn`"]),
            ("", "async fn f() { subtest!(\"a\", {}); }", &[]),
            ("", "struct F;", &["belongs on a function"]),
        ] {
            let (_, messages) = expanded(args, item);
            assert_eq!(messages.len(), expected.len(), "{item}: {messages:?}");
            for (message, part) in messages.iter().zip(expected) {
                assert!(message.contains(part), "{item}: {message}");
            }
        }
    }

    #[test]
    fn a_half_typed_body_is_kept_with_and_without_errors() {
        for args in ["", "ancor"] {
            for item in ["fn f(a: u8) -> bool { a . ; let }", "async fn f() { a . ; let }"] {
                let (tokens, _) = expanded(args, item);
                assert!(tokens.contains("{ a . ; let }"), "{tokens}");
            }
        }
    }

    #[test]
    fn track_caller_stands_once() {
        let (tokens, _) = expanded("", "#[track_caller] fn f() {}");
        assert_eq!(tokens.matches("track_caller").count(), 1, "{tokens}");
    }

    #[test]
    fn the_future_keeps_guards() {
        let (tokens, _) = expanded("", "async fn f(_guard: G, a: A, (_b, c): B, _: C) {}");
        assert_eq!(tokens.matches("let _ =").count(), 1, "{tokens}");
        assert!(tokens.contains("let _ = (& _guard ,) ;"), "{tokens}");
    }
}
