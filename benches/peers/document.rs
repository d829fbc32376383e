//! `docs/performance.md`: sections between marks, so that one can be renewed without the others.

use std::path::PathBuf;

use crate::figures::count;
use crate::table::Table;
use crate::targets::{HEAD, Targets};
use crate::{checkout, machine};

const INTRODUCTION: &str = include_str!("introduction.md");
/// What is behind the targets that are missed.
const BINDS: &str = include_str!("binds.md");

/// One section of the document.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// The machine and the state of the checkout when it began, and the versions of the peers.
    pub(crate) with: String,
    /// How far the cores were from each other when it began.
    crossing: String,
    pub(crate) body: String,
    pub(crate) targets: Targets,
}

impl Section {
    /// A section that begins to be measured now.
    pub(crate) fn begin(title: &'static str) -> Section {
        Section {
            title,
            with: machine::line(),
            crossing: machine::crossing(),
            body: String::new(),
            targets: Targets::default(),
        }
    }

    pub(crate) fn say(&mut self, paragraph: &str) {
        self.body.push_str(paragraph.trim_end());
        self.body.push_str("\n\n");
    }

    pub(crate) fn text(&self) -> String {
        format!(
            "## {}\n\n{}{}\nMeasured: {}. Before it {}; after it {}.\n",
            self.title,
            self.body,
            self.targets.text(),
            self.with,
            self.crossing,
            machine::crossing()
        )
    }
}

/// The document as it is.
#[derive(Debug)]
pub(crate) struct Document {
    sections: Vec<(String, String)>,
}

fn path() -> PathBuf {
    checkout().join("docs/performance.md")
}

fn marks(letter: &str) -> (String, String) {
    (format!("<!-- begin {letter} -->\n"), format!("<!-- end {letter} -->\n"))
}

impl Document {
    pub(crate) fn read() -> Document {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let sections = crate::SECTIONS.iter().filter_map(|(letter, _)| {
            let (begin, end) = marks(letter);
            let inside = text.split(&begin).nth(1)?.split(&end).next()?;
            Some(((*letter).to_owned(), inside.to_owned()))
        });
        Document {
            sections: sections.collect(),
        }
    }

    pub(crate) fn put(&mut self, letter: &str, section: &Section) {
        self.sections.retain(|(known, _)| known != letter);
        self.sections.push((letter.to_owned(), section.text()));
        self.sections.sort();
    }

    pub(crate) fn write(&self) {
        let mut text = format!("{INTRODUCTION}\n{}\n{BINDS}\n", self.summary());
        for (letter, section) in &self.sections {
            let (begin, end) = marks(letter);
            text.push_str(&format!("{begin}{section}{end}\n"));
        }
        let text = format!("{}\n", text.trim_end());
        std::fs::write(path(), text).expect("docs/performance.md can be written");
    }

    /// The targets of all sections.
    fn summary(&self) -> String {
        let mut all = Table::new(["", HEAD[0], HEAD[1], HEAD[2], HEAD[3]]);
        let (mut met, mut judged) = (0, 0);
        let head = format!("| {} |", HEAD.join(" | "));
        for (letter, section) in &self.sections {
            let rows = section.split(&head).nth(1).unwrap_or_default().lines().skip(2);
            for row in rows.take_while(|row| row.starts_with('|')) {
                let cells: Vec<String> = row
                    .trim_matches('|')
                    .split(" | ")
                    .map(|cell| cell.trim().to_owned())
                    .collect();
                let verdict = cells.last().map_or("", String::as_str);
                met += usize::from(verdict == "met");
                judged += usize::from(verdict != "not judged");
                all.row(std::iter::once(format!("({letter})")).chain(cells));
            }
        }
        let met = format!(
            "{} of {} targets are met. Behind one that is missed stands what was measured in the same run to bound it; below \
             the table follows what binds.",
            count(met),
            count(judged)
        );
        format!("## Targets\n\n{met}\n\n{}", all.text())
    }
}
