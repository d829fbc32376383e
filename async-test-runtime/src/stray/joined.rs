//! What threads are waiting for, as far as the system tells: for the end of this thread, or for something to do.
//!
//! On Linux a thread that joins another one sleeps in a `futex` on a word that holds the number of the other, and the
//! system tells of every thread of the process in which call it sleeps, with its arguments.

use std::fs;
use std::path::Path;

/// What the system calls this thread.
pub(crate) fn here() -> Option<u64> {
    number(&fs::read_link("/proc/thread-self").ok()?)
}

/// Whether there is a thread of this number in the process.
pub(crate) fn is_there(thread: u64) -> bool {
    Path::new(&format!("/proc/self/task/{thread}")).exists()
}

/// How often this thread has gone to sleep by itself.
pub(super) fn sleeps() -> Option<u64> {
    let status = fs::read_to_string("/proc/thread-self/status").ok()?;
    let mut lines = status.lines();
    let count = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

/// Where this is not known, nobody waits.
pub(super) fn is_awaited() -> bool {
    let Some(here) = here() else {
        return false;
    };
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return false;
    };
    let mut calls = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("syscall")).ok());
    calls.any(|call| waits_for(&call, here))
}

/// Whether a thread sleeps until it is woken or some time has passed, as those of a pool do that have nothing to do. A
/// thread that waits for a lock or for the end of another does so without a limit.
pub(super) fn is_idle(thread: u64) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{thread}/syscall"));
    call.is_ok_and(|call| waits_with_a_limit(&call))
}

/// The number of a thread is the last part of its path.
fn number(link: &Path) -> Option<u64> {
    link.file_name()?.to_str()?.parse().ok()
}

fn waits_for(call: &str, thread: u64) -> bool {
    futex(call).is_some_and(|(expected, _)| expected == thread)
}

fn waits_with_a_limit(call: &str) -> bool {
    futex(call).is_some_and(|(_, limit)| limit != 0)
}

/// The expected value and the address of the limit. A line is the number of the call and its arguments in hexadecimal:
/// `202 0x7f.. 0x109 0x4d2 0x0 ..`.
fn futex(call: &str) -> Option<(u64, u64)> {
    let (number, arguments) = call.split_once(' ')?;
    if FUTEX.is_none() || number.parse().ok() != FUTEX {
        return None;
    }
    let hexadecimal = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    let mut words = arguments.split_whitespace().skip(2);
    Some((hexadecimal(words.next()?)?, hexadecimal(words.next()?)?))
}

const FUTEX: Option<u32> = match () {
    () if cfg!(target_arch = "x86_64") => Some(202),
    () if cfg!(any(
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )) =>
    {
        Some(98)
    }
    () if cfg!(any(target_arch = "x86", target_arch = "arm")) => Some(240),
    () => None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_line_of_the_system_is_understood() {
        let call = "202 0x7f10a5dff990 0x109 0x4d2 0x0 0x0 0xffffffff 0x7ffd 0x7f10";
        assert!(waits_for(call, 1234));
        assert!(!waits_for(call, 1235));
        assert!(!waits_for("running", 1234));
        assert!(!waits_for("7 0x1 0x2 0x4d2 0x0 0x0 0x0 0x0 0x0", 1234));
        assert!(!waits_with_a_limit(call));
        assert!(waits_with_a_limit(&call.replace("0x4d2 0x0", "0x4d2 0x7ffc00")));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn a_thread_that_is_joined_knows_it() {
        let thread = std::thread::spawn(|| {
            while !is_awaited() {
                std::thread::yield_now();
            }
        });
        thread.join().unwrap();
        #[cfg(target_os = "linux")]
        {
            let before = sleeps().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(1));
            assert!(sleeps().unwrap() > before);
        }
        let (free, freed) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            tell.send(is_awaited()).unwrap();
            let _ = freed.recv();
        });
        assert!(!told.recv().unwrap());
        drop(free);
    }
}
