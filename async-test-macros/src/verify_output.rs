//! What a verified function returns, and the verifier's two types that follow from it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Type};

use crate::errors::Errors;

pub(crate) enum Output {
    /// A type that says itself whether the round passed.
    Judges(Type),
    /// Any other type: the round passed with this value.
    Value(Type),
}

pub(crate) fn output(output: &ReturnType, errors: &mut Errors) -> Output {
    let ty = match output {
        ReturnType::Default => return Output::Judges(syn::parse_quote!(())),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    match peeled(&ty) {
        Type::ImplTrait(_) => errors.on(
            &ty,
            "the verifier keeps what its rounds saw, so their type needs a name: write it out",
        ),
        Type::Never(_) => errors.on(&ty, "a round has to end: return what it saw, or a `Result`"),
        _ => {}
    }
    let judges = match peeled(&ty) {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| ["Result", "Round", "bool"].iter().any(|name| last.ident == name)),
        _ => false,
    };
    if judges { Output::Judges(ty) } else { Output::Value(ty) }
}

impl Output {
    pub(crate) fn is_value(&self) -> bool {
        matches!(self, Output::Value(_))
    }

    /// `krate::Verifier<V, E>`
    pub(crate) fn verifier(&self, krate: &TokenStream) -> TokenStream {
        let types = match self {
            Output::Value(ty) => quote!(#ty, ::core::convert::Infallible),
            Output::Judges(ty) => result_types(ty)
                .unwrap_or_else(|| quote!(<#ty as #krate::RoundOutcome>::Value, <#ty as #krate::RoundOutcome>::Error)),
        };
        quote!(#krate::Verifier<#types>)
    }
}

/// The `V, E` of a plain `Result<V, E>`, which read better in an editor than projections do.
fn result_types(ty: &Type) -> Option<TokenStream> {
    let Type::Path(path) = peeled(ty) else { return None };
    let PathSegment {
        ident,
        arguments: PathArguments::AngleBracketed(arguments),
    } = path.path.segments.last()?
    else {
        return None;
    };
    let types = arguments
        .args
        .iter()
        .all(|argument| matches!(argument, GenericArgument::Type(_)));
    (ident == "Result" && types && arguments.args.len() == 2).then(|| arguments.args.to_token_stream())
}

pub(crate) fn peeled(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_value_and_error() {
        for (source, expected) in [
            (
                "",
                "k::Verifier<<()ask::RoundOutcome>::Value,<()ask::RoundOutcome>::Error>",
            ),
            ("-> Result<Term, Split>", "k::Verifier<Term,Split>"),
            (
                "-> anyhow::Result<Term>",
                "k::Verifier<<anyhow::Result<Term>ask::RoundOutcome>::Value,<anyhow::Result<Term>ask::RoundOutcome>::Error>",
            ),
            (
                "-> bool",
                "k::Verifier<<boolask::RoundOutcome>::Value,<boolask::RoundOutcome>::Error>",
            ),
            (
                "-> Round<u8, E>",
                "k::Verifier<<Round<u8,E>ask::RoundOutcome>::Value,<Round<u8,E>ask::RoundOutcome>::Error>",
            ),
            ("-> Vec<u8>", "k::Verifier<Vec<u8>,::core::convert::Infallible>"),
            ("-> (u8, u8)", "k::Verifier<(u8,u8),::core::convert::Infallible>"),
        ] {
            let mut errors = Errors::default();
            let output = output(&syn::parse_str(source).unwrap(), &mut errors);
            assert_eq!(
                output.verifier(&quote!(k)).to_string().replace(' ', ""),
                expected,
                "{source}"
            );
            assert!(errors.is_empty(), "{source}");
        }
    }

    #[test]
    fn refuses_what_has_no_value_or_no_name() {
        for source in ["-> impl Debug", "-> !"] {
            let mut errors = Errors::default();
            output(&syn::parse_str(source).unwrap(), &mut errors);
            assert_eq!(errors.messages().len(), 1, "{source}");
        }
    }
}
