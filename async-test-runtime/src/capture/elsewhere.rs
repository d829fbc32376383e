//! Where there is no safe way to redirect the output, it stays as it is.

use std::convert::Infallible;
use std::fs::File;
use std::io;

use super::vigil::{HEAD, Note};

/// There is none.
pub(super) struct Keeper(Infallible);

impl Keeper {
    pub(super) fn tell(&mut self, _: &Note<'_>) {
        match self.0 {}
    }

    pub(super) fn tell_all(&mut self, _: &[[u8; HEAD]]) {
        match self.0 {}
    }
}

/// No process is one.
pub(crate) fn keep() -> bool {
    false
}

pub(super) struct Redirected {
    pub(super) source: Source,
    pub(super) real: File,
    pub(super) real_errors: File,
    pub(super) keeper: Option<Keeper>,
}

pub(super) fn give_back_errors(_: &File) {}

/// There is none.
pub(super) struct Source(Infallible);

pub(super) struct Waiter(Infallible);

/// There is none.
pub(super) struct Ready(Infallible);

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn ready() -> io::Result<Option<Ready>> {
    Ok(None)
}

impl Ready {
    pub(super) fn redirect(self) -> io::Result<Redirected> {
        match self.0 {}
    }
}

impl Source {
    pub(super) fn waiter(&self) -> io::Result<Waiter> {
        match self.0 {}
    }

    pub(super) fn read(&self, _: &mut [u8]) -> io::Result<usize> {
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
