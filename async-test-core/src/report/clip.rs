//! A long text of which the begin and the end are kept.

use std::collections::VecDeque;
use std::fmt::Write as _;

/// Bytes kept of the begin, and as many of the end.
const KEPT: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct Clip {
    head: String,
    tail: VecDeque<String>,
    tail_length: usize,
    /// Bytes between the two.
    left_out: u64,
}

impl Clip {
    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.tail.is_empty() && self.left_out == 0 && self.head.len() + text.len() <= KEPT {
            self.head.push_str(text);
            return;
        }
        // Nothing is left out before there is twice as much, so it is cut in lines only then.
        for line in text.split_inclusive('\n') {
            self.tail_length += line.len();
            self.tail.push_back(line.to_owned());
        }
        while self.tail_length > KEPT && self.tail.len() > 1 {
            let line = self.tail.pop_front().unwrap_or_default();
            self.tail_length -= line.len();
            if self.left_out == 0 && self.head.len() + line.len() <= KEPT {
                self.head.push_str(&line);
            } else {
                self.left_out += line.len() as u64;
            }
        }
    }

    /// Notes that something is missing here.
    pub(super) fn lose(&mut self, bytes: u64) {
        if bytes > 0 {
            if !self.head.is_empty() && !self.head.ends_with('\n') {
                self.head.push('\n');
            }
            self.left_out += self.tail_length as u64 + bytes;
            self.tail.clear();
            self.tail_length = 0;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.head.len() + self.tail_length
    }

    /// The text, with a line in place of what was left out.
    pub(super) fn finish(self) -> String {
        let mut text = self.head;
        if self.left_out > 0 {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            let _ = writeln!(text, "... ({} bytes are left out)", self.left_out);
        }
        text.extend(self.tail);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped(texts: &[&str]) -> String {
        let mut clip = Clip::default();
        texts.iter().for_each(|text| clip.push(text));
        clip.finish()
    }

    #[test]
    fn what_is_short_is_kept_as_it_is() {
        assert_eq!(clipped(&["a", "b\n", "", "c"]), "ab\nc");
        let long = "0123456789\n".repeat(2 * KEPT / 11 - 2);
        assert_eq!(clipped(&[&long]), long);
        assert_eq!(clipped(&long.split_inclusive('\n').collect::<Vec<_>>()), long);
    }

    #[test]
    fn of_much_the_begin_and_the_end_are_kept_in_whole_lines() {
        let lines: Vec<String> = (0..100_000).map(|n| format!("line {n}\n")).collect();
        let whole = lines.concat();
        let text = clipped(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(text.len() < 2 * KEPT + 100);
        let (head, rest) = text.split_once("... (").unwrap();
        let (left_out, tail) = rest.split_once(" bytes are left out)\n").unwrap();
        assert!(whole.starts_with(head) && head.ends_with('\n') && head.len() > KEPT - 20);
        assert!(whole.ends_with(tail) && tail.starts_with("line ") && tail.len() > KEPT - 20);
        assert_eq!(
            head.len() + left_out.parse::<usize>().unwrap() + tail.len(),
            whole.len()
        );
    }

    #[test]
    fn one_line_is_not_cut_and_what_was_lost_before_is_told() {
        let long = "x".repeat(3 * KEPT);
        assert_eq!(clipped(&["a\n", &long]), format!("a\n{long}"));
        let mut clip = Clip::default();
        clip.push("begin");
        clip.lose(7);
        clip.push("end\n");
        assert_eq!(clip.finish(), "begin\n... (7 bytes are left out)\nend\n");
    }
}
