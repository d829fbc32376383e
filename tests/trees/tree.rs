//! What a tree of suites consists of. It is data, so that the same tree can be run, predicted, shrunk and printed.

use std::fmt;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Tree {
    pub seed: u64,
    /// Every subtest and job is awaited as soon as it was made: then there is one order of events, whatever the modes.
    pub strict: bool,
    pub top: Arc<Node>,
}

/// A suite. Its name begins with a word that no other suite of the tree has.
#[derive(Clone, Debug)]
pub struct Node {
    pub name: String,
    pub plan: Keys,
    pub start: Start,
    pub wait: Wait,
    pub ops: Vec<Op>,
    pub end: End,
}

#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Keys {
    pub tests: Option<u64>,
    pub parallel: bool,
    pub random: bool,
    pub todo: bool,
    pub skip_all: bool,
    /// An unmet condition.
    pub unmet: bool,
    pub test_jobs: Option<usize>,
}

/// Through which door a suite is made, and how it is started.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Start {
    pub door: Door,
    pub spawned: bool,
    pub instant: bool,
    pub hidden: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Door {
    /// `t.subtest(..)`
    Method,
    /// `subtest!(..)`; with `instant` in the task of its parent. It has no keys of its own, its body gives the plan.
    Macro,
    /// `t.create_suite(..)` and `t.invoke_suite(..)`
    Invoked,
    /// `t.create_suite(..)` and `run`
    Run,
    /// `t.create_suite(..)` and nothing more.
    Dropped,
}

/// When the body of the parent awaits the subtest.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wait {
    Never,
    AtOnce,
    AtTheEnd,
}

#[derive(Clone, Debug)]
pub enum Op {
    Check { label: u64, held: bool, skippable: bool },
    Skip(u64),
    SkipRest,
    SkipRemaining { global: bool },
    Todo(Option<u64>),
    Flunk(Option<u64>),
    Plan(Keys),
    DoneTesting,
    Diag,
    Yield,
    Job(Job),
    Child(Arc<Node>),
}

#[derive(Clone, Debug)]
pub enum Job {
    Quiet,
    Panic,
    Check { label: u64, held: bool },
}

/// How a body ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum End {
    Return,
    Panic,
    Err,
    /// Aborts the suite so many levels above, 0 for its own.
    Abort(usize),
    BailOut,
}

impl Node {
    /// How many suites there are in it, itself included.
    pub fn count(&self) -> usize {
        1 + self.children().map(|child| child.count()).sum::<usize>()
    }

    pub fn children(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.ops.iter().filter_map(|op| match op {
            Op::Child(child) => Some(child),
            _ => None,
        })
    }

    pub fn depth(&self) -> usize {
        1 + self.children().map(|child| child.depth()).max().unwrap_or(0)
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let Start {
            door,
            spawned,
            instant,
            hidden,
        } = self.start;
        write!(f, "{:indent$}{} {door:?}", "", self.name)?;
        for (word, is_set) in [("spawned", spawned), ("instant", instant), ("hidden", hidden)] {
            if is_set {
                write!(f, " {word}")?;
            }
        }
        writeln!(f, " awaited {:?}, {}, ends by {:?}", self.wait, self.plan, self.end)?;
        for op in &self.ops {
            match op {
                Op::Child(child) => child.print(f, indent + 2)?,
                Op::Plan(keys) => writeln!(f, "{:1$}  Plan({keys})", "", indent)?,
                op => writeln!(f, "{:1$}  {op:?}", "", indent)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plan")?;
        if let Some(tests) = self.tests {
            write!(f, " {tests}")?;
        }
        for (word, is_set) in [
            ("parallel", self.parallel),
            ("random", self.random),
            ("todo", self.todo),
            ("skip_all", self.skip_all),
            ("unmet", self.unmet),
        ] {
            if is_set {
                write!(f, " {word}")?;
            }
        }
        match self.test_jobs {
            Some(limit) => write!(f, " test_jobs={limit}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let strict = if self.strict { "strict" } else { "free" };
        writeln!(f, "{strict} tree of seed {:#x}", self.seed)?;
        self.top.print(f, 0)
    }
}
