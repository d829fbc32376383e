//! What the hub does with each message: past the bundles, into the ledger, out to the reporters.

use std::collections::vec_deque::Drain;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::each::Each;
use super::ear::Ear;
use super::{Guests, MakeBundles, Output, Posted, Sink, flaky_to_stderr, live, to_stderr};
use crate::bundles::Bundles;
use crate::capture::Capture;
use crate::claim::{Pass, Problem};
use crate::event::{Event, EventKind};
use crate::ids::SuiteId;
use crate::ledger::{Effects, Ledger};
use crate::queue::{Collected, Desk, EndOfRun, Ended, Message};
use crate::record::Record;
use crate::suite::Spent;

/// What is at the end of the road: the ledger, the bundles, the reporters.
pub(super) struct Core {
    ledger: Ledger,
    bundles: Bundles,
    /// Until the first message: a bundle may speak of suites when it is made, and there must be some by then.
    unmade: Option<MakeBundles>,
    /// Events that hooks have posted: they are handled next.
    posted: Posted,
    guests: Arc<Guests>,
    /// Where what tests print is waiting.
    pub(super) capture: Option<Arc<Capture>>,
    ears: Ears,
    /// What messages have brought about and nobody has been told of yet.
    effects: Effects,
    /// Whether the next suite that ends is to fail for something, for those that need not come here.
    pub(super) blames_next: Arc<AtomicBool>,
    pub(super) spent_events: Spent<Vec<Event>>,
    seed: u64,
    started: Instant,
}

/// So many records are told at once, if they come at once: what is to be seen to with each call of a reporter is then done
/// once for all of them.
const TOGETHER: usize = 64;

/// Room for so many events is kept for another suite.
const SMALL: usize = 8;

enum Ears {
    Each(Each),
    Whole(Vec<Ear>),
}

impl Core {
    pub(super) fn new(
        mut ledger: Ledger,
        output: Output,
        bundles: MakeBundles,
        posted: Posted,
        guests: Arc<Guests>,
        seed: u64,
    ) -> Core {
        let (ears, begin, capture) = match output {
            Output::Each { make, shows_passed } => {
                ledger.blame_late();
                let guest = guests.add("the reporter".to_owned());
                (Ears::Each(Each::new(make, guest, shows_passed)), None, None)
            }
            Output::Whole(sinks, begin, capture) => {
                let ear = |sink: Sink| {
                    let guest = guests.add(sink.name.clone());
                    Ear::of(sink, guest)
                };
                let ears = sinks.into_iter().map(ear).collect();
                (Ears::Whole(ears), Some(begin), capture)
            }
        };
        let mut core = Core {
            ledger,
            bundles: Bundles::new(Vec::new(), &guests),
            unmade: Some(bundles),
            posted,
            guests,
            effects: Effects::default(),
            capture,
            ears,
            blames_next: Arc::default(),
            spent_events: Spent::default(),
            seed,
            started: Instant::now(),
        };
        if let Some(begin) = begin {
            core.effects.records.push(Record::RunStarted(Arc::new(begin)));
            core.tell();
        }
        core
    }

    fn tell_output(&mut self) {
        let Some(capture) = &self.capture else { return };
        if capture.has_news() {
            let printed = capture.take().into_iter();
            let records = printed.map(|output| Record::Output(Arc::new(output)));
            self.effects.records.extend(records);
        }
    }

    fn judge(&mut self, event: Event) {
        self.ledger.apply(event, &mut self.effects);
        if !self.effects.replies.is_empty() {
            // Whoever has an answer may count on it that the reporters have heard what it is about.
            self.tell();
            for (reply, snapshot) in self.effects.replies.drain(..) {
                reply.send(snapshot);
            }
        } else {
            self.tell_much();
        }
    }

    /// Tells the reporters where much has gathered.
    fn tell_much(&mut self) {
        if self.effects.records.len() >= TOGETHER {
            self.tell();
        }
    }

    /// Bundles see an event before it is judged; what they post comes right after it.
    fn past_bundles(&mut self, event: Event) {
        let mut next = Some(event);
        while let Some(event) = next {
            let suite = match &event.kind {
                EventKind::Open(opening) => opening.info.clone(),
                _ => self.ledger.info(event.origin),
            };
            let events = self.bundles.filter(event, &suite);
            // Before the event: if it ends the last suite, nobody else could be made to fail for it.
            for problem in self.bundles.problems() {
                self.ledger.run_problem(problem, &mut self.effects);
            }
            for event in events {
                self.judge(event);
            }
            // A hook may take its time.
            self.tell();
            next = self.posted.next();
        }
    }

