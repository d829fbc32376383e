//! Every fault in every place: the programs that do it, what becomes of them, and the page that tells it.

mod cell;
mod events;
mod farm;
pub(crate) mod fault;
pub(crate) mod page;
pub(crate) mod places;
mod seen;
mod table;
#[allow(dead_code, reason = "not every program has them")]
pub(crate) mod whole;
pub(crate) mod whole_suites;
mod words;

use fault::Fault;

/// Who runs the suites of this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    Builtin,
    Main,
}

/// Where a fault happens: the suite that it happens for, and what the page calls the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) suite: &'static str,
    pub(crate) name: &'static str,
    /// What a fault cannot do there, and why.
    pub(crate) cannot: &'static [(Fault, &'static str)],
}

/// Lets every fault happen in each of these places, and holds what becomes of it against a section of the page.
pub(crate) fn holds(door: Door, section: &str, places: &[Place]) {
    let cells: Vec<(Fault, Place)> = Fault::ALL
        .into_iter()
        .flat_map(|fault| places.iter().map(move |place| (fault, *place)))
        .collect();
    let outcomes = farm::all(&cells, |(fault, place)| cell::run(door, *fault, place));
    let wrong: Vec<&str> = outcomes.iter().flat_map(|it| &it.wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let outcomes = outcomes.into_iter().map(|it| it.outcome);
    let rows = cells.into_iter().zip(outcomes).collect::<Vec<_>>();
    page::compare(section, &table::markdown(&rows));
}
