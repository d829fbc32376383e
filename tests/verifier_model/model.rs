//! A small sequential model of a verifier in a suite: one list of times instead of tasks and clocks.

use async_test_suite::{Mode, VerifierState};

use super::schedule::{End, GRID, Keys, Letter, Op, PHASE, Says, Schedule};
use super::told::{Figures, Told, Verdict};

/// How long a loop whose handle was dropped waits for the end of the body.
const LINGERS: u64 = 20;

/// One start.
struct Session {
    next: Next,
    over: bool,
    begun_with: Figures,
    row: u64,
    broken: bool,
    gate_open: bool,
    gate_failed: bool,
    kept: Vec<(u64, u64)>,
}

/// What comes next in a loop, and when.
#[derive(Clone, Copy)]
enum Next {
    /// A round.
    Begins(u64),
    /// The end of the round in flight, what it says, and which look it is.
    Ends(u64, Letter, u64),
    /// The end of the loop, since its handle was dropped.
    Leaves(u64),
}

pub(crate) struct Model<'a> {
    keys: &'a Keys,
    letters: std::slice::Iter<'a, Letter>,
    now: u64,
    state: VerifierState,
    session: Option<Session>,
    figures: Figures,
    /// Something that no later start makes good.
    failed: bool,
    /// A start that saw nothing either way.
    undecided: bool,
    verdict: Option<Verdict>,
    told: Vec<String>,
    handle: bool,
    body_over: bool,
    /// Nothing is told any more: the suite was aborted.
    quiet: bool,
}

/// The body was ended by the verifier.
struct Killed;

pub(crate) fn play(schedule: &Schedule) -> Told {
    let mut model = Model {
        keys: &schedule.keys,
        letters: schedule.letters.iter(),
        now: 0,
        state: VerifierState::Idle,
        session: None,
        figures: Figures::default(),
        failed: false,
        undecided: false,
        verdict: None,
        told: Vec::new(),
        handle: true,
        body_over: false,
        quiet: false,
    };
    let to_the_end = schedule.ops.iter().try_for_each(|op| model.op(*op));
    model.end(to_the_end.is_ok().then_some(schedule.end))
}

