//! Reads JSON as it is defined in RFC 8259. Numbers stay as they are written, since what reads them knows how large they
//! may be.

use std::borrow::Cow;
use std::fmt;

/// How deeply lists and objects may be in each other: far more than any event needs, and little enough for any stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value. An object keeps its fields in their order, also those that come twice.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// What keeps a text from being JSON, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct JsonError {
    /// In bytes from the begin of the text, from 1.
    pub(crate) column: usize,
    pub(crate) problem: &'static str,
}

/// `at column 3 is no value`
impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at column {} {}", self.column, self.problem)
    }
}

impl<'a> Json<'a> {
    /// Reads one value, with nothing but white space around it.
    pub(crate) fn parse(text: &'a str) -> Result<Json<'a>, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.error("is something after the value")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(self.error("is too deep a value")),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => Ok(Json::Text(self.text()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        let mut fields = Vec::new();
        self.at += 1;
        if self.skips(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("is no key"));
            }
            let key = self.text()?;
            if !self.skips(b':') {
                return Err(self.error("is no `:`"));
            }
            fields.push((key, self.value(depth)?));
            if self.skips(b'}') {
                return Ok(Json::Object(fields));
            }
            if !self.skips(b',') {
                return Err(self.error("is neither `,` nor `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        if self.skips(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.skips(b']') {
                return Ok(Json::List(items));
            }
            if !self.skips(b',') {
                return Err(self.error("is neither `,` nor `]`"));
            }
        }
    }

    /// A text in quotes. One without an escape is not copied.
    fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let mut unescaped = String::new();
        let mut from = self.at;
        loop {
            match self.peek() {
                None => return Err(self.error("is no end of the text")),
                Some(b'"') => {
                    let rest = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(match unescaped.is_empty() {
                        true => Cow::Borrowed(rest),
                        false => Cow::Owned(unescaped + rest),
                    });
                }
                Some(b'\\') => {
                    unescaped.push_str(&self.text[from..self.at]);
                    unescaped.push(self.escaped()?);
                    from = self.at;
                }
                Some(0..=0x1f) => return Err(self.error("is a control character that is not escaped")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        let bytes = self.text.as_bytes();
        let c = match bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return Err(self.error("is an unknown escape")),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\u` and four digits; what is above U+FFFF takes two of them.
    fn code_point(&mut self) -> Result<char, JsonError> {
        let Some(first) = self.four_digits(self.at) else {
            return Err(self.error("is no escape of four hexadecimal digits"));
        };
        let second = match first {
            0xd800..=0xdbff => self.four_digits(self.at + 6),
            _ => None,
        };
        let (code, length) = match second {
            Some(second @ 0xdc00..=0xdfff) => (0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12),
            _ => (first, 6),
        };
        let Some(c) = char::from_u32(code) else {
            return Err(self.error("is half of a surrogate pair"));
        };
        self.at += length;
        Ok(c)
    }

    /// What `\uXXXX` at this place says.
    fn four_digits(&self, at: usize) -> Option<u32> {
        let digits = self.text.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(code * 16 + digit)
        })
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            // A zero stands alone.
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Json::Number(&self.text[from..self.at]))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        match self.at > from {
            true => Ok(()),
            false => Err(self.error("is no digit")),
        }
    }

    fn word(&mut self) -> Result<Json<'a>, JsonError> {
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ];
        for (word, value) in words {
            if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("is no value"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes past white space, and past this byte if it follows.
    fn skips(&mut self, byte: u8) -> bool {
        self.skip_space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn error(&self, problem: &'static str) -> JsonError {
        JsonError {
            column: self.at + 1,
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Json<'_> {
        Json::Text(text.into())
    }

    #[test]
    fn values() {
        for (source, expected) in [
            ("null", Json::Null),
            (" true\t", Json::Bool(true)),
            ("\r\nfalse", Json::Bool(false)),
            ("0", Json::Number("0")),
            ("18446744073709551615", Json::Number("18446744073709551615")),
            ("-0.25e+10", Json::Number("-0.25e+10")),
            ("1E9", Json::Number("1E9")),
            ("\"\"", text("")),
            (r#""a\"\\\/\b\f\n\r\tb""#, text("a\"\\/\u{8}\u{c}\n\r\tb")),
            (r#""\u00e9\u2028\u0000""#, text("é\u{2028}\0")),
            (r#""\ud83E\uDD80!""#, text("🦀!")),
            (r#""\uffff""#, text("\u{ffff}")),
            ("\"é🦀\u{7f}\u{2028}\"", text("é🦀\u{7f}\u{2028}")),
            ("[]", Json::List(Vec::new())),
            (
                " [ 1 , [ ] ] ",
                Json::List(vec![Json::Number("1"), Json::List(Vec::new())]),
            ),
            ("{}", Json::Object(Vec::new())),
            (
                r#"{ "a" : 1 , "a" : "\u0062" }"#,
                Json::Object(vec![("a".into(), Json::Number("1")), ("a".into(), text("b"))]),
            ),
        ] {
            assert_eq!(Json::parse(source), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (source, column, problem) in [
            ("", 1, "is no value"),
            ("nul", 1, "is no value"),
            ("{", 2, "is no key"),
            ("{\"a\"", 5, "is no `:`"),
            ("{\"a\":1", 7, "is neither `,` nor `}`"),
            ("{\"a\":1,}", 8, "is no key"),
            ("[1", 3, "is neither `,` nor `]`"),
            ("[1,]", 4, "is no value"),
            ("\"abc", 5, "is no end of the text"),
            ("\"a\\", 3, "is an unknown escape"),
            ("\"\\x\"", 2, "is an unknown escape"),
            ("\"\\u12\"", 2, "is no escape of four hexadecimal digits"),
            ("\"\\u+123\"", 2, "is no escape of four hexadecimal digits"),
            ("\"\\ud83e\"", 2, "is half of a surrogate pair"),
            ("\"\\ud83e\\u0041\"", 2, "is half of a surrogate pair"),
            ("\"\\udd80\\ud83e\"", 2, "is half of a surrogate pair"),
            ("\"a\nb\"", 3, "is a control character that is not escaped"),
            ("01", 2, "is something after the value"),
            ("-", 2, "is no digit"),
            ("1.", 3, "is no digit"),
            ("1e+", 4, "is no digit"),
            ("+1", 1, "is no value"),
            ("1 2", 3, "is something after the value"),
            ("NaN", 1, "is no value"),
        ] {
            assert_eq!(Json::parse(source), Err(JsonError { column, problem }), "{source}");
        }
    }

    #[test]
    fn the_depth_has_a_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(&nested(MAX_DEPTH)).is_ok());
        let error = Json::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!((error.column, error.problem), (MAX_DEPTH + 1, "is too deep a value"));
        // However long it is, the stack does not run out.
        assert!(Json::parse(&"{\"a\":[".repeat(1_000_000)).is_err());
    }

    /// The value as another reader has it.
    fn ours(json: &Json<'_>) -> serde_json::Value {
        match json {
            Json::Null => serde_json::Value::Null,
            Json::Bool(it) => (*it).into(),
            Json::Number(digits) => serde_json::from_str(digits).unwrap(),
            Json::Text(text) => text.as_ref().into(),
            Json::List(items) => items.iter().map(ours).collect(),
            Json::Object(fields) => fields
                .iter()
                .map(|(key, value)| (key.to_string(), ours(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// Texts that are nearly JSON are taken or refused as another reader does it, and mean the same.
    #[test]
    fn it_agrees_with_another_reader() {
        const PARTS: &[&str] = &[
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83e", "\\udd80", "a", "é", "1", "0", "-", ".", "e", "+",
            " ", "\n", "true", "null", "false", "{\"a\":", "[1,", "\"b\"", "\u{1}", "\\n",
        ];
        let mut random = fastrand::Rng::with_seed(0x6a73_6f6e);
        let mut taken = 0;
        for _ in 0..200_000 {
            let mut source: String = (0..random.usize(1..9))
                .map(|_| PARTS[random.usize(..PARTS.len())])
                .collect();
            if random.bool() {
                source = format!("[\"{source}\",{{\"k\":{source}}}]");
            }
            match (Json::parse(&source), serde_json::from_str::<serde_json::Value>(&source)) {
                (Ok(json), Ok(value)) => {
                    taken += 1;
                    assert_eq!(ours(&json), value, "{source:?}");
                }
                (Err(_), Err(_)) => {}
                // A number that its reader cannot hold is for us a text of digits.
                (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
                (ours, theirs) => panic!("{source:?}: {ours:?}, {theirs:?}"),
            }
        }
        assert!(taken > 1000, "{taken}");
    }
}
