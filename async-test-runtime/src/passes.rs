//! Passing checks on their way to the hub, many in one message.
//!
//! Where each of them is shown, most of what one costs is not to judge and to render it but to bring it there: an event
//! for itself, its time, its place in the queue. So the message goes with the first one, and those that come before the hub
//! has taken that message in join it.
//!
//! Whoever says something else of the suite shuts the door behind it: what passes from then on goes with a new message,
//! which stands after it. Before it nothing need be done, since the message of what has passed stands there already.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use crate::claim::Pass;

/// So many go with one message at most.
const MOST: usize = 64;

/// Those of one suite.
#[derive(Debug, Default)]
pub(crate) struct Passes(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    /// Those of the newest message.
    newest: Vec<Pass>,
    /// Others may join them.
    is_open: bool,
    /// The hub has not taken them.
    is_waiting: bool,
    /// Those of the messages before it that the hub has not taken, in their order.
    before: VecDeque<Vec<Pass>>,
}

impl Passes {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        match self.0.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Adds one. Where it needs a message, `announce` sends that, and its answer is returned: nobody can add another
    /// before the message is in the queue.
    pub(crate) fn add(&self, pass: Pass, announce: impl FnOnce() -> bool) -> bool {
        let mut gathered = self.lock();
        if gathered.is_open && gathered.newest.len() < MOST {
            gathered.newest.push(pass);
            return false;
        }
        if gathered.is_waiting {
            let full = std::mem::take(&mut gathered.newest);
            gathered.before.push_back(full);
        }
        gathered.newest.push(pass);
        gathered.is_open = true;
        gathered.is_waiting = true;
        announce()
    }

    /// Something else of the suite is in the queue: what passes now comes after it.
    pub(crate) fn shut(&self) {
        self.lock().is_open = false;
    }

    /// Takes those of the oldest message, for the room that is given for them; it has to be empty.
    pub(crate) fn take(&self, into: &mut Vec<Pass>) {
        let mut gathered = self.lock();
        if let Some(oldest) = gathered.before.pop_front() {
            *into = oldest;
            return;
        }
        std::mem::swap(&mut gathered.newest, into);
        gathered.is_open = false;
        gathered.is_waiting = false;
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::Cell;

    use super::*;
    use crate::place::Place;

    struct Told {
        passes: Passes,
        messages: Cell<usize>,
    }

    impl Told {
        fn new() -> Told {
            Told {
                passes: Passes::default(),
                messages: Cell::new(0),
            }
        }

        fn pass(&self, line: u32) {
            let pass = Pass {
                label: Cow::Borrowed("passes"),
                at: Place::new("a.rs", line, 1),
            };
            self.passes.add(pass, || {
                self.messages.set(self.messages.get() + 1);
                true
            });
        }

        /// The lines of the passes of the oldest message.
        fn take(&self) -> Vec<u32> {
            let mut passes = Vec::new();
            self.passes.take(&mut passes);
            passes.iter().map(|pass| pass.at.line).collect()
        }
    }

    #[test]
    fn they_join_until_the_message_is_taken() {
        let told = Told::new();
        told.pass(1);
        told.pass(2);
        assert_eq!(told.messages.get(), 1);
        assert_eq!(told.take(), [1, 2]);
        told.pass(3);
        assert_eq!(told.messages.get(), 2);
        assert_eq!(told.take(), [3]);
    }

    #[test]
    fn what_comes_after_something_else_has_a_message_of_its_own() {
        let told = Told::new();
        told.passes.shut();
        told.pass(1);
        told.passes.shut();
        told.pass(2);
        told.pass(3);
        told.passes.shut();
        told.passes.shut();
        told.pass(4);
        assert_eq!(told.messages.get(), 3);
        assert_eq!((told.take(), told.take(), told.take()), (vec![1], vec![2, 3], vec![4]));
        told.pass(5);
        assert_eq!((told.messages.get(), told.take()), (4, vec![5]));
    }

    #[test]
    fn a_message_has_room_for_so_many() {
        let told = Told::new();
        let most = u32::try_from(MOST).unwrap();
        (0..=2 * most).for_each(|line| told.pass(line));
        assert_eq!(told.messages.get(), 3);
        assert_eq!(told.take(), (0..most).collect::<Vec<_>>());
        assert_eq!(told.take(), (most..2 * most).collect::<Vec<_>>());
        assert_eq!(told.take(), [2 * most]);
    }
}
