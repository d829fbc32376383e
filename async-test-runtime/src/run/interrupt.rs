//! What signals do to a run.
//!
//! SIGINT and SIGTERM end it as a bail-out does: nothing new is started, bodies are dropped at their next await,
//! verifiers end, clean-ups run, reports are closed. That has a limit, since nobody may be there any more who could send
//! a second signal: Ctrl-C ends cargo at once. A second SIGINT gives it no more time. The process then ends by the same
//! signal, so that no shell and no runner takes it for a success. SIGQUIT and SIGUSR1 tell what is running, and the run
//! goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::aside;
use crate::dump;
use crate::hub;
use crate::options;
use crate::queue::{EndOfRun, Message};
use crate::run::main;
use crate::signals::{self, Signal};
use crate::suite::Suite;

/// Who runs the suites.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Door {
    Main {
        /// How many suites a filter left out, for the end of the reports.
        filtered_out: u64,
    },
    Builtin,
}

/// What one signal brings about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Nothing,
    /// Tell what is running.
    Inspect,
    /// End the run in order, and the process when that takes too long.
    End,
    /// End the process.
    Leave,
}

/// Two SIGINT closer than this are one: some runners send it to the process and to its group.
const ONE_PRESS: Duration = Duration::from_millis(100);

/// How long the hub may take to close the reports when nobody waits for the suites any more.
pub(super) const CLOSING: Duration = Duration::from_secs(1);

/// The least time that a bundle or a reporter may take for one call, however short other limits are.
const GUEST: Duration = Duration::from_secs(10);

/// Since when the run is being ended.
#[derive(Default, Debug)]
struct Course(Option<Instant>);

impl Course {
    fn step(&mut self, signal: Signal, now: Instant) -> Step {
        match (signal, self.0) {
            (Signal::Quit | Signal::Inspect, _) => Step::Inspect,
            (Signal::Interrupt | Signal::Terminate, None) => {
                self.0 = Some(now);
                Step::End
            }
            // Its limit is running. Whoever sends it sends SIGKILL next.
            (Signal::Terminate, Some(_)) => Step::Nothing,
            (Signal::Interrupt, Some(began)) if now.saturating_duration_since(began) < ONE_PRESS => Step::Nothing,
            (Signal::Interrupt, Some(_)) => Step::Leave,
        }
    }
}

static ENDED_BY: OnceLock<Signal> = OnceLock::new();

/// The signal that ended the run, if one did.
pub(super) fn ended_by() -> Option<Signal> {
    ENDED_BY.get().copied()
}

/// Ends the process when a bundle or a reporter does not give the hub's thread back: no result gets past it any more.
/// Only the first call has an effect.
pub(super) fn watch_the_hub() {
    static WATCHES: OnceLock<()> = OnceLock::new();
    WATCHES.get_or_init(|| {
        let hub = Suite::top().0.hub.clone();
        let Some(limit) = hub.settings.job_timeout.map(|limit| limit.max(GUEST)) else {
            return;
        };
        hub.guests.watch(limit, move |who| {
            hub::to_people(&format!(
                "async-test-suite: {who} has held the hub for {limit:?}; no result gets past it, so the process ends \
                 here\n"
            ));
            main::leave(main::FAILED);
        });
    });
}

/// Answers signals from here on, unless the settings say not to.
pub(super) fn listen(door: Door) {
    let settings = &Suite::top().0.hub.settings;
    if !settings.signals {
        return;
    }
    let grace = settings.grace_period;
    let mut course = Course::default();
    signals::listen(move |signal| {
        // It sends this one to end a test, too.
        let is_the_end = signal == Signal::Quit && options::process().nextest().is_some();
        if is_the_end {
            act(door, Step::Inspect, signal, grace);
        }
        let signal = if is_the_end { Signal::Terminate } else { signal };
        act(door, course.step(signal, Instant::now()), signal, grace);
    });
}

/// What may wait for somebody is done beside the thread that hears the signals: the next one may be the last resort.
fn act(door: Door, step: Step, signal: Signal, grace: Option<Duration>) {
    match step {
        Step::Nothing => {}
        Step::Inspect => beside(|| hub::to_people(&dump::dump(&Suite::top()))),
        Step::End => {
            beside(move || end(door, signal));
            if let Some(grace) = grace {
                beside(move || {
                    thread::sleep(grace);
                    leave(door, signal);
                });
            }
        }
        Step::Leave => beside(move || leave(door, signal)),
    }
}

pub(super) fn beside(work: impl FnOnce() + Send + 'static) {
    // Without a thread to spare there is nothing left to be careful with.
    if aside::start("async-test-signal", work).is_err() {
        signals::die_of(Signal::Terminate);
    }
}

