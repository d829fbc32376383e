//! Who does what to one verifier at the same time, and what must hold whatever the order is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shuttle::future::{block_on, spawn};

use crate::claim::Raw;
use crate::clock;
use crate::place::Place;
use crate::round::{Round, VerifierState, VerifySpec};
use crate::shims::yield_now;
use crate::suite::{Attachment, Suite};
use crate::verify::{Core, Leave, Make, VerifyCause};

/// One verifier and what its rounds do: `.` passes, `x` fails, `p` panics, `d` is done; then they pass.
struct World {
    suite: Suite,
    core: Arc<Core<u64, &'static str>>,
    began: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
    overlap: Arc<AtomicBool>,
}

impl World {
    fn new(spec: VerifySpec, letters: &'static str) -> Arc<World> {
        let suite = Suite::new();
        let (began, ended, overlap) = <(Arc<AtomicU64>, Arc<AtomicU64>, Arc<AtomicBool>)>::default();
        let (b, e, o) = (began.clone(), ended.clone(), overlap.clone());
        let letters = Arc::new(Mutex::new(letters.chars()));
        let round = move || {
            let (b, e, o, letters) = (b.clone(), e.clone(), o.clone(), letters.clone());
            async move {
                let look = b.fetch_add(1, Ordering::SeqCst) + 1;
                if look != e.load(Ordering::SeqCst) + 1 {
                    o.store(true, Ordering::SeqCst);
                }
                yield_now().await;
                e.fetch_add(1, Ordering::SeqCst);
                let letter = letters.lock().unwrap().next().unwrap_or('.');
                match letter {
                    '.' => Round::pass(look),
                    'd' => Round::done(look),
                    'x' => Round::fail("x"),
                    _ => std::panic::panic_any("p"),
                }
            }
        };
        let core = Core::new(suite.clone(), Place::caller(), spec, Box::new(Make::new(round)));
        Arc::new(World {
            suite,
            core: Arc::new(core),
            began,
            ended,
            overlap,
        })
    }

    /// The end of the suite, and what must hold then.
    async fn end(&self) {
        self.suite.0.ending.store(true, Ordering::SeqCst);
        self.core.clone().end().await;
        let rounds = self.began.load(Ordering::SeqCst);
        assert_eq!(self.core.lock().state, VerifierState::Finished);
        assert!(self.core.lock().runner.is_none(), "the user's function is gone");
        assert_eq!(self.suite.0.told.lock().unwrap().len(), 1, "one verdict");
        assert!(!self.overlap.load(Ordering::SeqCst), "one round at a time");
        yield_now().await;
        assert_eq!(self.began.load(Ordering::SeqCst), rounds, "nobody looks any more");
        assert_eq!(self.ended.load(Ordering::SeqCst), rounds, "no round was interrupted");
        assert_eq!(self.core.report().rounds, rounds, "every look is in the figures");
    }

    fn passed(&self) -> bool {
        self.suite.0.told.lock().unwrap()[0].raw == Raw::Pass
    }
}

fn spec(every: u64) -> VerifySpec {
    VerifySpec {
        every: Duration::from_millis(every),
        ..VerifySpec::BASE
    }
}

/// Alone: each start is followed by a look, and its results are its own.
pub(crate) fn alternates() {
    block_on(async {
        for every in [0, 5] {
            let world = World::new(spec(every), "");
            let mut seen = 0;
            for _ in 0..2 {
                world.core.start().await.unwrap();
                let before = seen;
                let results = world.core.stop().await.unwrap();
                assert!(!results.is_empty(), "a start is followed by a look");
                assert_eq!(results[0].data, before + 1);
                assert_eq!(results[0].round, 1);
                seen += results.len() as u64;
                assert_eq!(world.core.lock().state, VerifierState::Idle);
            }
            world.end().await;
            assert!(world.passed());
        }
    });
}

/// Everybody at once: two who start and stop, one who finishes, one who lets go of the handle, and the end of the suite.
pub(crate) fn everybody_at_once() {
    block_on(async {
        let world = World::new(spec(5), "");
        let started = Arc::new(AtomicU64::new(0));
        let mut all = Vec::new();
        for _ in 0..2 {
            let (world, started) = (world.clone(), started.clone());
            all.push(spawn(async move {
                match world.core.start().await {
                    Ok(()) => started.fetch_add(1, Ordering::SeqCst),
                    Err(error) => {
                        assert!(error.is_state());
                        return;
                    }
                };
                match world.core.stop().await {
                    Ok(results) => assert!(!results.is_empty()),
                    Err(error) => assert!(error.is_state(), "{error}"),
                }
            }));
        }
        let finishes = world.clone();
        all.push(spawn(async move { finishes.core.finish(1).await }));
        let leaves = world.clone();
        all.push(spawn(async move {
            yield_now().await;
            leaves.core.leave();
        }));
        world.end().await;
        for task in all {
            task.await.unwrap();
        }
        assert_eq!(world.suite.0.told.lock().unwrap().len(), 1, "still one verdict");
        let report = world.core.report();
        if started.load(Ordering::SeqCst) > 0 && report.sessions > 0 {
            assert_eq!(report.failed, 0);
        }
    });
}

