//! What the keeper knows of the run beside it.

use std::fmt::Write as _;

use crate::ids::{BySuite, SuiteId};

/// Bytes kept of what was printed last.
const KEPT: usize = 64 * 1024;
/// Bytes told of what is read at once.
const TOLD: usize = 8 * 1024;
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
            Note::Farewell => (b'.', 0, &[] as &[u8]),
        };
        let head = kind as u128 | (id as u128) << ID | (rest.len() as u128) << LENGTH;
        (head.to_le_bytes(), rest)
    }
}

/// As much of a text as the keeper is told: of a flood it is enough to know the end.
pub(super) fn last(text: &[u8]) -> &[u8] {
    &text[text.len().saturating_sub(TOLD)..]
}

/// The notes so far.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    /// Notes that have come in part.
    rest: Vec<u8>,
    running: BySuite<(u64, Vec<u8>)>,
    printed: Vec<u8>,
    pub(super) has_ended: bool,
}

impl Vigil {
    /// Takes in notes in any pieces.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let mut taken = 0;
        while let Some(length) = self.note(taken) {
            taken += length;
        }
        self.rest.drain(..taken);
    }

    /// Takes in the note at a place, if it is whole; how long it is.
    fn note(&mut self, at: usize) -> Option<usize> {
        let bytes = self.rest.get(at..)?;
        let head = u128::from_le_bytes(*bytes.first_chunk()?);
        let id = (head >> ID) as u64;
        let end = HEAD.saturating_add((head >> LENGTH) as usize);
        let rest = bytes.get(HEAD..end)?;
        match head as u8 {
            b'+' => {
                self.running.insert(SuiteId(id), (id, rest.to_vec()));
            }
            b'-' => {
                self.running.remove(SuiteId(id));
                if self.running.is_empty() {
                    self.printed.clear();
                }
            }
            b'=' => {
                let text = rest.to_vec();
                self.printed(&text);
            }
            _ => self.has_ended = true,
        }
        Some(end)
    }

    pub(super) fn printed(&mut self, text: &[u8]) {
        self.printed.extend_from_slice(text);
        if self.printed.len() > 2 * KEPT {
            let from = self.printed.len() - KEPT;
            self.printed.drain(..from);
        }
    }

    /// What people are to know when the process has ended without a farewell.
    pub(super) fn report(&self) -> Vec<u8> {
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

    fn report(vigil: &Vigil) -> String {
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
            assert_eq!(report(&vigil), expected, "{size}");
            assert!(!vigil.has_ended);
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
        assert!(vigil.printed.len() <= 2 * KEPT && vigil.rest.is_empty());
        let report = report(&vigil);
        assert!(report.ends_with("line 99998\nline 99999\n"));
        assert!(report.contains("\n    and 99950 more\n"));
        assert!(report.len() < KEPT + 10_000);
    }
}
