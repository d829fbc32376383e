//! What the hub does with each message: past the bundles, into the ledger, out to the reporters.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::each::Each;
use super::ear::Ear;
use super::{Guests, MakeBundles, Output, Posted, Sink, flaky_to_stderr, live, to_stderr};
use crate::bundles::Bundles;
use crate::capture::Capture;
use crate::claim::Problem;
use crate::event::{Event, EventKind};
use crate::ids::SuiteId;
use crate::ledger::{Effects, Ledger};
use crate::queue::{Collected, Desk, EndOfRun, Ended, Message};
use crate::record::Record;

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
    effects: Effects,
    seed: u64,
    started: Instant,
}

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
            seed,
            started: Instant::now(),
        };
        if let Some(begin) = begin {
            core.tell(vec![Record::RunStarted(Arc::new(begin))]);
        }
        core
    }

    fn tell_output(&mut self) {
        let printed = self.capture.as_ref().map(|capture| capture.take());
        for output in printed.into_iter().flatten() {
            self.tell(vec![Record::Output(Arc::new(output))]);
        }
    }

    fn judge(&mut self, mut event: Event, effects: &mut Effects) {
        self.ledger.apply(&mut event, effects);
        self.tell(std::mem::take(&mut effects.records));
        for (reply, snapshot) in effects.replies.drain(..) {
            reply.send(snapshot);
        }
    }

    /// Bundles see an event before it is judged; what they post comes right after it.
    fn past_bundles(&mut self, event: Event, effects: &mut Effects) {
        let mut next = Some(event);
        while let Some(event) = next {
            let suite = match &event.kind {
                EventKind::Open(opening) => opening.info.clone(),
                _ => self.ledger.info(event.origin),
            };
            let events = self.bundles.filter(event, &suite);
            // Before the event: if it ends the last suite, nobody else could be made to fail for it.
            for problem in self.bundles.problems() {
                self.ledger.run_problem(problem, effects);
                self.tell(std::mem::take(&mut effects.records));
            }
            for event in events {
                self.judge(event, effects);
            }
            next = self.posted.next();
        }
    }

    fn tell(&mut self, records: Vec<Record>) {
        match &mut self.ears {
            Ears::Whole(ears) => {
                for record in &records {
                    for ear in ears.iter_mut() {
                        ear.hear(record, &self.guests);
                    }
                }
            }
            Ears::Each(each) => {
                for record in records {
                    match top_of(&record) {
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
        if let Ears::Whole(ears) = &self.ears {
            let broken: Vec<Problem> = ears.iter().filter_map(Ear::problem).collect();
            for problem in broken {
                let mut effects = Effects::default();
                self.ledger.run_problem(problem, &mut effects);
                self.tell(effects.records);
            }
        }
        // What runs now is not waited for any more. Each has its verdict all the same.
        let mut effects = Effects::default();
        self.ledger.cut(Instant::now(), &mut effects);
        self.tell(effects.records);
        let mut run = self
            .ledger
            .run_end(end.filtered_out, queue_most, self.started.elapsed(), self.seed);
        run.passes = end.passes;
        run.at_once = end.at_once;
        self.tell(vec![Record::RunEnded(Arc::new(run.clone()))]);
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
        };
        (end.answer)(ended);
    }
}

impl Desk for Core {
    fn handle(&mut self, message: Message, most: u64) -> ControlFlow<()> {
        if let Some(make) = self.unmade.take() {
            self.bundles = Bundles::new(make(), &self.guests);
        }
        // What a suite printed comes before its end.
        self.tell_output();
        match message {
            Message::Output => {}
            Message::Event(event) => {
                let mut effects = std::mem::take(&mut self.effects);
                if self.bundles.is_empty() {
                    self.judge(event, &mut effects);
                } else {
                    self.past_bundles(event, &mut effects);
                }
                self.effects = effects;
            }
            Message::Collect(top, answer) => answer(self.collect(top)),
            Message::Unblamed(answer) => answer(self.ledger.take_unblamed()),
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

    fn pause(&mut self) {
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

/// The `#[suite]` a record belongs to; none for what concerns the whole process.
fn top_of(record: &Record) -> Option<SuiteId> {
    let suite = match record {
        Record::RunStarted(_) | Record::RunEnded(_) | Record::Output(_) => return None,
        Record::Check(check) => match &check.child {
            Some(child) => return Some(child.suite.top),
            None => &check.suite,
        },
        Record::SuiteEnded(end) => &end.suite,
        Record::SuiteStarted(suite)
        | Record::Plan(suite, _)
        | Record::Diag(suite, _)
        | Record::Problem(suite, _)
        | Record::Warning(suite, _)
        | Record::Stage(suite, _, _)
        | Record::Telemetry(suite, _)
        | Record::Passed { suite, .. }
        | Record::BailOut(suite, _) => suite,
    };
    (suite.top != SuiteId::ROOT).then_some(suite.top)
}
