//! What a run under `main!` knows of the capture of its output.

use std::fs::File;
use std::io;
use std::sync::Arc;

use crate::capture::{self, Capture, Ready};
use crate::hub;
use crate::options::Options;

/// A capture that has not begun. It begins when the files of the reports are open, of which one may be the output.
pub(super) struct Captured(io::Result<Option<Ready>>);

impl Captured {
    /// Gets it ready, if these options want one.
    pub(super) fn later(options: &Options) -> Captured {
        let is_wanted = !options.no_capture && !options.list && options.replay.is_none();
        Captured(match is_wanted {
            true => capture::ready(),
            false => Ok(None),
        })
    }

    /// Captures what is printed from here on, as far as that is wanted and possible; with it comes the real output.
    pub(super) fn start(self) -> (Option<Arc<Capture>>, Option<File>) {
        let started = match self.0 {
            Ok(Some(ready)) => ready.start().map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match started {
            Ok(started) => started.unzip(),
            Err(error) => {
                let text = format!("warning: what the tests print cannot be captured: {error}\n");
                hub::to_people(&text);
                (None, None)
            }
        }
    }
}
