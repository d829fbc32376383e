//! What a test calls: one check or marker a file.
//!
//! A tool is a `macro_rules!` that makes one call into `rt`, a function that is `#[track_caller]` and knows nothing of
//! types, and a method of `Suite` for tasks and threads that hold the handle. Each evaluates its operands once, sends
//! one claim and returns whether it held.

pub(crate) mod approx;
pub(crate) mod bail;
pub(crate) mod child;
pub(crate) mod cmp;
pub(crate) mod consistently;
pub(crate) mod deeply;
pub(crate) mod diag;
pub(crate) mod dies;
pub(crate) mod done;
pub(crate) mod ends;
pub(crate) mod eventually;
pub(crate) mod flunks;
pub(crate) mod is;
pub(crate) mod like;
pub(crate) mod matches;
pub(crate) mod ok;
pub(crate) mod plan;
pub(crate) mod proclaim;
pub(crate) mod skip;
pub(crate) mod subtest;
pub(crate) mod todo;
pub(crate) mod tool;

use std::borrow::Cow;
use std::fmt::Arguments;
use std::panic::Location;

use crate::claim::{Claim, Detail, Pass, Raw};
use crate::context;
use crate::place::Place;
use crate::suite::Suite;

/// A message without an allocation where it is a literal.
pub(crate) fn text(message: Arguments<'_>) -> Cow<'static, str> {
    match message.as_str() {
        Some(literal) => Cow::Borrowed(literal),
        None => Cow::Owned(message.to_string()),
    }
}

/// What a check was called with, beside its operands.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) message: Option<Arguments<'a>>,
    pub(crate) expression: &'static str,
}

impl Call<'_> {
    /// Sends the check of a macro; the explanation is only made when it did not hold.
    #[inline]
    #[track_caller]
    pub(crate) fn send(self, tool: &'static str, held: bool, explain: impl FnOnce() -> Detail) -> bool {
        (held && context::counts()) || self.send_it(tool, held, explain)
    }

    /// Apart, so that counting does not pay for the room that this needs.
    #[inline(never)]
    #[track_caller]
    pub(crate) fn send_it(self, tool: &'static str, held: bool, explain: impl FnOnce() -> Detail) -> bool {
        let at = Location::caller();
        let label = || self.message.map_or(Cow::Borrowed(self.expression), text);
        let pass = || Pass {
            label: label(),
            at: at.into(),
        };
        context::check(tool, held.then_some(pass), || {
            let mut claim = Claim::new(Raw::of(held), label(), at.into());
            if !held {
                let mut detail = explain();
                let expression = self.message.and(Some(self.expression));
                detail.expression = expression.filter(|text| !text.is_empty()).map(Cow::Borrowed);
                claim = claim.detail(detail);
            }
            claim
        })
    }
}

/// Sends the check of a method. In a tool that is part of the same suite it is one of the tool's, as that of a macro is.
#[track_caller]
pub(crate) fn send(
    suite: &Suite,
    held: bool,
    label: impl Into<Cow<'static, str>>,
    explain: impl FnOnce() -> Detail,
) -> bool {
    let at_once = held && !context::captures(suite);
    if at_once && suite.counts() {
        return true;
    }
    let (label, at) = (label.into(), Place::caller());
    if at_once && suite.gathers() {
        suite.gather(Pass { label, at });
        return true;
    }
    let mut claim = Claim::new(Raw::of(held), label, at);
    if !held {
        claim = claim.detail(explain());
    }
    context::claim_of(suite, claim)
}
