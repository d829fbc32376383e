//! What the `macro_rules!` doors put first: `[$crate]`, the prefix of everything the expansion names.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::token;

/// Not read as a path: `$crate` is an identifier that no parser of paths accepts.
pub(crate) fn krate(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if !input.peek(token::Bracket) {
        return Err(input.error("this macro is called through its door in `async-test-suite`"));
    }
    let content;
    syn::bracketed!(content in input);
    content.parse()
}
