//! The standard output as a pipe, by way of `rustix`, which has a safe function for it.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};

use super::Real;

/// The end of the pipe that is read. Reading does not block.
pub(super) struct Source {
    reader: File,
    /// While this is there the pipe has a writer, even if a test closes its output.
    _writer: OwnedFd,
}

/// Waits until there is something to read.
pub(super) struct Waiter(OwnedFd);

pub(super) fn redirect() -> io::Result<Option<(Source, Real)>> {
    let real = Real {
        stdout: File::from(io::stdout().as_fd().try_clone_to_owned()?),
        stderr: File::from(io::stderr().as_fd().try_clone_to_owned()?),
    };
    let (reader, writer) = rustix::pipe::pipe()?;
    // Copies that child processes do not inherit.
    let (reader, writer) = (reader.try_clone()?, writer.try_clone()?);
    rustix::io::ioctl_fionbio(&reader, true)?;
    rustix::stdio::dup2_stdout(&writer)?;
    let source = Source {
        reader: File::from(reader),
        _writer: writer,
    };
    Ok(Some((source, real)))
}

impl Source {
    pub(super) fn waiter(&self) -> io::Result<Waiter> {
        Ok(Waiter(self.reader.as_fd().try_clone_to_owned()?))
    }

    /// Reads what there is.
    ///
    /// # Errors
    ///
    /// When there is nothing.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        let waiting = rustix::io::ioctl_fionread(&self.reader).unwrap_or(0);
        usize::try_from(waiting).unwrap_or(usize::MAX)
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
