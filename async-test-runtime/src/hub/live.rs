//! The output on a terminal that somebody watches: the report, and below it a line about what is running.
//!
//! The cursor always stands where the next text of the report belongs, and the line hangs below it. So text that others
//! write to the terminal goes where it would go without the line; what it covers of the line is cleared soon.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::record::Record;
use crate::report::View;

/// How often the line is drawn at most, and at least while suites run.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// A run that ends sooner shows no line.
const PATIENCE: Duration = Duration::from_millis(300);

/// Clears what is below the cursor and right of it.
const CLEAR: &str = "\u{1b}[J";
/// Makes sure that there is a row below, in the same column; keeps the place, goes to that row, and has the terminal cut
/// the line off at its edge, whatever its width.
const BEGIN: &str = "\u{1b}D\u{1b}[A\u{1b}7\r\n\u{1b}[?7l";
/// Takes it back.
const END: &str = "\u{1b}[?7h\u{1b}8";

/// The one terminal of the process, for those who write to it without the hub.
static TERMINAL: OnceLock<Arc<Terminal>> = OnceLock::new();

struct Terminal(Mutex<Screen>);

struct Screen {
    out: Box<dyn Write + Send>,
    has_line: bool,
}

impl Terminal {
    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Screen {
    /// Puts a text in the place of the line, and the line below it. One write for all.
    fn write(&mut self, text: &[u8], line: Option<&str>) -> io::Result<()> {
        let mut all = Vec::with_capacity(text.len() + 200);
        if self.has_line {
            all.extend_from_slice(CLEAR.as_bytes());
        }
        all.extend_from_slice(text);
        if let Some(line) = line {
            for part in [BEGIN, line, END] {
                all.extend_from_slice(part.as_bytes());
            }
        }
        self.has_line = line.is_some();
        if all.is_empty() {
            return Ok(());
        }
        self.out.write_all(&all)?;
        self.out.flush()
    }
}

/// Takes the line away, if there is one, for somebody who is about to write to the terminal. It comes back by itself.
pub(super) fn step_aside() {
    if let Some(terminal) = TERMINAL.get() {
        // Whoever finds the terminal broken is told by the hub.
        let _ = terminal.screen().write(b"", None);
    }
}

/// A terminal with the line.
pub(super) struct Live {
    terminal: Arc<Terminal>,
    view: View,
    began: Instant,
    drawn: Option<Instant>,
}

impl Live {
    pub(super) fn new(out: Box<dyn Write + Send>, view: View) -> Live {
        let terminal = Arc::new(Terminal(Mutex::new(Screen { out, has_line: false })));
        // A second one would be of a run inside of the run, which nobody watches.
        let _ = TERMINAL.set(terminal.clone());
        Live {
            terminal,
            view,
            began: Instant::now(),
            drawn: None,
        }
    }

    /// Takes in a record and writes what the reporter made of it.
    pub(super) fn hear(&mut self, record: &Record, text: &[u8]) -> io::Result<()> {
        let now = Instant::now();
        self.view.note(record, now.duration_since(self.began));
        match text.is_empty() {
            true => self.look(now),
            false => self.write(text, now),
        }
    }

    /// Draws the line anew when it is time.
    pub(super) fn tick(&mut self) -> io::Result<()> {
        self.look(Instant::now())
    }

    fn look(&mut self, now: Instant) -> io::Result<()> {
        match self.is_due(now) {
            true => self.write(b"", now),
            false => Ok(()),
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let since = |then| now.saturating_duration_since(then);
        since(self.began) >= PATIENCE && self.drawn.is_none_or(|drawn| since(drawn) >= TICK)
    }

    fn write(&mut self, text: &[u8], now: Instant) -> io::Result<()> {
        // Where much is written the line comes back with the next tick.
        let line = match self.is_due(now) {
            true => self.view.line(now.duration_since(self.began)),
            false => None,
        };
        if line.is_some() {
            self.drawn = Some(now);
        }
        self.terminal.screen().write(text, line.as_deref())
    }
}

impl Drop for Live {
    /// Also when the hub panics.
    fn drop(&mut self) {
        let _ = self.terminal.screen().write(b"", None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Output;
    use crate::report::Style;

    /// A writer that others can look at.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
        }
    }

    impl Write for Written {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn diag() -> Record {
        Record::Output(Arc::new(Output {
            candidates: Vec::new(),
            others: 0,
            text: "said".to_owned(),
            lost: 0,
        }))
    }

    fn live(age: Duration) -> (Live, Written) {
        let written = Written::default();
        let mut live = Live::new(Box::new(written.clone()), View::new(&Style::default()));
        live.began = Instant::now().checked_sub(age).unwrap();
        (live, written)
    }

    #[test]
    fn a_text_takes_the_place_of_the_line_in_one_piece() {
        let (mut live, written) = live(Duration::from_secs(5));
        let line = format!("{BEGIN}5s: 0 of 0 done{END}");
        live.tick().unwrap();
        assert_eq!(written.take(), line);
        live.drawn = None;
        live.hear(&diag(), b"row\n").unwrap();
        assert_eq!(written.take(), format!("{CLEAR}row\n{line}"));
        // Too soon for another one.
        live.hear(&diag(), b"row\n").unwrap();
        assert_eq!(written.take(), format!("{CLEAR}row\n"));
        live.hear(&diag(), b"").unwrap();
        live.tick().unwrap();
        assert_eq!(written.take(), "");
    }

    #[test]
    fn a_hub_that_dies_takes_the_line_along() {
        let (mut live, written) = live(Duration::from_secs(5));
        live.tick().unwrap();
        written.take();
        drop(live);
        assert_eq!(written.take(), CLEAR);
    }

    #[test]
    fn a_short_run_shows_no_line() {
        let (mut live, written) = live(Duration::ZERO);
        live.began = Instant::now() + Duration::from_secs(60);
        live.tick().unwrap();
        live.hear(&diag(), b"row\n").unwrap();
        assert_eq!(written.take(), "row\n");
    }
}
