//! What the keeper knows of the run beside it.

use std::fmt::Write as _;

use crate::ids::{BySuite, SuiteId};

/// Bytes kept of what was printed last.
const KEPT: usize = 64 * 1024;
/// Bytes told of what is read at once.
const TOLD: usize = 8 * 1024;
/// Bytes of notes that are kept before they are looked into.
const UNREAD: usize = 1024 * 1024;
/// Names in the report.
const NAMED: usize = 50;

/// Something that the keeper is told.
pub(super) enum Note<'a> {
    Begins(u64, &'a str),
    Ends(u64),
    Printed(&'a [u8]),
    /// The run has ended in order.
    Farewell,
}

const FAREWELL: u8 = b'.';

/// Bytes in front of each note: what it is, an id, and how long the rest of it is. As one number, since that costs least
/// in a program that is not optimized.
pub(super) const HEAD: usize = 16;
/// Where in that number what begins.
const ID: u32 = 8;
const LENGTH: u32 = ID + u64::BITS;

impl<'a> Note<'a> {
    /// As it travels: its head, and the rest of it.
    pub(super) fn parts(&self) -> ([u8; HEAD], &'a [u8]) {
        let (kind, id, rest) = match self {
            Note::Begins(id, path) => (b'+', *id, path.as_bytes()),
            Note::Ends(id) => (b'-', *id, &[] as &[u8]),
            Note::Printed(text) => (b'=', 0, *text),
            Note::Farewell => (FAREWELL, 0, &[] as &[u8]),
        };
        let head = kind as u128 | (id as u128) << ID | (rest.len() as u128) << LENGTH;
        (head.to_le_bytes(), rest)
    }
}

/// As much of a text as the keeper is told: of a flood it is enough to know the end.
pub(super) fn last(text: &[u8]) -> &[u8] {
    &text[text.len().saturating_sub(TOLD)..]
}

/// The notes so far. Nearly every run ends in order, and then nobody wants to know what they say: so they are counted
/// through as they come, for the farewell, and looked into when there are too many of them or when the end has come.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    /// Notes that have not been looked into, the last one in part.
    unread: Vec<u8>,
    /// So many bytes of them are whole notes.
    whole: usize,
    running: BySuite<(u64, Vec<u8>)>,
    printed: Vec<u8>,
    pub(super) has_ended: bool,
}

/// A note that is there as a whole.
struct Whole {
    kind: u8,
    id: u64,
    end: usize,
}

/// The note at a place, if it is whole.
fn note(bytes: &[u8], at: usize) -> Option<Whole> {
    let head = u128::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
    let end = at.saturating_add(HEAD).saturating_add((head >> LENGTH) as usize);
    if end > bytes.len() {
        return None;
    }
    Some(Whole {
        kind: head as u8,
        id: (head >> ID) as u64,
        end,
    })
}

impl Vigil {
    /// Takes in notes in any pieces.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        while let Some(note) = note(&self.unread, self.whole) {
            self.whole = note.end;
            if note.kind == FAREWELL {
                self.has_ended = true;
            }
        }
        if self.unread.len() > UNREAD {
            self.read();
        }
    }

    /// Looks into all that are whole.
    fn read(&mut self) {
        let mut unread = std::mem::take(&mut self.unread);
        let mut at = 0;
        while let Some(Whole { kind, id, end }) = note(&unread, at) {
            let rest = &unread[at + HEAD..end];
            match kind {
                b'+' => {
                    self.running.insert(SuiteId(id), (id, rest.to_vec()));
                }
                b'-' => {
                    self.running.remove(SuiteId(id));
                    if self.running.is_empty() {
                        self.printed.clear();
                    }
                }
                b'=' => self.keep(rest),
                _ => {}
            }
            at = end;
        }
        unread.drain(..at);
        self.unread = unread;
        self.whole = 0;
    }

    /// What was printed after all notes.
    pub(super) fn printed(&mut self, text: &[u8]) {
        self.read();
        self.keep(text);
    }

    fn keep(&mut self, text: &[u8]) {
        self.printed.extend_from_slice(text);
        if self.printed.len() > 2 * KEPT {
            let from = self.printed.len() - KEPT;
            self.printed.drain(..from);
        }
    }

    /// What people are to know when the process has ended without a farewell.
    pub(super) fn report(&mut self) -> Vec<u8> {
        self.read();
        let mut text = "\nasync-test-suite: the process ended in the middle of the run\n".to_owned();
        if !self.running.is_empty() {
            text.push_str("running then:\n");
            let mut running: Vec<&(u64, Vec<u8>)> = self.running.values().collect();
            running.sort_by_key(|(id, _)| *id);
            for (_, path) in running.iter().take(NAMED) {
                text.push_str("    ");
                text.push_str(&String::from_utf8_lossy(path).replace('\n', " "));
                text.push('\n');
            }
            if self.running.len() > NAMED {
                let _ = writeln!(text, "    and {} more", self.running.len() - NAMED);
            }
        }
        let mut report = text.into_bytes();
        if !self.printed.is_empty() {
            report.extend_from_slice(b"printed last:\n");
            let from = self.printed.len().saturating_sub(KEPT);
            report.extend_from_slice(&self.printed[from..]);
            if !report.ends_with(b"\n") {
                report.push(b'\n');
            }
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(notes: &[Note<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for note in notes {
            let (head, rest) = note.parts();
            bytes.extend([&head, rest].concat());
        }
        bytes
    }

    fn report(vigil: &mut Vigil) -> String {
        String::from_utf8(vigil.report()).unwrap()
    }

    #[test]
    fn notes_come_in_any_pieces() {
        let bytes = told(&[
            Note::Begins(0, "gone"),
            Note::Printed(b"forgotten\n"),
            Note::Ends(0),
            Note::Begins(10, "a\nb"),
            Note::Printed(b"+3 forged\n.\n=99\n"),
            Note::Begins(u64::MAX, "c d"),
            Note::Printed(b"last words"),
        ]);
        let expected = "\nasync-test-suite: the process ended in the middle of the run\nrunning then:\n    a b\n    \
                        c d\nprinted last:\n+3 forged\n.\n=99\nlast words\n";
        for size in 1..20 {
            let mut vigil = Vigil::default();
            bytes.chunks(size).for_each(|piece| vigil.hear(piece));
            assert_eq!(report(&mut vigil), expected, "{size}");
            assert!(!vigil.has_ended);
            vigil.printed(b" of all\n");
            assert_eq!(report(&mut vigil), expected.replace("last words", "last words of all"));
            vigil.hear(&told(&[Note::Farewell]));
            assert!(vigil.has_ended);
        }
    }

    #[test]
    fn it_keeps_the_last_of_much() {
        let mut vigil = Vigil::default();
        for n in 0..100_000 {
            vigil.hear(&told(&[Note::Begins(n, "one of many")]));
            vigil.hear(&told(&[Note::Printed(format!("line {n}\n").as_bytes())]));
        }
        assert!(vigil.printed.len() <= 2 * KEPT && vigil.unread.len() <= UNREAD);
        let report = report(&mut vigil);
        assert!(vigil.unread.is_empty());
        assert!(report.ends_with("line 99998\nline 99999\n"));
        assert!(report.contains("\n    and 99950 more\n"));
        assert!(report.len() < KEPT + 10_000);
    }
}
