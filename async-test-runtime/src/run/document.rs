//! How an XML document grows in its file so that it is a whole document at every moment, whatever byte of a write was the
//! last one before the process was killed.
//!
//! The system may end a write of a killed process after any page, so nothing that counts is written in more than one
//! byte. The file is
//!
//! ```text
//! text that stays, the remark that this is not all, <?p   free   ?>, the closing tags
//! ```
//!
//! What is new, and then the new remark, are written into the free part, where they are the inside of an instruction that
//! readers pass over. Then `?>` before them makes them visible. Then the first letter of the old remark becomes a `?`: so
//! it is an instruction itself, which ends at that `?>`.

use std::ops::Range;

const OPENS: &str = "<?p ";
const CLOSES: &str = "?>";

/// A closing in two parts: a remark that goes when there is more to tell, and the tags that close the document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Closing<'a> {
    remark: &'a str,
    tags: &'a str,
}

impl<'a> Closing<'a> {
    /// Nothing if this is no closing that can be hidden.
    pub(super) fn of(text: &'a str) -> Option<Closing<'a>> {
        let (remark, tags) = text.split_at(closing_tags(text)?);
        let name = remark.trim_start().strip_prefix('<')?;
        // What is left of the name is that of the instruction.
        let can_be_hidden = name.len() > 2 && name.as_bytes()[..2].iter().all(u8::is_ascii_alphabetic);
        (can_be_hidden && !name.contains(CLOSES)).then_some(Closing { remark, tags })
    }

    fn mark(self) -> u64 {
        self.remark.find('<').unwrap_or_default() as u64
    }
}

/// Where the first tag is that closes something from before.
fn closing_tags(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, _) in text.match_indices('<') {
        let tag = text[at..].split('>').next().unwrap_or_default();
        if tag.starts_with("</") {
            match depth.checked_sub(1) {
                None => return Some(at),
                Some(less) => depth = less,
            }
        } else if !tag.ends_with('/') {
            depth += 1;
        }
    }
    None
}

/// Where everything is in the file.
#[derive(Debug)]
pub(super) struct Document {
    /// The text that stays.
    parts: Vec<Range<u64>>,
    /// The first character of the remark that counts.
    remark_at: u64,
    free: Range<u64>,
}

impl Document {
    /// The end of a new file that begins with so many bytes of text, and how it goes on from there.
    pub(super) fn begin(length: u64, closing: Closing<'_>, free: u64) -> (Document, String) {
        let Closing { remark, tags } = closing;
        let blank = " ".repeat(usize::try_from(free).unwrap_or_default());
        let from = length + (remark.len() + OPENS.len()) as u64;
        let document = Document {
            parts: std::iter::once(0..length).collect(),
            remark_at: length + closing.mark(),
            free: from..from + free,
        };
        (document, format!("{remark}{OPENS}{blank}{CLOSES}{tags}"))
    }

    pub(super) fn parts(&self) -> &[Range<u64>] {
        &self.parts
    }

    /// The length of the text that stays.
    pub(super) fn length(&self) -> u64 {
        self.parts.iter().map(|part| part.end - part.start).sum()
    }

