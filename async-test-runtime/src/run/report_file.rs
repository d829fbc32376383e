//! A report in a file, which is a whole document at any time: whatever ends the run, the file can be read.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::record::Record;
use crate::report::Reporter;
use crate::run::document::{Closing, Document};

/// A document that has to be written anew gets so much room to grow, or as much again as there is.
const ROOM: u64 = 1 << 16;

/// A reporter together with its file. It writes there, and nothing to what it is given.
///
/// A report that is there from an earlier run stays until the first text of this one takes its place, in one step. From
/// then on each text is written over the closing of the document, together with the new closing, by one call. XML grows
/// as [`Document`] does, for that one call may be cut short by the end of the process.
#[derive(Debug)]
pub(super) struct ReportFile {
    reporter: Box<dyn Reporter>,
    file: File,
    /// Where the file is until its first text has been written, and where it goes.
    renames: Option<(PathBuf, PathBuf)>,
    /// Where the file is in the end, if others can be made beside it.
    path: Option<PathBuf>,
    /// For XML.
    document: Option<Document>,
    /// Pipes and devices take text in order only.
    is_stream: bool,
    /// Where the closing begins.
    end: u64,
    /// The length of the closing.
    closing: usize,
}

impl ReportFile {
    /// Opens the file, without a change to a report that is there.
    ///
    /// # Errors
    ///
    /// When no file can be made there.
    pub(super) fn create(path: &Path, reporter: Box<dyn Reporter>) -> io::Result<ReportFile> {
        let is_stream = fs::metadata(path).is_ok_and(|there| !there.is_file());
        let (file, renames) = match is_stream {
            true => (File::options().write(true).open(path)?, None),
            false => beside(path)?,
        };
        Ok(ReportFile {
            reporter,
            file,
            path: renames.as_ref().map(|(_, path)| path.clone()),
            renames,
            document: None,
            is_stream,
            end: 0,
            closing: 0,
        })
    }

    fn write(&mut self, text: Vec<u8>, closing: &str) -> io::Result<()> {
        if self.is_stream {
            return self.file.write_all(&text);
        }
        let hidden = Closing::of(closing);
        match (self.document.take(), hidden) {
            (Some(mut document), hidden) => {
                let text = String::from_utf8(text).map_err(io::Error::other)?;
                match hidden.and_then(|closing| document.append(&text, closing)) {
                    Some(writes) => {
                        self.document = Some(document);
                        writes.iter().try_for_each(|(at, text)| {
                            self.file.seek(SeekFrom::Start(*at))?;
                            self.file.write_all(text.as_bytes())
                        })
                    }
                    None => self.write_anew(&document, &text, closing),
                }
            }
            (None, Some(closing)) if self.renames.is_some() && text.starts_with(b"<?xml") => {
                let (document, end) = Document::begin(text.len() as u64, closing, ROOM);
                self.document = Some(document);
                self.write_over_closing(text, &end)
            }
            (None, _) => self.write_over_closing(text, closing),
        }
    }

    /// A document that has no room left, or has its end, is made again beside the old one and takes its place.
    fn write_anew(&mut self, old: &Document, text: &str, closing: &str) -> io::Result<()> {
        let path = self.path.clone().unwrap_or_default();
        let (mut new, name) = temporary(&path)?;
        let length = old.length() + text.len() as u64;
        let (document, end) = match Closing::of(closing) {
            Some(closing) => {
                let (document, end) = Document::begin(length, closing, ROOM.max(length));
                (Some(document), end)
            }
            None => (None, closing.to_owned()),
        };
        let mut fill = || {
            for part in old.parts() {
                self.file.seek(SeekFrom::Start(part.start))?;
                io::copy(&mut (&self.file).take(part.end - part.start), &mut new)?;
            }
            new.write_all(text.as_bytes())?;
            new.write_all(end.as_bytes())?;
            fs::rename(&name, &path)
        };
        if let Err(error) = fill() {
            let _ = fs::remove_file(&name);
            return Err(error);
        }
        (self.end, self.closing) = (length, end.len());
        (self.file, self.document) = (new, document);
        Ok(())
    }

    /// Somebody may have removed the file: then nobody will ever read what was written. One that another process has put
    /// in its place is there.
    fn is_gone(&self) -> bool {
        let written = self.path.as_ref().filter(|_| self.renames.is_none());
        // Where that cannot be told, nothing speaks against it.
        written.is_some_and(|path| matches!(path.try_exists(), Ok(false)))
    }

    fn write_over_closing(&mut self, mut text: Vec<u8>, closing: &str) -> io::Result<()> {
        let end = self.end + text.len() as u64;
        text.extend_from_slice(closing.as_bytes());
        let length = text.len();
        // What is left of a longer closing would spoil the document, if the run ended between the two calls.
        text.resize(length.max(self.closing), b'\n');
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&text)?;
        if text.len() > length {
            self.file.set_len(self.end + length as u64)?;
        }
        (self.end, self.closing) = (end, closing.len());
        match self.renames.take() {
            Some((from, to)) => fs::rename(from, to),
            None => Ok(()),
        }
    }
}

/// A new file beside the one that it is to replace; that one itself where nothing can be made beside it.
fn beside(path: &Path) -> io::Result<(File, Option<(PathBuf, PathBuf)>)> {
    // A link is to go on pointing to the report.
    // A test may change the working directory.
    let path = fs::canonicalize(path).or_else(|_| std::path::absolute(path))?;
    match temporary(&path) {
        Ok((file, new)) => Ok((file, Some((new, path)))),
        Err(_) => Ok((File::create(&path)?, None)),
    }
}

/// A new file in the same folder.
fn temporary(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let new = path.with_file_name(name);
    let mut options = File::options();
    let file = options.read(true).write(true).create(true).truncate(true).open(&new)?;
    Ok((file, new))
}

impl Reporter for ReportFile {
    fn counts_passed(&self) -> bool {
        self.reporter.counts_passed()
    }

    fn hears_stages(&self) -> bool {
        self.reporter.hears_stages()
    }

    fn takes_whole(&self) -> bool {
        self.reporter.takes_whole()
    }

    fn record(&mut self, record: &Record, _out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.reporter.record(record, &mut text)?;
        // The closing may name what is running.
        let is_start = matches!(record, Record::SuiteStarted(suite) if suite.nesting == 1);
        let closing = match text.is_empty() && !is_start {
            true => String::new(),
            false => self.reporter.closing(),
        };
        if !(text.is_empty() && closing.is_empty()) {
            self.write(text, &closing)?;
        }
        let is_time_to_look = match record {
            // Before the end of the run, so that other reports can tell it.
            Record::SuiteEnded(end) => end.suite.nesting == 1,
            Record::RunEnded(_) => true,
            _ => false,
        };
        match is_time_to_look && self.is_gone() {
            true => Err(io::Error::other(
                "the file is not there any more; something removed it during the run",
            )),
            false => Ok(()),
        }
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if let Some((new, _)) = &self.renames {
            // Nothing was written, so nothing is to be left behind.
            let _ = fs::remove_file(new);
        }
    }
}

#[cfg(test)]
mod tests;
