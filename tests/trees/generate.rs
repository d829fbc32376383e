//! Random trees. Whatever is generated has one outcome, whatever the scheduler does; the comments say what is left out
//! for that.

use std::sync::Arc;

use fastrand::Rng;

use super::tree::{Door, End, Job, Keys, Node, Op, Start, Tree, Wait};

const DEPTH: usize = 6;

/// Texts that a format must not take for its own; a suite's name and a check's label end with one now and then.
const TAILS: &[&str] = &[
    " # SKIP no",
    " # TODO no",
    "\\",
    " {",
    " é",
    " - ",
    "\\# skip",
    " 1..3",
    ": \"x\"",
    " #",
];

struct Generator {
    rng: Rng,
    strict: bool,
    /// How many suites may still be made.
    left: usize,
    number: u64,
}

/// What a body has been given so far that limits what else it may do.
#[derive(Default)]
struct Body {
    /// No amnesty, no skip, no plan inside: then jobs may make checks in it, in whatever order.
    calm: bool,
    /// The number of tests that a right plan names.
    tests: u64,
    is_done: bool,
}

pub fn tree(seed: u64) -> Tree {
    let mut rng = Rng::with_seed(seed);
    let left = match rng.u32(..500) {
        0 => 299,
        1..=10 => rng.usize(30..80),
        11..=90 => rng.usize(8..30),
        _ => rng.usize(0..8),
    };
    let strict = rng.u8(..10) < 4;
    let mut generator = Generator {
        rng,
        strict,
        left,
        number: 0,
    };
    let top = Arc::new(generator.node(1, false));
    Tree { seed, strict, top }
}

impl Generator {
    fn one_in(&mut self, n: u32) -> bool {
        self.rng.u32(..n) == 0
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn name(&mut self) -> String {
        let number = self.next();
        let tail = if self.one_in(12) { self.tail() } else { "" };
        format!("s{number}{tail}")
    }

    pub fn tail(&mut self) -> &'static str {
        self.rng.choice(TAILS).copied().unwrap_or_default()
    }

    fn count(&mut self) -> Option<u64> {
        (!self.one_in(5)).then(|| self.rng.u64(0..4))
    }

    fn node(&mut self, depth: usize, parent_aborts: bool) -> Node {
        let name = self.name();
        let start = self.start(depth);
        let mut body = Body {
            calm: self.one_in(3),
            ..Body::default()
        };
        let end = self.end(depth, start);
        let mut ops = Vec::new();
        for _ in 0..self.rng.usize(0..8) {
            let op = self.op(&mut body, end);
            ops.push(op);
        }
        while self.left > 0 && depth < DEPTH && (depth == 1 || self.rng.bool()) {
            self.left -= 1;
            body.tests += 1;
            let child = Op::Child(Arc::new(self.node(depth + 1, matches!(end, End::Abort(_)))));
            let place = self.rng.usize(0..=ops.len());
            ops.insert(place, child);
        }
        let plan = self.keys(&body, depth);
        let wait = match (self.strict, start.door) {
            (_, Door::Dropped | Door::Run) => Wait::Never,
            (true, _) => Wait::AtOnce,
            (false, _) => *self
                .rng
                .choice(&[Wait::Never, Wait::Never, Wait::AtOnce, Wait::AtTheEnd])
                .unwrap_or(&Wait::Never),
        };
        let mut node = Node {
            name,
            plan,
            start,
            wait,
            ops,
            end,
        };
        if start.door == Door::Macro {
            node.plan = Keys::default();
        }
        if !body.calm && (start.door == Door::Macro || self.one_in(8)) {
            let place = if self.one_in(5) { node.ops.len() } else { 0 };
            let mut keys = self.keys(&body, depth);
            // Whether the body comes as far as to say so would decide what its parent makes of it.
            keys.todo &= self.strict || !parent_aborts;
            node.ops.insert(place, Op::Plan(keys));
        }
        node
    }

    fn start(&mut self, depth: usize) -> Start {
        let door = match self.rng.u8(..20) {
            _ if depth == 1 => Door::Method,
            0..=9 => Door::Method,
            10..=15 => Door::Macro,
            16..=17 => Door::Invoked,
            18 => Door::Run,
            _ => Door::Dropped,
        };
        let instant = self.one_in(6);
        Start {
            door,
            // The macro runs an `instant` body here, since it may borrow.
            spawned: self.one_in(6) && !(instant && door == Door::Macro),
            instant,
            hidden: depth > 1 && self.one_in(20) && matches!(door, Door::Method | Door::Macro),
        }
    }

    fn end(&mut self, depth: usize, start: Start) -> End {
        match self.rng.u8(..60) {
            0..=3 => End::Panic,
            4..=8 if start.door == Door::Macro => End::Err,
            9..=11 => End::Abort(0),
            // What else is running then is not determined, so only where nothing else is.
            12..=13 if self.strict && depth > 1 => End::Abort(self.rng.usize(1..depth)),
            14 if self.strict && self.one_in(2) => End::BailOut,
            _ => End::Return,
        }
    }

    fn op(&mut self, body: &mut Body, end: End) -> Op {
        match self.rng.u8(..60) {
            0..=3 if !body.calm => {
                let count = self.rng.u64(0..4);
                body.tests += count;
                Op::Skip(count)
            }
            // Nobody says what it means after `done_testing`.
            4 if !body.calm && !body.is_done => Op::SkipRest,
            5 if !body.calm => Op::SkipRemaining {
                // It would race with what runs beside it.
                global: self.strict && self.one_in(3),
            },
            6..=10 if !body.calm => Op::Todo(self.count()),
            11..=15 if !body.calm => Op::Flunk(self.count()),
            16 if !body.calm => {
                body.is_done = true;
                Op::DoneTesting
            }
            17..=18 => Op::Diag,
            19..=22 => Op::Yield,
            23..=26 => Op::Job(self.job(body, end)),
            _ => {
                body.tests += 1;
                Op::Check {
                    label: self.next(),
                    held: !self.one_in(5),
                    skippable: !self.one_in(6),
                }
            }
        }
    }

    fn job(&mut self, body: &mut Body, end: End) -> Job {
        // A job that runs beside the body makes its checks at any time, and an abort may come before them.
        let determined = self.strict || (body.calm && !matches!(end, End::Abort(_)));
        match self.rng.u8(..4) {
            0 if self.strict || !matches!(end, End::Abort(_)) => Job::Panic,
            1..=2 if determined => {
                body.tests += 1;
                Job::Check {
                    label: self.next(),
                    held: !self.one_in(5),
                }
            }
            _ => Job::Quiet,
        }
    }

    fn keys(&mut self, body: &Body, depth: usize) -> Keys {
        let tests = match self.rng.u8(..10) {
            0..=3 => Some(body.tests),
            4 => Some(self.rng.u64(0..6)),
            _ => None,
        };
        Keys {
            tests,
            parallel: self.one_in(3),
            random: self.one_in(4),
            todo: self.one_in(10),
            skip_all: self.one_in(if depth == 1 { 60 } else { 20 }),
            unmet: self.one_in(if depth == 1 { 80 } else { 40 }),
            test_jobs: self.one_in(3).then(|| self.rng.usize(1..4)),
        }
    }
}
