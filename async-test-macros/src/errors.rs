//! Several mistakes, one answer: everything a macro finds is collected and reported at once.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn handle<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn absorb(&mut self, other: Errors) {
        other.0.into_iter().for_each(|error| self.push(error));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Items: the expansion, then the mistakes.
    pub(crate) fn beside(self, items: TokenStream) -> TokenStream {
        let errors = self.into_tokens();
        quote!(#items #errors)
    }

    /// An expression of the same type, with the mistakes in front.
    pub(crate) fn within(self, expression: TokenStream) -> TokenStream {
        if self.is_empty() {
            return expression;
        }
        let errors = self.into_tokens();
        quote!({ #errors #expression })
    }

    /// One `compile_error!` for each mistake; nothing when there is none.
    fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn messages(self) -> Vec<String> {
        self.0.into_iter().flatten().map(|error| error.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_error_in_order() {
        let mut errors = Errors::default();
        assert!(errors.is_empty());
        errors.at(Span::call_site(), "first");
        assert_eq!(errors.handle(syn::parse_str::<syn::Ident>("a")).unwrap(), "a");
        assert!(
            errors
                .handle(Err::<(), _>(syn::Error::new(Span::call_site(), "second")))
                .is_none()
        );
        assert!(!errors.is_empty());
        let text = errors.within(quote!(value)).to_string();
        assert_eq!(text.matches("compile_error").count(), 2);
        assert!(text.starts_with('{') && text.ends_with("value }"), "{text}");
    }

    #[test]
    fn says_nothing_without_errors() {
        assert_eq!(Errors::default().within(quote!(value)).to_string(), "value");
        assert_eq!(
            Errors::default()
                .beside(quote!(
                    fn f() {}
                ))
                .to_string(),
            "fn f () { }"
        );
    }
}
