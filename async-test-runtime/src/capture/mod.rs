//! What tests print, on its way to the reports.
//!
//! Under `main!` the standard output and the error stream of the process lead into a pipe while suites run, whoever
//! writes to them: a macro, a C library, a child process. Only the reports go to the real output, so nothing can tear
//! them apart. What is in the pipe when the process dies is told by its keeper; without one the error stream stays as it
//! is, since the last words of a process must not be lost.
//!
//! The system does not tell who wrote. What is known is which `#[suite]`s were running: they begin and end under the lock
//! under which the pipe is read, and whatever is in the pipe by then is read first. So the candidates are right for every
//! byte, however late the reading thread comes.

#[cfg(not(all(unix, not(miri))))]
mod elsewhere;
mod flush;
#[cfg(all(unix, not(miri)))]
mod keeper;
mod lines;
mod pending;
mod running;
#[cfg(all(test, unix, not(miri)))]
mod tests;
#[cfg(all(unix, not(miri)))]
mod unix;
#[cfg_attr(not(all(unix, not(miri))), allow(dead_code, reason = "the keeper is only on unix"))]
mod vigil;

#[cfg(not(all(unix, not(miri))))]
use elsewhere as system;
#[cfg(all(unix, not(miri)))]
use unix as system;

use std::fs::File;
use std::future::Future;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::aside;
use crate::claim::Problem;
use crate::ids::SuiteId;
use crate::panic::catch_sync;
use crate::queue::Sender;
use crate::record::{Output, SuiteInfo};
use crate::suite::Suite;

use flush::{Flusher, Leaving};
use lines::Lines;
use pending::Pending;
use running::Running;
use system::{Keeper, Redirected, Source};
use vigil::Note;

pub(crate) use system::keep;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// How long what was printed is left in the pipe. A process that crashes dies right after its last words; what is in the
/// pipe then is its keeper's to tell, but what has just been read would die with it.
const LINGER: Duration = Duration::from_millis(1);

/// The captured output of the process.
pub(crate) struct Capture {
    /// Read only while the state is locked.
    source: Source,
    state: Mutex<State>,
    /// Locked while the state is, or when it has been: a note of a suite needs no place among those of others.
    keeper: Option<Mutex<Keeper>>,
    pending: Pending,
    flusher: Flusher,
}

/// What belongs together: where the pipe has been read to, and who runs.
struct State {
    buffer: Vec<u8>,
    lines: Lines,
    running: Running,
    /// Nobody reports any more.
    is_late: bool,
}

/// The error stream that the process had before, while it has another.
static REAL_ERRORS: OnceLock<File> = OnceLock::new();

/// Writes to the error stream for people, past whatever captures the output of tests.
pub(crate) fn to_people(text: impl AsRef<[u8]>) {
    // There is nobody else to tell.
    let _ = match REAL_ERRORS.get() {
        Some(mut stream) => stream.write_all(text.as_ref()),
        None => io::stderr().write_all(text.as_ref()),
    };
}

/// All that is needed to capture the output of the process, which is not captured yet. Where this is dropped, it never is.
pub(crate) struct Ready(system::Ready);

/// Gets a capture ready; the keeper is loaded from here on. None where that is not possible without `unsafe` code.
///
/// # Errors
///
/// When the system refuses a pipe.
pub(crate) fn ready() -> io::Result<Option<Ready>> {
    Ok(system::ready()?.map(Ready))
}

impl Ready {
    /// Redirects the output of the process and returns the real one.
    ///
    /// # Errors
    ///
    /// When the system refuses a copy of a stream or a thread.
    pub(crate) fn start(self) -> io::Result<(Arc<Capture>, File)> {
        // What is in the buffer was printed before.
        io::stdout().flush()?;
        let Redirected {
            source,
            real,
            real_errors,
            keeper,
        } = self.0.redirect()?;
        if keeper.is_some() {
            // Of several runs in one process the first one has the real stream.
            let _ = REAL_ERRORS.set(real_errors);
        }
        let waiter = source.waiter()?;
        let capture = Capture::of(source, keeper)?;
        let reading = capture.clone();
        // It ends with the process: somebody may print until then, and must not be held up by a full pipe.
        aside::start("async-test-output", move || {
            let mut is_much = false;
            while waiter.wait().is_ok() {
                if !is_much {
                    std::thread::sleep(LINGER);
                }
                is_much = reading.read(&mut reading.lock(), CHUNK) > CHUNK / 2;
            }
        })?;
        Ok((capture, real))
    }
}

