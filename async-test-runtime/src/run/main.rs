//! The door of `main!`: all suites of the binary on one runtime, under our own command line.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};

use crate::boot;
use crate::cancel::Cause;
use crate::claim::{Problem, Running};
use crate::clock::sleep_real;
use crate::drive::{close_unrun, drive, drive_blocking};
use crate::event::Reply;
use crate::hub::{self, Output, Sink};
use crate::jobs::Control;
use crate::options::{self, Options, Parsed};
use crate::order;
use crate::queue::{EndOfRun, Ended, Message};
use crate::record::RunStart;
use crate::registry;
use crate::run::list::list;
use crate::run::report_file::ReportFile;
use crate::run::select::{Selection, nearest, select};
use crate::run::{create, run_here};
use crate::runtime;
use crate::spec::{Body, BodyFuture, SharedFuture, SuiteSpec};
use crate::suite::{Birth, Suite};

/// What a wrong command line, and a failed run, end with under cargo's conventions.
const FAILED: u8 = 101;
/// How many suites that need a thread of their own run at once.
const OWN_THREADS: usize = 64;

#[doc(hidden)]
pub fn main() -> ExitCode {
    match prepare() {
        Ok(Prepared::Run(options, selection)) => run(&options, selection),
        Ok(Prepared::Said) => ExitCode::SUCCESS,
        Err(text) => {
            say(&format!("error: {text}"));
            ExitCode::from(FAILED)
        }
    }
}

enum Prepared {
    Run(Box<Options>, Selection),
    /// Help or a list has been printed.
    Said,
}

/// The error stream is for people; nothing of a report goes there.
#[expect(clippy::print_stderr, reason = "the hub does not run yet, or has ended")]
fn say(text: &str) {
    eprintln!("{text}");
}

fn prepare() -> Result<Prepared, String> {
    let formats = boot::formats();
    let (options, warnings) = match options::process().parse(&formats).map_err(|error| error.to_string())? {
        Parsed::Help(text) => {
            print(&text)?;
            return Ok(Prepared::Said);
        }
        Parsed::Run(options, warnings) => (options, warnings),
    };
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
    let suites = registry::suites();
    doubled(&suites)?;
    let selection = select(suites.clone(), &options);
    if options.list {
        print(&list(&selection, &options.format))?;
        return Ok(Prepared::Said);
    }
    if selection.run.is_empty() && selection.ignored.is_empty() {
        for filter in &options.filters {
            let hint = nearest(filter, &suites).map(|name| format!("; did you mean `{name}`?"));
            let hint = hint.unwrap_or_else(|| "; `--list` shows the names".to_owned());
            say(&format!("warning: no suite matches `{filter}`{hint}"));
        }
    }
    Ok(Prepared::Run(options, selection))
}

/// Two suites of one name could not be told apart by any tool.
fn doubled(sorted: &[&'static SuiteSpec]) -> Result<(), String> {
    for pair in sorted.windows(2) {
        if pair[0].test_name() == pair[1].test_name() {
            return Err(format!(
                "two suites are called `{}`: {} and {}; rename one of them",
                pair[0].test_name(),
                pair[0].place(),
                pair[1].place()
            ));
        }
    }
    Ok(())
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("failed to write: {error}")),
        _ => Ok(()),
    }
}

fn run(options: &Options, mut selection: Selection) -> ExitCode {
    let mut settings = boot::settings(options, boot::seed(options));
    settings.own_command_line = true;
    if options.random {
        order::shuffle(&mut selection.run, settings.seed, "");
    }
    let sinks = match sinks(options) {
        Ok(sinks) => sinks,
        Err(text) => {
            say(&format!("error: {text}"));
            return ExitCode::from(FAILED);
        }
    };
    let runtime = match runtime::shared(options.test_threads.map(Into::into)) {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: failed to start a tokio runtime: {error}"));
            return ExitCode::from(FAILED);
        }
    };
    let begin = RunStart {
        suites: selection.run.len() + selection.ignored.len(),
        filtered_out: selection.filtered_out,
        seed: settings.seed,
        random: options.random,
    };
    let limit = settings.test_jobs;
    let hub = hub::start(move || (settings, Output::Whole(sinks, begin)), registry::bundles);
    let top = Suite::top();
    ignore(&top, &selection.ignored);
    runtime.block_on(all(selection.run, limit, options.fail_fast));
    let stuck = top.table().active() > 0;
    let (answer, answered) = mpsc::sync_channel(1);
    hub.sender.send(Message::End(EndOfRun {
        filtered_out: selection.filtered_out as u64,
        answer: Box::new(move |ended| {
            let _ = answer.send(ended);
        }),
    }));
    let code = match answered.recv() {
        Ok(ended) => exit_code(&ended, options),
        Err(_) => {
            say("error: the thread of the hub has died; results are lost");
            FAILED
        }
    };
    if stuck {
        runtime.shutdown_background();
        leave(code);
    }
    // Threads that nobody waits for must not hold up the end of the run either.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ExitCode::from(code)
}

