//! Where the compiler shows an error about code that the user did not write.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// Shows the tokens at `span`, while names in them mean what they meant before (`$crate` above all).
///
/// An error about a call is shown at its path and arguments together; with one token from elsewhere among them it
/// would be shown at the whole macro.
pub(crate) fn shown_at(span: Span, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let mut shown = Group::new(group.delimiter(), shown_at(span, group.stream()));
                shown.set_span(span.resolved_at(group.span()));
                return TokenTree::Group(shown);
            }
            token.set_span(span.resolved_at(token.span()));
            token
        })
        .collect()
}
