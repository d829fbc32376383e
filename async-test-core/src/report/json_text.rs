//! JSON text, written field by field; nothing is kept but the text.

use std::fmt::Write as _;

/// An object in the making.
pub(super) struct Object {
    text: String,
}

impl Object {
    pub(super) fn new() -> Object {
        Object { text: "{".to_owned() }
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        quote(text, &mut self.text);
    }

    pub(super) fn texts<T: AsRef<str>>(&mut self, key: &str, texts: &[T]) {
        self.list(key, texts, |text, out| quote(text.as_ref(), out));
    }

    pub(super) fn count(&mut self, key: &str, count: u64) {
        self.key(key);
        let _ = write!(self.text, "{count}");
    }

    /// A number that is not finite has no form in JSON; it is `null`.
    pub(super) fn number(&mut self, key: &str, number: f64) {
        self.key(key);
        if number.is_finite() {
            let _ = write!(self.text, "{number}");
        } else {
            self.text.push_str("null");
        }
    }

    pub(super) fn bool(&mut self, key: &str, value: bool) {
        self.key(key);
        let _ = write!(self.text, "{value}");
    }

    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object)) {
        self.key(key);
        self.text.push_str(&filled(fill));
    }

    pub(super) fn objects<T>(&mut self, key: &str, items: &[T], fill: impl Fn(&mut Object, &T)) {
        self.list(key, items, |item, out| {
            out.push_str(&filled(|object| fill(object, item)));
        });
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&T, &mut String)) {
        self.key(key);
        self.text.push('[');
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.text.push(',');
            }
            write(item, &mut self.text);
        }
        self.text.push(']');
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        quote(key, &mut self.text);
        self.text.push(':');
    }
}

fn filled(fill: impl FnOnce(&mut Object)) -> String {
    let mut object = Object::new();
    fill(&mut object);
    object.finish()
}

/// A text in quotes.
#[doc(hidden)]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // JSON asks for the first 32 only. Readers that split a stream at every line end of Unicode need the rest.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_character_is_escaped() {
        let controls = (0..=0x9f).filter_map(char::from_u32).filter(|c| c.is_control());
        for c in controls.chain(['\u{2028}', '\u{2029}']) {
            let text = quoted(&format!("a{c}b"));
            let short = match c {
                '\u{8}' => Some('b'),
                '\t' => Some('t'),
                '\n' => Some('n'),
                '\u{c}' => Some('f'),
                '\r' => Some('r'),
                _ => None,
            };
            let expected = match short {
                Some(letter) => format!("\"a\\{letter}b\""),
                None => format!("\"a\\u{:04x}b\"", u32::from(c)),
            };
            assert_eq!(text, expected);
            let back: String = serde_json::from_str(&text).unwrap();
            assert_eq!(back, format!("a{c}b"));
        }
    }

    #[test]
    fn everything_else_is_left_alone() {
        assert_eq!(quoted("a/'é\u{fffe}🦀\u{feff}"), "\"a/'é\u{fffe}🦀\u{feff}\"");
        assert_eq!(quoted("\"\\"), "\"\\\"\\\\\"");
    }

    #[test]
    fn every_kind_of_field() {
        let mut object = Object::new();
        object.text("te\"xt", "a");
        object.texts("texts", &["b", "c"]);
        object.texts::<&str>("none", &[]);
        object.count("count", u64::MAX);
        object.number("share", 0.25);
        object.number("nan", f64::NAN);
        object.bool("yes", true);
        object.object("empty", |_| {});
        object.objects("list", &[1, 2], |object, n| object.count("n", *n));
        assert_eq!(
            object.finish(),
            r#"{"te\"xt":"a","texts":["b","c"],"none":[],"count":18446744073709551615,"share":0.25,"nan":null,"yes":true,"empty":{},"list":[{"n":1},{"n":2}]}"#
        );
        assert_eq!(Object::new().finish(), "{}");
    }
}
