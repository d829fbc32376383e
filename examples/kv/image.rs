//! What the store holds, and the lines it is made of: `PUT seq key value` and `DEL seq key`. A log is a list of them; a
//! snapshot is a log without the lines that no longer matter, closed by `END seq`.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};

/// A value and the number of the change that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub value: String,
}

/// All entries as they were after the change `seq`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub seq: u64,
    pub entries: BTreeMap<String, Entry>,
}

impl Image {
    /// Takes in one line; one that is not newer than the image changes nothing.
    pub fn apply(&mut self, line: &str) -> Result<()> {
        let mut words = line.splitn(4, ' ');
        let (verb, seq) = (words.next(), words.next().and_then(|seq| seq.parse().ok()));
        let (key, value) = (words.next(), words.next().map(str::to_owned));
        match (verb, seq, key, value) {
            (_, Some(seq), ..) if seq <= self.seq => return Ok(()),
            (Some("PUT"), Some(seq), Some(key), Some(value)) => {
                self.entries.insert(key.to_owned(), Entry { seq, value });
            }
            (Some("DEL"), Some(_), Some(key), None) => drop(self.entries.remove(key)),
            (Some("END"), Some(_), None, None) => {}
            _ => return Err(Error::new(ErrorKind::InvalidData, line)),
        }
        self.seq = seq.unwrap_or(self.seq);
        Ok(())
    }

    pub fn snapshot(&self) -> String {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_unstable_by_key(|(_, entry)| entry.seq);
        let line = |(key, entry): (_, &Entry)| format!("PUT {} {key} {}\n", entry.seq, entry.value);
        let lines: String = entries.into_iter().map(line).collect();
        format!("{lines}END {}", self.seq)
    }
}

/// An error unless a line can carry this key and this value.
pub fn check(key: &str, value: &str) -> Result<()> {
    if key.is_empty() || key.contains(char::is_whitespace) || value.contains(['\n', '\r']) {
        return Err(Error::other("a key is one word, a value is one line"));
    }
    Ok(())
}
