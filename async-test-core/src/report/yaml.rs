//! The small part of YAML that every reader of TAP understands: block maps and lists, plain numbers, and texts in
//! double quotes on one line.

use std::fmt::Display;
use std::fmt::Write as _;

use super::words::{Row, Value, plain, shortened};
use crate::claim::Figure;
use crate::place::Place;

/// Characters of one text; readers of TAP keep whole lines in memory.
const MAX_TEXT: usize = 20_000;

/// The map of a diagnostics block, in the making.
pub(super) struct Yaml {
    text: String,
    indent: usize,
    in_list: bool,
}

impl Yaml {
    /// Begins a block below a test point that is indented by so many spaces.
    pub(super) fn new(point: usize) -> Yaml {
        let mut yaml = Yaml {
            text: String::new(),
            indent: point + 2,
            in_list: false,
        };
        yaml.line("---");
        yaml
    }

    /// Ends the block.
    pub(super) fn finish(mut self) -> String {
        self.line("...");
        self.text
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.entry(key, &quoted(text));
    }

    pub(super) fn number(&mut self, key: &str, number: impl Display) {
        self.entry(key, &number.to_string());
    }

    pub(super) fn place(&mut self, key: &str, at: &Place) {
        self.map(key, |yaml| {
            yaml.text("file", &at.file);
            yaml.number("line", at.line);
            yaml.number("column", at.column);
        });
    }

    pub(super) fn list(&mut self, key: &str, items: &[String]) {
        if items.is_empty() {
            self.entry(key, "[]");
            return;
        }
        self.entry(key, "");
        for item in items {
            // Perl's reader takes `- "word: …"` for a map.
            let item = quoted(item)
                .replace(": ", "\\x3a ")
                .replace(" :", " \\x3a")
                .replace(":\"", "\\x3a\"");
            self.line(&format!("  - {item}"));
        }
    }

    pub(super) fn map(&mut self, key: &str, fill: impl FnOnce(&mut Yaml)) {
        self.entry(key, "");
        self.indent += 2;
        fill(self);
        self.indent -= 2;
    }

    /// A list of maps; each is filled by one call and must not be empty.
    pub(super) fn maps<T>(&mut self, key: &str, items: &[T], fill: impl Fn(&mut Yaml, &T)) {
        self.entry(key, "");
        self.indent += 4;
        for item in items {
            self.in_list = true;
            fill(self, item);
        }
        self.indent -= 4;
    }

    /// One entry for each name; several rows of one name are one list, since a key may be given once only.
    pub(super) fn rows(&mut self, rows: &[Row]) {
        let keys: Vec<String> = rows.iter().map(|row| key(&row.key)).collect();
        for (n, row) in rows.iter().enumerate() {
            if keys[..n].contains(&keys[n]) {
                continue;
            }
            let alike = || keys.iter().zip(rows).filter(|(key, _)| **key == keys[n]);
            if alike().nth(1).is_none() {
                self.row(&keys[n], row);
            } else {
                self.list(
                    &keys[n],
                    &alike().map(|(_, row)| as_text(&row.value)).collect::<Vec<_>>(),
                );
            }
        }
    }

    fn row(&mut self, key: &str, row: &Row) {
        match &row.value {
            Value::At(at) => self.place(key, at),
            Value::Figure(Figure::Text(text)) => self.text(key, text),
            Value::Figure(Figure::Count(count)) => self.number(key, count),
            Value::Figure(Figure::Share(share)) => self.number(key, share),
            Value::Figure(Figure::Time(time)) => self.number(&format!("{key}_ms"), millis(*time)),
            Value::Figure(Figure::List(items)) => self.list(key, items),
        }
    }

    fn entry(&mut self, key: &str, value: &str) {
        let line = format!("{key}: {value}");
        if std::mem::take(&mut self.in_list) {
            self.indent -= 2;
            self.line(&format!("- {}", line.trim_end()));
            self.indent += 2;
        } else {
            self.line(line.trim_end());
        }
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = self.indent);
    }
}

/// Milliseconds, to the microsecond.
pub(super) fn millis(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::At(at) => at.to_string(),
        Value::Figure(Figure::Text(text)) => text.clone(),
        Value::Figure(Figure::Count(count)) => count.to_string(),
        Value::Figure(Figure::Share(share)) => share.to_string(),
        Value::Figure(Figure::Time(time)) => super::words::time(*time),
        Value::Figure(Figure::List(items)) => items.join(", "),
    }
}

/// A name as a key that needs no quotes.
fn key(name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let key: String = name.chars().map(allowed).collect();
    if key.starts_with(|c: char| c.is_ascii_alphabetic()) {
        key
    } else {
        format!("x{key}")
    }
}

fn quoted(text: &str) -> String {
    let text = plain(text);
    let text = shortened(&text, MAX_TEXT, usize::MAX);
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // They end a line for readers of YAML 1.1, or are no characters of YAML.
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_kind_of_entry() {
        let mut yaml = Yaml::new(4);
        yaml.text("message", "a \"b\"\n\\c\u{1b}[1m\u{7}: #");
        yaml.place("at", &Place::new("src/a.rs", 3, 5));
        yaml.maps("problems", &["x", "y"], |yaml, kind| {
            yaml.text("kind", kind);
            yaml.number("n", 1);
        });
        yaml.rows(&[
            Row::list("notes", vec!["a: b".to_owned(), "c :".to_owned()]),
            Row::list("none", Vec::new()),
            Row::new("round time", Value::Figure(Figure::Time(Duration::from_micros(1_234)))),
            Row::text("caused by", "x"),
            Row::text("caused by", "y"),
        ]);
        let lines = [
            "---",
            r#"message: "a \"b\"\n\\c\\u{7}: #""#,
            "at:",
            r#"  file: "src/a.rs""#,
            "  line: 3",
            "  column: 5",
            "problems:",
            r#"  - kind: "x""#,
            "    n: 1",
            r#"  - kind: "y""#,
            "    n: 1",
            "notes:",
            r#"  - "a\x3a b""#,
            r#"  - "c \x3a""#,
            "none: []",
            "round_time_ms: 1.234",
            "caused_by:",
            r#"  - "x""#,
            r#"  - "y""#,
            "...",
        ];
        let expected: String = lines.iter().map(|line| format!("      {line}\n")).collect();
        assert_eq!(yaml.finish(), expected);
    }

    #[test]
    fn keys_are_plain() {
        assert_eq!((key("p99 of é"), key("9x")), ("p99_of__".to_owned(), "x9x".to_owned()));
    }
}
