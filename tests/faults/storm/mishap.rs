//! What happens in a suite of the storm, and what has to become of it.

use std::collections::BTreeSet;

/// Each with how often it comes, among so many of all together.
const SHARES: &[(Mishap, u32)] = &[
    (Mishap::Nothing, 200),
    (Mishap::ManyChecks, 30),
    (Mishap::LargeMessage, 10),
    (Mishap::MuchOutput, 20),
    (Mishap::FailedChecks, 60),
    (Mishap::Panic, 80),
    (Mishap::OddPanic, 60),
    (Mishap::PanicInSubtest, 60),
    (Mishap::PanicInJob, 60),
    (Mishap::PanicInCleanUp, 60),
    (Mishap::PanicInRound, 50),
    (Mishap::PanicInBundle, 10),
    (Mishap::Error, 60),
    (Mishap::ErrorInSubtest, 60),
    (Mishap::Violation, 60),
    (Mishap::Wait, 40),
    (Mishap::WaitInSubtest, 30),
    (Mishap::OpenJob, 30),
    (Mishap::WaitInCleanUp, 20),
    (Mishap::Sleep, 5),
    (Mishap::Spin, 3),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mishap {
    Nothing,
    ManyChecks,
    LargeMessage,
    MuchOutput,
    FailedChecks,
    Panic,
    OddPanic,
    PanicInSubtest,
    PanicInJob,
    PanicInCleanUp,
    PanicInRound,
    PanicInBundle,
    Error,
    ErrorInSubtest,
    Violation,
    Wait,
    WaitInSubtest,
    OpenJob,
    WaitInCleanUp,
    Sleep,
    Spin,
}

/// What has to become of a suite.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Expected {
    pub(crate) fails: bool,
    /// What fails it beside its checks, as the event stream calls it.
    pub(crate) problems: BTreeSet<&'static str>,
    /// What may be there beside it: on a busy machine it may be seen too late that something holds its thread.
    pub(crate) perhaps: Option<&'static str>,
    /// Checks and subtests, and how many of these failed.
    pub(crate) tests: (u64, u64),
}

/// In one burst.
pub(crate) const MANY: u64 = 2_000;

impl Mishap {
    pub(crate) fn all() -> impl Iterator<Item = Mishap> {
        SHARES.iter().map(|(mishap, _)| *mishap)
    }

    pub(crate) fn pick(rng: &mut fastrand::Rng) -> Mishap {
        let mut left = rng.u32(0..SHARES.iter().map(|(_, share)| share).sum());
        for (mishap, share) in SHARES {
            if left < *share {
                return *mishap;
            }
            left -= share;
        }
        unreachable!("the shares are all there is")
    }

    pub(crate) fn expected(self) -> Expected {
        // Each begins with one check that passes.
        let (problems, run, failed): (&[_], _, _) = match self {
            Mishap::Nothing | Mishap::MuchOutput | Mishap::PanicInBundle => (&[], 1, 0),
            Mishap::ManyChecks => (&[], 1 + MANY, 0),
            Mishap::LargeMessage => (&[], 2, 0),
            Mishap::FailedChecks => (&[], 4, 2),
            Mishap::Panic | Mishap::OddPanic => (&["panicked"], 1, 0),
            Mishap::PanicInJob => (&["job_panicked"], 1, 0),
            Mishap::PanicInCleanUp | Mishap::WaitInCleanUp => (&["clean_up"], 1, 0),
            Mishap::Error => (&["returned_error"], 1, 0),
            Mishap::PanicInSubtest | Mishap::ErrorInSubtest | Mishap::Violation | Mishap::PanicInRound => (&[], 2, 1),
            Mishap::Wait | Mishap::Sleep | Mishap::Spin => (&["timed_out"], 1, 0),
            Mishap::WaitInSubtest => (&["timed_out"], 2, 1),
            Mishap::OpenJob => (&["jobs_timed_out"], 1, 0),
        };
        Expected {
            fails: failed > 0 || !problems.is_empty(),
            problems: problems.iter().copied().collect(),
            perhaps: matches!(self, Mishap::Sleep | Mishap::Spin).then_some("stuck"),
            tests: (run, failed),
        }
    }
}
