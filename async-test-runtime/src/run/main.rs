//! The door of `main!`: all suites of the binary on one runtime, under our own command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::boot;
use crate::capture;
use crate::drive::close_unrun;
use crate::hub::{self, Output};
use crate::options::{self, Bazel, Options, Parsed};
use crate::ours;
use crate::queue::{EndOfRun, Ended, Message};
use crate::record::{Passes, RunStart};
use crate::registry::{self, Sorted};
use crate::run::bazel_files::PrematureExitFile;
use crate::run::captured::Captured;
use crate::run::hints::{instead, nearest, pattern, take_names, unknown_tag, unmatched};
use crate::run::interrupt::{self, Door};
use crate::run::list::list;
use crate::run::one::leaves_threads_behind;
use crate::run::passes;
use crate::run::rescue::{Run, Watch};
use crate::run::select::{Selection, select};
use crate::run::{exits, replay, sinks, time_limit};
use crate::runtime::Shared;
use crate::signals;
use crate::spec::SuiteSpec;
use crate::stray;
use crate::suite::{Birth, Suite};
use crate::tags::TagExpr;

/// What a wrong command line, and a failed run, end with under cargo's conventions.
pub(super) const FAILED: u8 = 101;

#[doc(hidden)]
pub fn main() -> ExitCode {
    if capture::keep() {
        return ExitCode::SUCCESS;
    }
    match prepare() {
        Ok(Prepared::Run(ready)) => run(*ready),
        Ok(Prepared::Replay(options, file)) => again(&options, &file),
        Ok(Prepared::Said) => ExitCode::SUCCESS,
        Err(text) => {
            say(&format!("error: {text}"));
            ExitCode::from(FAILED)
        }
    }
}

enum Prepared {
    Run(Box<Ready>),
    /// No test runs.
    Replay(Box<Options>, PathBuf),
    /// Help or a list has been printed.
    Said,
}

/// A run that may begin.
struct Ready {
    options: Box<Options>,
    selection: Selection,
    tag: Option<Arc<TagExpr>>,
    captured: Captured,
}

/// The error stream is for people; nothing of a report goes there.
fn say(text: &str) {
    hub::to_people(&format!("{text}\n"));
}

fn prepare() -> Result<Prepared, String> {
    let formats = boot::formats();
    let (mut options, mut warnings) = match options::process().parse(&formats).map_err(|error| error.to_string())? {
        Parsed::Help(text) => {
            print(&text)?;
            return Ok(Prepared::Said);
        }
        Parsed::Run(options, warnings) => (options, warnings),
    };
    // As early as it is known to be needed: the system loads the process that looks on beside what is prepared here.
    let captured = Captured::later(&options);
    let Sorted { suites, doubled } = registry::sorted();
    take_names(&mut options, &mut warnings, &suites);
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
    if let Some(file) = options.replay.clone() {
        return Ok(Prepared::Replay(options, file));
    }
    for text in boot::unknown_paths(&options) {
        say(&format!("warning: {text}"));
    }
    // cargo-nextest starts a process for each suite.
    let is_alone = options::process().nextest().is_some_and(|it| it.process_per_test);
    if let Some(text) = is_alone.then(|| boot::endless(&options)).flatten() {
        return Err(text);
    }
    told_apart(doubled)?;
    let tag = boot::tag(&options).map_err(|error| error.to_string())?;
    let selection = select(suites.clone(), &options, tag.as_deref());
    if let Some(text) = pattern(&suites, &options) {
        return Err(text);
    }
    if options.list {
        if let Some(file) = &options.logfile {
            let lines = selection
                .names()
                .map(|name| format!("test {name}\n"))
                .collect::<String>();
            std::fs::write(file, lines).map_err(|error| sinks::log_refused(file, &error))?;
        }
        print(&list(&selection, &options.format))?;
        return Ok(Prepared::Said);
    }
    if selection.run.is_empty() && selection.ignored.is_empty() {
        for filter in unmatched(&suites, &options) {
            let hint = nearest(filter, &suites).map(|name| format!("; did you mean `{name}`?"));
            let hint = hint.unwrap_or_else(|| "; `--list` shows the names".to_owned());
            say(&format!("warning: no suite matches `{filter}`{hint}"));
        }
        for name in tag.iter().flat_map(|tag| tag.names()) {
            if let Some(hint) = unknown_tag(name, &suites) {
                say(&format!("warning: no suite has the tag `{name}`{hint}"));
            }
        }
    }
    Ok(Prepared::Run(Box::new(Ready {
        options,
        selection,
        tag,
        captured,
    })))
}

