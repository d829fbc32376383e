//! What the keeper knows of the run beside it.

use std::fmt::Write as _;
use std::io::BufRead as _;

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

impl Note<'_> {
    /// As it travels, at the end of what travels before it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Note::Begins(id, path) => {
                out.push(b'+');
                number(*id, out);
                out.push(b' ');
                let name = out.len();
                out.extend_from_slice(path.as_bytes());
                if path.as_bytes().contains(&b'\n') {
                    out[name..]
                        .iter_mut()
                        .filter(|it| **it == b'\n')
                        .for_each(|it| *it = b' ');
                }
            }
            Note::Ends(id) => {
                out.push(b'-');
                number(*id, out);
            }
            Note::Printed(text) => {
                out.push(b'=');
                number(text.len() as u64, out);
                out.push(b'\n');
                out.extend_from_slice(text);
                return;
            }
            Note::Farewell => out.push(b'.'),
        }
        out.push(b'\n');
    }
}

/// In decimal. To format the numbers costs more than all the rest of the notes.
fn number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// Takes a number from the front.
fn taken_number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0_u64;
    while let [digit @ b'0'..=b'9', rest @ ..] = *bytes {
        number = number.wrapping_mul(10).wrapping_add(u64::from(*digit - b'0'));
        *bytes = rest;
    }
    number
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
    /// The first line of the note that is being taken in.
    line: Vec<u8>,
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
        self.line.clear();
        let mut rest = &self.rest[at..];
        // Nothing else finds the end of a line as fast in a program that is not optimized.
        let mut length = rest.read_until(b'\n', &mut self.line).ok()?;
        let (kind, mut words) = self.line.strip_suffix(b"\n")?.split_first().unwrap_or((&b'.', &[]));
        let id = taken_number(&mut words);
        match kind {
            b'+' => {
                let path = words.get(1..).unwrap_or_default().to_vec();
                self.running.insert(SuiteId(id), (id, path));
            }
            b'-' => {
                self.running.remove(SuiteId(id));
                if self.running.is_empty() {
                    self.printed.clear();
                }
            }
            b'=' => {
                let text = length..length + usize::try_from(id).unwrap_or_default();
                length = text.end;
                let text = self.rest[at..].get(text)?.to_vec();
                self.printed(&text);
            }
            _ => self.has_ended = true,
        }
        Some(length)
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
                text.push_str(&String::from_utf8_lossy(path));
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
        notes.iter().for_each(|note| note.write(&mut bytes));
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