/// The only exit: past threads that do not come back, when every report has been written.
#[expect(clippy::exit, reason = "a stuck thread cannot be ended in any other way")]
fn leave(code: u8) -> ! {
    std::process::exit(i32::from(code))
}

fn sinks(options: &Options) -> Result<Vec<Sink>, String> {
    let mut sinks = vec![Sink {
        name: format!("the {} report on the output", options.format),
        reporter: boot::reporter(&options.format, &boot::style(options, io::stdout().is_terminal())),
        out: Box::new(io::stdout()),
    }];
    for wanted in &options.reports {
        let file = wanted.file.display();
        let reporter = boot::reporter(&wanted.format, &boot::style(options, false));
        let reporter = ReportFile::create(&wanted.file, reporter)
            .map_err(|error| format!("the {} report cannot be written to `{file}`: {error}", wanted.format))?;
        sinks.push(Sink {
            name: format!("the {} report in `{file}`", wanted.format),
            reporter: Box::new(reporter),
            out: Box::new(io::sink()),
        });
    }
    Ok(sinks)
}

/// Ignored suites are reported as skipped, with their reason.
fn ignore(top: &Suite, ignored: &[&'static SuiteSpec]) {
    for spec in ignored {
        let mut birth = Birth::new(spec.title().into_owned(), spec.place());
        birth.test_name = Some(spec.test_name());
        birth.should_panic = spec.should_panic;
        let suite = top.child(birth, spec.plan().skip_all(spec.ignore.unwrap_or_default()));
        close_unrun(&suite, None);
    }
}

/// Starts every suite, as many at once as the limit says, and waits for all of them.
async fn all(suites: Vec<&'static SuiteSpec>, limit: usize, fail_fast: bool) {
    let top = Suite::top();
    let jobs = top.table();
    jobs.set_limit(limit);
    let own_threads = Arc::new(Semaphore::new(OWN_THREADS));
    let stop = fail_fast.then(|| Arc::new(AtomicBool::new(false)));
    let mut groups: HashMap<&'static str, Arc<Semaphore>> = HashMap::new();
    let asked = Instant::now();
    for spec in suites {
        if top.is_cancelled() || stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            break;
        }
        let turn = spec.serial.map(|group| {
            groups
                .entry(group)
                .or_insert_with(|| Arc::new(Semaphore::new(1)))
                .clone()
        });
        let one = Arc::new(OneSuite {
            spec,
            own_threads: own_threads.clone(),
            stop: stop.clone(),
            now: Mutex::default(),
        });
        let control: Arc<dyn Control> = one.clone();
        let work = Box::pin(async move {
            let _turn = match turn {
                Some(turn) => turn.acquire_owned().await.ok(),
                None => None,
            };
            one.attempts(asked).await;
        });
        let job = jobs.add(spec.title().into_owned(), spec.place(), work, Some(control), false);
        tokio::select! {
            biased;
            () = top.cancelled() => break,
            // A new job can be started; that a bail-out has started it to end it is as good.
            _ = jobs.start_job(job) => {}
        }
    }
    tokio::select! {
        biased;
        () = jobs.idle() => {}
        // Suites end themselves, late ones after their grace; what is left then holds its thread.
        () = long_after_the_end(&top) => {}
    }
}

async fn long_after_the_end(top: &Suite) {
    top.cancelled().await;
    sleep_real(Duration::from_secs(15)).await;
}

/// One suite of the run, through all its attempts.
struct OneSuite {
    spec: &'static SuiteSpec,
    own_threads: Arc<Semaphore>,
    /// Set by a failure, where nothing is to be started after one.
    stop: Option<Arc<AtomicBool>>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    suite: Option<Suite>,
    cancelled: Option<Cause>,
}

