//! What the attributes of a test say to the harness, read for the runtime.

use syn::parse::ParseStream;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Token};

use crate::errors::Errors;

/// Another attribute of these last names would make a second test of the function.
const MAKE_TESTS: [&str; 3] = ["test", "bench", "suite"];

#[derive(Default)]
pub(crate) struct Marks {
    /// The reason, empty without one.
    pub(crate) ignore: Option<LitStr>,
    /// The expected message, empty without one.
    pub(crate) should_panic: Option<LitStr>,
}

impl Marks {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut marks = Marks::default();
        for attr in attrs {
            if attr.path().is_ident("ignore") {
                marks.ignore = Some(text(attr));
            } else if attr.path().is_ident("should_panic") {
                marks.should_panic = Some(text(attr));
            } else if makes_a_test(attr) {
                errors.on(
                    attr,
                    "`#[suite]` already makes a test of this function: remove this attribute",
                );
            }
        }
        marks
    }
}

/// By its last name, since `tokio::test` and its like are known by no other sign.
pub(crate) fn makes_a_test(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|last| MAKE_TESTS.iter().any(|name| last.ident == name))
}

/// `#[ignore = "…"]`, `#[should_panic = "…"]` or `#[should_panic(expected = "…")]`.
fn text(attr: &Attribute) -> LitStr {
    let value = match &attr.meta {
        Meta::NameValue(pair) => Some(pair.value.clone()),
        Meta::List(_) => attr.parse_args_with(expected).ok(),
        _ => None,
    };
    match value {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        })) => text,
        // What is malformed the compiler reports at the attribute itself.
        _ => LitStr::new("", proc_macro2::Span::call_site()),
    }
}

fn expected(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Ident>()?;
    input.parse::<Token![=]>()?;
    let value = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (Marks, Vec<String>) {
        let function: crate::item::Function = syn::parse_str(&format!("{source} fn f() {{}}")).unwrap();
        let mut errors = Errors::default();
        let marks = Marks::read(&function.attrs, &mut errors);
        (marks, errors.messages())
    }

    #[test]
    fn reads_reasons() {
        for (source, ignore, should_panic) in [
            ("", None, None),
            ("#[ignore]", Some(""), None),
            ("#[ignore = \"slow\"]", Some("slow"), None),
            ("#[should_panic]", None, Some("")),
            ("#[should_panic = \"boom\"]", None, Some("boom")),
            (
                "#[should_panic(expected = \"boom\",)] #[ignore]",
                Some(""),
                Some("boom"),
            ),
            ("#[should_panic(expected)]", None, Some("")),
        ] {
            let (marks, errors) = read(source);
            let value = |text: Option<LitStr>| text.map(|text| text.value());
            assert_eq!(
                (value(marks.ignore).as_deref(), value(marks.should_panic).as_deref()),
                (ignore, should_panic),
                "{source}"
            );
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn a_second_test_attribute_is_an_error() {
        for source in ["#[test]", "#[tokio::test(flavor = \"multi_thread\")]", "#[suite]"] {
            assert!(read(source).1[0].contains("already makes a test"), "{source}");
        }
    }
}
