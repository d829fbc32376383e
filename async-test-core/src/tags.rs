//! Expressions that choose suites by their tags: `net and not slow`.
//!
//! From the loosest to the tightest: `or` (also `|` and `||`), `and` (also `&` and `&&`), `not` (also `!`), parentheses.
//! A tag that is one of these words, or that holds a blank or one of these characters, stands in quotes.

/// A read expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TagExpr {
    /// Holds for what has the tag.
    Tag(String),
    /// Holds where the other does not.
    Not(Box<TagExpr>),
    /// Holds where all of them do.
    All(Vec<TagExpr>),
    /// Holds where at least one of them does.
    Any(Vec<TagExpr>),
}

/// Why a text is no expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: String,
}

/// How deep parentheses and `not` may be nested: more than anybody writes, and less than a stack holds.
const DEPTH: usize = 64;

impl TagExpr {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<TagExpr, TagError> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
        };
        let expression = parser.any()?;
        match parser.peek() {
            Token::End => Ok(expression),
            Token::Close => Err(parser.error("this `)` closes nothing")),
            token => Err(parser.error(format!("`and` or `or` is missing before {}", token.quoted()))),
        }
    }

    /// Whether it holds for what has these tags.
    pub fn matches<T: AsRef<str>>(&self, tags: &[T]) -> bool {
        match self {
            TagExpr::Tag(name) => tags.iter().any(|tag| tag.as_ref() == name),
            TagExpr::Not(inner) => !inner.matches(tags),
            TagExpr::All(parts) => parts.iter().all(|part| part.matches(tags)),
            TagExpr::Any(parts) => parts.iter().any(|part| part.matches(tags)),
        }
    }

    /// The tags that it speaks of.
    pub fn names(&self) -> Vec<&str> {
        match self {
            TagExpr::Tag(name) => vec![name],
            TagExpr::Not(inner) => inner.names(),
            TagExpr::All(parts) | TagExpr::Any(parts) => parts.iter().flat_map(TagExpr::names).collect(),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Tag(String),
    Not,
    And,
    Or,
    Open,
    Close,
    End,
}

impl Token {
    fn quoted(&self) -> String {
        match self {
            Token::Tag(name) => format!("`{name}`"),
            Token::Not => "`not`".to_owned(),
            Token::And => "`and`".to_owned(),
            Token::Or => "`or`".to_owned(),
            Token::Open => "`(`".to_owned(),
            Token::Close => "`)`".to_owned(),
            Token::End => "the end".to_owned(),
        }
    }
}

/// The tokens with their columns; the last one is `End`.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, TagError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let column = at + 1;
        at += 1;
        let token = match c {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '!' => Token::Not,
            '&' | '|' => {
                at += usize::from(chars.get(at) == Some(&c));
                if c == '&' { Token::And } else { Token::Or }
            }
            '"' | '\'' => {
                let name: String = chars[at..].iter().take_while(|other| **other != c).collect();
                at += name.chars().count() + 1;
                if at > chars.len() {
                    let problem = format!("the quote {c} that begins here has no end");
                    return Err(TagError { column, problem });
                }
                Token::Tag(name)
            }
            _ => {
                let is_word = |c: &&char| !c.is_whitespace() && !"()!&|\"'".contains(**c);
                let word: String = chars[at - 1..].iter().take_while(is_word).collect();
                at += word.chars().count() - 1;
                match word.as_str() {
                    "not" => Token::Not,
                    "and" => Token::And,
                    "or" => Token::Or,
                    _ => Token::Tag(word),
                }
            }
        };
        tokens.push((column, token));
    }
    tokens.push((chars.len() + 1, Token::End));
    Ok(tokens)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == token;
        self.next += usize::from(found);
        found
    }

    fn error(&self, problem: impl Into<String>) -> TagError {
        TagError {
            column: self.tokens[self.next].0,
            problem: problem.into(),
        }
    }

    fn any(&mut self) -> Result<TagExpr, TagError> {
        let mut parts = vec![self.all()?];
        while self.take(&Token::Or) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, TagExpr::Any))
    }

    fn all(&mut self) -> Result<TagExpr, TagError> {
        let mut parts = vec![self.one()?];
        while self.take(&Token::And) {
            parts.push(self.one()?);
        }
        Ok(one_or(parts, TagExpr::All))
    }

    fn one(&mut self) -> Result<TagExpr, TagError> {
        let (column, token) = self.tokens[self.next].clone();
        match token {
            Token::Tag(name) => {
                self.next += 1;
                Ok(TagExpr::Tag(name))
            }
            Token::Not | Token::Open => {
                if self.depth == DEPTH {
                    return Err(self.error(format!("this is nested more than {DEPTH} deep")));
                }
                self.next += 1;
                self.depth += 1;
                let inner = match token {
                    Token::Not => TagExpr::Not(Box::new(self.one()?)),
                    _ => self.in_parentheses(column)?,
                };
                self.depth -= 1;
                Ok(inner)
            }
            other => Err(self.error(format!("a tag is expected, not {}", other.quoted()))),
        }
    }

    fn in_parentheses(&mut self, column: usize) -> Result<TagExpr, TagError> {
        let inner = self.any()?;
        match self.peek() {
            Token::Close => {
                self.next += 1;
                Ok(inner)
            }
            Token::End => Err(TagError {
                column,
                problem: "the `(` that stands here is not closed".to_owned(),
            }),
            other => Err(self.error(format!("`and`, `or` or `)` is missing before {}", other.quoted()))),
        }
    }
}

