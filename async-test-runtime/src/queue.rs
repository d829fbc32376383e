//! The one road from producers to the hub: bounded, first in first out, usable from any thread and any task.
//!
//! Producers block when it is full. That cannot deadlock, since the hub waits for nothing but its writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use crate::event::Event;
use crate::ids::SuiteId;
use crate::record::{Passes, RunEnd};

/// How many messages wait at most. Enough to ride out a slow write, little enough to stay in the cache.
const CAPACITY: usize = 1024;

/// What travels in the queue.
pub(crate) enum Message {
    /// Something that happened to a suite.
    Event(Event),
    /// Something was printed: the hub looks for it before each message.
    Output,
    /// The suite has ended: hand over what was rendered for it. Only under the built-in harness.
    Collect(SuiteId, Box<dyn FnOnce(Collected) + Send>),
    /// The run has ended: tell the reporters, write everything, and answer.
    End(EndOfRun),
}

/// What the hub needs to know to end the run.
pub(crate) struct EndOfRun {
    pub(crate) filtered_out: u64,
    /// How often everything was run, where that was asked for.
    pub(crate) passes: Option<Passes>,
    pub(crate) answer: Box<dyn FnOnce(Ended) + Send>,
}

/// The end of a run.
pub(crate) struct Ended {
    pub(crate) run: RunEnd,
    /// What could not be written, and why.
    pub(crate) lost: Vec<String>,
    /// The failed test points of the root, for exit codes of TAP programs.
    pub(crate) failed_points: u64,
}

/// What was rendered for one `#[suite]`, and whether it failed.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) text: Vec<u8>,
    /// What its reporter said when it failed to render.
    pub(crate) lost: Option<String>,
}

/// The producers' end.
#[derive(Clone)]
pub(crate) struct Sender {
    channel: SyncSender<Message>,
    /// How many messages are on their way: sent, or waiting for a place, and not received yet.
    depth: Arc<AtomicUsize>,
}

impl Sender {
    /// Waits for a place. After the hub has ended, what is sent is dropped: there is nobody left to tell.
    pub(crate) fn send(&self, message: Message) {
        self.depth.fetch_add(1, Ordering::Relaxed);
        let _ = self.channel.send(message);
    }

    /// Does not wait; the answer is whether there was a place.
    pub(crate) fn try_send(&self, message: Message) -> bool {
        self.depth.fetch_add(1, Ordering::Relaxed);
        match self.channel.try_send(message) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.depth.fetch_sub(1, Ordering::Relaxed);
                false
            }
        }
    }
}

/// The hub's end.
pub(crate) struct Queue {
    channel: Receiver<Message>,
    depth: Arc<AtomicUsize>,
    most: usize,
}

impl Queue {
    pub(crate) fn recv(&mut self) -> Result<Message, RecvError> {
        let message = self.channel.recv()?;
        self.received();
        Ok(message)
    }

    pub(crate) fn recv_timeout(&mut self, limit: Duration) -> Result<Message, RecvTimeoutError> {
        let message = self.channel.recv_timeout(limit)?;
        self.received();
        Ok(message)
    }

    fn received(&mut self) {
        let depth = self.depth.fetch_sub(1, Ordering::Relaxed);
        self.most = self.most.max(depth);
    }

    /// The most messages that were on their way at once.
    pub(crate) fn most(&self) -> u64 {
        self.most as u64
    }
}

/// A new queue.
pub(crate) fn queue() -> (Sender, Queue) {
    let (sender, receiver) = sync_channel(CAPACITY);
    let depth = Arc::<AtomicUsize>::default();
    let producers = Sender {
        channel: sender,
        depth: depth.clone(),
    };
    let queue = Queue {
        channel: receiver,
        depth,
        most: 0,
    };
    (producers, queue)
}
