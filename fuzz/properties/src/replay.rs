//! Any bytes as the file of `--replay`: it is refused in words that can be shown, or is a run in every format.

use replay_properties::{Again, damaged, played};
use serde_json::Value;

use crate::escapes::xml;

/// The bytes are a stream; and where they do not look like one, they also say what happened to one.
pub fn any(bytes: &[u8]) {
    is_readable(&played(bytes));
    if !bytes.starts_with(b"{") {
        damage(bytes);
    }
}

/// The bytes say what happened to a stream. Whether it is still one.
pub fn damage(bytes: &[u8]) -> bool {
    let again = played(&damaged(bytes));
    is_readable(&again);
    matches!(again, Again::Told(_))
}

pub fn any_text(text: &str) {
    any(text.as_bytes());
}

fn is_readable(again: &Again) {
    let formats = match again {
        Again::Refused(why) => {
            assert!(!why.trim().is_empty() && !why.chars().any(char::is_control), "{why:?}");
            return;
        }
        Again::Told(formats) => formats,
    };
    for (format, text) in formats {
        assert!(!text.contains('\u{1b}'), "no colours were asked for: {format} {text:?}");
        match *format {
            "events" | "json" => text.split_terminator('\n').for_each(|line| {
                let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(value.is_object());
            }),
            "junit" => xml(text),
            "tap" => {
                let line = text
                    .lines()
                    .find(|line| line.chars().any(|c| c.is_control() && c != '\t'));
                assert_eq!(line, None);
            }
            _ => {}
        }
    }
}
