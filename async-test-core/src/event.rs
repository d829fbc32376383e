//! What goes in: the one vocabulary of producers. Reporters never see it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::claim::{Claim, Problem};
use crate::ids::{EventId, SuiteId};
use crate::place::Place;
use crate::plan::Plan;
pub use crate::record::Telemetry;
use crate::record::{Log, Snapshot, SuiteInfo};
use crate::stage::Stage;

/// One thing that happened to a suite.
#[derive(Debug)]
pub struct Event {
    /// The suite it happened to.
    pub origin: SuiteId,
    /// Strictly increasing for one origin.
    pub id: EventId,
    /// When it was sent, on the system's monotonic clock.
    pub time: Instant,
    /// What happened.
    pub kind: EventKind,
}

/// What happened to a suite.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// The suite was created.
    Open(Box<Opening>),
    /// The suite's body begins.
    Started,
    /// The suite was told more about itself.
    Plan(Box<Plan>, Place),
    /// A check.
    Test(Claim),
    /// So many checks have passed, and nobody wants to hear more of them. Sent only where no bundle listens.
    Passed(u64),
    /// A comment of the user.
    Diag(Cow<'static, str>),
    /// From here on outcomes are forgiven, inverted or skipped.
    Amnesty(Amnesty),
    /// The rest of the plan is skipped.
    SkipRest(Cow<'static, str>, Place),
    /// Something that fails the suite beside its checks.
    Problem(Box<Problem>),
    /// The suite stepped from one stage to another.
    StageTransition {
        /// From here.
        from: Stage,
        /// To here.
        to: Stage,
    },
    /// The body says that no more tests come from it.
    NoMoreTests,
    /// Every job of the suite has ended.
    JobsAwaited,
    /// A measurement.
    Telemetry(Telemetry),
    /// What was logged since the last event of this kind.
    Log(Box<Log>),
    /// The suite is done; nothing more will come from it.
    DoneTesting(Box<Closing>),
    /// The whole run ends.
    BailOut(Cow<'static, str>),
    /// Something asked of the hub or of a bundle.
    Command(Command),
    /// The hub is to end its loop after this.
    Terminate,
}

/// A suite that begins.
#[derive(Debug)]
pub struct Opening {
    /// Who it is.
    pub info: Arc<SuiteInfo>,
    /// What it was told when it was created.
    pub plan: Plan,
    /// The text that a panic of its body must contain, for `#[should_panic]`.
    pub should_panic: Option<&'static str>,
    /// The lines of its body, where they are known: a `todo!()` of the standard library in them is a marker.
    pub body: Option<BodySpan>,
}

/// The lines of a body.
#[derive(Clone, Copy, Debug)]
pub struct BodySpan {
    /// The file.
    pub file: &'static str,
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

/// A suite that ends.
#[derive(Default, Debug)]
pub struct Closing {
    /// It was ended by `abort`: the plan is not compared.
    pub aborted: bool,
    /// How long its body and jobs took.
    pub took: Duration,
    /// How long it waited for a place under a limit.
    pub waited: Duration,
    /// An order or a value in it came from the seed.
    pub seeded: bool,
    /// Where to tell the result.
    pub reply: Option<Reply>,
}

/// How many outcomes an amnesty is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// The next so many.
    Next(u64),
    /// All that follow in the suite.
    Remaining,
}

/// A change to how outcomes are judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Amnesty {
    /// Failures are forgiven.
    Todo(Cow<'static, str>, Span),
    /// Outcomes are inverted.
    Flunk(Cow<'static, str>, Span),
    /// Checks count as skipped.
    SkipRemaining(Cow<'static, str>),
}

/// Something asked of the hub, or of a bundle through the hub.
#[derive(Debug)]
#[non_exhaustive]
pub enum Command {
    /// Tell the state of the suite, when every earlier event has been handled.
    SyncEvents(Reply),
    /// A command of a bundle.
    Custom {
        /// Its name.
        name: Cow<'static, str>,
        /// What it carries.
        payload: Payload,
        /// Where the answer goes: whether anybody handled it.
        reply: Option<Handled>,
    },
}

/// A value that travels with a command of a bundle.
#[derive(Clone)]
pub struct Payload(pub Arc<dyn Any + Send + Sync>);

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload")
    }
}

/// Where the hub tells the state of a suite. It is called on the hub's thread and must not block.
pub struct Reply(Box<dyn FnOnce(Option<Snapshot>) + Send>);

impl Reply {
    /// Wraps what is to be done with the answer; `None` is for a suite that has left the ledger.
    pub fn new(answer: impl FnOnce(Option<Snapshot>) + Send + 'static) -> Reply {
        Reply(Box::new(answer))
    }

    /// Gives the answer.
    pub fn send(self, snapshot: Option<Snapshot>) {
        (self.0)(snapshot);
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// Where the hub tells whether a command was handled.
pub struct Handled(Box<dyn FnOnce(bool) + Send>);

impl Handled {
    /// Wraps what is to be done with the answer.
    pub fn new(answer: impl FnOnce(bool) + Send + 'static) -> Handled {
        Handled(Box::new(answer))
    }

    /// Gives the answer.
    pub fn send(self, handled: bool) {
        (self.0)(handled);
    }
}

impl fmt::Debug for Handled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handled")
    }
}
