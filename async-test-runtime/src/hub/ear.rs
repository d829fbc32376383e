//! One reporter at work: what it renders is written at once, and what it does wrong is kept.

use std::io::{self, Write};

use crate::claim::Problem;
use crate::hub::Sink;
use crate::record::Record;
use crate::report::Reporter;

/// A reporter, what it has rendered and not written yet, and whether it has failed.
pub(super) struct Ear {
    pub(super) name: String,
    reporter: Box<dyn Reporter>,
    out: Option<Box<dyn Write + Send>>,
    pub(super) text: Vec<u8>,
    pub(super) lost: Option<String>,
    closed: bool,
}

impl From<Sink> for Ear {
    fn from(sink: Sink) -> Ear {
        Ear::new(sink.name, sink.reporter, Some(sink.out))
    }
}

impl Ear {
    pub(super) fn new(name: String, reporter: Box<dyn Reporter>, out: Option<Box<dyn Write + Send>>) -> Ear {
        Ear {
            name,
            reporter,
            out,
            text: Vec::new(),
            lost: None,
            closed: false,
        }
    }

    /// One record, one write.
    pub(super) fn hear(&mut self, record: &Record) {
        if self.closed {
            return;
        }
        let (reporter, text) = (&mut self.reporter, &mut self.text);
        match crate::panic::catch_sync(|| reporter.record(record, text)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fail(&error),
            Err(caught) => {
                self.closed = true;
                self.lost = Some(format!("the reporter panicked: {}", caught.panic.message));
            }
        }
        if let Some(out) = &mut self.out {
            if !self.text.is_empty() {
                let written = out.write_all(&self.text).and_then(|()| out.flush());
                self.text.clear();
                if let Err(error) = written {
                    self.fail(&error);
                }
            }
        }
    }

    pub(super) fn flush(&mut self) {
        if let (Some(out), false) = (&mut self.out, self.closed) {
            if let Err(error) = out.flush() {
                self.fail(&error);
            }
        }
    }

    /// A reader that has gone (`| head`) is its own wish; anything else is a loss.
    fn fail(&mut self, error: &io::Error) {
        self.closed = true;
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.lost = Some(error.to_string());
        }
    }

    pub(super) fn problem(&self) -> Option<Problem> {
        self.lost.as_ref().map(|what| Problem::Extension {
            name: self.name.clone(),
            what: what.clone(),
        })
    }
}
