//! Which of a function's attributes goes where, when a macro makes two functions of one.
//!
//! The inner one is the user's own and always runs; the outer one has the name and is what others see: the harness, a
//! caller, rustdoc. Hence what speaks to those goes outside, lint levels go to both, and every other attribute goes to
//! the user's own function: an attribute macro such as `#[instrument]` then works on the code it was written for, also
//! under `harness = false`, where the outer function of a suite is compiled away.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta};

const OUTER: [&str; 6] = ["doc", "cfg_attr", "ignore", "should_panic", "deprecated", "must_use"];
const BOTH: [&str; 4] = ["allow", "warn", "deny", "forbid"];

#[derive(Default)]
pub(crate) struct Attrs {
    /// On everything the macro emits.
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) inner: Vec<Attribute>,
    pub(crate) outer: Vec<TokenStream>,
}

impl Attrs {
    pub(crate) fn sort<'a>(attrs: impl IntoIterator<Item = &'a Attribute>) -> Self {
        let mut sorted = Attrs::default();
        for attr in attrs {
            sorted.add(attr);
        }
        sorted
    }

    fn add(&mut self, attr: &Attribute) {
        let is = |name: &&str| attr.path().is_ident(name);
        if is(&"cfg") {
            self.cfg.push(attr.clone());
        } else if OUTER.iter().any(is) {
            self.outer.push(quote!(#attr));
        } else if BOTH.iter().any(is) {
            self.inner.push(attr.clone());
            self.outer.push(quote!(#attr));
        } else {
            self.inner.push(attr.clone());
            self.keep_quiet(attr);
        }
    }

    /// An expectation holds at one place, so the other function only allows what is expected of the user's.
    fn keep_quiet(&mut self, attr: &Attribute) {
        if let (true, Meta::List(list)) = (attr.path().is_ident("expect"), &attr.meta) {
            let lints = &list.tokens;
            self.outer.push(quote!(#[allow(#lints)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(attrs: &[impl quote::ToTokens]) -> String {
        quote!(#(#attrs)*).to_string().replace(' ', "")
    }

    #[test]
    fn each_attribute_has_its_place() {
        for (source, cfg, inner, outer) in [
            ("#[cfg(unix)]", "#[cfg(unix)]", "", ""),
            ("#[doc = \"x\"]", "", "", "#[doc=\"x\"]"),
            ("#[ignore = \"slow\"]", "", "", "#[ignore=\"slow\"]"),
            ("#[should_panic]", "", "", "#[should_panic]"),
            ("#[must_use]", "", "", "#[must_use]"),
            ("#[allow(unused)]", "", "#[allow(unused)]", "#[allow(unused)]"),
            (
                "#[expect(unused, reason = \"r\")]",
                "",
                "#[expect(unused,reason=\"r\")]",
                "#[allow(unused,reason=\"r\")]",
            ),
            (
                "#[tracing::instrument(skip(t))]",
                "",
                "#[tracing::instrument(skip(t))]",
                "",
            ),
            ("#[inline]", "", "#[inline]", ""),
        ] {
            let function: crate::item::Function = syn::parse_str(&format!("{source} fn f() {{}}")).unwrap();
            let attrs = Attrs::sort(&function.attrs);
            assert_eq!(
                [texts(&attrs.cfg), texts(&attrs.inner), texts(&attrs.outer)],
                [cfg, inner, outer],
                "{source}"
            );
        }
    }
}