fn end(door: Door, signal: Signal) {
    if ENDED_BY.set(signal).is_err() {
        return;
    }
    Suite::top().bail_out(format!("ended by {}", signal.name()));
    if door == Door::Builtin {
        // The harness would go on with tests that know nothing of the signal.
        INSIDE.wait_for_none();
        signals::die_of(signal);
    }
}

/// Ends the process; reports are closed if that can be done at once.
fn leave(door: Door, signal: Signal) {
    let signal = *ENDED_BY.get_or_init(|| signal);
    close(door);
    signals::die_of(signal);
}

/// Tells what is running and closes the reports, if that can be done at once.
pub(super) fn close(door: Door) {
    let top = Suite::top();
    // Whoever stands in the way of a lock of ours, or of the error stream, does not stand in the way of the end.
    within(CLOSING, {
        let top = top.clone();
        move || hub::to_people(&dump::dump(&top))
    });
    if let Door::Main { filtered_out } = door {
        within(CLOSING, move || {
            let capture = top.0.hub.capture.as_ref();
            if let Some(capture) = capture {
                capture.hurry();
            }
            // What has begun since.
            top.0.hub.hold_no_more();
            top.flush_running();
            let (answer, answered) = mpsc::sync_channel(1);
            top.0.hub.ask(Message::End(EndOfRun {
                filtered_out,
                passes: None,
                at_once: Suite::top().table().most() as u64,
                answer: Box::new(move |_| {
                    let _ = answer.send(());
                }),
            }));
            // An error means that it is being ended, or has been, by whoever came first.
            let _ = answered.recv();
            if let Some(capture) = capture {
                capture.end_of_reports();
            }
        });
    }
}

/// Does something, and goes on without it when it takes longer.
pub(super) fn within(limit: Duration, work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::sync_channel(1);
    beside(move || {
        work();
        let _ = done.send(());
    });
    let _ = is_done.recv_timeout(limit);
}

/// The tests of the built-in harness that run a suite now.
pub(super) static INSIDE: Inside = Inside {
    count: AtomicUsize::new(0),
    changes: AtomicUsize::new(0),
};

pub(super) struct Inside {
    count: AtomicUsize,
    changes: AtomicUsize,
}

impl Inside {
    /// One more, until what is returned is dropped.
    pub(super) fn enter(&'static self) -> Entered {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.changes.fetch_add(1, Ordering::SeqCst);
        Entered(self)
    }

    /// How many there are now.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// How often one has come or gone.
    pub(super) fn changes(&self) -> usize {
        self.changes.load(Ordering::SeqCst)
    }

    pub(super) fn is_any(&self) -> bool {
        self.count() > 0
    }

    fn wait_for_none(&self) {
        while self.is_any() {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

pub(super) struct Entered(&'static Inside);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
        self.0.changes.fetch_add(1, Ordering::SeqCst);
        // The harness would end the process with its own exit code if this was its last test, and by chance not.
        while ended_by().is_some() {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_signal_does_after_which() {
        use Signal::{Inspect, Interrupt, Quit, Terminate};
        // signals with the second in which each comes, and what the last one does
        let rows: &[(&[(Signal, u64)], Step)] = &[
            (&[(Interrupt, 0)], Step::End),
            (&[(Interrupt, 0), (Interrupt, 1)], Step::Leave),
            (&[(Interrupt, 0), (Terminate, 3)], Step::Nothing),
            (&[(Terminate, 0)], Step::End),
            (&[(Terminate, 0), (Terminate, 1)], Step::Nothing),
            (&[(Terminate, 0), (Interrupt, 1)], Step::Leave),
            (&[(Quit, 0)], Step::Inspect),
            (&[(Inspect, 0), (Interrupt, 1)], Step::End),
            (&[(Interrupt, 0), (Quit, 1)], Step::Inspect),
        ];
        let start = Instant::now();
        for (signals, expected) in rows {
            let mut course = Course::default();
            let steps = signals
                .iter()
                .map(|(signal, at)| course.step(*signal, start + Duration::from_secs(*at)));
            assert_eq!(steps.last(), Some(*expected), "{signals:?}");
        }
    }

    #[test]
    fn two_that_come_together_are_one() {
        let mut course = Course::default();
        let start = Instant::now();
        assert_eq!(course.step(Signal::Interrupt, start), Step::End);
        assert_eq!(course.step(Signal::Interrupt, start + ONE_PRESS / 2), Step::Nothing);
        assert_eq!(course.step(Signal::Interrupt, start + ONE_PRESS), Step::Leave);
    }
}
