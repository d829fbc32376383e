//! As much of a terminal as the reports use. What it does not know is a panic, so that nothing is passed over in silence.

/// A screen with everything that has scrolled out of it.
pub(crate) struct Screen {
    height: usize,
    width: usize,
    /// The first line ever first; the last `height` are the screen.
    lines: Vec<Vec<char>>,
    /// From the top of the screen.
    row: usize,
    column: usize,
    saved: (usize, usize),
    wraps: bool,
    /// What has come of a sequence so far.
    sequence: String,
    /// Colours that were asked for.
    pub(crate) colours: usize,
}

impl Screen {
    pub(crate) fn new(height: usize, width: usize) -> Screen {
        Screen {
            height,
            width,
            lines: vec![Vec::new(); height],
            row: 0,
            column: 0,
            saved: (0, 0),
            wraps: true,
            sequence: String::new(),
            colours: 0,
        }
    }

    pub(crate) fn take(&mut self, c: char) {
        if !self.sequence.is_empty() || c == '\u{1b}' {
            self.sequence.push(c);
            self.escape();
            return;
        }
        match c {
            '\r' => self.column = 0,
            '\n' => self.down(),
            c if c.is_control() => panic!("an unknown control character: {c:?}"),
            c => self.print(c),
        }
    }

    fn escape(&mut self) {
        let sequence = std::mem::take(&mut self.sequence);
        let body = &sequence[1..];
        match body {
            "" | "[" => self.sequence = sequence,
            "D" => self.down(),
            "7" => self.saved = (self.row, self.column),
            "8" => (self.row, self.column) = self.saved,
            _ if !body.starts_with('[') => panic!("an unknown sequence: {sequence:?}"),
            _ if !body.ends_with(|c: char| c.is_ascii_alphabetic()) => self.sequence = sequence,
            "[J" => self.clear(),
            "[A" => self.row = self.row.saturating_sub(1),
            "[?7l" => self.wraps = false,
            "[?7h" => self.wraps = true,
            _ if body.ends_with('m') => self.colours += 1,
            _ => panic!("an unknown sequence: {sequence:?}"),
        }
    }

    fn top(&self) -> usize {
        self.lines.len() - self.height
    }

    fn down(&mut self) {
        if self.row + 1 == self.height {
            self.lines.push(Vec::new());
        } else {
            self.row += 1;
        }
    }

    fn print(&mut self, c: char) {
        if self.column == self.width {
            if self.wraps {
                self.column = 0;
                self.down();
            } else {
                self.column -= 1;
            }
        }
        let at = self.top() + self.row;
        let line = &mut self.lines[at];
        if line.len() <= self.column {
            line.resize(self.column + 1, ' ');
        }
        line[self.column] = c;
        self.column += 1;
    }

    /// Clears from the cursor to the end of the screen.
    fn clear(&mut self) {
        let at = self.top() + self.row;
        self.lines[at].truncate(self.column);
        self.lines[at + 1..].iter_mut().for_each(Vec::clear);
    }

    /// All lines up to the cursor, without blanks at their ends.
    pub(crate) fn before(&self) -> Vec<String> {
        let text = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        self.lines[..self.top() + self.row].iter().map(text).collect()
    }

    /// The line of the cursor and those below it, as far as there is anything in them.
    pub(crate) fn below(&self) -> Vec<String> {
        let lines = self.lines[self.top() + self.row..].iter();
        let text = lines.map(|line| line.iter().collect::<String>().trim_end().to_owned());
        text.filter(|line| !line.is_empty()).collect()
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }
}
