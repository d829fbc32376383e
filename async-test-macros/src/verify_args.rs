//! The arguments of a verified function: kept by the verifier, cloned for each round.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, Pat, PatIdent, PatType, Receiver, ReceiverKind, Signature, Type};

use crate::errors::Errors;

const OWNED: &str =
    "the arguments live as long as the verifier and are cloned for each round: take an owned value or an `Arc`";

pub(crate) struct Call {
    /// Parameters of the function that makes the verifier.
    pub(crate) params: TokenStream,
    /// Statements of that function, before the loop is made.
    pub(crate) start: TokenStream,
    /// The kept variables, in the order of the parameters.
    pub(crate) kept: Vec<Ident>,
    pub(crate) receives: Receives,
    pub(crate) turbofish: Option<TokenStream>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Receives {
    Nothing,
    /// `self`, `self: Arc<Self>`
    Value,
    /// `&self`: each round borrows a clone of its own.
    Reference,
}

pub(crate) fn call(sig: &Signature, errors: &mut Errors) -> Call {
    let mut call = Call {
        params: TokenStream::new(),
        start: TokenStream::new(),
        kept: Vec::new(),
        receives: Receives::Nothing,
        turbofish: turbofish(sig),
    };
    for (at, input) in sig.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => call.receiver(receiver, errors),
            FnArg::Typed(argument) => call.argument(at, argument, errors),
        }
    }
    call
}

impl Call {
    fn receiver(&mut self, receiver: &Receiver, errors: &mut Errors) {
        let this = Ident::new("__this", Span::mixed_site().located_at(receiver.self_token.span));
        let itself = &receiver.self_token;
        match &receiver.kind {
            ReceiverKind::Reference(_, _, Some(mutable)) => {
                errors.on(
                    mutable,
                    "each round works on a clone, so a change would be lost: take `&self` or `self: Arc<Self>`",
                );
            }
            ReceiverKind::Reference(and, ..) => {
                self.receives = Receives::Reference;
                self.params.extend(quote!(#and #itself,));
                self.start
                    .extend(quote_spanned!(itself.span=> let #this = <Self as ::core::clone::Clone>::clone(#itself);));
            }
            ReceiverKind::Typed(_, ty) if matches!(**ty, Type::Reference(_)) => errors.on(ty, OWNED),
            ReceiverKind::Typed(colon, ty) => {
                self.receives = Receives::Value;
                self.params.extend(quote!(#itself #colon #ty,));
                self.start.extend(quote!(let #this = #itself;));
            }
            _ => {
                self.receives = Receives::Value;
                self.params.extend(quote!(#itself,));
                self.start.extend(quote!(let #this = #itself;));
            }
        }
        self.kept.push(this);
    }

    fn argument(&mut self, at: usize, argument: &PatType, errors: &mut Errors) {
        let PatType { pat, ty, .. } = argument;
        if let Type::Reference(reference) = &**ty {
            if reference
                .lifetime
                .as_ref()
                .is_none_or(|lifetime| lifetime.ident != "static")
            {
                errors.on(ty, OWNED);
            }
        }
        let name = match &**pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                ident,
                ..
            }) => ident.clone(),
            other => format_ident!("__argument{}", at, span = Span::mixed_site().located_at(other.span())),
        };
        self.params.extend(quote!(#name: #ty,));
        self.kept.push(name);
    }

    /// `clone(&a), clone(&b)`: each clone shown at the argument it is made of.
    pub(crate) fn clones(&self) -> Vec<TokenStream> {
        self.kept.iter().map(clone).collect()
    }
}

fn clone(name: &Ident) -> TokenStream {
    let span = Span::mixed_site().located_at(name.span());
    quote_spanned!(span=> ::core::clone::Clone::clone(&#name))
}

/// Type and const parameters are said once more, since an argument need not mention them.
fn turbofish(sig: &Signature) -> Option<TokenStream> {
    let mut names = Vec::new();
    for param in &sig.generics.params {
        match param {
            GenericParam::Type(param) => names.push(param.ident.to_token_stream()),
            GenericParam::Const(param) => names.push(param.ident.to_token_stream()),
            _ => {}
        }
    }
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (Call, Vec<String>) {
        let mut errors = Errors::default();
        let call = call(&syn::parse_str(source).unwrap(), &mut errors);
        (call, errors.messages())
    }

    #[test]
    fn keeps_each_argument_under_a_name() {
        for (source, params, kept) in [
            ("fn f()", "", ""),
            ("fn f(a: A, mut b: B)", "a:A,b:B,", "a b"),
            (
                "fn f((a, b): (A, B), _: C)",
                "__argument0:(A,B),__argument1:C,",
                "__argument0 __argument1",
            ),
            (
                "fn f(self: Arc<Self>, a: &'static str)",
                "self:Arc<Self>,a:&'staticstr,",
                "__this a",
            ),
            ("fn f(mut self)", "self,", "__this"),
            ("fn f(&self)", "&self,", "__this"),
        ] {
            let (call, errors) = read(source);
            assert_eq!(errors, [""; 0], "{source}");
            assert_eq!(call.params.to_string().replace(' ', ""), params, "{source}");
            assert_eq!(
                call.kept.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                kept,
                "{source}"
            );
        }
    }

    #[test]
    fn passes_generics_through() {
        let (call, _) = read("fn f<'a, T: Clone, const N: usize>(t: [T; N])");
        assert_eq!(call.turbofish.unwrap().to_string(), ":: < T , N >");
        assert!(read("fn f<'a>()").0.turbofish.is_none());
    }

    #[test]
    fn refuses_what_cannot_be_kept() {
        for (source, expected) in [
            ("fn f(a: &str)", "take an owned value or an `Arc`"),
            ("fn f(a: &'a str)", "take an owned value or an `Arc`"),
            ("fn f(&mut self)", "a change would be lost"),
            ("fn f(self: &Arc<Self>)", "take an owned value or an `Arc`"),
        ] {
            let (_, errors) = read(source);
            assert!(
                errors.len() == 1 && errors[0].contains(expected),
                "{source}: {errors:?}"
            );
        }
    }
}
