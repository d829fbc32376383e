//! What a check says before anybody has judged it, and why it says so.

use std::borrow::Cow;
use std::time::Duration;

use crate::ids::SuiteId;
use crate::outcome::BodyFailure;
use crate::place::Place;

/// The raw outcome of a check, before any amnesty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Raw {
    /// It held.
    Pass,
    /// It did not hold.
    Fail,
    /// It was not looked at, and why.
    Skip(Cow<'static, str>),
}

impl Raw {
    /// `Pass` for true, `Fail` for false.
    pub fn of(held: bool) -> Raw {
        if held { Raw::Pass } else { Raw::Fail }
    }
}

/// One check as its tool sends it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whether it held.
    pub raw: Raw,
    /// The message, or the checked source text where no message was given.
    pub label: Cow<'static, str>,
    /// Where the user wrote the check.
    pub at: Place,
    /// What there is to say about it; failures have it, passes seldom.
    pub detail: Option<Box<Detail>>,
    /// Whether `skip_remaining!` turns it into a skip.
    pub skippable: bool,
    /// What it is judged by beside its outcome.
    pub terms: Terms,
}

/// A check that passed and of which there is nothing else to say.
#[derive(Debug)]
#[doc(hidden)]
pub struct Pass {
    pub label: Cow<'static, str>,
    pub at: Place,
}

/// What a check is judged by beside its outcome.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Terms {
    /// The markers before it: `todo_next!`, `test_flunks!`.
    #[default]
    Program,
    /// Only its own reason to be forgiven, if it has one. For checks that come at a time the program does not decide,
    /// as the verdict of a verifier does: they must not use up a marker that was meant for another.
    Own(Option<Cow<'static, str>>),
    /// Those before it, but it does not run: it is left out by a filter, and takes what would be its own with it, so that
    /// each later one is judged as if all had run.
    LeftOut,
}

impl From<Pass> for Claim {
    fn from(Pass { label, at }: Pass) -> Claim {
        Claim::new(Raw::Pass, label, at)
    }
}

impl Claim {
    /// A skippable claim with nothing more to say.
    pub fn new(raw: Raw, label: impl Into<Cow<'static, str>>, at: Place) -> Claim {
        Claim {
            raw,
            label: label.into(),
            at,
            detail: None,
            skippable: true,
            terms: Terms::Program,
        }
    }

    /// Adds the explanation.
    #[must_use]
    pub fn detail(mut self, detail: Detail) -> Claim {
        self.detail = Some(Box::new(detail));
        self
    }

    /// It does not run, and takes the marker with it that it would have been judged by.
    #[must_use]
    pub fn left_out(mut self) -> Claim {
        self.terms = Terms::LeftOut;
        self
    }

    /// Is judged by this alone, not by the markers before it.
    #[must_use]
    pub fn on_own_terms(mut self, todo: Option<Cow<'static, str>>) -> Claim {
        self.terms = Terms::Own(todo);
        self
    }

    /// Is counted also after `skip_remaining!`.
    #[must_use]
    pub fn unskippable(mut self) -> Claim {
        self.skippable = false;
        self
    }
}