impl Capture {
    /// One with a thread that flushes, and none that reads.
    fn of(source: Source, keeper: Option<Keeper>) -> io::Result<Arc<Capture>> {
        let capture = Arc::new(Capture {
            source,
            state: Mutex::new(State {
                buffer: vec![0; CHUNK],
                lines: Lines::default(),
                running: Running::default(),
                is_late: false,
            }),
            keeper: keeper.map(Mutex::new),
            pending: Pending::default(),
            flusher: Flusher::default(),
        });
        let ending = capture.clone();
        capture.flusher.start(move |leaving| ending.end_all(leaving))?;
        Ok(capture)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hub that is to be told.
    pub(crate) fn connect(&self, hub: Sender) {
        self.pending.connect(hub);
    }

    /// A `#[suite]` begins. What was printed before is none of its.
    pub(crate) fn begin(&self, suite: &Arc<SuiteInfo>) {
        // Nearly always there is nothing, and nobody else has to wait until that is known.
        let is_empty = self.source.waiting() == 0;
        let mut state = match self.state.try_lock() {
            Ok(state) if is_empty && state.lines.is_empty() => state,
            busy => {
                drop(busy);
                let mut state = self.lock();
                self.read_all(&mut state);
                state
            }
        };
        state.running.insert(suite);
        drop(state);
        self.tell(&Note::Begins(suite.id.0, &suite.path));
    }

    /// Text without a line end may be in the buffer of the standard library. It would be taken for somebody else's when
    /// its suite has ended. Cancel safe.
    pub(crate) fn flush(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.flusher.flush())
    }

    /// A `#[suite]` ends. What it printed has been handed to the hub before its end.
    pub(crate) fn end(&self, suite: SuiteId) {
        let mut state = self.lock();
        self.read_all(&mut state);
        state.running.remove(suite);
        drop(state);
        self.tell(&Note::Ends(suite.0));
    }

    /// The same with a flush before it and what comes after it, which nobody waits for: it is done soon, in company.
    pub(crate) fn leave(&self, suite: SuiteId, then: Box<dyn FnOnce() + Send>) {
        if let Some(leaving) = self.flusher.leave(Leaving { suite, then }) {
            self.end(suite);
            (leaving.then)();
        }
    }

    /// Waits until all have been ended who have left so far. Cancel safe.
    pub(crate) async fn all_have_left(&self) {
        self.flusher.all_have_left().await;
    }

    /// Ends those who have left here and now, since nobody waits for anything any more, and reads what is in the pipe.
    pub(crate) fn hurry(&self) {
        self.flusher.let_go();
        self.catch_up();
    }

    fn end_all(&self, leaving: &mut Vec<Leaving>) {
        let mut notes = Vec::with_capacity(leaving.len());
        let mut state = self.lock();
        self.read_all(&mut state);
        for one in leaving.iter() {
            state.running.remove(one.suite);
            notes.push(Note::Ends(one.suite.0).parts().0);
        }
        drop(state);
        if let Some(mut keeper) = self.keeper() {
            keeper.tell_all(&notes);
        }
        let mut leaving = leaving.drain(..);
        let mut end = || leaving.by_ref().for_each(|one| (one.then)());
        // It may wake somebody in the way of a test, and the others have to end as well.
        while let Err(caught) = catch_sync(&mut end) {
            Suite::top().problem(Problem::Panicked(caught.panic));
        }
    }

    /// Reads what has been printed so far, with what is in the buffer of the standard library.
    pub(crate) fn sync(&self) {
        self.flusher.flush_here();
        self.catch_up();
    }

    /// Reads what is in the pipe.
    fn catch_up(&self) {
        self.read_all(&mut self.lock());
    }

    /// Whether there is something that the hub has not been told yet.
    pub(crate) fn has_news(&self) -> bool {
        self.pending.has_news()
    }

    /// What the hub has not been told yet.
    pub(crate) fn take(&self) -> Vec<Output> {
        self.pending.take()
    }

    /// From here on nobody reports; what is printed all the same goes to the real error stream, as does what the hub
    /// left behind.
    pub(crate) fn end_of_reports(&self) {
        let mut state = self.lock();
        self.read_all(&mut state);
        for output in self.pending.close() {
            to_people(output.text);
        }
        state.is_late = true;
        if let (Some(_), Some(real)) = (&self.keeper, REAL_ERRORS.get()) {
            system::give_back_errors(real);
        }
        self.tell(&Note::Farewell);
    }

    fn keeper(&self) -> Option<MutexGuard<'_, Keeper>> {
        let keeper = self.keeper.as_ref()?;
        Some(keeper.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, note: &Note<'_>) {
        if let Some(mut keeper) = self.keeper() {
            keeper.tell(note);
        }
    }

    /// Reads so many bytes at most, or what there is; the answer is how many there were.
    fn read(&self, state: &mut State, limit: usize) -> usize {
        let limit = limit.min(CHUNK);
        let length = self.source.read(&mut state.buffer[..limit]).unwrap_or(0);
        let bytes = &state.buffer[..length];
        if state.is_late {
            to_people(bytes);
            return length;
        }
        if length > 0 {
            self.flusher.note_print();
            // The end of whoever printed it comes later.
            self.tell(&Note::Printed(vigil::last(bytes)));
        }
        let text = state.lines.take(bytes);
        self.hand_on(state, text);
        length
    }

    /// Reads what is in the pipe now, also the begin of a line. More may come in the meantime; that is not waited for.
    fn read_all(&self, state: &mut State) {
        let mut left = self.source.waiting();
        while left > 0 {
            match self.read(state, left) {
                0 => break,
                length => left = left.saturating_sub(length),
            }
        }
        if !state.lines.is_empty() {
            let text = state.lines.rest();
            self.hand_on(state, text);
        }
    }

    /// Most suites print nothing, and who may have is asked only where there is something.
    fn hand_on(&self, state: &mut State, text: String) {
        if !text.is_empty() {
            self.pending.push(state.running.candidates(), text);
        }
    }
}
