//! A function whose signature is read and whose body is not: half-typed code must still expand.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Safety, Signature, Token, Visibility, token};

use crate::errors::Errors;
use crate::{body, scan};

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !starts_function(input) {
            return Err(input.error("this attribute belongs on a function: expected `fn` or `async fn`"));
        }
        let sig: Signature = input.parse()?;
        if !input.peek(token::Brace) {
            return Err(syn::Error::new_spanned(sig, "this function needs a body in braces"));
        }
        let body = body::block(input)?;
        Ok(Function { attrs, vis, sig, body })
    }
}

fn starts_function(input: ParseStream<'_>) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![const])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
}

impl Function {
    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    /// The type of its value: `()` when the function does not say.
    pub(crate) fn value(&self) -> TokenStream {
        match &self.sig.output {
            ReturnType::Default => quote_spanned!(self.sig.ident.span()=> ()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        }
    }

    pub(crate) fn end(&self) -> Span {
        self.body.span_close()
    }

    /// The `subtest!` of a plain `fn`, where nothing can await it.
    pub(crate) fn subtest_in_sync(&self) -> Option<Ident> {
        let found = scan::find_macro_outside_async(&self.body.stream(), "subtest");
        found.filter(|_| !self.is_async())
    }

    pub(crate) fn refuse_subtest_in_sync(&self, what: &str, errors: &mut Errors) {
        if let Some(call) = self.subtest_in_sync() {
            let name = &self.sig.ident;
            errors.at(
                call.span(),
                format!("`subtest!` awaits, so it needs an async {what}: make `{name}` an `async fn`"),
            );
        }
    }

    /// What no item macro can turn into a test or a loop.
    pub(crate) fn refuse_qualifiers(&self, what: &str, errors: &mut Errors) {
        if let Some(token) = &self.sig.constness {
            errors.on(
                token,
                format!("{what} runs, so it cannot be a `const fn`: remove `const`"),
            );
        }
        if let Safety::Unsafe(token) = &self.sig.safety {
            errors.on(
                token,
                format!("{what} cannot be `unsafe`: use an `unsafe` block inside the body"),
            );
        }
        if let Some(abi) = &self.sig.abi {
            errors.on(abi, format!("{what} is called from Rust: remove `extern`"));
        }
        if let Some(variadic) = &self.sig.variadic {
            errors.on(variadic, format!("{what} cannot take a variable number of arguments"));
        }
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.attrs.iter().for_each(|attr| attr.to_tokens(tokens));
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_half_typed_body() {
        let source = "pub async fn f (t : Suite) -> X { let a = t . ; if }";
        let function: Function = syn::parse_str(source).unwrap();
        assert!(function.is_async());
        assert_eq!(
            function.to_token_stream().to_string(),
            source.parse::<TokenStream>().unwrap().to_string()
        );
    }

    #[test]
    fn refuses_what_is_no_function() {
        for (source, expected) in [
            ("struct X;", "belongs on a function"),
            ("fn f();", "needs a body"),
            ("mod m {}", "belongs on a function"),
        ] {
            let error = syn::parse_str::<Function>(source).err().unwrap().to_string();
            assert!(error.contains(expected), "{source}: {error}");
        }
    }

    #[test]
    fn refuses_every_qualifier() {
        let function: Function = syn::parse_str("const unsafe extern \"C\" fn f() {}").unwrap();
        let mut errors = Errors::default();
        function.refuse_qualifiers("a suite", &mut errors);
        let messages = errors.messages();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages[1].starts_with("a suite cannot be `unsafe`"));
    }
}
