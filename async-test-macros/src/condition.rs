//! `when = …`: what has to hold for a suite to run.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, Token};

use crate::errors::Errors;
use crate::nearest::nearest;
use crate::values::plain;

pub(crate) const KIND: &str = "a condition";

const KNOWN: [&str; 7] = ["mode", "env", "command", "cfg", "any", "all", "none"];
const FORMS: &str = "`mode(\"release\")`, `env(\"NAME\")`, `command(\"docker\")`, `cfg(..)`, `any(..)`, `all(..)`, `none(..)`, a list, or the path of a condition";

pub(crate) fn tokens(expr: &Expr, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    match plain(expr) {
        Expr::Array(array) => list("Any", &array.elems, array, krate, errors),
        Expr::Path(path) => Some(quote!(#krate::__rt::When::Custom(&#path))),
        Expr::Macro(call) if call.mac.path.is_ident("cfg") => Some(cfg(&call.mac.tokens, krate)),
        Expr::Call(call) => match plain(&call.func) {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                let name = path.path.get_ident()?;
                known(name, &call.args, call, krate, errors)
            }
            other => refuse(other, errors),
        },
        other => refuse(other, errors),
    }
}

fn known(
    name: &Ident,
    args: &Punctuated<Expr, Token![,]>,
    call: &dyn ToTokens,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    match name.to_string().as_str() {
        "mode" => word("Mode", name, args, call, krate, errors),
        "env" => word("Env", name, args, call, krate, errors),
        "command" => word("Command", name, args, call, krate, errors),
        "any" => list("Any", args, call, krate, errors),
        "all" => list("All", args, call, krate, errors),
        "none" => list("None", args, call, krate, errors),
        "cfg" if args.len() == 1 => Some(cfg(args, krate)),
        "cfg" => {
            errors.on(
                call.to_token_stream(),
                "`cfg` takes one predicate, such as `cfg(feature = \"net\")` or `cfg(all(unix, test))`",
            );
            None
        }
        other => {
            let meant = nearest(other, KNOWN)
                .map(|meant| format!(" did you mean `{meant}`?"))
                .unwrap_or_default();
            errors.on(
                name,
                format!("there is no condition `{other}`:{meant} the conditions are {FORMS}"),
            );
            None
        }
    }
}

fn word(
    variant: &str,
    name: &Ident,
    args: &Punctuated<Expr, Token![,]>,
    call: &dyn ToTokens,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let right = match (args.len(), args.first().map(plain)) {
        (
            1,
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            })),
        ) => !text.value().trim().is_empty(),
        (1, Some(Expr::Path(_) | Expr::Macro(_))) => true,
        _ => false,
    };
    if !right {
        let example = match variant {
            "Mode" => "mode(\"release\")",
            "Env" => "env(\"NAME\")",
            _ => "command(\"docker\")",
        };
        errors.on(
            call.to_token_stream(),
            format!("`{name}` takes one string that is not empty: write `{example}`"),
        );
        return None;
    }
    let variant = Ident::new(variant, name.span());
    let text = args.first();
    Some(quote!(#krate::__rt::When::#variant(#text)))
}

fn list(
    variant: &str,
    args: &Punctuated<Expr, Token![,]>,
    call: &dyn ToTokens,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if args.is_empty() {
        errors.on(
            call.to_token_stream(),
            format!("this list of conditions is empty: the conditions are {FORMS}"),
        );
        return None;
    }
    // Not a `collect` into an `Option`: every condition is looked at, so that all mistakes are told.
    let items: Vec<_> = args.iter().filter_map(|item| tokens(item, krate, errors)).collect();
    let variant = Ident::new(variant, proc_macro2::Span::call_site());
    (items.len() == args.len()).then(|| quote!(#krate::__rt::When::#variant(&[#(#items),*])))
}

fn cfg(predicate: &impl ToTokens, krate: &TokenStream) -> TokenStream {
    let shown = predicate.to_token_stream().to_string().replace(" (", "(");
    quote!(#krate::__rt::When::Cfg(::core::cfg!(#predicate), #shown))
}

fn refuse(expr: &Expr, errors: &mut Errors) -> Option<TokenStream> {
    errors.on(expr, format!("`when` takes a condition: {FORMS}"));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<String, Vec<String>> {
        let mut errors = Errors::default();
        let krate = quote!(k);
        match tokens(&syn::parse_str(source).unwrap(), &krate, &mut errors) {
            Some(tokens) => Ok(tokens.to_string().replace(' ', "")),
            None => Err(errors.messages()),
        }
    }

    #[test]
    fn every_condition_has_its_variant() {
        for (source, expected) in [
            ("mode(\"release\")", "k::__rt::When::Mode(\"release\")"),
            ("env(\"HOME\")", "k::__rt::When::Env(\"HOME\")"),
            ("command(DOCKER)", "k::__rt::When::Command(DOCKER)"),
            ("cfg(unix)", "k::__rt::When::Cfg(::core::cfg!(unix),\"unix\")"),
            (
                "cfg(not(unix))",
                "k::__rt::When::Cfg(::core::cfg!(not(unix)),\"not(unix)\")",
            ),
            ("cfg!(unix)", "k::__rt::When::Cfg(::core::cfg!(unix),\"unix\")"),
            ("my::READY", "k::__rt::When::Custom(&my::READY)"),
            (
                "[env(\"A\"), env(\"B\")]",
                "k::__rt::When::Any(&[k::__rt::When::Env(\"A\"),k::__rt::When::Env(\"B\")])",
            ),
            (
                "all(none(env(\"A\")), READY)",
                "k::__rt::When::All(&[k::__rt::When::None(&[k::__rt::When::Env(\"A\")]),k::__rt::When::Custom(&READY)])",
            ),
        ] {
            assert_eq!(read(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn a_cfg_predicate_is_shown_as_written() {
        assert!(read("cfg(feature = \"net\")").unwrap().contains(r#""feature=\"net\"""#));
    }

    #[test]
    fn mistakes_say_the_way_out() {
        for (source, expected) in [
            (
                "mod_(\"x\")",
                &["there is no condition `mod_`: did you mean `mode`?"][..],
            ),
            ("unix()", &["there is no condition `unix`: the conditions are"]),
            (
                "env()",
                &["`env` takes one string that is not empty: write `env(\"NAME\")`"],
            ),
            ("env(3)", &["`env` takes one string"]),
            ("command(\"\")", &["write `command(\"docker\")`"]),
            ("cfg(unix, test)", &["`cfg` takes one predicate"]),
            ("any()", &["this list of conditions is empty"]),
            ("\"release\"", &["`when` takes a condition: `mode"]),
            (
                "[env(), mode(), true]",
                &["`env` takes", "`mode` takes", "`when` takes"],
            ),
        ] {
            let errors = read(source).unwrap_err();
            assert_eq!(errors.len(), expected.len(), "{source}: {errors:?}");
            for (error, part) in errors.iter().zip(expected) {
                assert!(error.contains(part), "{source}: {error}");
            }
        }
    }
}
