//! Questions about a body that is never parsed, answered from its tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Macros whose arguments are bodies of their own.
const OWN_BODY: [&str; 2] = ["subtest", "verify_loop"];

/// The place of the first `name!` in `tokens`, at any depth.
pub(crate) fn find_macro(tokens: &TokenStream, name: &str) -> Option<Ident> {
    find(tokens, name, |_| true)
}

/// Like `find_macro`, but not within the `async` blocks, closures and functions of a sync body: there `.await` works.
pub(crate) fn find_macro_outside_async(tokens: &TokenStream, name: &str) -> Option<Ident> {
    find(tokens, name, |before| !says(head(before), "async"))
}

fn find(tokens: &TokenStream, name: &str, enter: fn(&[TokenTree]) -> bool) -> Option<Ident> {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == name && is_punct(tokens.get(at + 1), '!') => {
                if matches!(tokens.get(at + 2), Some(TokenTree::Group(_))) {
                    return Some(ident.clone());
                }
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace || enter(&tokens[..at]) => {
                if let Some(found) = find(&group.stream(), name, enter) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// Whether the tokens say the `Self` around them, not that of an `impl` or a type of their own.
pub(crate) fn says_self(tokens: &TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => {
            let head = head(&tokens[..at]);
            let has_its_own = ["impl", "trait", "struct", "enum", "union"]
                .iter()
                .any(|word| says(head, word));
            (!has_its_own || says(head, "fn")) && says_self(&group.stream())
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// How the value of a body that may use `?` gets its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// The compiler knows it: the body has no `?`, or says `Err` of its own type.
    Plain,
    /// The error type is ours to name. `tail_is_result` when the body ends in `Ok(..)` or `Err(..)`.
    NamesError { tail_is_result: bool },
    /// The body says `Err(..)` and never `Ok(..)`.
    OnlyErr,
}

pub(crate) fn mode(body: &TokenStream) -> Mode {
    let tail = result_tail(body);
    if has_question_mark(body) || (tail == Some("Ok") && !mentions(body, "Err")) {
        Mode::NamesError {
            tail_is_result: tail.is_some(),
        }
    } else if tail == Some("Err") && !mentions(body, "Ok") {
        Mode::OnlyErr
    } else {
        Mode::Plain
    }
}

/// Whether the last statement of the body gives no value, so that a value can be written behind it.
pub(crate) fn ends_in_semicolon(body: &TokenStream) -> bool {
    body.clone()
        .into_iter()
        .last()
        .is_none_or(|last| is_punct(Some(&last), ';'))
}

pub(crate) fn end(body: &TokenStream, or: Span) -> Span {
    body.clone().into_iter().last().map_or(or, |last| match last {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    })
}

/// A `?` that leaves this body, not an inner one: blocks and functions of their own are passed over.
fn has_question_mark(tokens: &TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?' && !is_bound(&tokens[..at]),
        TokenTree::Group(group) => !own_body(&tokens[..at], group) && has_question_mark(&group.stream()),
        _ => false,
    })
}

/// A `return;` of this body. What other macros make of their arguments is not known, so those are not searched.
pub(crate) fn find_bare_return(tokens: &TokenStream) -> Option<Ident> {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Ident(ident) if ident == "return" && is_punct(tokens.get(at + 1), ';') => Some(ident.clone()),
        TokenTree::Group(group) if !is_punct(tokens[..at].last(), '!') && !own_body(&tokens[..at], group) => {
            find_bare_return(&group.stream())
        }
        _ => None,
    })
}

/// `T: ?Sized`, `A + ?Sized`, `<?`: a bound, not an operator. `$(..)?` is a repetition.
fn is_bound(before: &[TokenTree]) -> bool {
    let bound = [':', '+', '<', ','].iter().any(|c| is_punct(before.last(), *c));
    bound || before.is_empty() || (before.len() >= 2 && is_punct(before.get(before.len() - 2), '$'))
}

fn own_body(before: &[TokenTree], group: &Group) -> bool {
    if before.len() >= 2 && is_punct(before.last(), '!') {
        return OWN_BODY.iter().any(|name| ends_with(&before[..before.len() - 1], name));
    }
    if group.delimiter() != Delimiter::Brace {
        return false;
    }
    ends_with(before, "async") || ends_with_async_move(before) || is_punct(before.last(), '|') || has_signature(before)
}

/// What stands in front of a block: everything since the last statement or block.
fn head(before: &[TokenTree]) -> &[TokenTree] {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_punct(Some(other), ';'),
    };
    let start = before.iter().rposition(ends).map_or(0, |at| at + 1);
    &before[start..]
}

fn says(tokens: &[TokenTree], word: &str) -> bool {
    tokens
        .iter()
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == word))
}

/// `fn name(..) -> T {` or `|x| -> T {`
fn has_signature(before: &[TokenTree]) -> bool {
    let before = head(before);
    for (at, token) in before.iter().enumerate().rev() {
        match token {
            TokenTree::Ident(ident) if ident == "fn" => return matches!(before.get(at + 1), Some(TokenTree::Ident(_))),
            TokenTree::Punct(punct) if punct.as_char() == '|' => {
                return is_punct(before.get(at + 1), '-') && is_punct(before.get(at + 2), '>');
            }
            _ => {}
        }
    }
    false
}

