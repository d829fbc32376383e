//! Whether the conditions of a suite are met, asked when the suite is about to begin.

use std::borrow::Cow;

use crate::options;
use crate::plan::{Plan, When};

/// Turns an unmet condition into the reason to skip the suite. A plan that skips anyway keeps its own reason.
pub(crate) fn resolve(mut plan: Plan) -> Plan {
    if let (None, Some(when)) = (&plan.skip_all, plan.when) {
        if let Some(unmet) = unmet(&when) {
            plan.skip_all = Some(Cow::Owned(format!("unmet: {unmet}")));
        }
    }
    plan
}

/// The part of the condition that is not met, in the words of the attribute.
fn unmet(when: &When) -> Option<String> {
    match when {
        When::Mode(mode) => {
            let variable = format!("{}_TESTING", mode.to_uppercase());
            (!is_set(&variable)).then(|| format!("${variable}"))
        }
        When::Env(name) => (!is_set(name)).then(|| format!("${name}")),
        When::Command(name) => options::find_program(name).is_none().then(|| format!("command {name}")),
        When::Cfg(holds, text) => (!holds).then(|| format!("cfg({text})")),
        When::Any(parts) => {
            let unmet: Option<Vec<String>> = parts.iter().map(unmet).collect();
            // No part at all is no condition.
            unmet
                .filter(|unmet| !unmet.is_empty())
                .map(|unmet| format!("any({})", unmet.join(", ")))
        }
        When::All(parts) => {
            let unmet: Vec<String> = parts.iter().filter_map(unmet).collect();
            (!unmet.is_empty()).then(|| format!("all({})", unmet.join(", ")))
        }
        When::None(parts) => {
            let met: Vec<String> = parts
                .iter()
                .filter(|part| unmet(part).is_none())
                .map(describe)
                .collect();
            (!met.is_empty()).then(|| format!("none({})", met.join(", ")))
        }
        When::Custom(condition) => (!condition.is_met()).then(|| condition.describe()),
    }
}

fn is_set(name: &str) -> bool {
    options::variable(name).is_some_and(|value| !value.is_empty())
}

fn describe(when: &When) -> String {
    let list = |name: &str, parts: &[When]| {
        let parts: Vec<String> = parts.iter().map(describe).collect();
        format!("{name}({})", parts.join(", "))
    };
    match when {
        When::Mode(mode) => format!("${}_TESTING", mode.to_uppercase()),
        When::Env(name) => format!("${name}"),
        When::Command(name) => format!("command {name}"),
        When::Cfg(_, text) => format!("cfg({text})"),
        When::Any(parts) => list("any", parts),
        When::All(parts) => list("all", parts),
        When::None(parts) => list("none", parts),
        When::Custom(condition) => condition.describe(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YES: When = When::Cfg(true, "yes");
    const NO: When = When::Cfg(false, "no");
    const UNSET: When = When::Env("ASYNC_TEST_SUITE_SURELY_UNSET");

    #[test]
    fn the_unmet_part_is_named() {
        let rows: [(When, Option<&str>); 9] = [
            (YES, None),
            (NO, Some("cfg(no)")),
            (UNSET, Some("$ASYNC_TEST_SUITE_SURELY_UNSET")),
            (When::Mode("surely_unset"), Some("$SURELY_UNSET_TESTING")),
            (
                When::Command("surely-no-such-command"),
                Some("command surely-no-such-command"),
            ),
            (
                When::Any(&[NO, UNSET]),
                Some("any(cfg(no), $ASYNC_TEST_SUITE_SURELY_UNSET)"),
            ),
            (When::Any(&[NO, YES]), None),
            (When::All(&[NO, YES]), Some("all(cfg(no))")),
            (When::None(&[NO, When::Any(&[YES])]), Some("none(any(cfg(yes)))")),
        ];
        for (when, expected) in rows {
            assert_eq!(unmet(&when).as_deref(), expected, "{when:?}");
        }
    }
}
