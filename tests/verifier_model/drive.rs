//! Plays a schedule with a real verifier in a suite apart, on a paused clock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_test_suite::prelude::*;
use async_test_suite::record::{self, Check};
use async_test_suite::{Intercept, Observation, VerifyCause, VerifyError};
use tokio::time::Instant;

use super::schedule::{End, GRID, Keys, Letter, Op, PHASE, Says, Schedule};
use super::told::{Figures, Told, Verdict};

type Watched = Verifier<u64, &'static str>;

/// What the rounds do.
#[derive(Clone)]
struct Rounds {
    letters: Arc<Mutex<VecDeque<Letter>>>,
    looks: Arc<AtomicU64>,
}

#[verify_loop(every = "24ms", name = "inv")]
async fn scripted(rounds: Rounds) -> Round<u64, &'static str> {
    let look = rounds.looks.fetch_add(1, Ordering::SeqCst) + 1;
    let letter = rounds.letters.lock().unwrap().pop_front().unwrap_or(Letter::PLAIN);
    if letter.takes > 0 {
        tokio::time::sleep(Duration::from_millis(letter.takes * GRID)).await;
    }
    match letter.says {
        Says::Pass => Round::pass(look),
        Says::Fail => Round::fail("bad"),
        Says::Unknown => Round::unknown("dark"),
        Says::Done => Round::done(look),
        Says::Panic => panic!("a round that panics"),
    }
}

fn with_keys(mut v: Watched, keys: &Keys) -> Watched {
    use async_test_suite::Mode;
    v = match keys.mode {
        Mode::Sometimes => v.sometimes(),
        Mode::Never => v.never(),
        _ => v.always(),
    };
    v = if keys.keep_going { v.keep_going() } else { v };
    v = if keys.fail_fast { v.fail_fast() } else { v };
    v = if keys.gate { v.gate() } else { v };
    v = match keys.rounds {
        Some(rounds) => v.rounds(rounds),
        None => v,
    };
    v.last_round(keys.last_round)
        .after(keys.after)
        .min_rounds(keys.min_rounds)
        .history(keys.history)
        .initial_delay(Duration::from_millis(keys.initial_delay * GRID))
}

/// A body on the grid of time.
struct Body {
    began: Instant,
    handle: Option<Watched>,
    rounds: Rounds,
    told: Arc<Mutex<Vec<String>>>,
}

impl Body {
    async fn align(&self, phase: u64) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        let wait = (GRID + phase - now % GRID) % GRID;
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    async fn op(&mut self, op: Op) {
        let told = match (op, &self.handle) {
            (Op::Wait(points), _) => {
                tokio::time::sleep(Duration::from_millis(points * GRID)).await;
                "waited".to_owned()
            }
            (_, None) => "gone".to_owned(),
            (Op::Start, Some(v)) => {
                if v.state() == async_test_suite::VerifierState::Idle {
                    self.align(0).await;
                }
                match v.start_job().await {
                    Ok(()) => "ok".to_owned(),
                    Err(error) => cause(&error).to_owned(),
                }
            }
            (Op::Stop, Some(v)) => match v.stop_job().await {
                Ok(seen) => format!("ok {:?}", pairs(&seen)),
                Err(error) if error.is_state() => "state".to_owned(),
                Err(error) => format!("{} {:?}", cause(&error), pairs(&error.observations)),
            },
            (Op::Finish, Some(v)) => {
                v.finish().await;
                "finished".to_owned()
            }
            (Op::Drop, Some(_)) => {
                self.handle = None;
                "dropped".to_owned()
            }
        };
        self.align(PHASE).await;
        let looks = self.rounds.looks.load(Ordering::SeqCst);
        let line = match &self.handle {
            Some(v) => {
                let report = v.report();
                let figures = Figures {
                    sessions: report.sessions,
                    rounds: report.rounds,
                    passed: report.passed,
                    failed: report.failed,
                    unknown: report.unknown,
                    looks,
                };
                format!("{op:?}: {told}; {}, {figures:?}", v.state())
            }
            None => format!("{op:?}: {told}; {looks} looks"),
        };
        self.told.lock().unwrap().push(line);
    }
}

fn pairs(seen: &[Observation<u64>]) -> Vec<(u64, u64)> {
    seen.iter().map(|it| (it.round, it.data)).collect()
}

fn cause(error: &VerifyError<u64, &'static str>) -> &'static str {
    match error.cause() {
        VerifyCause::State(_) => "state",
        VerifyCause::Violated(_) => "violated",
        VerifyCause::Gate(_) => "gate",
        VerifyCause::NoRound => "no round",
        VerifyCause::Undecided => "undecided",
        VerifyCause::NeverPassed(_) => "never passed",
        VerifyCause::TooFewRounds { .. } => "too few",
        _ => "something else",
    }
}

async fn body(t: Suite, schedule: Schedule, rounds: Rounds, told: Arc<Mutex<Vec<String>>>) -> Result<(), &'static str> {
    let mut body = Body {
        began: Instant::now(),
        handle: Some(with_keys(scripted(rounds.clone()), &schedule.keys)),
        rounds,
        told,
    };
    for op in schedule.ops {
        body.op(op).await;
    }
    match schedule.end {
        End::Return => return Ok(()),
        End::Err => return Err("on purpose"),
        End::Panic => panic!("on purpose"),
        End::Abort => t.abort(),
        End::BailOut => t.bail_out("on purpose"),
    }
    std::future::pending().await
}

pub(crate) async fn play(schedule: &Schedule) -> Told {
    let rounds = Rounds {
        letters: Arc::new(Mutex::new(schedule.letters.iter().copied().collect())),
        looks: Arc::default(),
    };
    let told = Arc::<Mutex<Vec<String>>>::default();
    let (inner, lines, schedule) = (rounds.clone(), told.clone(), schedule.clone());
    let seen = Intercept::new()
        .run("run", |_| async move {
            subtest!("s", async |t| { body(t, schedule, inner, lines).await });
        })
        .await;
    let looks = rounds.looks.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let later = rounds.looks.load(Ordering::SeqCst);
    let mut checks = seen.all_checks().filter(|check| check.label == "inv");
    let check = checks.next();
    let mut ops = std::mem::take(&mut *told.lock().unwrap());
    if checks.next().is_some() {
        ops.push("its verdict was given twice".to_owned());
    }
    if later != looks {
        ops.push(format!("{} looks after the end", later - looks));
    }
    let count = |name| check.map_or(0, |check| count(check, name));
    Told {
        ops,
        verdict: check.map(|check| match check.verdict {
            record::Verdict::Passed => Verdict::Passed,
            record::Verdict::Skipped(_) => Verdict::Skipped,
            _ => Verdict::Failed,
        }),
        figures: Figures {
            sessions: 0,
            rounds: count("rounds"),
            passed: count("passed"),
            failed: count("failed"),
            unknown: count("unknown"),
            looks,
        },
        failed: seen.suite("run/s").is_none_or(|end| end.failed),
    }
}

fn count(check: &Check, name: &str) -> u64 {
    let figures = check.detail.iter().flat_map(|detail| &detail.figures);
    figures
        .filter(|(known, _)| known == name)
        .map(|(_, figure)| match figure {
            async_test_suite::Figure::Count(count) => *count,
            other => panic!("{name}: {other:?}"),
        })
        .sum()
}