/// `Ok` or `Err` when the body's value is written as such, also as the last branch of an `if` or `match`.
fn result_tail(body: &TokenStream) -> Option<&'static str> {
    let mut tokens: Vec<_> = body.clone().into_iter().collect();
    if is_punct(tokens.last(), ',') {
        tokens.pop();
    }
    match tokens.as_slice() {
        [before @ .., TokenTree::Ident(name), TokenTree::Group(group)]
            if group.delimiter() == Delimiter::Parenthesis && !is_punct(before.last(), '.') =>
        {
            ["Ok", "Err"].into_iter().find(|known| name == known)
        }
        [.., TokenTree::Group(group)] if matches!(group.delimiter(), Delimiter::Brace | Delimiter::None) => {
            result_tail(&group.stream())
        }
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, expected: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
}

fn ends_with(tokens: &[TokenTree], name: &str) -> bool {
    matches!(tokens.last(), Some(TokenTree::Ident(ident)) if ident == name)
}

fn ends_with_async_move(tokens: &[TokenTree]) -> bool {
    matches!(tokens.split_last(), Some((_, before)) if ends_with(tokens, "move") && ends_with(before, "async"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> TokenStream {
        source.parse().unwrap()
    }

    #[test]
    fn finds_a_macro_at_any_depth() {
        for (source, anywhere, outside) in [
            ("subtest!(\"a\", {});", true, true),
            ("if a { b(|| { async_test_suite::subtest! { \"a\" } }) }", true, true),
            ("block_on(async { subtest!(\"a\", {}) })", true, false),
            ("block_on(async move { if a { subtest!(\"a\", {}) } })", true, false),
            (
                "async fn f() { subtest!(\"a\", {}) } run(async |t| { subtest!(\"a\", {}) })",
                true,
                false,
            ),
            ("async { a() }; if b { subtest!(\"a\", {}) }", true, true),
            ("let subtest = 1; subtest != 2; other!(x)", false, false),
        ] {
            assert_eq!(find_macro(&tokens(source), "subtest").is_some(), anywhere, "{source}");
            assert_eq!(
                find_macro_outside_async(&tokens(source), "subtest").is_some(),
                outside,
                "{source}"
            );
        }
    }

    #[test]
    fn chooses_how_the_error_is_typed() {
        let names = |tail_is_result| Mode::NamesError { tail_is_result };
        for (source, expected) in [
            ("", Mode::Plain),
            ("ok!(true);", Mode::Plain),
            ("a()?;", names(false)),
            ("is!(store.put(1).await?, None);", names(false)),
            ("a()?; Ok(())", names(true)),
            ("a()?; Err(b)", names(true)),
            ("Ok(1)", names(true)),
            ("if a { return Err(Mine); } Ok(())", Mode::Plain),
            ("Err(Mine)", Mode::OnlyErr),
            ("if a { Ok(1) } else { Ok(2) }", names(true)),
            ("match a { 1 => f(), _ => Ok(2), }", names(true)),
            ("a.Ok(1)", Mode::Plain),
            ("let x = async { a()? };", Mode::Plain),
            ("t.spawn(async move { a()?; Ok::<_, E>(()) }); return;", Mode::Plain),
            ("fn f() -> R { a()?; Ok(()) } f();", Mode::Plain),
            ("fn f<T: ?Sized>(t: &T) {}", Mode::Plain),
            ("subtest!(\"a\", { b()?; }); return;", Mode::Plain),
            (
                "let v = verify_loop!(every = \"5ms\", async { b()?; Ok(1) });",
                Mode::Plain,
            ),
            ("let f: fn(u8) -> u8 = g; if a { b()?; }", names(false)),
            ("let f = |s: &str| { s.parse::<u8>()?; Some(1) }; return;", Mode::Plain),
            ("let f = move |s: &str| -> Result<u8, E> { s.parse()? };", Mode::Plain),
            ("if a || b { c()?; }", names(false)),
            ("macro_rules! m { ($($a:tt)?) => {} }", Mode::Plain),
        ] {
            assert_eq!(mode(&tokens(source)), expected, "{source}");
        }
    }

    #[test]
    fn sees_where_a_value_can_be_added() {
        for (source, expected) in [("", true), ("a();", true), ("a()", false), ("if a { b(); }", false)] {
            assert_eq!(ends_in_semicolon(&tokens(source)), expected, "{source}");
        }
    }

    #[test]
    fn finds_the_return_of_this_body_only() {
        for (source, expected) in [
            ("if a { return; } b()?;", true),
            ("match a { 1 => { return; } _ => {} }", true),
            ("return Ok(());", false),
            ("run(|| { return; }); async { return; }; fn f() { return; }", false),
            ("other!({ return; })", false),
        ] {
            assert_eq!(find_bare_return(&tokens(source)).is_some(), expected, "{source}");
        }
    }

    #[test]
    fn mentions_words_not_their_parts() {
        assert!(mentions(&tokens("a(Self::b)"), "Self"));
        assert!(!mentions(&tokens("Selfish \"Self\""), "Self"));
    }

    #[test]
    fn a_type_of_the_body_has_its_own_self() {
        for (source, expected) in [
            ("fn f(a: Self) {}", true),
            ("if a { vec![Self::b] }", true),
            ("struct A; impl A { fn new() -> Self { Self } } A::new()", false),
            ("enum A { B(Box<Self>) } Self::c()", true),
            ("fn g() -> impl Sized { Self::c() }", true),
            ("trait A { fn b() -> Self; } c()", false),
        ] {
            assert_eq!(says_self(&tokens(source)), expected, "{source}");
        }
    }
}
