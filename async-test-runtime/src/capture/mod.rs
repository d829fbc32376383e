//! What tests print, on its way to the reports.
//!
//! Under `main!` the standard output of the process leads into a pipe while suites run, whoever writes to it: a macro, a
//! C library, a child process. Only the reports go to the real one, so nothing can tear them apart.
//!
//! The system does not tell who wrote. What is known is which `#[suite]`s were running: they begin and end under the lock
//! under which the pipe is read, and whatever is in the pipe by then is read first. So the candidates are right for every
//! byte, however late the reading thread comes.

#[cfg(not(all(unix, not(miri))))]
mod elsewhere;
mod lines;
mod pending;
mod running;
#[cfg(all(unix, not(miri)))]
mod unix;

#[cfg(not(all(unix, not(miri))))]
use elsewhere as system;
#[cfg(all(unix, not(miri)))]
use unix as system;

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use crate::queue::Sender;
use crate::record::{Output, SuiteInfo};

use lines::Lines;
use pending::Pending;
use running::Running;
use system::Source;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// How long the end of a run waits for what is in the buffer of the standard library.
const FLUSH: Duration = Duration::from_secs(1);

/// The captured output of the process.
pub(crate) struct Capture {
    state: Mutex<State>,
    pending: Pending,
}

/// What belongs together: where the pipe has been read to, and who runs.
struct State {
    source: Source,
    buffer: Vec<u8>,
    lines: Lines,
    running: Running,
    /// Where text goes when nobody reports any more.
    late: Option<File>,
}

/// The streams that the process had before.
pub(crate) struct Real {
    pub(crate) stdout: File,
    stderr: File,
}

/// Redirects the output of the process. None where that is not possible without `unsafe` code.
///
/// # Errors
///
/// When the system refuses a pipe or a thread.
pub(crate) fn start() -> io::Result<Option<(Arc<Capture>, Real)>> {
    // What is in the buffer was printed before.
    io::stdout().flush()?;
    let Some((source, real)) = system::redirect()? else {
        return Ok(None);
    };
    let waiter = source.waiter()?;
    let capture = Arc::new(Capture {
        state: Mutex::new(State {
            source,
            buffer: vec![0; CHUNK],
            lines: Lines::default(),
            running: Running::default(),
            late: None,
        }),
        pending: Pending::default(),
    });
    let reading = capture.clone();
    std::thread::Builder::new()
        .name("async-test-output".to_owned())
        // It ends with the process: somebody may print until then, and must not be held up by a full pipe.
        .spawn(move || {
            while waiter.wait().is_ok() {
                reading.lock().read(CHUNK, &reading.pending);
            }
        })?;
    Ok(Some((capture, real)))
}

impl Capture {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hub that is to be told.
    pub(crate) fn connect(&self, hub: Sender) {
        self.pending.connect(hub);
    }

    /// A `#[suite]` begins. What was printed before is none of its.
    pub(crate) fn begin(&self, suite: &Arc<SuiteInfo>) {
        let mut state = self.lock();
        state.catch_up(&self.pending);
        state.running.insert(suite);
    }

    /// A `#[suite]` ends. What it printed has been handed to the hub before its end.
    pub(crate) fn end(&self, suite: &SuiteInfo) {
        // Text without a line end may be in the buffer of the standard library; it would be taken for somebody else's.
        let _ = io::stdout().flush();
        self.give_up(suite);
    }

    /// The same for a `#[suite]` that does not end by itself, and may hold the lock of the standard output.
    pub(crate) fn give_up(&self, suite: &SuiteInfo) {
        let mut state = self.lock();
        state.catch_up(&self.pending);
        state.running.remove(suite.id);
    }

    /// Reads what has been printed so far.
    pub(crate) fn sync(&self) {
        // A thread that was left behind may hold the lock of the standard output for ever.
        let (flushed, is_flushed) = mpsc::channel();
        let flusher = std::thread::Builder::new().spawn(move || {
            let _ = io::stdout().flush();
            let _ = flushed.send(());
        });
        if flusher.is_ok() {
            let _ = is_flushed.recv_timeout(FLUSH);
        }
        self.lock().catch_up(&self.pending);
    }

    /// What the hub has not been told yet.
    pub(crate) fn take(&self) -> Vec<Output> {
        self.pending.take()
    }

    /// From here on nobody reports; what is printed all the same goes to the real error stream, as does what the hub
    /// left behind.
    pub(crate) fn end_of_reports(&self, mut real: Real) {
        let mut state = self.lock();
        state.catch_up(&self.pending);
        for output in self.pending.close() {
            let _ = real.stderr.write_all(output.text.as_bytes());
        }
        state.late = Some(real.stderr);
    }
}

impl State {
    /// Reads so many bytes at most, or what there is; the answer is how many there were.
    fn read(&mut self, limit: usize, pending: &Pending) -> usize {
        let limit = limit.min(CHUNK);
        let length = self.source.read(&mut self.buffer[..limit]).unwrap_or(0);
        let bytes = &self.buffer[..length];
        match &mut self.late {
            // An error would be of the stream that errors are told on.
            Some(late) => drop(late.write_all(bytes)),
            None => pending.push(self.running.candidates(), self.lines.take(bytes)),
        }
        length
    }

    /// Reads what is in the pipe now, also the begin of a line. More may come in the meantime; that is not waited for.
    fn catch_up(&mut self, pending: &Pending) {
        let mut left = self.source.waiting();
        while left > 0 {
            match self.read(left, pending) {
                0 => break,
                length => left = left.saturating_sub(length),
            }
        }
        pending.push(self.running.candidates(), self.lines.rest());
    }
}