/// Two who stop: one has the results, the other an error of state.
pub(crate) fn two_stops() {
    block_on(async {
        let world = World::new(spec(5), "");
        world.core.start().await.unwrap();
        let other = world.clone();
        let task = spawn(async move { other.core.stop().await });
        let mine = world.core.stop().await;
        let theirs = task.await.unwrap();
        let results = [mine, theirs];
        assert_eq!(
            results.iter().filter(|it| it.is_ok()).count(),
            1,
            "one of the two has them"
        );
        let refused = |error: &crate::verify::VerifyError<u64, &'static str>| error.is_state();
        assert_eq!(
            results
                .iter()
                .filter_map(|it| it.as_ref().err())
                .filter(|it| refused(it))
                .count(),
            1
        );
        world.end().await;
    });
}

/// A stop beside a round that breaks it: the error comes with what was seen, or the violation is met by the end.
pub(crate) fn stop_beside_a_violation() {
    block_on(async {
        for letters in [".x", "..p"] {
            let world = World::new(spec(5), letters);
            world.core.start().await.unwrap();
            match world.core.stop().await {
                Ok(results) => assert_eq!(results.len() as u64, world.ended.load(Ordering::SeqCst)),
                Err(error) => {
                    assert!(error.is_violation());
                    assert_eq!(error.observations.len(), letters.len() - 1);
                }
            }
            let broken = world.core.report().failed > 0;
            world.end().await;
            assert_eq!(world.passed(), !broken);
        }
    });
}

/// A gate that fails is an error of the start, in every order.
pub(crate) fn a_gate_that_fails() {
    block_on(async {
        let world = World::new(VerifySpec { gate: true, ..spec(5) }, "x");
        let error = world.core.start().await.expect_err("the gate has failed");
        assert!(error.is_gate());
        assert_eq!(world.core.lock().state, VerifierState::Idle);
        world.end().await;
        assert!(!world.passed());
        let world = World::new(VerifySpec { gate: true, ..spec(5) }, ".");
        world.core.start().await.expect("the gate is passed");
        world.end().await;
        assert!(world.passed());
    });
}

/// The handle goes while the body goes on: the loop ends by itself and gives the verdict.
pub(crate) fn a_handle_that_goes() {
    block_on(async {
        for (letters, every) in [("", 5), ("d", 5), ("x", 0)] {
            let world = World::new(spec(every), letters);
            world.core.start().await.unwrap();
            world.core.leave();
            while world.core.lock().state != VerifierState::Finished {
                yield_now().await;
            }
            world.end().await;
        }
    });
}

/// The body goes, and the handle with it: one last round is made after it.
pub(crate) fn the_last_round() {
    block_on(async {
        let world = World::new(spec(5), "");
        world.core.start().await.unwrap();
        world.core.leave();
        let looked = world.began.load(Ordering::SeqCst);
        let lingered = world.core.lock().state != VerifierState::Finished;
        world.end().await;
        if lingered && world.core.report().rounds == looked {
            // Only where the loop had seen that the handle is gone and that the body was not over.
            assert!(world.passed());
        }
    });
}

/// Somebody loses patience at any time: nobody hangs, and there is one verdict.
pub(crate) fn patience_runs_out() {
    block_on(async {
        clock::RUNS_OUT.store(true, Ordering::SeqCst);
        let world = World::new(spec(5), "");
        for _ in 0..2 {
            match world.core.start().await {
                Ok(()) => {}
                // Its round has not come back yet.
                Err(error) => {
                    assert!(matches!(error.cause(), VerifyCause::State(_)));
                    yield_now().await;
                    continue;
                }
            }
            match world.core.stop().await {
                Ok(results) => assert!(!results.is_empty()),
                // Given up in its first round, which then came back all the same and was not taken any more.
                Err(error) => assert!(
                    error.is_violation() || matches!(error.cause(), VerifyCause::NoRound),
                    "{error}"
                ),
            }
        }
        let told = world.core.report().failed > 0;
        world.suite.0.ending.store(true, Ordering::SeqCst);
        world.core.clone().end().await;
        world.core.finish(1).await;
        assert_eq!(world.core.lock().state, VerifierState::Finished);
        assert_eq!(world.suite.0.told.lock().unwrap().len(), 1, "one verdict");
        assert!(!told || !world.passed());
        clock::RUNS_OUT.store(false, Ordering::SeqCst);
    });
}
