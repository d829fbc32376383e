//! What `#[test_tool]` makes of a function: a check of the user's own.

use std::future::Future;
use std::sync::PoisonError;

use crate::claim::{Claim, Raw};
use crate::context::{self, Captured};
use crate::drive::close_unrun;
use crate::place::Place;
use crate::plan::Plan;
use crate::suite::{Birth, Suite};

/// The arguments of `#[test_tool]`.
#[derive(Clone, Copy, Debug)]
pub struct ToolSpec {
    /// The name of the function.
    pub name: &'static str,
    /// The tool is a skip after `skip_remaining!`: its body is not run.
    pub skippable: bool,
    /// The call of the tool is the first test of its suite: no plan may follow, also where it makes no check.
    pub readify: bool,
    /// All checks in it report the place of the call, not their own.
    pub anchor: bool,
}

impl ToolSpec {
    /// `#[test_tool]` without arguments.
    pub const BASE: ToolSpec = ToolSpec {
        name: "",
        skippable: true,
        readify: true,
        anchor: false,
    };
}

/// What a tool may return.
pub trait ToolValue {
    /// The value of a tool that was skipped.
    fn skipped() -> Self;
    /// Whether the tool held, where its value says it.
    fn held(&self) -> Option<bool>;
}

impl ToolValue for bool {
    fn skipped() -> bool {
        true
    }

    fn held(&self) -> Option<bool> {
        Some(*self)
    }
}

impl ToolValue for () {
    fn skipped() {}

    fn held(&self) -> Option<bool> {
        None
    }
}

#[doc(hidden)]
#[track_caller]
pub fn tool<V: ToolValue>(spec: &'static ToolSpec, body: impl FnOnce() -> V) -> V {
    let at = Place::caller();
    let suite = Suite::current_for(spec.name);
    if let Some(value) = skipped(spec, &suite, &at) {
        return value;
    }
    let captured = Captured::default();
    let value = context::sync_capture(suite.clone(), captured.clone(), body);
    report(spec, &suite, at, &captured, &value);
    value
}

#[doc(hidden)]
#[track_caller]
pub fn tool_async<F: Future>(spec: &'static ToolSpec, body: F) -> impl Future<Output = F::Output>
where
    F::Output: ToolValue,
{
    let at = Place::caller();
    let suite = Suite::current_for(spec.name);
    async move {
        if let Some(value) = skipped(spec, &suite, &at) {
            return value;
        }
        let captured = Captured::default();
        let value = context::capture(suite.clone(), captured.clone(), body).await;
        report(spec, &suite, at, &captured, &value);
        value
    }
}

fn skipped<V: ToolValue>(spec: &ToolSpec, suite: &Suite, at: &Place) -> Option<V> {
    if spec.readify {
        suite.step_on();
    }
    if !(spec.skippable && suite.is_skipping()) {
        return None;
    }
    // The hub knows why and makes a skip of it.
    context::claim(spec.name, || Claim::new(Raw::Pass, spec.name, at.clone()));
    Some(V::skipped())
}

/// One check in it is the tool's check; several are a hidden subtest, or all of them checks of the tool around this one;
/// without any the value is the check, if it is one.
fn report(spec: &ToolSpec, suite: &Suite, at: Place, captured: &Captured, value: &impl ToolValue) {
    let mut claims = std::mem::take(&mut *captured.lock().unwrap_or_else(PoisonError::into_inner));
    let is_check = value.held().filter(|_| claims.is_empty());
    claims.extend(is_check.map(|held| Claim::new(Raw::of(held), spec.name, at.clone())));
    let several = claims.len() > 1;
    for claim in &mut claims {
        claim.skippable = spec.skippable;
        if spec.anchor || !several {
            claim.at = at.clone();
        }
    }
    if several && !context::is_capturing() {
        compound(spec, suite, at, claims);
    } else {
        for claim in claims {
            context::claim(spec.name, || claim);
        }
    }
}

fn compound(spec: &ToolSpec, suite: &Suite, at: Place, claims: Vec<Claim>) {
    let mut birth = Birth::new(spec.name.to_owned(), at);
    birth.hidden = true;
    let child = suite.child(birth, Plan::new());
    for claim in claims {
        child.claim(claim);
    }
    close_unrun(&child, None);
}
