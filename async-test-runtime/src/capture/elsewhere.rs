//! Where there is no safe way to redirect the output, it stays as it is.

use std::convert::Infallible;
use std::io;

use super::Real;

/// There is none.
pub(super) struct Source(Infallible);

pub(super) struct Waiter(Infallible);

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn redirect() -> io::Result<Option<(Source, Real)>> {
    Ok(None)
}

impl Source {
    pub(super) fn waiter(&self) -> io::Result<Waiter> {
        match self.0 {}
    }

    pub(super) fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(super) fn waiting(&self) -> usize {
        match self.0 {}
    }
}

impl Waiter {
    pub(super) fn wait(&self) -> io::Result<()> {
        match self.0 {}
    }
}
