//! What a schedule is, and random ones.

use async_test_suite::Mode;

/// The grid of time. Rounds begin and end on it; what the test does falls between, so that no two things ever happen at
/// the same instant and their order is known.
pub(crate) const GRID: u64 = 24;
/// Where between two points of the grid the test acts. A loop whose handle was dropped waits 20 ms for the end of the
/// body; neither that from here nor that from the grid falls on either.
pub(crate) const PHASE: u64 = 5;

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Says {
    Pass,
    Fail,
    Unknown,
    Done,
    Panic,
}

/// What one round says, and after how many points of the grid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Letter {
    pub(crate) says: Says,
    pub(crate) takes: u64,
}

impl Letter {
    pub(crate) const PLAIN: Letter = Letter {
        says: Says::Pass,
        takes: 0,
    };
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Op {
    Start,
    Stop,
    Finish,
    Drop,
    /// So many points of the grid.
    Wait(u64),
}

/// What ends the body.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum End {
    Return,
    Panic,
    Err,
    Abort,
    BailOut,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Keys {
    pub(crate) mode: Mode,
    pub(crate) keep_going: bool,
    pub(crate) fail_fast: bool,
    pub(crate) gate: bool,
    pub(crate) last_round: bool,
    pub(crate) after: u64,
    pub(crate) min_rounds: u64,
    pub(crate) rounds: Option<u64>,
    pub(crate) history: usize,
    /// In points of the grid.
    pub(crate) initial_delay: u64,
}

impl Keys {
    pub(crate) const PLAIN: Keys = Keys {
        mode: Mode::Always,
        keep_going: false,
        fail_fast: false,
        gate: false,
        last_round: true,
        after: 1,
        min_rounds: 1,
        rounds: None,
        history: 4096,
        initial_delay: 0,
    };
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Schedule {
    pub(crate) keys: Keys,
    /// Of all rounds, over all starts; plain ones follow.
    pub(crate) letters: Vec<Letter>,
    pub(crate) ops: Vec<Op>,
    pub(crate) end: End,
}

impl Schedule {
    pub(crate) fn random(seed: u64) -> Schedule {
        let mut rng = fastrand::Rng::with_seed(seed);
        let keys = keys(&mut rng);
        let letters = (0..rng.usize(0..16)).map(|_| letter(&mut rng)).collect();
        let ops = (0..rng.usize(1..12)).map(|_| op(&mut rng)).collect();
        let end = match rng.u8(0..12) {
            0 | 1 => End::Panic,
            2 | 3 => End::Err,
            4 => End::Abort,
            5 | 6 => End::BailOut,
            _ => End::Return,
        };
        Schedule {
            keys,
            letters,
            ops,
            end,
        }
    }

    /// All schedules that are a step simpler.
    pub(crate) fn simpler(&self) -> Vec<Schedule> {
        let mut all = Vec::new();
        let mut add = |change: &dyn Fn(&mut Schedule)| {
            let mut simpler = self.clone();
            change(&mut simpler);
            if simpler != *self {
                all.push(simpler);
            }
        };
        for index in 0..self.ops.len() {
            add(&|it| {
                it.ops.remove(index);
            });
            add(&|it| {
                if let Op::Wait(points) = &mut it.ops[index] {
                    *points = 1;
                }
            });
        }
        for index in 0..self.letters.len() {
            add(&|it| {
                it.letters.remove(index);
            });
            add(&|it| it.letters[index] = Letter::PLAIN);
            add(&|it| it.letters[index].takes = 0);
        }
        add(&|it| it.end = End::Return);
        let plain = Keys::PLAIN;
        add(&|it| it.keys.mode = plain.mode);
        add(&|it| it.keys.keep_going = plain.keep_going);
        add(&|it| it.keys.fail_fast = plain.fail_fast);
        add(&|it| it.keys.gate = plain.gate);
        add(&|it| it.keys.last_round = plain.last_round);
        add(&|it| it.keys.after = plain.after);
        add(&|it| it.keys.min_rounds = plain.min_rounds);
        add(&|it| it.keys.rounds = plain.rounds);
        add(&|it| it.keys.history = plain.history);
        add(&|it| it.keys.initial_delay = plain.initial_delay);
        all
    }
}

fn keys(rng: &mut fastrand::Rng) -> Keys {
    let mut one_in = |n: u8| rng.u8(0..n) == 0;
    let mode = match (one_in(4), one_in(3)) {
        (true, true) => Mode::Never,
        (true, false) => Mode::Sometimes,
        _ => Mode::Always,
    };
    let fail_fast = one_in(4);
    let keep_going = !fail_fast && one_in(3);
    // What a gate is to wait for where failures are no bad news is not looked at here.
    let gate = mode != Mode::Sometimes && one_in(4);
    let last_round = !one_in(4);
    Keys {
        mode,
        fail_fast,
        keep_going,
        gate,
        last_round,
        after: if rng.bool() { 1 } else { rng.u64(1..4) },
        min_rounds: if rng.bool() { 1 } else { rng.u64(1..5) },
        rounds: rng.u8(0..4).eq(&0).then(|| rng.u64(1..6)),
        history: if rng.bool() { 4096 } else { rng.usize(1..4) },
        initial_delay: if rng.u8(0..4) == 0 { rng.u64(1..4) } else { 0 },
    }
}

fn letter(rng: &mut fastrand::Rng) -> Letter {
    let says = match rng.u8(0..14) {
        0 | 1 => Says::Fail,
        2..=4 => Says::Unknown,
        5 => Says::Done,
        6 => Says::Panic,
        _ => Says::Pass,
    };
    let takes = match rng.u8(0..4) {
        0 => rng.u64(1..5),
        _ => 0,
    };
    Letter { says, takes }
}

fn op(rng: &mut fastrand::Rng) -> Op {
    match rng.u8(0..20) {
        0..=5 => Op::Start,
        6..=9 => Op::Stop,
        10 => Op::Finish,
        11 => Op::Drop,
        _ => Op::Wait(rng.u64(1..8)),
    }
}