/// Two suites of one name could not be told apart by any tool.
fn told_apart(doubled: Option<[&'static SuiteSpec; 2]>) -> Result<(), String> {
    let Some([one, other]) = doubled else { return Ok(()) };
    Err(format!(
        "two suites are called `{}`: {} and {}; rename one of them",
        one.test_name(),
        one.place(),
        other.place()
    ))
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("failed to write: {error}")),
        _ => Ok(()),
    }
}

fn run(ready: Ready) -> ExitCode {
    let Ready {
        options,
        selection,
        tag,
        captured,
    } = ready;
    let (options, selection) = (&*options, &selection);
    let mut settings = boot::settings(options, boot::seed(options));
    settings.own_command_line = true;
    settings.takes_turns = options.test_jobs.is_none();
    settings.tag = tag;
    let files = match sinks::files(options) {
        Ok(files) => files,
        Err(text) => {
            say(&format!("error: {text}"));
            return ExitCode::from(FAILED);
        }
    };
    if let Err(text) = boot::subscribe(options) {
        say(&format!("error: {text}"));
        return ExitCode::from(FAILED);
    }
    let (capture, real) = captured.start();
    let at_once = selection.run.len().min(settings.test_jobs);
    let runtime = match Shared::new(options.test_threads.map(Into::into), at_once) {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: failed to start a tokio runtime: {error}"));
            if let Some(capture) = &capture {
                capture.end_of_reports();
            }
            return ExitCode::from(FAILED);
        }
    };
    let begin = RunStart {
        suites: passes::suites_to_run(options, selection.run.len()) + selection.ignored.len(),
        filtered_out: selection.filtered_out,
        shard: options.shard,
        seed: settings.seed,
        random: options.random,
    };
    let premature_exit_file = tell_bazel(&options.bazel);
    // Files first: whatever ends the process, what has been seen on the output is in them.
    let sinks = files.into_iter().chain([sinks::output(options, real)]).collect();
    let captured = capture.clone();
    let hub = hub::start(
        move || (settings, Output::Whole(sinks, begin, captured)),
        registry::bundles,
    );
    let top = Suite::top();
    let door = Door::Main {
        filtered_out: selection.filtered_out as u64,
    };
    interrupt::watch_the_hub();
    interrupt::listen(door);
    exits::guard(door, bail_out_code(options));
    time_limit::watch(door, bail_out_code(options));
    ignore(&top, &selection.ignored);
    runtime.settle();
    let passes = drive(&runtime, options, selection);
    let stuck = top.table().active() > 0 || leaves_threads_behind();
    if let Some(capture) = &capture {
        capture.sync();
    }
    stray::settle_here();
    stray::close_reports();
    if stuck {
        // What does not end is told all the same.
        hub.hold_no_more();
        top.flush_running();
    }
    let (answer, answered) = mpsc::sync_channel(1);
    hub.ask(Message::End(EndOfRun {
        filtered_out: selection.filtered_out as u64,
        passes,
        at_once: top.table().most() as u64,
        answer: Box::new(move |ended| {
            let _ = answer.send(ended);
        }),
    }));
    let ended = answered.recv();
    if let Some(capture) = &capture {
        capture.end_of_reports();
    }
    let code = match ended {
        Ok(ended) => exit_code(&ended, options),
        Err(_) => {
            say("error: the thread of the hub has died; results are lost");
            FAILED
        }
    };
    let last_words = || capture.as_ref().map(|capture| capture.sync());
    if let Some(signal) = interrupt::ended_by() {
        last_words();
        signals::die_of(signal);
        leave(signal.exit_code());
    }
    premature_exit_file.remove();
    for (filter, beside) in hub.unmet_filters() {
        say(&format!(
            "warning: no subtest matches `{filter}`; {}",
            instead(&filter, &beside)
        ));
    }
    if stuck {
        runtime.abandon();
        last_words();
        leave(code);
    }
    // Threads that nobody waits for must not hold up the end of the run either.
    runtime.end(Duration::from_millis(100));
    last_words();
    stray::settle_here();
    exits::release();
    // Reports that have been closed know nothing of it.
    let is_untold = code == 0 && stray::is_untold();
    ExitCode::from(if is_untold { bail_out_code(options) } else { code })
}

