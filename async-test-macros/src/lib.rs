//! Procedural macros of `async-test-suite`.
use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

mod args;
mod attrs;
mod body;
mod condition;
mod door;
mod duration;
mod errors;
mod fallback;
mod inline;
mod item;
mod nearest;
mod plan;
mod plan_keys;
mod scan;
mod spans;
mod subtest;
mod suite;
mod suite_attrs;
mod values;
mod verify_args;
mod verify_keys;
mod verify_loop;
mod verify_loop_inline;
mod verify_output;
use errors::Errors;

/// x
#[proc_macro_attribute]
pub fn suite(args: TokenStream, item: TokenStream) -> TokenStream {
    as_item(suite::expand(args.into(), item.into()))
}
/// x
#[proc_macro_attribute]
pub fn verify_loop(args: TokenStream, item: TokenStream) -> TokenStream {
    as_item(verify_loop::expand(args.into(), item.into()))
}
/// x
#[proc_macro]
pub fn subtest_impl(input: TokenStream) -> TokenStream {
    as_expression(subtest::expand(input.into()))
}
/// x
#[proc_macro]
pub fn plan_impl(input: TokenStream) -> TokenStream {
    as_expression(plan::expand(input.into()))
}
/// x
#[proc_macro]
pub fn verify_loop_impl(input: TokenStream) -> TokenStream {
    as_expression(verify_loop_inline::expand(input.into()))
}

fn as_item((tokens, errors): (Tokens, Errors)) -> TokenStream {
    let errors = errors.into_tokens();
    quote::quote!(#tokens #errors).into()
}
fn as_expression((tokens, errors): (Tokens, Errors)) -> TokenStream {
    if errors.is_empty() {
        return tokens.into();
    }
    let errors = errors.into_tokens();
    quote::quote!({ #errors #tokens }).into()
}
