//! The standard output as a pipe, by way of `rustix`, which has a safe function for it.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};

pub(super) use super::keeper::Keeper;
pub(crate) use super::keeper::keep;
use super::vigil::Note;

/// The end of the pipe that is read. Reading does not block.
pub(super) struct Source {
    reader: File,
    /// While this is there the pipe has a writer, even if a test closes its output.
    _writer: OwnedFd,
}

/// What there is after it has begun.
pub(super) struct Redirected {
    pub(super) source: Source,
    pub(super) real: File,
    pub(super) real_errors: File,
    pub(super) keeper: Option<Keeper>,
}

/// Waits until there is something to read.
pub(super) struct Waiter(OwnedFd);

/// The pipe, which nobody writes to yet, and the keeper.
pub(super) struct Ready {
    reader: OwnedFd,
    writer: OwnedFd,
    keeper: Watched,
}

/// A keeper, that hears in the end that all is in order.
struct Watched(Option<Keeper>);

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(keeper) = &mut self.0 {
            keeper.tell(&Note::Farewell);
        }
    }
}

pub(super) fn ready() -> io::Result<Option<Ready>> {
    let (reader, writer) = pipe()?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let keeper = Watched(Keeper::start(&reader).ok());
    Ok(Some(Ready { reader, writer, keeper }))
}

impl Ready {
    pub(super) fn redirect(mut self) -> io::Result<Redirected> {
        let real = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let real_errors = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        if self.keeper.0.is_some() {
            rustix::stdio::dup2_stderr(&self.writer)?;
        }
        rustix::stdio::dup2_stdout(&self.writer)?;
        Ok(Redirected {
            source: Source {
                reader: File::from(self.reader),
                _writer: self.writer,
            },
            real,
            real_errors,
            keeper: self.keeper.0.take(),
        })
    }
}

/// The two ends of a pipe, of which child processes inherit neither: copies are not inherited, the first ones are, and
/// are closed here. Not every system makes it that way at once.
pub(super) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = rustix::pipe::pipe()?;
    Ok((reader.try_clone()?, writer.try_clone()?))
}

/// The last words of the process are nobody's business but people's.
pub(super) fn give_back_errors(real: &File) {
    // Without it they go the long way.
    let _ = rustix::stdio::dup2_stderr(real);
}

impl Source {
    pub(super) fn waiter(&self) -> io::Result<Waiter> {
        Ok(Waiter(self.reader.as_fd().try_clone_to_owned()?))
    }

    /// Reads what there is. Of several who read at once each would get a part.
    ///
    /// # Errors
    ///
    /// When there is nothing.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.reader).read(buffer)
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        let waiting = rustix::io::ioctl_fionread(&self.reader).unwrap_or(0);
        usize::try_from(waiting).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
impl Source {
    /// One of its own, with the end that is written to.
    pub(super) fn alone() -> (Source, File) {
        let (reader, writer) = pipe().unwrap();
        let printer = File::from(writer.try_clone().unwrap());
        let source = Source {
            reader: File::from(reader),
            _writer: writer,
        };
        (source, printer)
    }
}

impl Waiter {
    /// # Errors
    ///
    /// When waiting is not possible; it would not be later either.
    pub(super) fn wait(&self) -> io::Result<()> {
        loop {
            match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], None) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