/// The explanation of a check. Tools fill in what they know; reporters print what is there, in this order.
#[derive(Clone, Default, Debug)]
#[non_exhaustive]
pub struct Detail {
    /// The checked source text, where the label is a message.
    pub expression: Option<Cow<'static, str>>,
    /// What was expected.
    pub expected: Option<String>,
    /// What there was.
    pub got: Option<String>,
    /// Line by line, where the two are long: `-` expected, `+` got.
    pub diff: Option<String>,
    /// A panic that the check met.
    pub panic: Option<Panic>,
    /// Sentences.
    pub notes: Vec<String>,
    /// Named numbers and texts, under stable names.
    pub figures: Vec<(Cow<'static, str>, Figure)>,
}

impl Detail {
    /// Nothing to say yet.
    pub fn new() -> Detail {
        Detail::default()
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Detail {
        self.notes.push(note.into());
        self
    }

    /// Adds what was expected and what there was.
    #[must_use]
    pub fn expected_got(mut self, expected: impl Into<String>, got: impl Into<String>) -> Detail {
        self.expected = Some(expected.into());
        self.got = Some(got.into());
        self
    }

    /// Adds a named value.
    #[must_use]
    pub fn figure(mut self, name: impl Into<Cow<'static, str>>, value: Figure) -> Detail {
        self.figures.push((name.into(), value));
        self
    }
}

/// A named value of a check, for instance how many rounds a verifier made.
#[derive(Clone, PartialEq, Debug)]
pub enum Figure {
    /// A number of things.
    Count(u64),
    /// A length of time.
    Time(Duration),
    /// A share between 0 and 1.
    Share(f64),
    /// Words.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

/// A panic that was caught.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panic {
    /// Its message; for a payload that is no text, a sentence that says so.
    pub message: String,
    /// Where it was raised.
    pub at: Option<Place>,
    /// The name of the thread it happened on.
    pub thread: Option<String>,
    /// The backtrace, where the environment asks for one.
    pub backtrace: Option<String>,
}

/// Why a suite failed other than by its checks.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The body panicked.
    Panicked(Panic),
    /// The body returned an `Err`.
    Returned(BodyFailure),
    /// The body, or the work it started, took longer than allowed.
    TimedOut {
        /// The limit.
        limit: Duration,
        /// What was still running.
        running: Vec<Running>,
    },
    /// The jobs took longer than allowed after the body had ended.
    JobsTimedOut {
        /// The limit.
        limit: Duration,
        /// The jobs that had not ended.
        running: Vec<Running>,
    },
    /// It was asked to end and did not: something in it holds its thread.
    Stuck {
        /// How long that was waited for.
        grace: Duration,
        /// What had not ended, and what is known of it.
        running: Vec<Running>,
    },
    /// A task or a thread panicked that was not started through a suite, and nothing in it caught the panic.
    StrayPanic {
        /// The panic.
        panic: Panic,
        /// A task of tokio; else a thread.
        is_task: bool,
        /// The suites that were running, where none can be said for certain.
        suspects: Vec<String>,
    },
    /// A job panicked.
    JobPanicked {
        /// The job, by name.
        job: String,
        /// The panic.
        panic: Panic,
    },
    /// A clean-up panicked or took too long.
    CleanUp {
        /// Where it was registered.
        at: Place,
        /// What went wrong.
        what: String,
    },
    /// The plan was not kept.
    PlanMismatch {
        /// How many were planned.
        planned: u64,
        /// How many were run.
        ran: u64,
    },
    /// The library was used wrongly.
    Misuse(Place, crate::error::Error),
    /// `#[should_panic]` was not fulfilled; the text says how.
    DidNotPanic(String),
    /// A check came after its suite had ended.
    LateCheck {
        /// The suite it was meant for.
        suite: String,
        /// Its label.
        label: String,
        /// Where it stands.
        at: Place,
    },
    /// A filter named a subtest that did not turn up.
    NoSubtest {
        /// The filter.
        filter: String,
        /// The subtests that turned up where it should have been.
        beside: Vec<String>,
    },
    /// It passed and took longer than `--ensure-time` allows.
    TooSlow {
        /// How long it took.
        took: Duration,
        /// How long it may take.
        limit: Duration,
    },
    /// The run was ended before the suite: by a bail-out, or by a failure elsewhere.
    Stopped(String),
    /// A bundle or a reporter failed.
    Extension {
        /// Its name.
        name: String,
        /// What went wrong.
        what: String,
    },
}

/// Something that was running when it was looked at.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Running {
    /// A suite's or subtest's path, or the name of a job or a verifier.
    pub name: String,
    /// Its number, if it is a suite.
    pub suite: Option<SuiteId>,
    /// Where it was started.
    pub at: Place,
    /// For how long it had been running.
    pub age: Duration,
    /// What it was waiting for or doing, where that is known.
    pub doing: Option<String>,
    /// The last that was heard of it, if it is a suite that has said something.
    pub last: Option<LastSeen>,
}

/// The last that a suite has said.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LastSeen {
    /// What it was, for instance `check 4`.
    pub what: String,
    /// Where that stands in the program.
    pub at: Place,
    /// How long before.
    pub ago: Duration,
}

impl Running {
    /// Something that has just been started.
    #[doc(hidden)]
    pub fn new(name: String, at: Place) -> Running {
        Running {
            name,
            suite: None,
            at,
            age: Duration::ZERO,
            doing: None,
            last: None,
        }
    }
}
