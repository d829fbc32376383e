//! `is_run!`: a child process, what it reads, what it prints and how it ends.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Arguments;
use std::io::{self, Read, Write};
use std::process::{Child as Process, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regex_lite::Regex;

use crate::claim::{Detail, Figure};
use crate::diff;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// How long a child may run where the test says nothing.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long the pipes of a child that has ended are read on, where something else holds them.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of an output is shown with a failure.
const SHOWN: usize = 4000;

/// Runs a program and checks how it ends; returns whether all of it is as expected.
///
/// `is_run!("git", args = ["--version"], out = "^git version")`
///
/// Keys, in any order: `args` (a list), `in` (text for its input; default: none), `out` and `err` (what it prints, as a
/// regular expression; default: not looked at), `exitcode` (default: 0), `timeout` (a `Duration`; default: 60 s), `env`
/// (a list of pairs), and at last a message. The program is looked for as a shell does; a `std::process::Command` is
/// taken as well. A child that outlives the time limit is killed and awaited; what it has started itself is left alone, as a
/// signal of the terminal has to reach all of it. Output that is no UTF-8 is read with replacement characters.
///
/// It waits for the child on the calling thread, so it works in sync code; on a multi-threaded runtime other tasks of
/// the thread are moved away first, on a current-thread runtime they wait.
#[macro_export]
macro_rules! is_run {
    ($command:expr $(, $($rest:tt)*)?) => {{
        let program = $crate::Program::new($command);
        $crate::__is_run!(program; $($($rest)*)?)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __is_run {
    ($program:ident; in = $value:expr $(, $($rest:tt)*)?) => {{
        let $program = $program.input($value);
        $crate::__is_run!($program; $($($rest)*)?)
    }};
    ($program:ident; $key:ident = $value:expr $(, $($rest:tt)*)?) => {{
        let $program = $program.$key($value);
        $crate::__is_run!($program; $($($rest)*)?)
    }};
    ($program:ident; $($message:tt)*) => { $crate::__rt::is_run($program, $crate::__message!($($message)*)) };
}

/// What may be run: a program's name or a command.
pub trait IntoCommand {
    /// The command that runs it.
    fn into_command(self) -> Command;
}

impl IntoCommand for Command {
    fn into_command(self) -> Command {
        self
    }
}

macro_rules! named {
    ($($name:ty),*) => {
        $(impl IntoCommand for $name {
            fn into_command(self) -> Command {
                Command::new(self)
            }
        })*
    };
}
named!(&str, String, OsString, &std::path::Path);

/// A program that is to be run once, and what is expected of it: the keys of [`is_run!`](crate::is_run) as methods, for
/// [`Suite::is_run`]. Nothing is started before that; one that is dropped has never run.
#[derive(Debug)]
#[must_use = "it is run by `Suite::is_run`"]
pub struct Program {
    command: Command,
    input: Vec<u8>,
    out: Option<String>,
    err: Option<String>,
    exitcode: i32,
    timeout: Duration,
}

impl Program {
    /// A program by its name, or a [`Command`]. It reads nothing, may print anything, ends with 0 and within 60 s.
    pub fn new(command: impl IntoCommand) -> Program {
        Program {
            command: command.into_command(),
            input: Vec::new(),
            out: None,
            err: None,
            exitcode: 0,
            timeout: TIMEOUT,
        }
    }

    /// More arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Program {
        self.command.args(args.into_iter().map(Into::into));
        self
    }

    /// More variables of its environment, beside those of this process.
    pub fn env<K: Into<OsString>, V: Into<OsString>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Program {
        self.command
            .envs(pairs.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }

    /// What it reads from its standard input.
    pub fn input(mut self, text: impl AsRef<[u8]>) -> Program {
        self.input = text.as_ref().to_owned();
        self
    }

    /// A regular expression that its output has to match.
    pub fn out(mut self, pattern: impl Into<String>) -> Program {
        self.out = Some(pattern.into());
        self
    }

    /// A regular expression that what it prints to the error stream has to match.
    pub fn err(mut self, pattern: impl Into<String>) -> Program {
        self.err = Some(pattern.into());
        self
    }

    /// The exit code it has to end with.
    pub fn exitcode(mut self, code: i32) -> Program {
        self.exitcode = code;
        self
    }

    /// How long it may run before it is killed.
    pub fn timeout(mut self, limit: Duration) -> Program {
        self.timeout = limit;
        self
    }
}

/// What a child did.
struct Run {
    out: String,
    err: String,
    /// None for a child that a signal ended.
    code: Option<i32>,
    timed_out: bool,
    took: Duration,
}

#[doc(hidden)]
#[track_caller]
pub fn is_run(program: Program, message: Option<Arguments<'_>>) -> bool {
    let expression = "the program runs as expected";
    let (held, detail) = judged(program);
    Call { message, expression }.send("is_run!", held, || detail)
}

impl Suite {
    /// [`is_run!`](crate::is_run) for this suite. It waits for the program on the calling thread, as the macro does.
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// use async_test_runtime::Program;
    /// # if cfg!(unix) {
    /// let t = async_test_runtime::Suite::current();
    /// t.is_run(Program::new("sh").args(["-c", "exit 3"]).exitcode(3), "it ends with 3");
    /// # }
    /// # });
    /// ```
    #[track_caller]
    pub fn is_run(&self, program: Program, message: impl Into<Cow<'static, str>>) -> bool {
        let (held, detail) = judged(program);
        send(self, held, message, || detail)
    }
}

/// Whether the program ran as expected, and what there is to say where it did not.
fn judged(program: Program) -> (bool, Detail) {
    let name = program.command.get_program().to_string_lossy().into_owned();
    let (out, err) = (program.out.clone(), program.err.clone());
    let (exitcode, timeout) = (program.exitcode, program.timeout);
    let mut wrong = Vec::new();
    let mut detail = Detail::new().figure("program", Figure::Text(name));
    match outside_of_the_runtime(|| run(program)) {
        Err(error) => wrong.push(format!("it cannot be started: {error}")),
        Ok(run) => {
            if run.timed_out {
                wrong.push(format!("it ran longer than {timeout:?} and was killed"));
            } else if run.code != Some(exitcode) {
                let code = run.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
                wrong.push(format!("exit code: expected {exitcode}, got {code}"));
            }
            compare("out", out.as_deref(), &run.out, &mut wrong);
            compare("err", err.as_deref(), &run.err, &mut wrong);
            detail = detail
                .figure("took", Figure::Time(run.took))
                .figure("out", Figure::Text(shown(&run.out)))
                .figure("err", Figure::Text(shown(&run.err)));
        }
    }
    let held = wrong.is_empty();
    detail.notes = wrong;
    (held, detail)
}

fn outside_of_the_runtime<T>(body: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(body),
        _ => body(),
    }
}

fn compare(name: &str, pattern: Option<&str>, text: &str, wrong: &mut Vec<String>) {
    let Some(pattern) = pattern else { return };
    match Regex::new(pattern) {
        Ok(regex) if regex.is_match(text) => {}
        Ok(_) => {
            wrong.push(format!("{name}: does not match /{pattern}/"));
            wrong.extend(diff::expected_got(pattern, text));
        }
        Err(error) => wrong.push(format!("{name}: /{pattern}/ is no regular expression: {error}")),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes in all)", &text[..end], text.len()),
    }
}

fn run(program: Program) -> io::Result<Run> {
    let Program {
        mut command,
        input,
        timeout,
        ..
    } = program;
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let began = Instant::now();
    let mut process = Killed(command.spawn()?);
    if let Some(mut stdin) = process.0.stdin.take() {
        // On a thread of its own: a child that does not read must not hold us up.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
    }
    let out = process.0.stdout.take().map(drain);
    let err = process.0.stderr.take().map(drain);
    let mut pause = Duration::from_micros(200);
    let status = loop {
        if let Some(status) = process.0.try_wait()? {
            break Some(status);
        }
        if began.elapsed() >= timeout {
            process.0.kill()?;
            process.0.wait()?;
            break None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    };
    let took = began.elapsed();
    // Grandchildren may hold the pipes open for ever; what there was by then is what counts.
    let until = Instant::now() + PATIENCE;
    let text = |reader: Option<Reader>| reader.map(|reader| reader.finish(until)).unwrap_or_default();
    Ok(Run {
        out: text(out),
        err: text(err),
        code: status.and_then(|status| status.code()),
        timed_out: status.is_none(),
        took,
    })
}

/// A child that does not outlive the check, whatever happens in between.
struct Killed(Process);

impl Drop for Killed {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

struct Reader {
    read: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

fn drain(mut from: impl Read + Send + 'static) -> Reader {
    let read = std::sync::Arc::<std::sync::Mutex<Vec<u8>>>::default();
    let into = read.clone();
    let thread = std::thread::spawn(move || {
        let mut part = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut part) {
            let mut into = into.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            into.extend_from_slice(&part[..count]);
        }
    });
    Reader { read, thread }
}

impl Reader {
    fn finish(self, until: Instant) -> String {
        while !self.thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        let read = self.read.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        String::from_utf8_lossy(&read).into_owned()
    }
}
