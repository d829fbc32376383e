//! What went on when an invariant broke, in bounded memory.

/// Bytes of a reason.
pub(super) const REASON: usize = 160;

/// What went on in the suite when an invariant broke.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Blame {
    /// The subtests and jobs that were running, by name.
    pub running: Vec<String>,
    /// What had begun or ended since the last passing round, for instance `began storage/writes`.
    pub since: Vec<String>,
}

impl Blame {
    /// Cuts long lists.
    #[doc(hidden)]
    pub fn new(running: Vec<String>, since: Vec<String>) -> Blame {
        Blame {
            running: cut_list(running),
            since: cut_list(since),
        }
    }
}

fn cut_list(mut list: Vec<String>) -> Vec<String> {
    const MOST: usize = 16;
    for text in &mut list {
        shorten(text, REASON);
    }
    if list.len() > MOST {
        let more = list.len() - MOST;
        list.truncate(MOST);
        list.push(format!("... and {more} more"));
    }
    list
}

/// Cuts a text to so many bytes at most, and says so in it.
#[doc(hidden)]
pub fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let mut end = most;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let cut = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("... ({cut} bytes more)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        let mut text = "é".repeat(100);
        shorten(&mut text, 5);
        assert_eq!(text, "éé... (196 bytes more)");
        let mut short = "short".to_owned();
        shorten(&mut short, 5);
        assert_eq!(short, "short");
    }
}
