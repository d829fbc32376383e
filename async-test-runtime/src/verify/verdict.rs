//! The one test point of a verifier: its name, its verdict and its figures.

use std::borrow::Cow;

use crate::claim::{Claim, Detail, Figure, Raw};
use crate::place::Place;
use crate::settle::{Found, VerifyReport};

/// How a verifier ended.
pub(crate) struct Verdict<'a> {
    pub(crate) report: &'a VerifyReport,
    pub(crate) found: Option<&'a Found>,
    /// The suite was ended before its body had: what was not begun is no fault.
    pub(crate) cut_short: bool,
}

impl Verdict<'_> {
    pub(crate) fn claim(&self, at: Place) -> Claim {
        let report = self.report;
        let mut detail = figures(report);
        let raw = if report.sessions == 0 && self.cut_short {
            Raw::Skip(Cow::Borrowed("the suite was ended before the verifier was started"))
        } else if report.sessions == 0 {
            detail = detail.note("it was made and never started: call `start_job()` or `during(..)`, or take it out");
            Raw::Fail
        } else if let Some(found) = self.found {
            detail = explain(detail, found, report);
            Raw::Fail
        } else {
            Raw::Pass
        };
        // A verdict is of what has been done already, so it is no test that could still be skipped.
        Claim::new(raw, report.name.clone(), at).detail(detail).unskippable()
    }
}

impl Verdict<'_> {
    /// The test point of a loop that was awaited in place: figures only where it did not hold.
    pub(crate) fn short_claim(&self, at: Place) -> Claim {
        let report = self.report;
        match self.found {
            None => Claim::new(Raw::Pass, report.name.clone(), at),
            Some(found) => {
                let detail = Detail::new()
                    .note(found.sentence.clone())
                    .figure("rounds", Figure::Count(report.rounds))
                    .figure("failed", Figure::Count(report.failed))
                    .figure("unknown", Figure::Count(report.unknown));
                Claim::new(Raw::Fail, report.name.clone(), at).detail(detail)
            }
        }
    }
}

fn explain(detail: Detail, found: &Found, report: &VerifyReport) -> Detail {
    let mut detail = detail.note(found.sentence.clone());
    let broken = report.violation.as_ref().or(report.first_failure.as_ref());
    if let Some(blame) = broken.and_then(|round| round.blame.as_ref()) {
        if !blame.running.is_empty() {
            detail = detail.note(format!("running then: {}", blame.running.join(", ")));
        }
        if !blame.since.is_empty() {
            detail = detail.note(format!("since the last good round: {}", blame.since.join(", ")));
        }
    }
    if report.failed > 1 {
        let (failed, rounds) = (report.failed, report.rounds);
        detail = detail.note(format!("{failed} of {rounds} rounds failed"));
    }
    detail
}

fn figures(report: &VerifyReport) -> Detail {
    let latency = &report.latency;
    let mut detail = Detail::new()
        .figure("rounds", Figure::Count(report.rounds))
        .figure("passed", Figure::Count(report.passed))
        .figure("failed", Figure::Count(report.failed))
        .figure("unknown", Figure::Count(report.unknown));
    if let Some(first) = &report.first_failure {
        detail = detail
            .figure("first_failure_at", Figure::Time(first.at))
            .figure("first_failure_round", Figure::Count(first.round));
    }
    if let Some(why) = &report.last_unknown {
        detail = detail.figure("last_unknown", Figure::Text(why.to_string()));
    }
    detail = detail
        .figure("longest_gap", Figure::Time(report.longest_gap))
        .figure("latency_min", Figure::Time(latency.min))
        .figure("latency_mean", Figure::Time(latency.mean))
        .figure("latency_p50", Figure::Time(latency.p50))
        .figure("latency_p90", Figure::Time(latency.p90))
        .figure("latency_p99", Figure::Time(latency.p99))
        .figure("latency_max", Figure::Time(latency.max))
        .figure("covered", Figure::Share(report.covered))
        .figure("own_cost", Figure::Share(report.own_cost));
    for (name, count) in [
        ("dropped", report.dropped),
        ("late_ticks", report.late_ticks),
        ("transitions", report.transitions),
    ] {
        if count > 0 {
            detail = detail.figure(name, Figure::Count(count));
        }
    }
    if report.sessions > 1 {
        detail = detail.figure("sessions", Figure::Count(report.sessions));
    }
    let broken = report.violation.as_ref().or(report.first_failure.as_ref());
    if let Some(blame) = broken.and_then(|round| round.blame.as_ref()) {
        detail = detail.figure("running", Figure::List(blame.running.clone()));
    }
    if !report.unseen.is_empty() {
        detail = detail.figure("unseen", Figure::List(report.unseen.clone()));
    }
    detail
}
