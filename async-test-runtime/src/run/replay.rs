//! `--replay FILE`: a run shown again from its `events` report. No test runs.

use std::fs::{self, File};
use std::io::{BufReader, Seek as _};
use std::path::Path;

use crate::hub::ear::Ear;
use crate::hub::{Guests, Sink};
use crate::options::Options;
use crate::queue::Ended;
use crate::replay::{self, Retold};

/// Tells the run to the sinks. They are made when the stream is known to be one, so that one that is none leaves the
/// reports alone that are there; only a pipe is read once.
///
/// The answer has what is to be said on the error stream besides.
///
/// # Errors
///
/// When the file cannot be read, is no stream of events of one run, or a report would take its place; or those of the
/// sinks.
pub(super) fn replay(
    options: &Options,
    file: &Path,
    sinks: impl FnOnce() -> Result<Vec<Sink>, String>,
) -> Result<(Ended, Vec<String>), String> {
    let cannot_be_read = |error| format!("it cannot be read: {error}");
    let stream = File::open(file).map_err(cannot_be_read)?;
    let kind = stream.metadata().map_err(cannot_be_read)?;
    if kind.is_dir() {
        return Err("it is a folder; name an `events` report".to_owned());
    }
    if let Some(name) = taken(options, file) {
        return Err(format!("{name} would take its place; name another file"));
    }
    if kind.is_file() {
        replay::replay(BufReader::new(&stream), |_| {}).map_err(|error| error.to_string())?;
        (&stream).rewind().map_err(cannot_be_read)?;
    }
    let guests = Guests::default();
    let mut ears: Vec<Ear> = sinks()?.into_iter().map(|sink| Ear::of(sink, 0)).collect();
    let told = replay::replay(BufReader::new(&stream), |record| {
        ears.iter_mut()
            .for_each(|ear| ear.hear(std::slice::from_ref(record), &guests));
    });
    ears.iter_mut().for_each(Ear::flush);
    let Retold {
        end,
        failed_points,
        has_broken_plan,
        is_cut,
        unknown,
    } = told.map_err(|error| error.to_string())?;
    let lost = ears
        .iter_mut()
        .filter_map(|ear| ear.lost.take().map(|why| format!("{}: {why}", ear.name)));
    let ended = Ended {
        run: (*end).clone(),
        lost: lost.collect(),
        failed_points,
        has_broken_plan,
    };
    let mut remarks = Vec::new();
    let shown = file.display();
    if let Some((line, name)) = unknown {
        remarks.push(format!(
            "warning: `{shown}` has events of a later release, which are left out: `{name}` in line {line} is the first"
        ));
    }
    if is_cut {
        remarks.push(format!(
            "error: `{shown}` does not reach the end of its run: it was cut short"
        ));
    }
    Ok((ended, remarks))
}

/// The report that would be written to this very file.
fn taken(options: &Options, file: &Path) -> Option<String> {
    let file = fs::canonicalize(file).ok()?;
    let is_it = |other: &Path| fs::canonicalize(other).is_ok_and(|other| other == file);
    let report = options.reports.iter().find(|report| is_it(&report.file));
    let log = options.logfile.as_deref().filter(|log| is_it(log));
    let xml = options.bazel.xml_output_file.as_deref().filter(|xml| is_it(xml));
    let report = report.map(|report| format!("the {} report", report.format));
    report
        .or(log.map(|_| "the log".to_owned()))
        .or(xml.map(|_| "`XML_OUTPUT_FILE`".to_owned()))
}
