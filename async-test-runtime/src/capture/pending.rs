//! What was printed and the hub has not been told yet.
//!
//! When there is too much of it, whoever prints waits: the pipe fills up behind it. But not for ever. The hub itself may
//! be the one that is held up, by a terminal that was stopped or by a bundle of its own that prints; then text is lost,
//! and how much is told.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::queue::{Message, Sender};
use crate::record::Output;

use super::running::Candidates;

/// Bytes that wait before somebody is held up.
const CAPACITY: usize = 1024 * 1024;
/// Bytes in one record, as far as lines are shorter.
const PIECE: usize = 64 * 1024;
/// Records that wait.
const PIECES: usize = 1024;
/// How long the hub may take nothing before text is dropped.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Pending {
    waiting: Mutex<Waiting>,
    room: Condvar,
    /// The hub has been told that there is something.
    rung: AtomicBool,
    hub: OnceLock<Sender>,
}

#[derive(Default)]
struct Waiting {
    pieces: VecDeque<Piece>,
    bytes: usize,
    /// The hub has taken nothing for too long.
    stalled: bool,
}

struct Piece {
    from: Arc<Candidates>,
    text: String,
    lost: u64,
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.bytes >= CAPACITY || self.pieces.len() >= PIECES
    }

    /// The newest piece, if it is of the same origin.
    fn last(&mut self, from: &Arc<Candidates>) -> Option<&mut Piece> {
        self.pieces.back_mut().filter(|piece| Arc::ptr_eq(&piece.from, from))
    }

    fn add(&mut self, from: &Arc<Candidates>, text: String) {
        self.bytes += text.len();
        match self.last(from) {
            Some(piece) if piece.text.len() + text.len() <= PIECE => piece.text.push_str(&text),
            _ => self.pieces.push_back(Piece {
                from: from.clone(),
                text,
                lost: 0,
            }),
        }
    }

    /// Notes that text is lost. When too much is going on, it is noted for another origin.
    fn lose(&mut self, from: &Arc<Candidates>, length: usize) {
        let has_room = self.pieces.len() < 2 * PIECES;
        match self.pieces.back_mut() {
            Some(piece) if piece.text.is_empty() && (Arc::ptr_eq(&piece.from, from) || !has_room) => {
                piece.lost += length as u64;
            }
            _ => self.pieces.push_back(Piece {
                from: from.clone(),
                text: String::new(),
                lost: length as u64,
            }),
        }
    }

    fn take(&mut self) -> Vec<Output> {
        self.bytes = 0;
        self.stalled = false;
        let output = |piece: Piece| Output {
            candidates: piece.from.named.clone(),
            others: piece.from.others,
            text: piece.text,
            lost: piece.lost,
        };
        self.pieces.drain(..).map(output).collect()
    }
}

impl Pending {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn connect(&self, hub: Sender) {
        // There is one hub that has a capture.
        let _ = self.hub.set(hub);
        self.ring();
    }

    pub(super) fn push(&self, from: &Arc<Candidates>, text: String) {
        if text.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        if waiting.is_full() && !waiting.stalled {
            let is_held_up = |waiting: &mut Waiting| waiting.is_full();
            let waited = self.room.wait_timeout_while(waiting, PATIENCE, is_held_up);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
            waiting.stalled = waiting.is_full();
        }
        if waiting.is_full() {
            waiting.lose(from, text.len());
        } else {
            waiting.add(from, text);
        }
        drop(waiting);
        self.ring();
    }

    /// Tells the hub. When its queue is full it has other messages to come, and looks at each of them.
    fn ring(&self) {
        if let Some(hub) = self.hub.get() {
            if !self.rung.swap(true, Ordering::AcqRel) {
                hub.try_send(Message::Output);
            }
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.rung.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self) -> Vec<Output> {
        if !self.rung.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        let outputs = self.lock().take();
        self.room.notify_all();
        outputs
    }

    /// The same when the hub has ended, whoever was told.
    pub(super) fn close(&self) -> Vec<Output> {
        self.lock().take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::vec_deque::Drain;
    use std::ops::ControlFlow;
    use std::time::Instant;

    use crate::claim::Pass;
    use crate::ids::SuiteId;
    use crate::queue::{Desk, Message};

    /// Takes what is waiting with each bell.
    struct Listener {
        from: Arc<Pending>,
        heard: Arc<Mutex<Vec<Output>>>,
    }

    impl Desk for Listener {
        fn handle(&mut self, message: Message, _: u64) -> ControlFlow<()> {
            assert!(matches!(message, Message::Output));
            self.heard.lock().unwrap().extend(self.from.take());
            ControlFlow::Continue(())
        }

        fn passes(&mut self, _: SuiteId, _: Instant, _: Drain<'_, Pass>) {
            unreachable!("nothing passes here")
        }

        fn pause(&mut self) {}

        fn ticks(&self) -> Option<Duration> {
            None
        }

        fn tick(&mut self) {}
    }

    /// Somebody to ring for, who does not come.
    fn nobody() -> Sender {
        Sender::to(Box::new(Listener {
            from: Arc::default(),
            heard: Arc::default(),
        }))
    }

    fn candidates() -> Arc<Candidates> {
        Arc::default()
    }

    #[test]
    fn text_of_one_origin_is_one_piece_and_comes_in_order() {
        let pending = Pending::default();
        pending.connect(nobody());
        let (a, b) = (candidates(), candidates());
        for (from, text) in [(&a, "1\n"), (&a, "2\n"), (&b, "3\n"), (&a, ""), (&a, "4\n")] {
            pending.push(from, text.to_owned());
        }
        let texts: Vec<String> = pending.take().into_iter().map(|output| output.text).collect();
        assert_eq!(texts, ["1\n2\n", "3\n", "4\n"]);
        assert!(pending.take().is_empty());
    }

    #[test]
    fn when_the_hub_takes_nothing_text_is_dropped_and_counted() {
        let pending = Pending::default();
        pending.connect(nobody());
        let from = candidates();
        let line = "x".repeat(CAPACITY / 16);
        for _ in 0..20 {
            pending.push(&from, line.clone());
        }
        let outputs = pending.take();
        let kept: usize = outputs.iter().map(|output| output.text.len()).sum();
        let lost: u64 = outputs.iter().map(|output| output.lost).sum();
        assert_eq!(kept as u64 + lost, 20 * line.len() as u64);
        assert_eq!(kept, CAPACITY);
        assert_eq!(outputs.last().map(|output| output.lost), Some(lost));
        pending.push(&from, "again\n".to_owned());
        assert_eq!(pending.take()[0].text, "again\n");
    }

    #[test]
    fn whoever_prints_waits_for_the_hub() {
        let pending = Arc::new(Pending::default());
        let heard = Arc::<Mutex<Vec<Output>>>::default();
        let road = Sender::to(Box::new(Listener {
            from: pending.clone(),
            heard: heard.clone(),
        }));
        pending.connect(road.clone());
        let listening = road.clone();
        let hub = std::thread::spawn(move || listening.attend());
        let printing = pending.clone();
        let printer = std::thread::spawn(move || {
            let from = candidates();
            for _ in 0..64 {
                printing.push(&from, "x".repeat(CAPACITY / 8));
            }
        });
        printer.join().unwrap();
        road.leave();
        hub.join().unwrap();
        let heard = heard.lock().unwrap();
        assert_eq!(
            heard.iter().map(|output| output.text.len()).sum::<usize>(),
            8 * CAPACITY
        );
        assert!(heard.iter().all(|output| output.lost == 0));
    }
}