impl OneSuite {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the suite as often as `repeat` and `retries` say.
    async fn attempts(&self, asked: Instant) {
        let spec = self.spec;
        let attempts = spec.retries + 1;
        let mut held = true;
        for _ in 0..spec.repeat.max(1) {
            for attempt in 1..=attempts {
                let again =
                    (attempt < attempts).then(|| format!("attempt {attempt} of {attempts} failed, it is tried again"));
                match self.once(asked, again).await {
                    // Skipped, or the run is ending: so would be the next one.
                    None => return,
                    Some(it) => held = it,
                }
                if held {
                    break;
                }
            }
            if !held {
                break;
            }
        }
        if let (false, Some(stop)) = (held, &self.stop) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// One attempt, if it is to run; the answer is whether it held, which is only asked for where something depends on it.
    async fn once(&self, asked: Instant, again: Option<String>) -> Option<bool> {
        if self.now().cancelled.is_some() {
            return None;
        }
        let spec = self.spec;
        let suite = create(spec, true, again)?;
        let cancelled = {
            let mut now = self.now();
            now.suite = Some(suite.clone());
            now.cancelled.clone()
        };
        if let Some(cause) = cancelled {
            suite.cancel(cause);
        }
        let asks = spec.repeat > 1 || spec.retries > 0 || self.stop.is_some();
        let (answer, answered) = oneshot::channel();
        let reply = asks.then(|| {
            Reply::new(move |snapshot| {
                let failed = snapshot.is_none_or(|it| it.failed && !it.is_todo);
                let _ = answer.send(!failed);
            })
        });
        self.drive(suite, asked.elapsed(), reply).await;
        self.now().suite = None;
        Some(!asks || answered.await.unwrap_or(false))
    }

    async fn drive(&self, suite: Suite, waited: Duration, reply: Option<Reply>) {
        let spec = self.spec;
        match (runtime::wants_its_own(spec), spec.body) {
            (false, Body::Blocking(body)) => {
                let _thread = self.own_threads.acquire().await;
                drive_blocking(suite, body, waited, reply).await;
            }
            (false, Body::Async(_)) => match shared(spec, &suite) {
                Some(body) => drive(suite, body, waited, reply).await,
                None => self.on_own_thread(suite, waited, reply).await,
            },
            (true, _) => self.on_own_thread(suite, waited, reply).await,
        }
    }

    /// On a thread and a runtime of its own: what cannot move between threads, or asked for a runtime.
    async fn on_own_thread(&self, suite: Suite, waited: Duration, reply: Option<Reply>) {
        let spec = self.spec;
        let _thread = self.own_threads.acquire().await;
        let thread = tokio::task::spawn_blocking(move || {
            let own = match runtime::own(spec) {
                Ok(own) => own,
                Err(error) => {
                    let text = format!("failed to start a tokio runtime: {error}");
                    suite.problem(Problem::Stopped(text));
                    close_unrun(&suite, reply);
                    return;
                }
            };
            own.block_on(run_here(spec, suite.clone(), waited, reply));
            if suite.table().active() > 0 {
                own.shutdown_background();
            }
        });
        // A panic could only be one of ours, and the hook has printed it.
        let _ = thread.await;
    }
}

/// The body of a suite, if it may run on the shared runtime.
fn shared(spec: &'static SuiteSpec, suite: &Suite) -> Option<SharedFuture> {
    match spec.body {
        Body::Async(make) => match make(suite.clone()) {
            BodyFuture::Shared(body) => Some(body),
            BodyFuture::Local(_) => None,
        },
        Body::Blocking(_) => None,
    }
}

impl Control for OneSuite {
    fn cancel(&self, cause: Cause) {
        let suite = {
            let mut now = self.now();
            now.cancelled.get_or_insert_with(|| cause.clone());
            now.suite.clone()
        };
        if let Some(suite) = suite {
            suite.cancel(cause);
        }
    }

    fn running(&self, into: &mut Vec<Running>) {
        let suite = self.now().suite.clone();
        if let Some(suite) = suite {
            Control::running(&suite, into);
        }
    }

    fn doing(&self) -> Option<String> {
        let suite = self.now().suite.clone();
        suite.and_then(|suite| Control::doing(&suite))
    }
}

/// Under cargo's conventions a failure is 101. With `--format tap` it is what TAP programs do: the number of failed
/// tests up to 254, and 255 for a run that was ended early.
fn exit_code(ended: &Ended, options: &Options) -> u8 {
    for lost in &ended.lost {
        say(&format!("error: {lost}"));
    }
    match (ended.run.is_ok(), options.format.as_str()) {
        (true, _) => 0,
        (false, "tap") if ended.run.bailed_out.is_some() || !ended.run.problems.is_empty() => 255,
        (false, "tap") => u8::try_from(ended.failed_points.clamp(1, 254)).unwrap_or(254),
        (false, _) => FAILED,
    }
}
