//! A second process that looks on. When the first one is gone without a farewell (an abort, a stack overflow, a signal,
//! `process::exit`), it tells what was running and what was printed last: with the words of the crash, which are in the
//! pipe that only the dead one read.
//!
//! It is the same program, started with a variable of ours. It holds nothing of the first process but the pipe and the
//! real error stream, and ends with it.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::vigil::{HEAD, Note, Vigil};
use crate::options;

/// Says to the program that it is a keeper, and of which process.
const VARIABLE: &str = "ASYNC_TEST_KEEPER";
/// Bytes of a note that are written at once: the head, and the path of a suite, which is seldom longer.
const PIECE: usize = 256;
/// How long notes gather before they are read.
const NAP: Duration = Duration::from_millis(1);
/// How long the system may take to give the keeper another parent.
const PATIENCE: Duration = Duration::from_secs(1);

/// The first process's end of the line to its keeper.
pub(super) struct Keeper {
    line: Option<File>,
}

impl Keeper {
    /// Starts a keeper of this process, with the error stream that the process has now.
    ///
    /// # Errors
    ///
    /// When the program cannot be started a second time.
    pub(super) fn start(captured: &OwnedFd) -> io::Result<Keeper> {
        let program = options::process().current_exe();
        let program = program.ok_or_else(|| io::Error::other("the file of the program is unknown"))?;
        let (listening, telling) = super::unix::pipe()?;
        let child = Command::new(program)
            .arg0("async-test-keeper")
            .env(VARIABLE, std::process::id().to_string())
            // It is not to write over what the first one writes there.
            .env("LLVM_PROFILE_FILE", "/dev/null")
            .stdin(listening)
            .stdout(captured.try_clone()?)
            .stderr(Stdio::inherit())
            // Ctrl-C is not for it.
            .process_group(0)
            .spawn()?;
        // It is not waited for: it outlives this process, by a moment.
        drop(child);
        Ok(Keeper {
            line: Some(File::from(telling)),
        })
    }

    /// Tells the keeper, as long as it is there.
    pub(super) fn tell(&mut self, note: &Note<'_>) {
        let (head, rest) = note.parts();
        self.write(&head, rest);
    }

    /// Tells it notes that are nothing but heads.
    pub(super) fn tell_all(&mut self, heads: &[[u8; HEAD]]) {
        self.write(heads.as_flattened(), &[]);
    }

    /// In one piece, where it fits: that is one copy more here, and less for the system to take apart.
    fn write(&mut self, head: &[u8], rest: &[u8]) {
        let mut piece = [0; PIECE];
        let length = head.len() + rest.len();
        if length <= PIECE {
            piece[..head.len()].copy_from_slice(head);
            piece[head.len()..length].copy_from_slice(rest);
            self.write_all(&piece[..length]);
        } else {
            self.write_all(head);
            self.write_all(rest);
        }
    }

    fn write_all(&mut self, bytes: &[u8]) {
        let Some(line) = &mut self.line else { return };
        if line.write_all(bytes).is_err() {
            self.line = None;
        }
    }
}

/// Does the work of a keeper, if this process is one; then there is nothing else to do.
pub(crate) fn keep() -> bool {
    let Some(kept) = options::process().variable(VARIABLE) else {
        return false;
    };
    let mut vigil = Vigil::default();
    let mut notes = io::stdin().lock();
    let mut buffer = vec![0; super::CHUNK];
    while !vigil.has_ended {
        match notes.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                vigil.hear(&buffer[..length]);
                // To wake for each note would cost the one who tells more than all the rest.
                if !vigil.has_ended {
                    std::thread::sleep(NAP);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    if !vigil.has_ended && is_gone(kept.to_str().and_then(|it| it.parse().ok())) {
        if let Ok(captured) = io::stdout().as_fd().try_clone_to_owned() {
            let mut captured = File::from(captured);
            // What somebody writes who was left behind is not waited for.
            while let Ok(length @ 1..) = captured.read(&mut buffer) {
                vigil.printed(&buffer[..length]);
            }
        }
        let _ = io::stderr().write_all(&vigil.report());
    }
    true
}

/// Whether the process that started this one has ended. The line to it may be broken for another reason: a test that
/// closes what it does not know.
fn is_gone(kept: Option<u32>) -> bool {
    const STEP: Duration = Duration::from_millis(1);
    let mut waited = Duration::ZERO;
    while Some(parent_id()) == kept {
        if waited > PATIENCE {
            return false;
        }
        std::thread::sleep(STEP);
        waited += STEP;
    }
    true
}
