//! The cells as a table: places that come to the same are one row, and so are faults that come to the same everywhere.

use super::Place;
use super::fault::Fault;
use super::seen::{Ends, Outcome, Verdict};

type Cell = ((Fault, Place), Result<Outcome, &'static str>);

/// Which places come to this.
type Row = (Vec<&'static str>, Result<Outcome, &'static str>);

fn of_fault(cells: &[Cell], wanted: Fault) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for ((_, place), outcome) in cells.iter().filter(|((fault, _), _)| *fault == wanted) {
        match rows.iter_mut().find(|(_, other)| other == outcome) {
            Some((places, _)) => places.push(place.name),
            None => rows.push((vec![place.name], outcome.clone())),
        }
    }
    rows
}

pub(super) fn markdown(cells: &[Cell]) -> String {
    let mut groups: Vec<(Vec<&'static str>, Vec<Row>)> = Vec::new();
    let mut places = 0;
    for fault in Fault::ALL {
        let rows = of_fault(cells, fault);
        places = rows.iter().map(|(places, _)| places.len()).sum();
        match groups.iter_mut().find(|(_, other)| *other == rows) {
            Some((faults, _)) => faults.push(fault.name()),
            None => groups.push((vec![fault.name()], rows)),
        }
    }
    let mut text =
        "| fault | where | verdict | exit | printed | reports | ends |\n|---|---|---|---|---|---|---|\n".to_owned();
    for (faults, rows) in groups {
        let mut first = faults.join("; ");
        for (at, outcome) in rows {
            let at = match at.len() {
                all if all == places && places > 2 => "everywhere".to_owned(),
                _ => at.join(", "),
            };
            text.push_str(&format!("| {first} | {at} | {} |\n", columns(&outcome)));
            first.clear();
        }
    }
    text
}

/// One row for each.
pub(super) fn of_whole_runs(rows: &[(&'static str, Result<Outcome, &'static str>)]) -> String {
    let mut text = "| what | verdict | exit | printed | reports | ends |\n|---|---|---|---|---|---|\n".to_owned();
    for (name, outcome) in rows {
        text.push_str(&format!("| {name} | {} |\n", columns(outcome)));
    }
    text
}

fn columns(outcome: &Result<Outcome, &'static str>) -> String {
    match outcome {
        Ok(it) => format!(
            "{} | {} | {} | {} | {}",
            verdict(it.verdict),
            it.exit,
            if it.printed.is_empty() { "nothing" } else { &it.printed },
            it.reports,
            ends(it.ends),
        ),
        Err(why) => format!("– | – | {why} | – | –"),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::SuitePasses => "the suite passes",
        Verdict::SuiteFails => "the suite fails",
        Verdict::AllFail => "what runs fails",
        Verdict::OneFails => "the first that ends fails",
        Verdict::RunFails => "the run fails",
        Verdict::ProcessDies => "the process dies",
    }
}

fn ends(ends: Ends) -> &'static str {
    match ends {
        Ends::AtOnce => "at once",
        Ends::AtLimit => "at its limit",
        Ends::LimitAndGrace => "limit + grace",
    }
}
