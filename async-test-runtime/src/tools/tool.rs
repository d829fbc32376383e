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
    suite.claim(Claim::new(Raw::Pass, spec.name, at.clone()));
    Some(V::skipped())
}

/// One check in it is the tool's check; several are a hidden subtest; without any the value is the check, if it is one.
fn report(spec: &ToolSpec, suite: &Suite, at: Place, captured: &Captured, value: &impl ToolValue) {
    let mut claims = std::mem::take(&mut *captured.lock().unwrap_or_else(PoisonError::into_inner));
    for claim in &mut claims {
        claim.skippable = spec.skippable;
    }
    let send = |mut claim: Claim| {
        claim.at = at.clone();
        // A tool inside of a tool is one of the outer one's checks.
        context::claim(spec.name, || claim);
    };
    match claims.len() {
        0 => {
            if let Some(held) = value.held() {
                let mut claim = Claim::new(Raw::of(held), spec.name, at.clone());
                claim.skippable = spec.skippable;
                send(claim);
            }
        }
        1 => claims.into_iter().for_each(send),
        _ => compound(spec, suite, at, claims),
    }
}

fn compound(spec: &ToolSpec, suite: &Suite, at: Place, claims: Vec<Claim>) {
    let mut birth = Birth::new(spec.name.to_owned(), at.clone());
    birth.hidden = true;
    let child = suite.child(birth, Plan::new());
    for mut claim in claims {
        if spec.anchor {
            claim.at = at.clone();
        }
        child.claim(claim);
    }
    close_unrun(&child, None);
}
