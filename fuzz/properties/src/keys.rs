//! The keys of the macros: a mistake is an error with a place, never a panic, and what comes out is Rust.

use proc_macro2::TokenStream;
use quote::quote;

/// As the compiler hands it over; none where the text has no tokens of Rust.
fn tokens(text: &str) -> Option<TokenStream> {
    // A text of very many brackets is refused by the compiler long before a macro sees it.
    let depth = text.chars().filter(|c| "([{".contains(*c)).count();
    (depth < 100 && text.len() < 4_000).then(|| text.parse().ok()).flatten()
}

fn is_items(tokens: TokenStream) {
    if let Err(error) = syn::parse2::<syn::File>(tokens.clone()) {
        panic!("{error}: {tokens}");
    }
}

fn is_expression(tokens: TokenStream) {
    let block = quote!({ #tokens });
    if let Err(error) = syn::parse2::<syn::Block>(block) {
        panic!("{error}: {tokens}");
    }
}

pub fn suite(text: &str) {
    let Some(args) = tokens(text) else { return };
    let item = quote!(
        async fn storage(t: Suite) {}
    );
    let (items, errors) = crate::suite::expand(args, item);
    is_items(errors.beside(items));
}

pub fn verify_loop(text: &str) {
    let Some(args) = tokens(text) else { return };
    let item = quote!(
        async fn held(limit: u64) -> bool {
            true
        }
    );
    let (items, errors) = crate::verify_loop::expand(args, item);
    is_items(errors.beside(items));
}

pub fn subtest(text: &str) {
    let Some(args) = tokens(text) else { return };
    let (expression, errors) = crate::subtest::expand(quote!(k, "name", #args));
    is_expression(errors.within(expression));
}

pub fn plan(text: &str) {
    let Some(args) = tokens(text) else { return };
    let (expression, errors) = crate::plan::expand(quote!(k, #args));
    is_expression(errors.within(expression));
}
