//! The life of a verifier as a table: three states, four events.

use crate::round::{VerifierEvent, VerifierState};

impl VerifierState {
    /// The state after an event; none for an event that does not belong here and changes nothing.
    pub const fn after(self, event: VerifierEvent) -> Option<VerifierState> {
        use VerifierEvent::{Finish, Start, Stop, Tick};
        use VerifierState::{Finished, Idle, Running};
        match (self, event) {
            (Idle, Start) | (Running, Tick) => Some(Running),
            (Running, Stop) => Some(Idle),
            (Idle | Running | Finished, Finish) => Some(Finished),
            (Idle, Stop | Tick) | (Running, Start) | (Finished, Start | Stop | Tick) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_all_pairs() {
        use VerifierEvent::{Finish, Start, Stop, Tick};
        use VerifierState::{Finished, Idle, Running};
        let grid: Vec<String> = [Idle, Running, Finished]
            .iter()
            .map(|state| {
                [Start, Stop, Finish, Tick]
                    .iter()
                    .map(|event| match state.after(*event) {
                        Some(Idle) => 'i',
                        Some(Running) => 'r',
                        Some(Finished) => 'f',
                        None => '.',
                    })
                    .collect()
            })
            .collect();
        // Columns: start, stop, finish, tick.
        assert_eq!(grid, ["r.f.", ".ifr", "..f."]);
    }
}