impl Model<'_> {
    fn op(&mut self, op: Op) -> Result<(), Killed> {
        let told = match op {
            Op::Wait(points) => {
                self.advance(self.now + points * GRID)?;
                "waited".to_owned()
            }
            _ if !self.handle => "gone".to_owned(),
            Op::Start => self.start()?,
            Op::Stop => self.stop()?,
            Op::Finish => {
                if self.state != VerifierState::Finished {
                    self.wait_for_end()?;
                    self.conclude();
                }
                "finished".to_owned()
            }
            Op::Drop => {
                self.handle = false;
                match self.session.as_mut().filter(|session| !session.over) {
                    None => self.conclude(),
                    Some(session) => {
                        if let Next::Begins(_) = session.next {
                            session.next = Next::Leaves(self.now + LINGERS);
                        }
                    }
                }
                "dropped".to_owned()
            }
        };
        self.align(PHASE)?;
        let line = match self.handle {
            true => format!("{op:?}: {told}; {}, {:?}", self.state, self.figures),
            false => format!("{op:?}: {told}; {} looks", self.figures.looks),
        };
        self.told.push(line);
        Ok(())
    }

    /// To the next time of this phase.
    fn align(&mut self, phase: u64) -> Result<(), Killed> {
        self.advance(self.now + (GRID + phase - self.now % GRID) % GRID)
    }

    fn advance(&mut self, to: u64) -> Result<(), Killed> {
        while let Some(at) = self.next_at().filter(|at| *at <= to) {
            self.now = at;
            self.step()?;
        }
        self.now = to;
        Ok(())
    }

    fn next_at(&self) -> Option<u64> {
        let session = self.session.as_ref().filter(|session| !session.over)?;
        match session.next {
            Next::Begins(at) | Next::Ends(at, ..) | Next::Leaves(at) => Some(at),
        }
    }

    /// What happens next in the loop.
    fn step(&mut self) -> Result<(), Killed> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        match session.next {
            Next::Begins(at) => {
                let letter = self.letters.next().copied().unwrap_or(Letter::PLAIN);
                self.figures.looks += 1;
                session.next = Next::Ends(at + letter.takes * GRID, letter, self.figures.looks);
                if letter.takes == 0 { self.step() } else { Ok(()) }
            }
            Next::Ends(_, letter, look) => self.land(letter.says, look),
            Next::Leaves(_) => {
                session.over = true;
                self.conclude();
                Ok(())
            }
        }
    }

    fn land(&mut self, says: Says, look: u64) -> Result<(), Killed> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let keys = self.keys;
        self.figures.rounds += 1;
        let passes = matches!(says, Says::Pass | Says::Done);
        let bad = match keys.mode {
            Mode::Never => passes || says == Says::Panic,
            _ => matches!(says, Says::Fail | Says::Panic),
        };
        if passes {
            self.figures.passed += 1;
            session
                .kept
                .push((self.figures.rounds - session.begun_with.rounds, look));
        } else if says == Says::Unknown {
            self.figures.unknown += 1;
        } else {
            self.figures.failed += 1;
        }
        let mut crossed = false;
        if says != Says::Unknown {
            session.row = if bad { session.row + 1 } else { 0 };
            crossed = bad && !session.broken && keys.mode != Mode::Sometimes && session.row >= keys.after;
            session.broken |= crossed;
            if !session.gate_open && !session.gate_failed {
                session.gate_open = !bad;
                session.gate_failed = bad;
            }
        }
        let rounds = self.figures.rounds - session.begun_with.rounds;
        session.over = session.gate_failed
            || (session.broken && !keys.keep_going)
            || says == Says::Done
            || keys.rounds.is_some_and(|most| rounds >= most);
        session.next = match self.handle {
            true => Next::Begins(self.now + GRID),
            false => Next::Leaves(self.now + LINGERS),
        };
        let kills = crossed && keys.fail_fast && !session.gate_failed;
        if session.over && !self.handle {
            self.conclude();
        }
        if kills && !self.body_over { Err(Killed) } else { Ok(()) }
    }

    fn start(&mut self) -> Result<String, Killed> {
        if self.state != VerifierState::Idle {
            return Ok("state".to_owned());
        }
        self.align(0)?;
        self.state = VerifierState::Running;
        self.figures.sessions += 1;
        self.session = Some(Session {
            next: Next::Begins(self.now + self.keys.initial_delay * GRID),
            over: false,
            begun_with: self.figures.clone(),
            row: 0,
            broken: false,
            gate_open: !self.keys.gate,
            gate_failed: false,
            kept: Vec::new(),
        });
        if self.keys.initial_delay == 0 {
            // The first round begins before anything else does, after the acknowledgement.
            self.advance(self.now)?;
        }
        while let Some(session) = self.session.as_ref().filter(|session| !session.gate_open) {
            if session.over {
                let finding = self.close().map(|_| "gate");
                self.state = VerifierState::Idle;
                return Ok(finding.unwrap_or("ok").to_owned());
            }
            if let Some(at) = self.next_at() {
                self.advance(at)?;
            }
        }
        Ok("ok".to_owned())
    }

    /// The round in flight ends, and the loop with it.
    fn wait_for_end(&mut self) -> Result<(), Killed> {
        if let Some(Next::Ends(at, ..)) = self.session.as_ref().filter(|it| !it.over).map(|it| it.next) {
            self.now = at;
            self.step()?;
        }
        if let Some(session) = &mut self.session {
            session.over = true;
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<String, Killed> {
        if self.state != VerifierState::Running {
            return Ok("state".to_owned());
        }
        self.wait_for_end()?;
        let kept = self
            .session
            .as_ref()
            .map(|session| session.kept.clone())
            .unwrap_or_default();
        let newest = &kept[kept.len().saturating_sub(self.keys.history)..];
        let found = self.close().unwrap_or("ok");
        self.state = VerifierState::Idle;
        Ok(format!("{found} {newest:?}"))
    }

    /// What a start has come to.
    fn close(&mut self) -> Option<&'static str> {
        let session = self.session.take()?;
        let (now, before, keys) = (&self.figures, &session.begun_with, self.keys);
        let rounds = now.rounds - before.rounds;
        let passed = now.passed - before.passed;
        let decided = passed + now.failed - before.failed;
        let found = if session.gate_failed {
            "gate"
        } else if session.broken {
            "violated"
        } else if rounds == 0 {
            "no round"
        } else if keys.mode == Mode::Sometimes && passed == 0 {
            "never passed"
        } else if decided == 0 {
            "undecided"
        } else if rounds < keys.min_rounds {
            "too few"
        } else {
            return None;
        };
        match found {
            "never passed" | "undecided" => self.undecided = true,
            _ => self.failed = true,
        }
        Some(found)
    }

    fn conclude(&mut self) {
        if self.state == VerifierState::Finished {
            return;
        }
        self.close();
        self.state = VerifierState::Finished;
        let made_good = self.keys.mode == Mode::Sometimes && self.figures.passed > 0;
        let bad = self.figures.sessions == 0 || self.failed || (self.undecided && !made_good);
        if !self.quiet {
            self.verdict = Some(if bad { Verdict::Failed } else { Verdict::Passed });
        }
    }

    /// The end of the body; none if the verifier has ended it.
    fn end(mut self, end: Option<End>) -> Told {
        self.body_over = true;
        self.quiet = end == Some(End::Abort);
        let cut_short = matches!(end, None | Some(End::Abort | End::BailOut));
        if self.state != VerifierState::Finished {
            if self.session.as_ref().is_some_and(|session| !session.over) {
                let _ = self.last_rounds();
            }
            self.conclude();
            if self.figures.sessions == 0 && cut_short && !self.quiet {
                self.verdict = Some(Verdict::Skipped);
            }
        }
        let ended_badly = matches!(end, Some(End::Panic | End::Err | End::BailOut));
        Told {
            failed: self.verdict == Some(Verdict::Failed) || ended_badly,
            ops: self.told,
            verdict: self.verdict,
            figures: self.figures,
        }
    }

    /// The round in flight, and the last one.
    fn last_rounds(&mut self) -> Result<(), Killed> {
        if let Some(Next::Ends(at, ..)) = self.session.as_ref().map(|session| session.next) {
            self.now = at;
            self.step()?;
        }
        let goes_on = self.session.as_ref().is_some_and(|session| !session.over);
        if goes_on && self.keys.last_round {
            if let Some(session) = &mut self.session {
                session.next = Next::Begins(self.now);
            }
            self.step()?;
            if let Some(Next::Ends(at, ..)) = self.session.as_ref().filter(|it| !it.over).map(|it| it.next) {
                self.now = at;
                self.step()?;
            }
        }
        if let Some(session) = &mut self.session {
            session.over = true;
        }
        Ok(())
    }
}