    /// What is to be written, and where, one after the other; nothing if there is no room for it.
    pub(super) fn append(&mut self, text: &str, closing: Closing<'_>) -> Option<[(u64, String); 3]> {
        let new = format!("{text}{}{OPENS}", closing.remark);
        let from = self.free.start + CLOSES.len() as u64;
        let to = from + new.len() as u64;
        if to > self.free.end || text.contains(CLOSES) {
            return None;
        }
        let writes = [
            (from, new),
            (self.free.start, CLOSES.to_owned()),
            (self.remark_at + 1, "?".to_owned()),
        ];
        let text_end = from + text.len() as u64;
        self.parts.push(from..text_end);
        self.remark_at = text_end + closing.mark();
        self.free.start = to;
        Some(writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\"?>\n<all>\n";

    fn closing(names: &str) -> String {
        format!("  <suite name=\"the run\">\n<case at=\"{names}\"/>&gt;</suite>\n</all>\n")
    }

    /// The names of the elements outside of instructions; or what keeps the text from being XML.
    fn names(text: &str) -> Result<Vec<String>, String> {
        let (mut names, mut open, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some(at) = rest.find('<') {
            if open.is_empty() && !names.is_empty() {
                return Err(format!("more after the end: {rest}"));
            }
            rest = &rest[at + 1..];
            if let Some(inside) = rest.strip_prefix('?') {
                let end = inside.find("?>").ok_or("an instruction without an end")?;
                let starts_well = inside.starts_with(|c: char| c.is_ascii_alphabetic());
                if !starts_well {
                    return Err(format!("an instruction without a name: {inside}"));
                }
                rest = &inside[end + 2..];
                continue;
            }
            let end = rest.find('>').ok_or("a tag without an end")?;
            let tag = &rest[..end];
            rest = &rest[end + 1..];
            match tag.strip_prefix('/') {
                Some(name) if open.pop() == Some(name) => {}
                Some(name) => return Err(format!("</{name}> closes nothing")),
                None => {
                    let name = tag.split([' ', '/']).next().unwrap_or_default();
                    if tag.contains('<') || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                        return Err(format!("<{tag}> is no tag"));
                    }
                    names.push(tag.to_owned());
                    if !tag.ends_with('/') {
                        open.push(name);
                    }
                }
            }
        }
        match open.is_empty() && rest.trim().is_empty() {
            true => Ok(names),
            false => Err(format!("{open:?} are open, then {rest:?}")),
        }
    }

    #[test]
    fn a_closing_is_split_before_the_first_tag_of_others() {
        for (text, remark) in [
            ("<run><a b=\"/\"/>x</run>\n</all>\n", Some("<run><a b=\"/\"/>x</run>\n")),
            ("  <suite/><suite></suite></s></all>", Some("  <suite/><suite></suite>")),
            ("</all>", None),
            ("text</all>", None),
            ("<a/></all>", None),
            ("<suite>?></suite></all>", None),
            ("<suite></suite>", None),
            ("", None),
        ] {
            assert_eq!(Closing::of(text).map(|it| it.remark), remark, "{text}");
        }
    }

    /// Whatever byte is the last one that is written, the file is a document with all that was there before.
    #[test]
    fn it_is_a_document_after_each_byte() {
        let first = closing("");
        let (mut document, end) = Document::begin(HEAD.len() as u64, Closing::of(&first).unwrap(), 400);
        let mut file = format!("{HEAD}{end}").into_bytes();
        let mut told = names(std::str::from_utf8(&file).unwrap()).unwrap();
        let mut bytes = 0;
        for (text, running) in [
            ("<suite name=\"a\"><case/></suite>\n", "b"),
            ("", "b, c"),
            ("<suite name=\"b\">so</suite><suite name=\"c\">&lt;?x y</suite>\n", ""),
            ("", "d"),
        ] {
            let closing = closing(running);
            let writes = document
                .append(text, Closing::of(&closing).unwrap())
                .expect("there is room");
            for (at, new) in writes {
                for (n, byte) in new.bytes().enumerate() {
                    file[usize::try_from(at).unwrap() + n] = byte;
                    bytes += 1;
                    let now = std::str::from_utf8(&file).unwrap();
                    let seen = names(now).unwrap_or_else(|error| panic!("{error} in {now}"));
                    let own = |names: &[String]| -> Vec<String> {
                        names
                            .iter()
                            .filter(|it| !it.contains("the run") && !it.starts_with("case at"))
                            .cloned()
                            .collect()
                    };
                    assert!(own(&seen).starts_with(&own(&told)), "{now}");
                    assert!(seen.iter().any(|it| it.contains("the run")), "{now}");
                }
            }
            told = names(std::str::from_utf8(&file).unwrap()).unwrap();
            let remarks = told.iter().filter(|it| it.contains("the run"));
            assert_eq!(remarks.count(), 1, "the old one is gone");
            assert!(told.contains(&format!("case at=\"{running}\"/")), "{told:?}");
        }
        assert!(bytes > 300);
        let text: String = document
            .parts()
            .iter()
            .map(|part| {
                let part = usize::try_from(part.start).unwrap()..usize::try_from(part.end).unwrap();
                std::str::from_utf8(&file[part]).unwrap()
            })
            .collect();
        assert_eq!(text.len() as u64, document.length());
        let expected = format!(
            "{HEAD}<suite name=\"a\"><case/></suite>\n<suite name=\"b\">so</suite><suite name=\"c\">&lt;?x y</suite>\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn what_has_no_room_or_could_end_the_instruction_is_not_written() {
        let text = closing("");
        let closing = Closing::of(&text).unwrap();
        let (mut document, _) = Document::begin(0, closing, 200);
        assert!(document.append("<a><?x ?></a>", closing).is_none());
        assert!(document.append(&"x".repeat(200), closing).is_none());
        let room = 200 - "?>".len() - closing.remark.len() - "<?p ".len();
        assert!(document.append(&"x".repeat(room + 1), closing).is_none());
        assert!(document.append(&"x".repeat(room), closing).is_some());
        assert!(document.append("", closing).is_none());
    }
}
