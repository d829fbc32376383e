//! Catching panics with their message and place.
//!
//! The place is only known to the panic hook, so ours is put before the one that was there. It keeps what it learns
//! until `catch` on the same thread asks for it, and stays silent about a panic in a suite, since that is reported
//! with the suite.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::thread::{self, ThreadId};

use crate::claim::Panic;
use crate::context;
use crate::hub;
use crate::place::Place;
use crate::stray::{self, Fate, Heard};
use crate::suite::Suite;

/// The newest panic of each thread that nobody has asked for, with the one before it, which may still be unwinding.
fn seen() -> &'static Mutex<HashMap<ThreadId, Vec<Panic>>> {
    static SEEN: OnceLock<Mutex<HashMap<ThreadId, Vec<Panic>>>> = OnceLock::new();
    SEEN.get_or_init(Mutex::default)
}

/// Whether our hook is in place, or is kept by whoever has taken it.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Sees to it that the hook is in place.
pub(crate) fn install() {
    if !INSTALLED.load(Ordering::Relaxed) && !INSTALLED.swap(true, Ordering::SeqCst) {
        put(true);
    }
}

/// Puts our hook before the one that is there, and stays silent about what is reported with a suite, if that is wanted.
fn put(is_silent: bool) {
    let previous = std::panic::take_hook();
    let placed = Placed;
    std::panic::set_hook(Box::new(move |info| {
        let _ = &placed;
        look_at(info, &*previous, is_silent);
    }));
}

/// Part of our hook. Code under test that sets one of its own drops ours, and would not be seen from there on: so ours
/// is put before that one, which hears everything first.
struct Placed;

impl Drop for Placed {
    fn drop(&mut self) {
        if thread::panicking() {
            // Hooks cannot be changed now.
            INSTALLED.store(false, Ordering::SeqCst);
        } else {
            put(false);
        }
    }
}

fn look_at(info: &PanicHookInfo<'_>, previous: &dyn Fn(&PanicHookInfo<'_>), is_silent: bool) {
    if !is_silent {
        previous(info);
    }
    let hand_on = || {
        if is_silent {
            previous(info);
        }
    };
    if context::is_caught() {
        keep(describe(info));
        return;
    }
    let heard = Heard::new(Suite::try_current());
    // To look at the stack takes milliseconds, so it is done only where nothing cheaper tells.
    let (trace, fate) = stray::fate(&Backtrace::force_capture());
    match fate {
        Fate::Ours => keep(describe(info)),
        Fate::Caught if heard.is_inside() => {}
        Fate::Caught | Fate::NotOurs => hand_on(),
        Fate::EndsTask | Fate::EndsThread => {
            hand_on();
            let panic = describe(info);
            keep(panic.clone());
            stray::hear(heard, &trace, fate, panic);
        }
    }
}

fn keep(panic: Panic) {
    let mut seen = seen().lock().unwrap_or_else(PoisonError::into_inner);
    let of_thread = seen.entry(thread::current().id()).or_default();
    if aborts(&panic) {
        let words: String = of_thread.iter().chain([&panic]).map(last_words).collect();
        drop(seen);
        hub::to_people(&words);
        return;
    }
    if of_thread.len() > 1 {
        of_thread.remove(0);
    }
    of_thread.push(panic);
}

/// Whether the process aborts when the hook returns: a second panic came while the first one was unwinding, or one was
/// about to leave a function that others than Rust call. There is nobody then to report what has been kept.
fn aborts(panic: &Panic) -> bool {
    let is_of_core = panic
        .at
        .as_ref()
        .is_some_and(|at| at.file.replace('\\', "/").ends_with("core/src/panicking.rs"));
    let text = panic.message.as_str();
    is_of_core
        && (text.starts_with("panic in a destructor during cleanup")
            || text.starts_with("panic in a function that cannot unwind"))
}

fn last_words(panic: &Panic) -> String {
    let thread = panic.thread.as_deref().unwrap_or("<unnamed>");
    let at = panic.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("thread '{thread}' panicked{at}:\n{}\n", panic.message)
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    let backtrace = Backtrace::capture();
    Panic {
        message: message(info.payload()),
        at: info.location().map(Place::copied),
        thread: thread::current().name().map(str::to_owned),
        backtrace: (backtrace.status() == BacktraceStatus::Captured).then(|| shorten(&backtrace.to_string())),
    }
}

