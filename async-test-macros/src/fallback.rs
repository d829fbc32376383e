//! What stands in for an item that could not be expanded: the user's own function, so that an editor goes on.

use proc_macro2::TokenStream;
use quote::quote;

use crate::body_future;
use crate::item::Function;

/// Attributes that mean something to a test only, and would be a second error on a plain function.
const OF_TESTS: [&str; 3] = ["ignore", "should_panic", "test"];

pub(crate) fn function(function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, body } = function;
    // What awaits in a sync body has been reported; the compiler need not say it again.
    let body = match function.subtest_in_sync() {
        Some(_) => {
            let future = body_future::typed(None, function);
            quote!({ let _ = async #future; ::core::unreachable!() })
        }
        None => quote!(#body),
    };
    let attrs = attrs.iter().filter(|attr| {
        attr.path()
            .segments
            .last()
            .is_none_or(|last| !OF_TESTS.iter().any(|name| last.ident == name))
    });
    quote! {
        #[allow(dead_code, reason = "stands in for an item with errors")]
        #(#attrs)* #vis #sig #body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_function_without_its_test_attributes() {
        let item =
            syn::parse_str("#[ignore] /// doc\n #[tokio::test(flavor = \"x\")] pub async fn f(a: u8) { half . }")
                .unwrap();
        let text = function(&item).to_string();
        assert!(text.contains("pub async fn f (a : u8) { half . }"), "{text}");
        assert!(
            text.contains("doc") && !text.contains("ignore") && !text.contains("tokio"),
            "{text}"
        );
    }
}
