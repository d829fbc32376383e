//! The reports of a run, and where each of them goes.

use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use crate::boot;
use crate::hub::{Out, Sink};
use crate::options::{self, DEFAULT_FORMAT, Options};
use crate::report::{self, Reporter, View};
use crate::run::report_file::ReportFile;

/// The report on the output. A line of its own about what is running needs the output for itself.
pub(super) fn output(options: &Options, real: Option<fs::File>) -> Sink {
    let is_captured = real.is_some();
    let (is_terminal, out): (bool, Box<dyn Write + Send>) = match real {
        None => (io::stdout().is_terminal(), Box::new(io::stdout())),
        Some(real) => (real.is_terminal(), Box::new(real)),
    };
    let is_watched = is_captured && options.format == DEFAULT_FORMAT && options::process().is_watched(is_terminal);
    let mut style = boot::style(options, is_terminal);
    style.live = is_watched;
    Sink {
        name: format!("the {} report on the output", options.format),
        reporter: boot::reporter(&options.format, &style),
        out: match is_watched {
            true => Out::Watched(out, View::new(&style)),
            false => Out::Stream(out),
        },
    }
}

/// The reports in files. They are opened before the output is redirected, for `/dev/stdout` is the output, too.
pub(super) fn files(options: &Options) -> Result<Vec<Sink>, String> {
    let style = boot::style(options, false);
    let mut files = Files::default();
    for wanted in &options.reports {
        let reporter = boot::reporter(&wanted.format, &style);
        files.open(&wanted.format, &wanted.file, reporter)?;
    }
    if let Some(file) = &options.logfile {
        let out = fs::File::create(file).map_err(|error| log_refused(file, &error))?;
        files.sinks.push(Sink {
            name: format!("the log in `{}`", file.display()),
            reporter: report::logfile(&style),
            out: Out::Stream(Box::new(out)),
        });
    }
    if let Some(file) = &options.bazel.xml_output_file {
        if options.reports.iter().all(|wanted| wanted.file != *file) {
            files.open("XML_OUTPUT_FILE", file, report::junit_in_any_case(&style))?;
        }
    }
    Ok(files.sinks)
}

/// Why the file of `--logfile` cannot be made.
pub(super) fn log_refused(file: &Path, error: &io::Error) -> String {
    let file = file.display();
    format!("`--logfile={file}` cannot be written: {error}; name a file in a directory that is there")
}

#[derive(Default)]
struct Files {
    sinks: Vec<Sink>,
    /// Where they are, through all links, and how they were called.
    targets: Vec<(PathBuf, String)>,
}

impl Files {
    fn open(&mut self, format: &str, file: &Path, reporter: Box<dyn Reporter>) -> Result<(), String> {
        let refuse = |why: String| format!("the {format} report cannot be written to `{}`: {why}", file.display());
        if is_stream(file) {
            let why = "the process writes there already; --format is for the output, and another file for this report";
            return Err(refuse(why.to_owned()));
        }
        let target = target(file).map_err(refuse)?;
        if let Some((_, first)) = self.targets.iter().find(|(other, _)| *other == target) {
            let why = format!("it is the file of {first}; name another file for each report");
            return Err(refuse(why));
        }
        let report = ReportFile::create(file, reporter).map_err(|error| refuse(error.to_string()))?;
        let name = format!("the {format} report in `{}`", file.display());
        self.targets.push((target, name.clone()));
        self.sinks.push(Sink {
            name,
            reporter: Box::new(report),
            out: Out::Stream(Box::new(io::sink())),
        });
        Ok(())
    }
}

/// Where a file is or is to be made, or why it cannot.
fn target(file: &Path) -> Result<PathBuf, String> {
    match fs::canonicalize(file) {
        Ok(target) if target.is_dir() => return Err("it is a directory".to_owned()),
        Ok(target) => return Ok(target),
        // Pipes have names that lead nowhere.
        Err(_) if fs::metadata(file).is_ok() => return Ok(file.to_owned()),
        Err(_) => {}
    }
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let shown = folder.display();
    match fs::canonicalize(folder) {
        Ok(folder) if folder.is_dir() => Ok(folder.join(file.file_name().unwrap_or_default())),
        Ok(_) => Err(format!("`{shown}` is not a directory")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
            "the directory `{shown}` does not exist; directories are not made"
        )),
        Err(error) => Err(format!("the directory `{shown}` cannot be used: {error}")),
    }
}

/// Whether a path is the very file that the output or the error stream was sent to: a report would be written over it.
#[cfg(unix)]
fn is_stream(file: &Path) -> bool {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt as _;

    let Ok(there) = fs::metadata(file) else {
        return false;
    };
    let is_there = |stream: BorrowedFd<'_>| {
        let stream = stream.try_clone_to_owned().map(fs::File::from);
        let stream = stream.and_then(|stream| stream.metadata());
        stream.is_ok_and(|it| it.is_file() && (it.dev(), it.ino()) == (there.dev(), there.ino()))
    };
    is_there(io::stdout().as_fd()) || is_there(io::stderr().as_fd())
}

#[cfg(not(unix))]
fn is_stream(_: &Path) -> bool {
    false
}