/// Frames that are the same in every panic of every suite say nothing; `RUST_BACKTRACE=full` keeps them.
const ALWAYS_THERE: &[&str] = &[
    "std::",
    "core::",
    "alloc::",
    "test::",
    "tokio::",
    "async_test_core::",
    "async_test_runtime::",
    "async_test_suite::",
    "__rust",
    "rust_",
    "clone",
    "start_thread",
    "main",
    "_start",
    "__libc",
    "_Unwind",
];

/// Leaves the frames of the code under test, each with its place.
fn shorten(backtrace: &str) -> String {
    if crate::options::process().backtrace() == crate::options::Backtrace::Full {
        return backtrace.to_owned();
    }
    let mut kept = String::new();
    let mut keep = false;
    for line in backtrace.lines() {
        // A frame is `  12: name`, and its place is a line `at file:line:column` below it.
        if let Some((number, name)) = line
            .split_once(": ")
            .filter(|(number, _)| number.trim().parse::<u32>().is_ok())
        {
            let path = name.trim_start_matches(['<', '&', '_']).trim_start_matches("dyn ");
            keep = !ALWAYS_THERE
                .iter()
                .any(|known| path.starts_with(known) || name.starts_with(known));
            if keep {
                kept.push_str(&format!("{number}: {name}\n"));
            }
        } else if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The text of a payload.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "(a panic whose payload is no text)".to_owned()
    }
}

/// A panic that was caught: what is known of it, and the payload for whoever wants to raise it again.
pub(crate) struct Caught {
    pub(crate) panic: Panic,
    pub(crate) payload: Box<dyn Any + Send>,
}

fn caught(payload: Box<dyn Any + Send>) -> Box<Caught> {
    let known = seen()
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&thread::current().id())
        .and_then(|mut of_thread| of_thread.pop());
    let text = message(&*payload);
    let panic = match known {
        // `resume_unwind` passes by the hook; what the hook saw last would then be another panic.
        Some(panic) if panic.message == text => panic,
        _ => Panic {
            message: text,
            at: None,
            thread: thread::current().name().map(str::to_owned),
            backtrace: None,
        },
    };
    Box::new(Caught { panic, payload })
}

/// Runs a closure and catches its panic.
pub(crate) fn catch_sync<T>(body: impl FnOnce() -> T) -> Result<T, Box<Caught>> {
    context::catches();
    catch_unwind(AssertUnwindSafe(body)).map_err(caught)
}

/// Drives a future and catches its panic. After a panic the future is not polled again. Cancel safe if the future is.
pub(crate) async fn catch_with_payload<F: Future>(future: F) -> Result<F::Output, Box<Caught>> {
    let mut future = pin!(future);
    context::catches();
    poll_fn(
        move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(payload) => Poll::Ready(Err(caught(payload))),
        },
    )
    .await
}

/// Drives a future and catches its panic.
pub(crate) async fn catch<F: Future>(future: F) -> Result<F::Output, Panic> {
    catch_with_payload(future).await.map_err(|caught| caught.panic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_is_no_text_is_said_to_be_none() {
        let caught = catch_sync::<()>(|| std::panic::panic_any(7_u8)).err().unwrap();
        assert_eq!(caught.panic.message, "(a panic whose payload is no text)");
        assert_eq!(caught.payload.downcast_ref::<u8>(), Some(&7));
    }

    #[test]
    fn a_backtrace_keeps_the_frames_of_the_code_under_test() {
        let full = "   0: std::panicking::begin\n             at /rustc/x.rs:1:2\n   1: store::write\n             \
                    at ./src/store.rs:7:9\n   2: <core::pin::Pin<P> as core::future::Future>::poll\n   3: \
                    <store::Log as Drop>::drop\n   4: async_test_runtime::drive\n             at y.rs:3:3\n   5: \
                    async_test_core::outcome::BodyFailure::from_error\n             at z.rs:3:3\n";
        let short = shorten(full);
        assert_eq!(
            short,
            "   1: store::write\n             at ./src/store.rs:7:9\n   3: <store::Log as Drop>::drop\n"
        );
    }

    #[tokio::test]
    async fn a_panic_after_an_await_is_caught() {
        let result = catch(async {
            tokio::task::yield_now().await;
            panic!("late {}", 1)
        })
        .await;
        let result: Result<(), Panic> = result;
        assert_eq!(result.unwrap_err().message, "late 1");
    }
}