    /// Tells the reporters what has gathered.
    fn tell(&mut self) {
        let records = &mut self.effects.records;
        if records.is_empty() {
            return;
        }
        match &mut self.ears {
            Ears::Whole(ears) => {
                for ear in ears.as_mut_slice() {
                    ear.hear(records, &self.guests);
                }
                self.effects.told();
            }
            Ears::Each(each) => {
                for record in records.drain(..) {
                    match record.top() {
                        Some(top) => {
                            flaky_to_stderr(&record);
                            each.hear(top, record, &self.guests);
                        }
                        None => to_stderr(&record),
                    }
                }
            }
        }
    }

    fn collect(&mut self, top: SuiteId) -> Collected {
        match &mut self.ears {
            Ears::Each(each) => each.collect(top, &self.guests),
            Ears::Whole(_) => Collected::default(),
        }
    }

    fn end(&mut self, end: EndOfRun, queue_most: u64) {
        self.tell();
        if let Ears::Whole(ears) = &self.ears {
            let broken: Vec<Problem> = ears.iter().filter_map(Ear::problem).collect();
            for problem in broken {
                self.ledger.run_problem(problem, &mut self.effects);
            }
        }
        // What runs now is not waited for any more. Each has its verdict all the same.
        self.ledger.cut(Instant::now(), &mut self.effects);
        let mut run = self
            .ledger
            .run_end(end.filtered_out, queue_most, self.started.elapsed(), self.seed);
        run.passes = end.passes;
        run.at_once = end.at_once;
        self.effects.records.push(Record::RunEnded(Arc::new(run.clone())));
        self.tell();
        let mut lost = Vec::new();
        if let Ears::Whole(ears) = &mut self.ears {
            for ear in ears {
                ear.flush();
                lost.extend(ear.lost.take().map(|why| format!("{}: {why}", ear.name)));
            }
        }
        let ended = Ended {
            run,
            lost,
            failed_points: self.ledger.root_tally().failed,
            has_broken_plan: self.ledger.has_broken_plan(),
        };
        (end.answer)(ended);
    }
}

impl Desk for Core {
    fn handle(&mut self, message: Message, most: u64) -> ControlFlow<()> {
        if let Some(make) = self.unmade {
            self.unmade = None;
            self.bundles = Bundles::new(make(), &self.guests);
        }
        // What a suite printed comes before its end.
        self.tell_output();
        match message {
            Message::Output => {}
            Message::Unheard(suite, path) => self.ledger.note_ended(suite, path),
            Message::Event(event) => {
                if self.bundles.is_empty() {
                    self.judge(event);
                } else {
                    self.past_bundles(event);
                }
            }
            // Not where there are bundles.
            Message::Whole(mut events) => {
                self.ledger.whole(&mut events, &mut self.effects);
                if events.capacity() <= SMALL {
                    self.spent_events.put(events);
                }
                self.tell_much();
            }
            // They come to `passes`.
            Message::Passes(..) => {}
            Message::Collect(top, answer) => {
                self.tell();
                answer(self.collect(top));
            }
            Message::Unblamed(answer) => {
                self.tell();
                answer(self.ledger.take_unblamed());
            }
            Message::LastSeen(mut running, answer) => {
                let now = Instant::now();
                for one in &mut running {
                    one.last = one.suite.and_then(|suite| self.ledger.last_seen(suite, now));
                }
                answer(running);
            }
            Message::End(end) => {
                self.end(end, most);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn passes(&mut self, suite: SuiteId, since: Instant, passes: Drain<'_, Pass>) {
        // Not where there are bundles: they want to hear of each.
        self.tell_output();
        self.ledger.passes((suite, since), passes, &mut self.effects);
        self.tell_much();
    }

    fn pause(&mut self) {
        self.tell();
        self.blames_next.store(self.ledger.blames_next(), Ordering::Release);
        if let Ears::Whole(ears) = &mut self.ears {
            ears.iter_mut().for_each(Ear::pause);
        }
    }

    fn ticks(&self) -> Option<Duration> {
        match &self.ears {
            Ears::Whole(ears) => ears.iter().any(Ear::is_live).then_some(live::TICK),
            Ears::Each(_) => None,
        }
    }

    fn tick(&mut self) {
        if let Ears::Whole(ears) = &mut self.ears {
            ears.iter_mut().for_each(Ear::tick);
        }
    }
}
