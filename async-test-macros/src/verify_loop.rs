//! `#[verify_loop(..)]`: a function that looks once becomes one that makes a verifier of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use crate::args::{Args, Table};
use crate::attrs::Attrs;
use crate::errors::Errors;
use crate::item::Function;
use crate::spans::shown_at;
use crate::verify_args::{Call, Receives};
use crate::verify_output::Output;
use crate::{fallback, inline, scan, verify_args, verify_keys, verify_output};

static TABLE: Table = Table {
    owner: "#[verify_loop]",
    keys: &[&verify_keys::KEYS, &[("crate", "crate = my::path")]],
    hints: &verify_keys::HINTS,
};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::default();
    let args = Args::of_attribute(&TABLE, args, &mut errors);
    let krate = args.krate(&mut errors);
    let Some(function) = errors.handle(syn::parse2::<Function>(item.clone())) else {
        return (item, errors);
    };
    let name = function.sig.ident.unraw().to_string();
    let spec = verify_keys::spec(&args, quote!(#name), &krate, &mut errors);

    let mut of_signature = Errors::default();
    function.refuse_qualifiers("a verified function", &mut of_signature);
    let call = verify_args::call(&function.sig, &mut of_signature);
    let output = verify_output::output(&function.sig.output, &mut of_signature);
    // After a wrong key the function still makes a verifier, so that its callers need no second error.
    let tokens = if of_signature.is_empty() {
        Maker {
            function: &function,
            call: &call,
            output: &output,
            krate: &krate,
        }
        .tokens(&spec)
    } else {
        fallback::function(&function)
    };
    errors.absorb(of_signature);
    (tokens, errors)
}

struct Maker<'a> {
    function: &'a Function,
    call: &'a Call,
    output: &'a Output,
    krate: &'a TokenStream,
}

impl Maker<'_> {
    fn tokens(&self, spec: &TokenStream) -> TokenStream {
        let Function { attrs, vis, sig, body } = self.function;
        let (krate, ident, call) = (self.krate, &sig.ident, self.call);
        let Attrs {
            cfg,
            inner: inner_attrs,
            outer: outer_attrs,
        } = Attrs::sort(attrs);
        let must_use = !attrs.iter().any(|attr| attr.path().is_ident("must_use"));
        let must_use =
            must_use.then(|| quote!(#[must_use = "a verifier does nothing until `start_job()` or `during(..)`"]));
        let (generics, _, clause) = sig.generics.split_for_impl();
        let (params, start) = (&call.params, &call.start);
        let verifier = self.output.verifier(krate);

        // A function that says `Self` cannot be nested in another one: it stands beside, in the same `impl`.
        let beside = call.receives != Receives::Nothing || scan::says_self(&quote!(#sig #body));
        let mut inner_sig = sig.clone();
        if beside {
            inner_sig.ident = format_ident!("__verify_loop_{}", ident.unraw(), span = ident.span());
        }
        let inner = quote!(#(#inner_attrs)* #inner_sig #body);
        let path = if beside {
            inner_sig.ident.to_token_stream()
        } else {
            quote!(#ident)
        };
        let path = if beside { quote!(Self::#path) } else { path };
        let round = self.round(&path);
        let span = Span::mixed_site().located_at(ident.span());
        let round = shown_at(span, quote_spanned!(span=> move || #round));
        let krate_there = shown_at(span, krate.clone());
        let made = quote_spanned!(span=> #krate_there::Verifier::from_spec(#spec, #round));
        let import = inline::import(&body.stream(), krate);
        let (nested, hidden) = if beside {
            (None, Some(quote!(#(#cfg)* #[doc(hidden)] #inner)))
        } else {
            (Some(quote!(#import #inner)), None)
        };
        quote! {
            #(#cfg)*
            #(#outer_attrs)*
            #must_use
            #[track_caller]
            #vis fn #ident #generics (#params) -> #verifier #clause { #nested #start #made }
            #hidden
        }
    }

    /// The expression that starts one round: a future.
    fn round(&self, path: &TokenStream) -> TokenStream {
        let Call {
            kept,
            receives,
            turbofish,
            ..
        } = self.call;
        let pass = |value: TokenStream| match self.output {
            Output::Judges(_) => value,
            Output::Value(_) => {
                let krate = self.krate;
                quote!(#krate::Round::pass(#value))
            }
        };
        let clones = self.call.clones();
        if self.function.is_async() && *receives != Receives::Reference {
            let future = quote!(#path #turbofish(#(#clones),*));
            if !self.output.is_value() {
                return future;
            }
            let round = Ident::new("__round", Span::mixed_site());
            let passed = pass(quote!(#round.await));
            return quote!({ let #round = #future; async move { #passed } });
        }
        // The round owns its clones, and calls the function only when it is polled.
        let and = (*receives == Receives::Reference).then(|| quote!(&));
        let wait = self.function.is_async().then(|| quote!(.await));
        let value = pass(quote!(#path #turbofish(#and #(#kept),*) #wait));
        quote!({ #(let #kept = #clones;)* async move { #value } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(args: &str, item: &str) -> (String, Vec<String>) {
        let (tokens, errors) = expand(args.parse().unwrap(), item.parse().unwrap());
        (tokens.to_string(), errors.messages())
    }

    #[test]
    fn a_wrong_key_keeps_the_verifier_and_a_wrong_signature_the_function() {
        let (tokens, errors) = expanded("evry = \"5ms\"", "fn f() -> bool { half . }");
        assert!(tokens.contains("Verifier") && tokens.contains("{ half . }"), "{tokens}");
        assert_eq!(errors.len(), 1);
        let (tokens, errors) = expanded("evry = \"5ms\"", "fn f(a: &str) -> impl Debug { half . }");
        assert!(
            !tokens.contains("Verifier") && tokens.contains("{ half . }"),
            "{tokens}"
        );
        assert_eq!(errors.len(), 3);
    }

    #[test]
    fn what_says_self_stands_beside() {
        for (item, beside) in [
            ("async fn f(&self) {}", true),
            ("async fn f(a: Self) {}", true),
            ("async fn f() { Self::g() }", true),
            ("async fn f(a: A) {}", false),
            ("async fn f() { struct A; impl A { fn new() -> Self { Self } } }", false),
        ] {
            let (tokens, errors) = expanded("", item);
            assert_eq!((tokens.contains("__verify_loop_f"), errors), (beside, vec![]), "{item}");
        }
    }

    #[test]
    fn the_user_may_say_must_use() {
        let (tokens, _) = expanded("", "#[must_use] async fn f() {}");
        assert_eq!(tokens.matches("must_use").count(), 1, "{tokens}");
    }
}
