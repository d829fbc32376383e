//! What holds of a stream that has been played: its own records come first, nothing that began is without an end, and
//! what is written of it says the same when it is played once more.

use std::collections::BTreeSet;

use crate::ids::SuiteId;
use crate::record::Record;
use crate::replay::{ReplayError, Retold, replay};
use crate::report::{BUILTIN, Style};

/// What became of a stream.
#[derive(Debug)]
pub enum Again {
    /// It was refused, in these words.
    Refused(String),
    /// What each format wrote, in plain style.
    Told(Vec<(&'static str, String)>),
}

fn told(stream: &[u8]) -> Result<(Vec<Record>, Retold), ReplayError> {
    let mut records = Vec::new();
    let retold = replay(stream, |record| records.push(record.clone()))?;
    Ok((records, retold))
}

fn written(format: &str, style: &Style, records: &[Record]) -> String {
    let (_, make) = BUILTIN.iter().find(|(name, _)| *name == format).expect("a format");
    let (mut reporter, mut out) = (make(style), Vec::new());
    for record in records {
        reporter.record(record, &mut out).expect("memory takes everything");
    }
    String::from_utf8(out).expect("a report is text")
}

/// Plays a stream of any bytes.
pub fn played(stream: &[u8]) -> Again {
    let (records, retold) = match told(stream) {
        Ok(told) => told,
        Err(error) => {
            is_the_first_fault(stream, &error);
            return Again::Refused(error.to_string());
        }
    };
    is_a_run(&records, &retold);
    let events = written("events", &Style::default(), &records);
    let (again, whole) = told(events.as_bytes()).unwrap_or_else(|error| panic!("{error}: {events}"));
    assert_eq!(written("events", &Style::default(), &again), events, "played once more");
    assert!(!whole.is_cut && whole.unknown.is_none());
    assert_eq!(whole.end.is_ok(), retold.end.is_ok());
    assert_eq!(whole.failed_points, retold.failed_points);
    assert_eq!(whole.has_broken_plan, retold.has_broken_plan);

    let rich = Style {
        color: true,
        times: true,
        show_output: true,
        live: true,
        width: 40,
        ..Style::default()
    };
    let plain = BUILTIN.iter().map(|(format, _)| {
        let text = written(format, &Style::default(), &records);
        written(format, &rich, &records);
        (*format, text)
    });
    Again::Told(plain.collect())
}

/// All lines before the one that is blamed are good.
fn is_the_first_fault(stream: &[u8], error: &ReplayError) {
    let line = match error {
        ReplayError::Line(line, _) => usize::try_from(*line).expect("a number of lines"),
        ReplayError::Empty => return,
        ReplayError::Read(error) => panic!("{error}"),
    };
    let lines: Vec<&[u8]> = stream.split_inclusive(|byte| *byte == b'\n').collect();
    assert!((1..=lines.len()).contains(&line), "{error} of {}", lines.len());
    match told(&lines[..line - 1].concat()) {
        Ok(_) | Err(ReplayError::Empty) => {}
        Err(first) => panic!("{error}, but {first}"),
    }
}

fn is_a_run(records: &[Record], retold: &Retold) {
    assert!(matches!(records.first(), Some(Record::RunStarted(_))));
    assert!(matches!(records.last(), Some(Record::RunEnded(_))));
    let ends = records.iter().filter(|it| matches!(it, Record::RunEnded(_)));
    assert_eq!(ends.count(), 1);
    if !retold.is_cut {
        return;
    }
    assert!(!retold.end.is_ok(), "what was cut short has failed");
    let (mut begun, mut ended, mut judged) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in records {
        match record {
            Record::SuiteStarted(suite) if suite.id != SuiteId::ROOT => drop(begun.insert(suite.id)),
            Record::SuiteEnded(end) => drop(ended.insert(end.suite.id)),
            Record::Check(check) => judged.extend(check.child.iter().map(|end| end.suite.id)),
            _ => {}
        }
    }
    assert!(begun.is_subset(&ended), "began {begun:?}, ended {ended:?}");
    assert!(begun.is_subset(&judged), "began {begun:?}, judged {judged:?}");
}
