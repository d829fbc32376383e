//! The future that a block of the user's becomes.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::body::{Body, Form, braced};
use crate::errors::Errors;
use crate::item::Function;
use crate::scan::{self, Mode};
use crate::spans::shown_at;

/// A body that uses `?` returns a `Result`, whose `return;` the compiler would report at several other places: after this
/// error the body cannot be emitted.
pub(crate) fn refuse_bare_return(body: &Body, errors: &mut Errors) -> bool {
    let Form::Block {
        block, output: None, ..
    } = &body.form
    else {
        return false;
    };
    let tokens = block.stream();
    if let (Mode::NamesError { .. }, Some(word)) = (scan::mode(&tokens), scan::find_bare_return(&tokens)) {
        errors.on(
            word,
            "this body uses `?`, so it returns a `Result`: leave it with `return Ok(());`",
        );
        return true;
    }
    false
}

/// `async { … }` around a user's block; its output is what `mode` promises. `tail` is the path of a function that makes a
/// `Result` of any value such a block may end in.
pub(crate) fn tokens(block: &Group, moves: bool, mode: Mode, tail: &TokenStream) -> TokenStream {
    let tokens = block.stream();
    let span = Span::mixed_site().located_at(block.span());
    let moves = moves.then(|| quote_spanned!(span=> move));
    if mode != (Mode::NamesError { tail_is_result: false }) {
        return quote_spanned!(span=> async #moves #block);
    }
    let end = Span::mixed_site().located_at(scan::end(&tokens, block.span()));
    // What the macro adds is a statement of its own, so that it is quiet behind a body that never returns, while the
    // compiler still tells the user of code that cannot be reached.
    let added = if scan::ends_in_semicolon(&tokens) {
        quote_spanned!(end=> #tokens #[allow(unreachable_code)] return ::core::result::Result::Ok(());)
    } else {
        let value = braced(tokens, block.span());
        let tail = shown_at(end, tail.clone());
        quote_spanned!(end=> let __tail = #value; #[allow(unreachable_code)] return #tail(__tail);)
    };
    let block = braced(added, end);
    quote_spanned!(span=> async #moves #block)
}

/// The block of an `async` that gives what the function says: that is said first, for a `return` before the end would
/// decide it otherwise.
pub(crate) fn typed(start: Option<TokenStream>, function: &Function) -> TokenStream {
    let ty = function.value();
    // Errors about a value that is none of this type are shown at the type, too.
    let span = Span::mixed_site().located_at(ty.span());
    let value = Ident::new("__value", span);
    // Braces of ours, so that the compiler does not find those of a short body unnecessary.
    let body = braced(function.body.stream(), function.body.span());
    quote_spanned!(span=> {
        #start
        #[allow(unreachable_code, clippy::diverging_sub_expression, reason = "this only names a type")]
        if false {
            let #value: #ty = ::core::unreachable!();
            return #value;
        }
        #body
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn the_future_has_the_promised_output() {
        for (source, expected) in [
            ("{ }", "async { }"),
            ("{ a (); }", "async { a () ; }"),
            ("{ a () }", "async { a () }"),
            (
                "{ a ()?; }",
                "async { a () ?; # [allow (unreachable_code)] return :: core :: result :: Result :: Ok (()) ; }",
            ),
            (
                "{ a ()?; b () }",
                "async { let __tail = { a () ?; b () } ; # [allow (unreachable_code)] return k :: Tail (__tail) ; }",
            ),
            ("{ a ()?; Ok(1) }", "async { a () ?; Ok (1) }"),
        ] {
            let block: Group = syn::parse_str(source).unwrap();
            let mode = scan::mode(&block.stream());
            assert_eq!(
                tokens(&block, false, mode, &quote!(k::Tail)).to_string(),
                expected,
                "{source}"
            );
        }
    }
}
