//! `verify_loop!` beside `#[verify_loop]`.
//!
//! One module cannot hold a function-like macro and an attribute of one name, so the prelude holds the attribute. In
//! a block the compiler looks for a macro of the wanted kind outward from scope to scope; hence the macros that own a
//! block around the user's body import the other kind there, when the body uses it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::scan;

pub(crate) fn import(body: &TokenStream, krate: &TokenStream) -> Option<TokenStream> {
    // The user's own identifier, so that the import is seen wherever that identifier is.
    let name = scan::find_macro(body, "verify_loop")?;
    Some(quote! {
        #[allow(unused_imports, reason = "an inner body may import it once more")]
        use #krate::__rt::#name;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_only_what_is_used() {
        let import = |body: &str| import(&body.parse().unwrap(), &quote!(k)).map(|tokens| tokens.to_string());
        assert!(
            import("if a { let v = verify_loop!({ b() }); }")
                .unwrap()
                .ends_with("use k :: __rt :: verify_loop ;")
        );
        assert_eq!(import("one_leader(c)"), None);
    }
}