/// A list of one part is that part.
fn one_or(mut parts: Vec<TagExpr>, list: fn(Vec<TagExpr>) -> TagExpr) -> TagExpr {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            list(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_and_what_they_choose() {
        // the expression; tags that it chooses; tags that it does not choose
        type Row<'a> = (&'a str, &'a [&'a [&'a str]], &'a [&'a [&'a str]]);
        let rows: &[Row<'_>] = &[
            (
                "net",
                &[&["net"], &["slow", "net"]],
                &[&[], &["nets"], &["ne"], &["Net"]],
            ),
            ("not net", &[&[], &["slow"]], &[&["net"]]),
            ("!net", &[&[]], &[&["net", "slow"]]),
            ("! ! net", &[&["net"]], &[&[]]),
            ("net and not slow", &[&["net"]], &[&[], &["slow"], &["net", "slow"]]),
            ("net&!slow", &[&["net"]], &[&["net", "slow"]]),
            ("net && slow", &[&["net", "slow"]], &[&["net"], &["slow"]]),
            ("net or slow", &[&["net"], &["slow"]], &[&[], &["disk"]]),
            ("net|slow", &[&["slow"]], &[&[]]),
            ("net || slow", &[&["slow"]], &[&[]]),
            // `and` binds tighter than `or`, `not` tighter than both
            ("a or b and c", &[&["a"], &["b", "c"]], &[&["b"], &["c"]]),
            ("(a or b) and c", &[&["a", "c"]], &[&["a"], &["b"]]),
            ("not a and b", &[&["b"]], &[&["a", "b"], &[]]),
            ("not (a and b)", &[&["a"], &[]], &[&["a", "b"]]),
            ("not(a)or(b)", &[&[], &["a", "b"]], &[&["a"]]),
            ("a and b and c", &[&["a", "b", "c"]], &[&["a", "b"], &["b", "c"]]),
            ("\"not\" and 'a b'", &[&["not", "a b"]], &[&["not"], &["a b"]]),
            ("\"it's\"", &[&["it's"]], &[&["its"]]),
            ("  net\t", &[&["net"]], &[&[]]),
            ("notnet", &[&["notnet"]], &[&[]]),
            ("a-b.c:d_é", &[&["a-b.c:d_é"]], &[&["a"]]),
        ];
        for (text, chosen, left_out) in rows {
            let expression = TagExpr::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            for tags in *chosen {
                assert!(expression.matches(tags), "{text} chooses {tags:?}");
            }
            for tags in *left_out {
                assert!(!expression.matches(tags), "{text} leaves out {tags:?}");
            }
        }
    }

    #[test]
    fn mistakes_have_a_column() {
        let rows = [
            ("", 1, "a tag is expected, not the end"),
            ("   ", 4, "a tag is expected, not the end"),
            ("net and", 8, "a tag is expected, not the end"),
            ("net and or slow", 9, "a tag is expected, not `or`"),
            ("and", 1, "a tag is expected, not `and`"),
            ("é slow", 3, "`and` or `or` is missing before `slow`"),
            ("net not slow", 5, "`and` or `or` is missing before `not`"),
            ("net)", 4, "this `)` closes nothing"),
            ("()", 2, "a tag is expected, not `)`"),
            ("a and (b or c", 7, "the `(` that stands here is not closed"),
            ("(a b)", 4, "`and`, `or` or `)` is missing before `b`"),
            ("a &&& b", 5, "a tag is expected, not `and`"),
            ("a and \"b", 7, "the quote \" that begins here has no end"),
            ("a and '", 7, "the quote ' that begins here has no end"),
            ("!", 2, "a tag is expected, not the end"),
        ];
        for (text, column, problem) in rows {
            let error = TagExpr::parse(text).expect_err(text);
            assert_eq!((error.column, error.problem.as_str()), (column, problem), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert_eq!(TagExpr::parse(&deep).unwrap_err().column, DEPTH + 1);
        let fine = format!("{}a{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
        assert!(TagExpr::parse(&fine).unwrap().matches(&["a"]));
    }

    #[test]
    fn the_tags_it_speaks_of() {
        let expression = TagExpr::parse("a and not (b or \"c d\")").unwrap();
        assert_eq!(expression.names(), ["a", "b", "c d"]);
    }
}
