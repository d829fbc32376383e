//! What was seen of a tree, and what of it is not as the model says.

use std::collections::BTreeMap;

use async_test_suite::Intercepted;
use async_test_suite::claim::Problem;
use async_test_suite::record::{Record, SuiteEnd, Verdict};

use super::drive::Told;
use super::model::{Kind, Outcome, Raw, Suite};

/// One suite as the records tell it.
#[derive(Default)]
pub struct SeenSuite {
    pub points: Vec<(String, Kind)>,
    pub problems: Vec<&'static str>,
    pub counters: [u64; 5],
    pub raw: Option<Raw>,
    pub planned: Option<u64>,
}

/// A tree as the records tell it.
pub struct Seen {
    pub suites: BTreeMap<String, SeenSuite>,
    pub held: BTreeMap<String, bool>,
    pub verdict: Kind,
    pub bailed_out: bool,
    pub is_ok: bool,
}

pub fn kind(verdict: &Verdict) -> Kind {
    match verdict {
        Verdict::Passed => Kind::Passed,
        Verdict::Failed => Kind::Failed,
        Verdict::Flunked(_) => Kind::Flunked,
        Verdict::Unflunked(_) => Kind::Unflunked,
        Verdict::Todo(_) => Kind::Todo,
        Verdict::UnexpectedPass(_) => Kind::Unexpected,
        Verdict::Skipped(_) => Kind::Skipped,
        Verdict::Retried => unreachable!("trees have no attempts"),
    }
}

fn problem(problem: &Problem) -> &'static str {
    match problem {
        Problem::Panicked(_) => "Panicked",
        Problem::Returned(_) => "Returned",
        Problem::TimedOut { .. } => "TimedOut",
        Problem::JobsTimedOut { .. } => "JobsTimedOut",
        Problem::JobPanicked { .. } => "JobPanicked",
        Problem::CleanUp { .. } => "CleanUp",
        Problem::PlanMismatch { .. } => "PlanMismatch",
        Problem::Misuse(..) => "Misuse",
        Problem::LateCheck { .. } => "LateCheck",
        Problem::Stopped(_) => "Stopped",
        _ => "something else",
    }
}

fn raw(end: &SuiteEnd) -> Raw {
    match (end.failed, &end.skipped) {
        (true, _) => Raw::Fail,
        (false, Some(_)) => Raw::Skip,
        (false, None) => Raw::Pass,
    }
}

impl Seen {
    /// # Errors
    ///
    /// What of the records contradicts itself, whatever the tree was.
    pub fn new(run: &Intercepted, told: Told) -> Result<Seen, Vec<String>> {
        let (mut suites, mut wrong) = (BTreeMap::<String, SeenSuite>::new(), Vec::new());
        let mut ending: Option<u64> = None;
        for record in run.records() {
            match record {
                Record::Check(check) => {
                    let suite = suites.entry(check.suite.name.clone()).or_default();
                    suite.points.push((check.label.to_string(), kind(&check.verdict)));
                    if check.number != suite.points.len() as u64 {
                        wrong.push(format!(
                            "{}: point {} has number {}",
                            check.suite.name,
                            suite.points.len(),
                            check.number
                        ));
                    }
                    if suite.raw.is_some() {
                        wrong.push(format!("{}: a point after its end: {}", check.suite.name, check.label));
                    }
                    let child = check.child.as_ref().map(|end| end.suite.id.0);
                    if child != ending.take() {
                        wrong.push(format!(
                            "{}: the point of a subtest is not next to its end",
                            check.label
                        ));
                    }
                }
                Record::SuiteEnded(end) => {
                    let suite = suites.entry(end.suite.name.clone()).or_default();
                    if suite.raw.replace(raw(end)).is_some() {
                        wrong.push(format!("{}: it ends twice", end.suite.name));
                    }
                    let tally = end.tally;
                    suite.counters = [tally.run, tally.failed, tally.skipped, tally.todo, tally.unexpected];
                    suite.problems = end.problems.iter().map(|it| problem(it)).collect();
                    suite.planned = end.planned;
                    let counted = counters(&suite.points);
                    if suite.counters != counted {
                        wrong.push(format!(
                            "{}: counters {:?}, points {counted:?}",
                            end.suite.name, suite.counters
                        ));
                    }
                    ending = Some(end.suite.id.0);
                }
                _ => {}
            }
        }
        let unended = suites
            .iter()
            .filter(|(name, suite)| !name.is_empty() && suite.raw.is_none());
        wrong.extend(unended.map(|(name, _)| format!("{name}: it does not end")));
        wrong.extend(
            told.not_cleaned_up
                .iter()
                .map(|name| format!("{name}: its clean-up has not run")),
        );
        let run_end = run.run_end();
        wrong.extend(
            run_end
                .problems
                .iter()
                .map(|it| format!("a problem of the run: {it:?}")),
        );
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Seen {
            suites,
            held: told.held,
            verdict: kind(&run.verdict()),
            bailed_out: run_end.bailed_out.is_some(),
            is_ok: run_end.is_ok(),
        })
    }

    /// How the suites ended.
    pub fn raws(&self) -> BTreeMap<String, Raw> {
        let known = self.suites.iter();
        known
            .filter_map(|(name, suite)| Some((name.clone(), suite.raw?)))
            .collect()
    }
}

