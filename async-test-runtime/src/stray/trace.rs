//! What a stack tells: who catches a panic, and whether a task is ending.
//!
//! Only names of functions that are no part of anybody's interface tell it. Where they change, or a program was stripped
//! of them, nothing here says that somebody catches a panic or waits for it; then it is taken for a stray.

use std::backtrace::Backtrace;

/// What becomes of a panic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// Our own frames catch it and report it.
    Ours,
    /// Somebody else catches it.
    Caught,
    /// It ends its task.
    EndsTask,
    /// It ends its thread.
    EndsThread,
    /// It ends a test of the built-in harness that is no suite, or the program.
    NotOurs,
}

/// A stack, the innermost frame first.
#[derive(Debug)]
pub(crate) struct Trace(Vec<Frame>);

#[derive(Debug)]
struct Frame {
    /// With all that tells one instance of generic code from another.
    symbol: String,
    name: String,
    /// File and line, where they are known.
    place: String,
}

/// Frames of the standard library that catch a panic for somebody else.
const CATCHES: &[&str] = &["::catch_unwind", "rust_try", "std::panicking::try"];
/// The end of a task.
const TASK: &str = "tokio::runtime::task::";
/// Inside of the user's future of a task.
const INSIDE: &[&str] = &["::core::Core", "poll_future", "poll_inner"];
/// The threads for plain functions.
const POOL: &str = "tokio::runtime::blocking::pool::";
/// Where tokio polls the future of a task, inside of where it catches the panic.
const POLL: &str = "tokio::runtime::task::core::Core";

impl Trace {
    pub(crate) fn of(stack: &Backtrace) -> Trace {
        // Only the long form has the whole of each name.
        Trace::parse(&format!("{stack:#}"))
    }

    /// A frame is `  12:     0x55d0c7a9 - name`, and a line `at file:line:column` below it.
    fn parse(text: &str) -> Trace {
        let frame = |line: &str| {
            let (number, rest) = line.split_once(':')?;
            number.trim().parse::<u32>().ok()?;
            let (_, name) = rest.split_once(" - ")?;
            Some(Frame {
                symbol: name.to_owned(),
                name: without_hashes(name).trim_start_matches(['<', '&', '_']).to_owned(),
                place: String::new(),
            })
        };
        let mut frames: Vec<Frame> = Vec::new();
        for line in text.lines() {
            match (line.trim_start().strip_prefix("at "), frames.last_mut()) {
                (Some(place), Some(frame)) => frame.place = place.to_owned(),
                _ => frames.extend(frame(line)),
            }
        }
        Trace(frames)
    }

    /// The first frame on the way out that decides.
    pub(crate) fn fate(&self) -> Fate {
        let mut is_caught = false;
        for frame in &self.0 {
            let name = &frame.name;
            if frame.is_our_catch() {
                return Fate::Ours;
            }
            if name.starts_with(TASK) {
                // Outside of that frame the one who catches may be tokio.
                let is_user = is_caught && name.starts_with(POLL);
                return if is_user { Fate::Caught } else { Fate::EndsTask };
            }
            if is_thread_start(name) {
                let is_user = is_caught && name.contains(BEGIN);
                return if is_user { Fate::Caught } else { Fate::EndsThread };
            }
            if name.starts_with("test::") || name.starts_with("std::rt::lang_start") {
                return Fate::NotOurs;
            }
            if is_caught && !frame.is_of_std() {
                return Fate::Caught;
            }
            is_caught |= CATCHES.iter().any(|it| name.contains(it));
        }
        // A stack without names.
        match (is_caught, tokio::task::try_id()) {
            (true, _) => Fate::Caught,
            (false, Some(_)) => Fate::EndsTask,
            (false, None) if std::thread::current().name() == Some("main") => Fate::NotOurs,
            (false, None) => Fate::EndsThread,
        }
    }

    /// Whether an ordinary test of the built-in harness is below.
    pub(super) fn is_of_an_ordinary_test(&self) -> bool {
        self.0.iter().any(|frame| frame.name.starts_with("test::"))
    }

    /// Whether this may be where the end of a task wakes whoever waits for it. Without names it may be anywhere.
    pub(super) fn may_end_a_task(&self) -> bool {
        // Timers and sockets are driven below the task that a worker thread is, so what comes first is another part.
        let mut frames = self.0.iter().filter(|frame| frame.name.starts_with("tokio::runtime::"));
        frames.next().is_none_or(|frame| {
            let name = &frame.name;
            name.starts_with(TASK) && !INSIDE.iter().any(|it| name.contains(it))
        })
    }

