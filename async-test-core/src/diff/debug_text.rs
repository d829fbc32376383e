//! Cuts `Debug` output into names, brackets, keys and leaves. Every text is survived, in linear time.

/// Larger texts are not parsed.
const MAX_BYTES: usize = 1 << 20;
/// Deeper nested texts are not parsed: parsing and what works on its result recurse.
const MAX_DEPTH: usize = 100;

pub(crate) struct Node<'a> {
    pub(crate) text: &'a str,
    pub(crate) group: Option<Group<'a>>,
}

pub(crate) struct Group<'a> {
    pub(crate) name: &'a str,
    pub(crate) open: u8,
    pub(crate) entries: Vec<Entry<'a>>,
}

pub(crate) struct Entry<'a> {
    pub(crate) key: Option<&'a str>,
    pub(crate) value: Node<'a>,
}

impl Group<'_> {
    /// Struct fields or map entries, `..` aside.
    pub(crate) fn is_keyed(&self) -> bool {
        self.open == b'{' && self.entries.iter().all(|e| e.key.is_some() || e.value.text == "..")
    }

    /// `Some(1)` and the like read better as a whole than by the path `.0`.
    pub(crate) fn is_wrapped_leaf(&self) -> bool {
        self.open == b'(' && self.entries.len() == 1 && self.entries[0].value.group.is_none()
    }

    pub(crate) fn like(&self, other: &Group<'_>) -> bool {
        self.name == other.name && self.open == other.open && self.is_keyed() == other.is_keyed()
    }
}

pub(crate) fn parse(text: &str) -> Option<Node<'_>> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0, false)?;
    parser.skip_space();
    (parser.at == text.len()).then_some(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// One value up to the `,` or bracket that ends it; where a key may stand, up to its `:`.
    fn value(&mut self, depth: usize, may_be_key: bool) -> Option<Node<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_space();
        let start = self.at;
        let mut group = None;
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b')' | b']' | b'}' => break,
                b':' if may_be_key && self.ends_key() => break,
                b'(' | b'[' | b'{' => {
                    let name = self.text[start..self.at].trim_end();
                    let inner = self.group(name, depth)?;
                    // Text before it that is no name, or text after it, makes the whole a leaf of a kind of its own.
                    group = (is_name(name) && self.is_at_end(may_be_key)).then_some(inner);
                }
                b'"' => self.string()?,
                b'\'' => self.character(),
                _ => self.at += 1,
            }
        }
        let text = self.text[start..self.at].trim_end();
        (!text.is_empty()).then_some(Node { text, group })
    }

    fn ends_key(&self) -> bool {
        let bytes = self.text.as_bytes();
        let quoted = self.at > 0 && bytes[self.at - 1] == b'"';
        quoted || bytes.get(self.at + 1).is_none_or(u8::is_ascii_whitespace)
    }

    fn is_at_end(&self, may_be_key: bool) -> bool {
        let rest = self.text[self.at..].trim_start();
        match rest.as_bytes().first() {
            None | Some(b',' | b')' | b']' | b'}') => true,
            Some(b':') => may_be_key,
            Some(_) => false,
        }
    }

    fn group(&mut self, name: &'a str, depth: usize) -> Option<Group<'a>> {
        let open = self.peek()?;
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == close {
                self.at += 1;
                return Some(Group { name, open, entries });
            }
            let first = self.value(depth + 1, open == b'{')?;
            let entry = if open == b'{' && self.peek()? == b':' {
                self.at += 1;
                Entry {
                    key: Some(first.text),
                    value: self.value(depth + 1, false)?,
                }
            } else {
                Entry {
                    key: None,
                    value: first,
                }
            };
            entries.push(entry);
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => {}
                _ => return None,
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A character literal, or else just an apostrophe.
    fn character(&mut self) {
        let rest = &self.text[self.at + 1..];
        let mut chars = rest.char_indices();
        let close = match chars.next() {
            Some((_, '\\')) => chars.skip(1).take(12).find(|(_, c)| *c == '\''),
            Some(_) => chars.next().filter(|(_, c)| *c == '\''),
            None => None,
        };
        self.at += close.map_or(1, |(at, _)| at + 2);
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "_:<>&#".contains(c))
}
