//! A run told again from its event stream: the records that `report::events` wrote, and an end where the stream has none.

mod course;
mod fields;
mod records;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use crate::json::Json;
use crate::record::{Record, RunEnd};

use course::Course;
use fields::Fields;
use records::{Records, Told};

/// A run that has been told again.
#[derive(Debug)]
pub struct Retold {
    pub end: Arc<RunEnd>,
    /// The failed test points of the root.
    pub failed_points: u64,
    /// One of the failed `#[suite]`s ran another number of tests than it had planned.
    pub has_broken_plan: bool,
    /// The stream ended before the run did, so the end is ours.
    pub is_cut: bool,
    /// Events of a later release, which are left out: the line of the first one, and its name as a message shows it.
    pub unknown: Option<(u64, String)>,
}

/// Why a stream cannot be replayed.
#[derive(Debug)]
pub enum ReplayError {
    Read(io::Error),
    /// There is no whole event in it.
    Empty,
    /// The number of the line, from 1, and what is wrong with it.
    Line(u64, String),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Read(error) => write!(f, "it cannot be read: {error}"),
            ReplayError::Empty => f.write_str("there is no whole event in it"),
            ReplayError::Line(number, what) => write!(f, "line {number} {what}"),
        }
    }
}

/// Reads a stream to its end and hands on each of its records. Where the last line is torn or the end of the run is
/// missing, the records of an end follow that fails whatever was running, and the run.
///
/// # Errors
///
/// When the stream cannot be read, or has a whole line that is no event of a run. What comes before has been handed on.
pub fn replay(mut stream: impl BufRead, mut tell: impl FnMut(&Record)) -> Result<Retold, ReplayError> {
    let mut records = Records::default();
    let mut course = Course::default();
    let mut unknown = None;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if stream.read_until(b'\n', &mut line).map_err(ReplayError::Read)? == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n");
        let fault = |what: String| ReplayError::Line(number, what);
        let json = match as_json(&line) {
            Ok(None) => continue,
            Ok(Some(json)) => json,
            // The process was ended while it wrote this.
            Err(_) if !is_whole => break,
            Err(what) => return Err(fault(what)),
        };
        let Some(fields) = Fields::of(&json) else {
            return Err(fault("is no event: it is no object".to_owned()));
        };
        let record = match records.record(fields).map_err(fault)? {
            Told::Record(record) => record,
            Told::Unknown(name) => {
                unknown.get_or_insert((number, name));
                continue;
            }
        };
        in_order(&record, &course).map_err(|what| fault(what.to_owned()))?;
        course.take(&record);
        tell(&record);
    }
    if !course.has_begun() {
        return Err(ReplayError::Empty);
    }
    let is_cut = course.end().is_none();
    if is_cut {
        course.cut().iter().for_each(tell);
    }
    let end = course.end().cloned().ok_or(ReplayError::Empty)?;
    Ok(Retold {
        end,
        failed_points: course.failed_points(),
        has_broken_plan: course.has_broken_plan(),
        is_cut,
        unknown,
    })
}

/// The value on a line, if it is not blank.
fn as_json(line: &[u8]) -> Result<Option<Json<'_>>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "is no event: it is not UTF-8".to_owned())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let json = Json::parse(text.trim_end_matches(['\n', '\r']));
    json.map(Some).map_err(|error| format!("is no event: {error}"))
}

/// A stream is one run, from its begin to its end.
fn in_order(record: &Record, course: &Course) -> Result<(), &'static str> {
    match (record, course.end(), course.has_begun()) {
        (_, Some(_), _) => Err("comes after the end of the run; replay each run from a file of its own"),
        (Record::RunStarted(_), None, true) => Err("begins another run; replay each run from a file of its own"),
        (Record::RunStarted(_), None, false) | (_, None, true) => Ok(()),
        (_, None, false) => Err(
            "comes before the begin of the run; a stream begins with `run_started`, as the format `events` writes it \
             under `main!`",
        ),
    }
}
