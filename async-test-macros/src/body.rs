//! The forms in which a body can be handed to a macro.
//!
//! What stands in a block stays raw tokens; only the head (`async move |t: Suite| ->`) is read.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Pat, Token, Type, token};

use crate::scan;
use crate::values::plain;

pub(crate) struct Body {
    pub(crate) param: Option<Param>,
    pub(crate) form: Form,
    pub(crate) span: Span,
}

/// The `t` of `async |t| { … }`, with its type when the user wrote one.
pub(crate) struct Param {
    pattern: Pat,
    ty: Option<Type>,
}

pub(crate) enum Form {
    /// A block that runs as one `async` block.
    Block {
        block: Group,
        moves: bool,
        output: Option<Type>,
    },
    /// An expression whose value is a future.
    Future(TokenStream),
    /// The path of a function that gives a future.
    Function(ExprPath),
}

pub(crate) fn starts(input: ParseStream<'_>) -> bool {
    input.peek(token::Brace)
        || input.peek(Token![async])
        || input.peek(Token![move])
        || input.peek(Token![|])
        || input.peek(Token![||])
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.span();
        let is_async = input.parse::<Option<Token![async]>>()?.is_some();
        let moves = input.parse::<Option<Token![move]>>()?.is_some();
        if input.peek(token::Brace) {
            let block = block(input)?;
            let span = block.span();
            return Ok(Body {
                param: None,
                form: Form::Block {
                    block,
                    moves,
                    output: None,
                },
                span,
            });
        }
        if input.peek(Token![|]) || input.peek(Token![||]) {
            return closure(input, is_async, moves);
        }
        if is_async || moves {
            return Err(syn::Error::new(
                start,
                "expected a block or a closure behind this: write `async { … }` or `async |t| { … }`",
            ));
        }
        let expr: Expr = input.parse()?;
        let span = expr.span();
        let form = match plain(&expr) {
            Expr::Path(path) => Form::Function(path.clone()),
            Expr::Lit(_) | Expr::Array(_) | Expr::Tuple(_) | Expr::Range(_) => {
                return Err(syn::Error::new_spanned(
                    expr,
                    "expected a body: write `{ … }`, `async { … }` or `async |t| { … }`",
                ));
            }
            _ => Form::Future(quote!(#expr)),
        };
        Ok(Body {
            param: None,
            form,
            span,
        })
    }
}

/// A group in braces, also one that came as a fragment of `macro_rules!`, in an invisible group.
pub(crate) fn block(input: ParseStream<'_>) -> syn::Result<Group> {
    let mut group: Group = match input.parse()? {
        TokenTree::Group(group) => group,
        other => return Err(syn::Error::new_spanned(other, "expected a block in braces")),
    };
    while let (Delimiter::None, Some(TokenTree::Group(inner))) = (group.delimiter(), group.stream().into_iter().next())
    {
        group = inner;
    }
    Ok(group)
}

fn closure(input: ParseStream<'_>, is_async: bool, moves: bool) -> syn::Result<Body> {
    let start = input.span();
    let param = params(input)?;
    let output = if input.peek(Token![->]) {
        let arrow: Token![->] = input.parse()?;
        if !is_async {
            return Err(syn::Error::new_spanned(
                arrow,
                "a return type is that of the future: write `async |t| -> T { … }`",
            ));
        }
        Some(input.parse::<Type>()?)
    } else {
        None
    };
    let span = input.span();
    if is_async {
        let block = if input.peek(token::Brace) {
            block(input)?
        } else {
            braced(rest(input, start)?, span)
        };
        return Ok(Body {
            param,
            span: block.span(),
            form: Form::Block { block, moves, output },
        });
    }
    if input.peek(Token![async]) && (input.peek2(token::Brace) || input.peek3(token::Brace)) {
        let inner: Body = input.parse()?;
        return Ok(Body { param, ..inner });
    }
    let tokens = rest(input, start)?;
    if let [TokenTree::Group(block)] = tokens.clone().into_iter().collect::<Vec<_>>().as_slice() {
        if block.delimiter() == Delimiter::Brace && scan::ends_in_semicolon(&block.stream()) {
            return Err(syn::Error::new(
                start,
                "this closure gives no future: put `async` before its `|`",
            ));
        }
    }
    Ok(Body {
        param,
        form: Form::Future(tokens),
        span,
    })
}

fn params(input: ParseStream<'_>) -> syn::Result<Option<Param>> {
    if input.parse::<Option<Token![||]>>()?.is_some() {
        return Ok(None);
    }
    input.parse::<Token![|]>()?;
    if input.parse::<Option<Token![|]>>()?.is_some() {
        return Ok(None);
    }
    let pattern = Pat::parse_single(input)?;
    let ty = if input.parse::<Option<Token![:]>>()?.is_some() {
        Some(input.parse()?)
    } else {
        None
    };
    input.parse::<Option<Token![,]>>()?;
    if !input.peek(Token![|]) {
        return Err(input.error("a body takes one argument at most, the suite"));
    }
    input.parse::<Token![|]>()?;
    Ok(Some(Param { pattern, ty }))
}

/// A closure's body that is no block: everything up to the end or a comma.
fn rest(input: ParseStream<'_>, start: Span) -> syn::Result<TokenStream> {
    if input.is_empty() {
        return Err(syn::Error::new(
            start,
            "the body of this closure is missing: write `async |t| { … }`",
        ));
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

pub(crate) fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(Span::mixed_site().located_at(span));
    group
}

impl Param {
    pub(crate) fn binding(&self, krate: &TokenStream, suite: &TokenStream) -> TokenStream {
        let pattern = &self.pattern;
        let ty = self
            .ty
            .as_ref()
            .map_or_else(|| quote!(#krate::Suite), ToTokens::to_token_stream);
        quote!(let #pattern: #ty = #suite;)
    }

    pub(crate) fn span(&self) -> Span {
        self.pattern.span()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<String, String> {
        let body: Body = syn::parse_str(source).map_err(|error| error.to_string())?;
        let param = body
            .param
            .map(|param| param.binding(&quote!(k), &quote!(s)).to_string())
            .unwrap_or_default();
        let form = match body.form {
            Form::Block { block, moves, output } => format!("block {moves} {block} {}", output.to_token_stream()),
            Form::Future(tokens) => format!("future {tokens}"),
            Form::Function(path) => format!("function {}", path.to_token_stream()),
        };
        Ok(format!("{param} {form}").trim().to_owned())
    }

    #[test]
    fn reads_every_form() {
        for (source, expected) in [
            ("{ a . }", "block false { a . }"),
            ("async { a }", "block false { a }"),
            ("async move { a }", "block true { a }"),
            ("async |t| { a }", "let t : k :: Suite = s ; block false { a }"),
            ("async move |t: Suite| { a }", "let t : Suite = s ; block true { a }"),
            (
                "async |_| t.run().await",
                "let _ : k :: Suite = s ; block false { t . run () . await }",
            ),
            ("async || { a }", "block false { a }"),
            (
                "async |t| -> Result<(), E> { a }",
                "let t : k :: Suite = s ; block false { a } Result < () , E >",
            ),
            ("|t| async move { a }", "let t : k :: Suite = s ; block true { a }"),
            ("move |t| async { a }", "let t : k :: Suite = s ; block false { a }"),
            (
                "move || { let c = c.clone(); async move { c } }",
                "future { let c = c . clone () ; async move { c } }",
            ),
            ("|t| run(t)", "let t : k :: Suite = s ; future run (t)"),
            ("client.run()", "future client . run ()"),
            ("tests::reads", "function tests :: reads"),
        ] {
            assert_eq!(read(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn sees_through_the_group_of_a_macro_fragment() {
        let inner: Group = syn::parse_str("{ a }").unwrap();
        let fragment = Group::new(Delimiter::None, inner.into_token_stream());
        let body: Body = syn::parse2(quote!(async move #fragment)).unwrap();
        assert!(matches!(body.form, Form::Block { block, .. } if block.to_string() == "{ a }"));
    }

    #[test]
    fn refuses_what_gives_no_future() {
        for (source, expected) in [
            ("|t| { t.ok(true); }", "put `async` before its `|`"),
            ("|a, b| async {}", "one argument at most"),
            ("async 5", "expected a block or a closure"),
            ("async |t|", "the body of this closure is missing"),
            ("5", "expected a body"),
            ("|t| -> u8 { 5 }", "write `async |t| -> T"),
        ] {
            let error = read(source).unwrap_err();
            assert!(error.contains(expected), "{source}: {error}");
        }
    }
}
