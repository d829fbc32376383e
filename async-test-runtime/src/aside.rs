//! Threads of our own. What starts a thread is compiled for each type of work, so the work is boxed first.

use std::io;
use std::thread::Builder;

/// Starts a thread of this name, which ends when the work has been done.
pub(crate) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    Builder::new().name(name.to_owned()).spawn(work).map(drop)
}