    /// Whether it is a plain function that was given to tokio, on a thread of its own.
    pub(super) fn is_of_the_blocking_pool(&self) -> bool {
        // A worker thread is such a function, too, further out.
        let around = ["tokio::runtime::scheduler::", POOL];
        let mut frames = self.0.iter().map(|frame| frame.name.as_str());
        let first = frames.find(|name| around.iter().any(|it| name.starts_with(it)));
        first.is_some_and(|name| name.starts_with(POOL))
    }

    /// What tells tasks apart: each kind of future has code of its own for being polled. The optimizer may
    /// leave no trace of it.
    pub(super) fn task(&self) -> Option<String> {
        let tasks = self.0.iter().filter(|frame| frame.name.starts_with("tokio::runtime::"));
        // Inside of the task that a plain function is.
        let tasks = tasks.skip_while(|frame| frame.name.contains("BlockingTask"));
        let of_one = tasks.map_while(|frame| frame.name.starts_with(TASK).then_some(frame));
        let mut polls = of_one.filter(|frame| frame.name.starts_with("tokio::runtime::task::raw::poll"));
        polls.next().map(|frame| frame.symbol.clone())
    }
}

/// In the long form the name of a crate may be followed by a hash of it: `std[e28293b1aa0f68bd]::thread`.
fn without_hashes(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        match after.split_once(']') {
            Some((hash, behind)) if hash.len() >= 8 && hash.bytes().all(|it| it.is_ascii_hexdigit()) => rest = behind,
            _ => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain + rest
}

/// The function of a thread, inside of where the standard library catches its panic.
const BEGIN: &str = "__rust_begin_short_backtrace";

fn is_thread_start(name: &str) -> bool {
    let starts = ["std::sys::backtrace::", "std::sys_common::backtrace::"]
        .iter()
        .any(|module| name.starts_with(module) && name.contains(BEGIN));
    starts || (name.starts_with("std::thread::") && name.contains("spawn_unchecked"))
}

impl Frame {
    /// With little debug information a name may be without its path: `catch_sync<..>`.
    fn is_our_catch(&self) -> bool {
        let is_ours = self.place.contains("async-test-runtime") && self.place.contains("/panic.rs:");
        self.name.starts_with("async_test_runtime::panic::catch") || (is_ours && self.name.starts_with("catch_"))
    }

    fn is_of_std(&self) -> bool {
        let names = ["std::", "core::", "alloc::", "rust_try", "rustc"];
        let places = ["/library/std/", "/library/core/", "/library/alloc/"];
        names.iter().any(|it| self.name.starts_with(it)) || places.iter().any(|it| self.place.contains(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A stack of these names, each called from an address of its own.
    fn stack(names: &[&str]) -> Trace {
        let lines = names.iter().enumerate().map(|(number, name)| {
            format!(
                "{number:4}:     {:#x} - {name}\n                               at ./x.rs:1:2\n",
                64 + number
            )
        });
        Trace::parse(&lines.collect::<String>())
    }

    #[test]
    fn the_first_frame_that_decides() {
        let task = "tokio::runtime::task::harness::poll_future::{{closure}}";
        let thread = "std::thread::lifecycle::spawn_unchecked::{{closure}}";
        let rows: &[(&[&str], Fate)] = &[
            (&["kv::serve", task, "std::panic::catch_unwind"], Fate::EndsTask),
            (
                &["kv::serve", "std::panic::catch_unwind", "kv::guard", task],
                Fate::Caught,
            ),
            // As the optimizer leaves it.
            (
                &[
                    "kv::serve",
                    "__rust_try.llvm.8",
                    "tokio::runtime::task::core::Core<T,S>::poll",
                ],
                Fate::Caught,
            ),
            (
                &[
                    "kv::serve",
                    "__rust_try.llvm.8",
                    "tokio::runtime::task::harness::Harness<T,S>::poll",
                ],
                Fate::EndsTask,
            ),
            (
                &["__rust_try.llvm.8", "std::sys::backtrace::__rust_begin_short_backtrace"],
                Fate::Caught,
            ),
            (
                &[
                    "kv::serve",
                    "<core::panic::unwind_safe::AssertUnwindSafe<F> as core::ops::function::FnOnce<()>>::call_once",
                    "__rust_try.llvm.93",
                    "futures_util::future::CatchUnwind::poll",
                    task,
                ],
                Fate::Caught,
            ),
            (&["kv::write", thread, "std::panic::catch_unwind"], Fate::EndsThread),
            (
                &["kv::write", "std::sys::backtrace::__rust_begin_short_backtrace::<F, T>"],
                Fate::EndsThread,
            ),
            (
                &["kv::write", "async_test_runtime::panic::catch_sync", task],
                Fate::Ours,
            ),
            (
                &["kv::test", "test::__rust_begin_short_backtrace", thread],
                Fate::NotOurs,
            ),
            (&["kv::main", "std::rt::lang_start"], Fate::NotOurs),
        ];
        for (names, fate) in rows {
            assert_eq!(stack(names).fate(), *fate, "{names:?}");
        }
    }

    #[test]
    fn hashes_of_crates_are_left_out() {
        let name = "<test[273d7611820c9051]::run::<[u8]> as core[c1f1a4ba060b9bfa]::Fn>::call";
        assert_eq!(without_hashes(name), "<test::run::<[u8]> as core::Fn>::call");
    }

    #[test]
    fn a_plain_function_is_told_from_the_tasks_of_a_worker_thread() {
        let (code, poll) = (
            "tokio::runtime::task::core::Core<T,S>::poll",
            "tokio::runtime::task::raw::poll",
        );
        let (function, pool) = (
            "<tokio::runtime::blocking::task::BlockingTask<T> as core::future::Future>::poll",
            "tokio::runtime::blocking::pool::Inner::run",
        );
        let plain = stack(&["kv::load", function, code, poll, pool]);
        assert!(plain.is_of_the_blocking_pool());
        assert_eq!(plain.task().as_deref(), Some(poll));
        let worker = "tokio::runtime::scheduler::multi_thread::worker::run";
        let task = stack(&["kv::serve", code, poll, worker, function, poll, pool]);
        assert!(!task.is_of_the_blocking_pool());
        assert_eq!(task.task().as_deref(), Some(poll));
        assert_eq!(stack(&["kv::serve", code, worker, function, poll, pool]).task(), None);
    }

    #[test]
    fn the_end_of_a_task_is_told_from_other_wakers() {
        let end = "tokio::runtime::task::core::Trailer::wake_join";
        let timer = "tokio::runtime::time::wheel::Wheel::poll";
        let worker = "tokio::runtime::task::harness::poll_future";
        assert!(stack(&["async_test_runtime::pulse", "futures_util::task", end, worker]).may_end_a_task());
        assert!(!stack(&["async_test_runtime::pulse", timer, worker]).may_end_a_task());
        assert!(stack(&["<unknown>", "<unknown>"]).may_end_a_task());
        let inside = "tokio::runtime::task::core::Core<T,S>::poll";
        assert!(!stack(&["async_test_runtime::pulse", "tokio::sync::mpsc", inside, worker]).may_end_a_task());
    }

    /// What the panic hook would see, on the stacks of this compiler and this tokio.
    fn seen_in(panics: impl Fn(Arc<Mutex<Vec<Fate>>>)) -> Vec<Fate> {
        let seen = Arc::<Mutex<Vec<Fate>>>::default();
        panics(seen.clone());
        let seen = seen.lock().unwrap();
        seen.clone()
    }

    fn look(seen: &Mutex<Vec<Fate>>) {
        seen.lock().unwrap().push(Trace::of(&Backtrace::force_capture()).fate());
    }

    #[test]
    fn real_stacks() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let tasks = seen_in(|seen| {
            runtime.block_on(async {
                let (a, b, c) = (seen.clone(), seen.clone(), seen.clone());
                tokio::spawn(async move { look(&a) }).await.unwrap();
                tokio::task::spawn_blocking(move || look(&b)).await.unwrap();
                tokio::spawn(async move { std::panic::catch_unwind(move || look(&c)).unwrap() })
                    .await
                    .unwrap();
                look(&seen);
            });
        });
        assert_eq!(tasks, [Fate::EndsTask, Fate::EndsTask, Fate::Caught, Fate::NotOurs]);
        let threads = seen_in(|seen| {
            let (a, b, c) = (seen.clone(), seen.clone(), seen.clone());
            std::thread::spawn(move || look(&a)).join().unwrap();
            std::thread::spawn(move || std::panic::catch_unwind(move || look(&b)).unwrap())
                .join()
                .unwrap();
            std::thread::scope(|scope| scope.spawn(move || look(&c)).join().unwrap());
            assert!(crate::panic::catch_sync(|| look(&seen)).is_ok());
        });
        assert_eq!(threads, [Fate::EndsThread, Fate::Caught, Fate::EndsThread, Fate::Ours]);
    }
}
