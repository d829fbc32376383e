//! The blocks of a Markdown page that a comment stands before.

pub(crate) struct Document {
    lines: Vec<String>,
}

/// What the program prints when it is called so.
pub(crate) struct Sample {
    pub(crate) arguments: Vec<String>,
    /// The lines that are kept, from 1; none for all.
    ranges: Vec<(usize, usize)>,
    pub(crate) text: String,
    /// The line of the comment, which stays where it is when an earlier block changes.
    comment: String,
}

impl Document {
    pub(crate) fn new(text: &str) -> Document {
        Document {
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The lines of the block whose comment is the nth line, without its fences.
    fn block(&self, comment: usize) -> std::ops::Range<usize> {
        let fence = &self.lines[comment + 1];
        assert!(fence.starts_with("```"), "a block follows {:?}", self.lines[comment]);
        let rest = &self.lines[comment + 2..];
        let length = rest.iter().position(|line| line == "```").expect("a block ends");
        comment + 2..comment + 2 + length
    }

    fn inside(&self, comment: usize) -> String {
        self.lines[self.block(comment)]
            .iter()
            .map(|line| format!("{line}\n"))
            .collect()
    }

    pub(crate) fn source(&self) -> Option<String> {
        let comment = self.lines.iter().position(|line| line == "<!-- source -->")?;
        Some(self.inside(comment))
    }

    pub(crate) fn samples(&self) -> Vec<Sample> {
        let comments = self.lines.iter().enumerate();
        let samples = comments.filter_map(|(at, line)| {
            let call = line.strip_prefix("<!-- sample: ")?.strip_suffix(" -->")?;
            let (arguments, ranges) = call.split_once(" | ").unwrap_or((call, ""));
            Some(Sample {
                arguments: arguments.split_whitespace().map(str::to_owned).collect(),
                ranges: ranges.split_whitespace().map(range).collect(),
                text: self.inside(at),
                comment: line.clone(),
            })
        });
        samples.collect()
    }

    pub(crate) fn replace(&mut self, sample: &Sample, printed: &str) {
        let comment = self.lines.iter().position(|line| *line == sample.comment);
        let block = self.block(comment.expect("the sample is of this page"));
        self.lines.splice(block, printed.lines().map(str::to_owned));
    }
}

fn range(text: &str) -> (usize, usize) {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.parse().expect("a number of a line");
    (number(from), number(to))
}

impl Sample {
    /// What is to stand in the page: without empty lines around it, and with `…` for what is left out.
    pub(crate) fn kept(&self, printed: &str) -> String {
        let lines: Vec<&str> = printed.trim_matches('\n').lines().collect();
        if self.ranges.is_empty() {
            return lines.iter().map(|line| format!("{line}\n")).collect();
        }
        let mut text = String::new();
        let mut next = 1;
        for (from, to) in &self.ranges {
            if *from > next {
                text.push_str("…\n");
            }
            lines[from - 1..*to]
                .iter()
                .for_each(|line| text.push_str(&format!("{line}\n")));
            next = to + 1;
        }
        if next <= lines.len() {
            text.push_str("…\n");
        }
        text
    }
}
