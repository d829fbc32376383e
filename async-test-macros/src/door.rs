//! The prefix of everything an expansion names: what `crate = path` says, or what the `macro_rules!` doors put first.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, token};

use crate::args::Args;
use crate::errors::Errors;
use crate::values::plain;

/// The `[$crate]` of a door. Not read as a path: `$crate` is an identifier that no parser of paths accepts.
pub(crate) fn krate(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if !input.peek(token::Bracket) {
        return Err(input.error("this macro is called through its door in `async-test-suite`"));
    }
    let content;
    syn::bracketed!(content in input);
    content.parse()
}

/// An expression of a type, for when there is no better one. It ends, as far as the compiler knows: it would warn of
/// everything that follows one that does not.
pub(crate) fn stand_in(tokens: &TokenStream, ty: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(door)) => {
            let ty = ty(door.stream());
            quote!(::core::option::Option::<#ty>::None.unwrap())
        }
        _ => quote!(::core::unreachable!()),
    }
}

impl Args {
    /// `crate = path` or `crate = "path"`
    pub(crate) fn krate(&self, errors: &mut Errors) -> TokenStream {
        const PATH: &str = "a path";
        let given = self.expr("crate", PATH, errors).and_then(|expr| match plain(expr) {
            Expr::Path(path) if path.qself.is_none() => Some(quote!(#path)),
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => {
                let path = text.parse_with(syn::Path::parse_mod_style).ok();
                if path.is_none() {
                    self.wrong("crate", PATH, text, errors);
                }
                path.map(ToTokens::into_token_stream)
            }
            other => {
                self.wrong("crate", PATH, other, errors);
                None
            }
        });
        given.unwrap_or_else(|| quote!(::async_test_suite))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Table;

    #[test]
    fn the_crate_path_has_two_forms() {
        static TABLE: Table = Table {
            owner: "#[demo]",
            keys: &[&[("crate", "crate = my::path")]],
            hints: &[],
        };
        for (source, expected, messages) in [
            ("", ":: async_test_suite", &[][..]),
            ("crate = my::path", "my :: path", &[]),
            ("crate = \"::x::y\"", ":: x :: y", &[]),
            (
                "crate = 3",
                ":: async_test_suite",
                &["`crate` takes a path: write `crate = my::path`"],
            ),
            (
                "crate = \"a b\"",
                ":: async_test_suite",
                &["`crate` takes a path: write `crate = my::path`"],
            ),
        ] {
            let mut errors = Errors::default();
            let args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
            assert_eq!(args.krate(&mut errors).to_string(), expected);
            assert_eq!(errors.messages(), messages, "{source}");
        }
    }
}