/// Run, failed, skipped, todo, unexpected.
pub fn counters(points: &[(String, Kind)]) -> [u64; 5] {
    let count = |wanted: fn(Kind) -> bool| points.iter().filter(|(_, kind)| wanted(*kind)).count() as u64;
    [
        points.len() as u64,
        count(Kind::fails),
        count(|kind| kind == Kind::Skipped),
        count(|kind| kind == Kind::Todo),
        count(|kind| kind == Kind::Unexpected),
    ]
}

pub fn compare(model: &Outcome, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut differ = |what: &str, model: &dyn std::fmt::Debug, seen: &dyn std::fmt::Debug| {
        let (model, seen) = (format!("{model:?}"), format!("{seen:?}"));
        if model != seen {
            wrong.push(format!("{what}\n    model {model}\n    seen  {seen}"));
        }
    };
    differ("verdict of the run", &model.verdict, &seen.verdict);
    differ("bailed out", &model.bailed_out, &seen.bailed_out);
    differ("the run is good", &model.is_ok(), &seen.is_ok);
    let is_tight = |name: &&String| !name.is_empty() && !model.loose.contains(*name);
    let expected: Vec<&String> = model.suites.keys().collect();
    let found: Vec<&String> = seen.suites.keys().filter(is_tight).collect();
    differ("the suites", &expected, &found);
    for (name, suite) in &model.suites {
        let Some(seen) = seen.suites.get(name) else { continue };
        let (mut points, mut problems) = (suite.points.clone(), suite.problems.clone());
        let (mut seen_points, mut seen_problems) = (seen.points.clone(), seen.problems.clone());
        if !suite.is_ordered {
            points.sort();
            seen_points.sort();
        }
        problems.sort_unstable();
        seen_problems.sort_unstable();
        let Suite { raw, planned, .. } = suite;
        differ(&format!("{name}: points"), &points, &seen_points);
        differ(&format!("{name}: counters"), &counters(&points), &seen.counters);
        differ(&format!("{name}: problems"), &problems, &seen_problems);
        differ(&format!("{name}: ended"), &Some(*raw), &seen.raw);
        differ(&format!("{name}: plan"), planned, &seen.planned);
    }
    let held: BTreeMap<_, _> = seen
        .held
        .clone()
        .into_iter()
        .filter(|(name, _)| is_tight(&name))
        .collect();
    differ("what the handles said", &model.held, &held);
    wrong
}
