//! The life cycle of a suite.

use std::fmt;

/// Where a suite is in its life.
///
/// ```text
/// Initializing → InProgress → Finishing → Finished → Dismissed
///      └──────────────┴───────────┴──────────┴─────→ Fatality → Dismissed
/// ```
///
/// A suite may skip `InProgress` (nothing was run) and may be dismissed at any time (`abort`). The stages and their
/// order are those of `Test::Async::Hub`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Created; a plan may still be given.
    Initializing,
    /// The first test has been run or the body has begun to be judged.
    InProgress,
    /// The body has ended; jobs and clean-ups are awaited.
    Finishing,
    /// Every job and clean-up has ended and the plan has been compared.
    Finished,
    /// Something that ends the suite as failed at once.
    Fatality,
    /// The suite takes part in nothing any more.
    Dismissed,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 6] = [
        Stage::Initializing,
        Stage::InProgress,
        Stage::Finishing,
        Stage::Finished,
        Stage::Fatality,
        Stage::Dismissed,
    ];

    /// Whether a suite may step from this stage to that one. Staying is always allowed.
    pub const fn may_become(self, to: Stage) -> bool {
        use Stage::{Dismissed, Fatality, Finished, Finishing, InProgress, Initializing};
        match (self, to) {
            (Initializing, Initializing | InProgress | Finishing | Fatality | Dismissed)
            | (InProgress, InProgress | Finishing | Fatality | Dismissed)
            | (Finishing, Finishing | Finished | Fatality | Dismissed)
            | (Finished, Finished | Fatality | Dismissed)
            | (Fatality, Fatality | Dismissed)
            | (Dismissed, Dismissed) => true,
            (Initializing, Finished)
            | (InProgress, Initializing | Finished)
            | (Finishing, Initializing | InProgress)
            | (Finished, Initializing | InProgress | Finishing)
            | (Fatality, Initializing | InProgress | Finishing | Finished)
            | (Dismissed, Initializing | InProgress | Finishing | Finished | Fatality) => false,
        }
    }

    /// Whether checks are still counted.
    pub const fn is_open(self) -> bool {
        matches!(self, Stage::Initializing | Stage::InProgress | Stage::Finishing)
    }

    /// The stage behind a number, as the atomic cell of a suite keeps it.
    pub const fn from_u8(number: u8) -> Stage {
        match number {
            0 => Stage::Initializing,
            1 => Stage::InProgress,
            2 => Stage::Finishing,
            3 => Stage::Finished,
            4 => Stage::Fatality,
            _ => Stage::Dismissed,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Initializing => "initializing",
            Stage::InProgress => "in progress",
            Stage::Finishing => "finishing",
            Stage::Finished => "finished",
            Stage::Fatality => "in fatality",
            Stage::Dismissed => "dismissed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_all_pairs() {
        let grid: Vec<String> = Stage::ALL
            .iter()
            .map(|from| {
                Stage::ALL
                    .iter()
                    .map(|to| if from.may_become(*to) { 'x' } else { '.' })
                    .collect()
            })
            .collect();
        assert_eq!(
            grid,
            [
                "xxx.xx", // Initializing
                ".xx.xx", // InProgress
                "..xxxx", // Finishing
                "...xxx", // Finished
                "....xx", // Fatality
                ".....x", // Dismissed
            ]
        );
    }

    #[test]
    fn numbers_name_the_stages() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_u8(stage as u8), stage);
        }
    }
}
