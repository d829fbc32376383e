//! One reporter at work: what it renders is written at once, and what it does wrong is kept.

use std::io::{self, Write};

use crate::claim::{Panic, Problem};
use crate::hub::live::Live;
use crate::hub::{Guests, Out, Sink};
use crate::record::Record;
use crate::report::Reporter;

/// A reporter, what it has rendered and not written yet, and whether it has failed.
pub(crate) struct Ear {
    pub(crate) name: String,
    guest: usize,
    reporter: Box<dyn Reporter>,
    out: Place,
    pub(super) text: Vec<u8>,
    pub(crate) lost: Option<String>,
    closed: bool,
}

/// So many bytes are written without waiting for more.
const MUCH: usize = 1 << 16;

/// Where the text of a reporter goes.
enum Place {
    /// It is kept, for somebody else to print.
    Kept,
    Stream(Box<dyn Write + Send>),
    Live(Live),
}

impl Ear {
    pub(crate) fn of(sink: Sink, guest: usize) -> Ear {
        let out = match sink.out {
            Out::Stream(out) => Place::Stream(out),
            Out::Watched(out, view) => Place::Live(Live::new(out, view)),
        };
        Ear::with(sink.name, guest, sink.reporter, out)
    }

    /// One whose text is kept.
    pub(super) fn new(name: String, guest: usize, reporter: Box<dyn Reporter>) -> Ear {
        Ear::with(name, guest, reporter, Place::Kept)
    }

    fn with(name: String, guest: usize, reporter: Box<dyn Reporter>, out: Place) -> Ear {
        Ear {
            name,
            guest,
            reporter,
            out,
            text: Vec::new(),
            lost: None,
            closed: false,
        }
    }

    /// What records bring is written with the next pause, or at once when there is much of it; what stands on a terminal
    /// that somebody watches, at once.
    pub(crate) fn hear(&mut self, records: &[Record], guests: &Guests) {
        match &self.out {
            Place::Kept | Place::Stream(_) => self.take_in(records, guests),
            Place::Live(_) => {
                for record in records {
                    self.take_in(std::slice::from_ref(record), guests);
                }
            }
        }
    }

    fn take_in(&mut self, records: &[Record], guests: &Guests) {
        if self.closed {
            return;
        }
        let (reporter, text) = (&mut self.reporter, &mut self.text);
        // Writing is not a part of it: a reader may take the time it likes.
        let call = guests.call(self.guest);
        let heard = crate::panic::catch_sync(|| {
            for record in records {
                call.once_more();
                reporter.record(record, text)?;
            }
            Ok(())
        });
        drop(call);
        match heard {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fail(&error),
            Err(caught) => {
                self.closed = true;
                let Panic { message, at, .. } = caught.panic;
                let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
                self.lost = Some(format!("the reporter panicked{at}: {message}"));
            }
        }
        let written = match &mut self.out {
            Place::Kept => return,
            Place::Stream(_) if self.text.len() < MUCH => return,
            Place::Stream(out) => out.write_all(&self.text).and_then(|()| out.flush()),
            // One at a time.
            Place::Live(live) => match records {
                [record] => live.hear(record, &self.text),
                _ => return,
            },
        };
        self.text.clear();
        self.done(written);
    }

    /// Writes what has gathered.
    pub(super) fn pause(&mut self) {
        if let (Place::Stream(out), false) = (&mut self.out, self.closed || self.text.is_empty()) {
            let written = out.write_all(&self.text).and_then(|()| out.flush());
            self.text.clear();
            self.done(written);
        }
    }

    /// Whether somebody watches time go by.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.out, Place::Live(_)) && !self.closed
    }

    pub(super) fn tick(&mut self) {
        if let (Place::Live(live), false) = (&mut self.out, self.closed) {
            let drawn = live.tick();
            self.done(drawn);
        }
    }

    pub(crate) fn flush(&mut self) {
        self.pause();
        if let (Place::Stream(out), false) = (&mut self.out, self.closed) {
            let flushed = out.flush();
            self.done(flushed);
        }
    }

    fn done(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.fail(&error);
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