/// Runs the suites. What it knows of the spare threads is gone when it returns, so that these can be ended.
fn drive(runtime: &Shared, options: &Options, selection: &Selection) -> Option<Passes> {
    let watch = Watch::new(runtime.spares().clone());
    let passes = Run::new(passes::passes(options.clone(), selection.run.clone(), watch.clone()));
    // A task as the suites are: it goes on without a thread having to wake another one.
    let task = ours::spawn(runtime.handle(), passes.clone());
    runtime.handle().block_on(async {
        tokio::select! {
            biased;
            ended = task => match ended {
                Ok(ended) => ended.flatten(),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
            ended = passes.taken_over(&watch) => ended,
        }
    })
}

/// Shows a run that has been.
fn again(options: &Options, file: &Path) -> ExitCode {
    let told = replay::replay(options, file, || {
        let mut all = sinks::files(options)?;
        all.push(sinks::output(options, None));
        Ok(all)
    });
    ExitCode::from(match told {
        Ok((ended, remarks)) => {
            remarks.iter().for_each(|text| say(text));
            exit_code(&ended, options)
        }
        Err(text) => {
            say(&format!("error: `--replay={}`: {text}", file.display()));
            FAILED
        }
    })
}

/// Writes the files that Bazel looks for. A run is worth as much without them, so there is only a warning.
fn tell_bazel(bazel: &Bazel) -> PrematureExitFile {
    if let Err(text) = boot::touch_shard_status_file(bazel) {
        say(&format!("warning: {text}"));
    }
    PrematureExitFile::create(bazel).unwrap_or_else(|text| {
        say(&format!("warning: {text}"));
        PrematureExitFile::default()
    })
}

/// The only exit: past threads that do not come back, when every report has been written.
#[expect(clippy::exit, reason = "a stuck thread cannot be ended in any other way")]
pub(super) fn leave(code: u8) -> ! {
    exits::release();
    std::process::exit(i32::from(code))
}

/// Ignored suites are reported as skipped, with their reason.
fn ignore(top: &Suite, ignored: &[&'static SuiteSpec]) {
    for spec in ignored {
        let mut birth = Birth::new(spec.title().to_owned(), spec.place());
        birth.test_name = Some(spec.test_name());
        birth.should_panic = spec.keys().should_panic;
        let suite = top.child(birth, spec.plan().skip_all(spec.keys().ignore.unwrap_or_default()));
        close_unrun(&suite, None);
    }
}

/// What a run ends with that was ended early.
fn bail_out_code(options: &Options) -> u8 {
    match options.format.as_str() {
        "tap" => 255,
        _ => FAILED,
    }
}

/// Under cargo's conventions a failure is 101. With `--format tap` it is what TAP programs do: the number of failed
/// tests up to 254, and 255 for a run that was ended early, or where a plan was not kept.
fn exit_code(ended: &Ended, options: &Options) -> u8 {
    for lost in &ended.lost {
        say(&format!("error: {lost}"));
    }
    // What is lost with the last record comes too late to be a problem of the run.
    let is_broken = !ended.lost.is_empty() || !ended.run.problems.is_empty();
    let is_as_bad = is_broken || ended.run.bailed_out.is_some() || ended.has_broken_plan;
    match (ended.run.is_ok() && !is_broken, options.format.as_str()) {
        (true, _) => 0,
        (false, "tap") if is_as_bad => bail_out_code(options),
        (false, "tap") => u8::try_from(ended.failed_points.clamp(1, 254)).unwrap_or(254),
        (false, _) => FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Source;

    #[test]
    fn two_suites_of_one_name_are_an_error_that_tells_their_places() {
        static ONE: SuiteSpec = SuiteSpec::of("kv::writes");
        static FILE: Source = Source {
            file: "b.rs",
            package: None,
        };
        static OTHER: SuiteSpec = SuiteSpec::of("kv::writes").at(&FILE, 7, 3);
        assert_eq!(told_apart(None), Ok(()));
        let text = told_apart(Some([&ONE, &OTHER])).unwrap_err();
        let (one, other) = (ONE.place(), "b.rs:7:3");
        let expected = format!("two suites are called `writes`: {one} and {other}; rename one of them");
        assert_eq!(text, expected);
    }
}
