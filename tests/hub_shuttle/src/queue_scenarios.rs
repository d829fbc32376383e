//! Whoever sends, whoever sits at the desk, and the end.

use real_std::sync::atomic::{AtomicUsize, Ordering};
use real_std::sync::{Arc, Mutex};
use std::collections::vec_deque::Drain;
use std::ops::ControlFlow;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::claim::Pass;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, SuiteId};
use crate::queue::{Collected, Desk, EndOfRun, Message, Sender};

/// What was handled: who sent it, and the how manieth of his it was.
type Handled = Arc<Mutex<Vec<(u64, u64)>>>;

/// Keeps what it handles; a message of a sender below `echoes` is answered by one of sender 100 from inside.
struct Keeper {
    handled: Handled,
    busy: Arc<AtomicUsize>,
    ticks: Arc<AtomicUsize>,
    every: Option<Duration>,
    inside: Arc<Mutex<Option<Sender>>>,
    echoed: u64,
}

impl Desk for Keeper {
    fn handle(&mut self, message: Message, _: u64) -> ControlFlow<()> {
        assert_eq!(self.busy.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
        let inside = self.inside.lock().unwrap().clone();
        // A point at which others go on.
        thread::yield_now();
        if let Some(sender) = &inside {
            assert!(sender.is_here());
        }
        let mut flow = ControlFlow::Continue(());
        match message {
            Message::Event(event) => {
                self.handled.lock().unwrap().push((event.origin.0, event.id.0));
                if let Some(sender) = inside.filter(|_| event.origin.0 < 100) {
                    self.echoed += 1;
                    match self.echoed % 3 {
                        0 => sender.send(message_of(100, self.echoed)),
                        1 => sender.send_and_handle(message_of(100, self.echoed)),
                        _ => assert!(sender.try_send(message_of(100, self.echoed))),
                    }
                }
            }
            Message::Collect(_, answer) => answer(Collected::default()),
            Message::LastSeen(running, answer) => answer(running),
            Message::Unblamed(answer) => answer(Vec::new()),
            Message::Output | Message::Passes(..) | Message::Unheard(..) | Message::Whole(..) => {}
            Message::End(end) => {
                drop(end);
                flow = ControlFlow::Break(());
            }
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
        flow
    }

    fn passes(&mut self, _: SuiteId, _: Instant, _: Drain<'_, Pass>) {
        unreachable!("nothing passes here")
    }

    fn pause(&mut self) {
        assert_eq!(self.busy.load(Ordering::SeqCst), 0);
    }

    fn ticks(&self) -> Option<Duration> {
        // A few times, since the checker takes a loop without an end for a hang.
        self.every.filter(|_| self.ticks.load(Ordering::SeqCst) < 20)
    }

    fn tick(&mut self) {
        assert_eq!(self.busy.load(Ordering::SeqCst), 0, "a tick is no part of another");
        self.ticks.fetch_add(1, Ordering::SeqCst);
    }
}

fn message_of(sender: u64, number: u64) -> Message {
    Message::Event(Event {
        origin: SuiteId(sender),
        id: EventId(number),
        time: Instant::now(),
        kind: EventKind::JobsAwaited,
    })
}

fn end() -> Message {
    Message::End(EndOfRun {
        filtered_out: 0,
        passes: None,
        at_once: 0,
        answer: Box::new(drop),
    })
}

struct Road {
    sender: Sender,
    handled: Handled,
    ticks: Arc<AtomicUsize>,
    inside: Arc<Mutex<Option<Sender>>>,
}

impl Road {
    fn new(echoes: bool, every: Option<Duration>) -> Road {
        let (handled, ticks) = (Handled::default(), Arc::<AtomicUsize>::default());
        let inside = Arc::<Mutex<Option<Sender>>>::default();
        let sender = Sender::to(Box::new(Keeper {
            handled: handled.clone(),
            busy: Arc::default(),
            ticks: ticks.clone(),
            every,
            inside: inside.clone(),
            echoed: 0,
        }));
        if echoes {
            *inside.lock().unwrap() = Some(sender.clone());
        }
        Road {
            sender,
            handled,
            ticks,
            inside,
        }
    }

    fn attend(&self) -> JoinHandle<()> {
        let sender = self.sender.clone();
        thread::spawn(move || sender.attend())
    }

    /// How many of one sender have been handled; each once and in order, or this panics.
    fn of(&self, sender: u64) -> u64 {
        let handled = self.handled.lock().unwrap();
        let of: Vec<u64> = handled.iter().filter(|it| it.0 == sender).map(|it| it.1).collect();
        assert_eq!(of, (1..=of.len() as u64).collect::<Vec<_>>(), "of {sender}");
        of.len() as u64
    }
}

/// One who only sends, one who asks after each, one who gives up where there is no place.
fn three_senders(road: &Road, each: u64) -> Vec<JoinHandle<()>> {
    let senders = (1..=3_u64).map(|number| {
        let (sender, handled) = (road.sender.clone(), road.handled.clone());
        thread::spawn(move || {
            for message in 1..=each {
                match number {
                    1 => sender.send(message_of(1, message)),
                    2 => {
                        sender.send_and_handle(message_of(2, message));
                        let is_there = handled.lock().unwrap().contains(&(2, message));
                        assert!(is_there, "it has been handled when the call returns");
                    }
                    _ => assert!(sender.try_send(message_of(3, message))),
                }
            }
        })
    });
    senders.collect()
}

pub fn everything_is_handled_once_and_in_the_order_of_its_sender() {
    for attended in [false, true] {
        let road = Road::new(false, None);
        let attends = attended.then(|| road.attend());
        for sender in three_senders(&road, 3) {
            sender.join().unwrap();
        }
        road.sender.send_and_handle(end());
        assert_eq!([1, 2, 3].map(|sender| road.of(sender)), [3; 3]);
        if let Some(attends) = attends {
            attends.join().unwrap();
        }
    }
}

/// Nobody comes to the desk for what is only sent, but the thread that attends to it.
pub fn what_is_only_sent_is_handled_all_the_same() {
    let road = Road::new(false, None);
    let attends = road.attend();
    let asks = {
        let sender = road.sender.clone();
        thread::spawn(move || sender.send_and_handle(message_of(2, 1)))
    };
    for _ in 0..2 {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let answer = Box::new(move |_| answer.send(()).expect("somebody waits"));
        road.sender.send(Message::Collect(SuiteId(1), answer));
        answered.recv().expect("an answer");
    }
    asks.join().unwrap();
    road.sender.send_and_handle(end());
    attends.join().unwrap();
    assert_eq!(road.of(2), 1);
}

pub fn hooks_send_from_inside() {
    let road = Road::new(true, None);
    let attends = road.attend();
    for sender in three_senders(&road, 2) {
        sender.join().unwrap();
    }
    // Once for what waits, and once more for what was sent while that was handled.
    road.sender.handle();
    road.sender.handle();
    assert_eq!([1, 2, 3, 100].map(|sender| road.of(sender)), [2, 2, 2, 6]);
    *road.inside.lock().unwrap() = None;
    road.sender.send_and_handle(end());
    attends.join().unwrap();
}

pub fn a_full_road_is_emptied_by_whoever_finds_it_full() {
    let road = Road::new(false, None);
    for message in 1..=1022 {
        road.sender.send(message_of(9, message));
    }
    let refused = Arc::<AtomicUsize>::default();
    let tries = {
        let (sender, refused) = (road.sender.clone(), refused.clone());
        thread::spawn(move || {
            let mut number = 1;
            for _ in 0..3 {
                match sender.try_send(message_of(3, number)) {
                    true => number += 1,
                    false => drop(refused.fetch_add(1, Ordering::SeqCst)),
                }
            }
        })
    };
    let sends = {
        let sender = road.sender.clone();
        thread::spawn(move || (1..=3).for_each(|number| sender.send(message_of(1, number))))
    };
    for thread in [tries, sends] {
        thread.join().unwrap();
    }
    road.sender.handle();
    assert_eq!([9, 1].map(|sender| road.of(sender)), [1022, 3]);
    assert_eq!(road.of(3) + refused.load(Ordering::SeqCst) as u64, 3);
}

/// What is sent beside the end is handled, or dropped; it is never kept, and nobody waits for ever.
pub fn the_end_beside_late_senders() {
    /// Speaks again when it is dropped, as the payload of a user may.
    struct Speaks(Sender, Arc<AtomicUsize>);
    impl Drop for Speaks {
        fn drop(&mut self) {
            self.0.send(Message::Output);
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    let road = Road::new(false, None);
    let attends = road.attend();
    let gone = Arc::<AtomicUsize>::default();
    let senders: Vec<_> = (0..2)
        .map(|_| {
            let (sender, gone) = (road.sender.clone(), gone.clone());
            thread::spawn(move || {
                for _ in 0..2 {
                    let speaks = Speaks(sender.clone(), gone.clone());
                    sender.send(Message::Collect(SuiteId(1), Box::new(move |_| drop(speaks))));
                }
            })
        })
        .collect();
    road.sender.send(message_of(1, 1));
    road.sender.send_and_handle(end());
    assert_eq!(road.of(1), 1, "what was sent before the end comes before it");
    attends.join().unwrap();
    for sender in senders {
        sender.join().unwrap();
    }
    assert_eq!(gone.load(Ordering::SeqCst), 4, "nothing is kept for ever");
    road.sender.send_and_handle(message_of(1, 2));
    assert_eq!(road.of(1), 1, "nothing is handled after the end");
}

pub fn the_last_handle_goes_beside_senders() {
    let road = Road::new(false, None);
    let attends = road.attend();
    road.sender.send(message_of(9, 1));
    let senders = three_senders_that_may_be_late(&road);
    road.sender.leave();
    assert_eq!(road.of(9), 1);
    attends.join().unwrap();
    for sender in senders {
        sender.join().unwrap();
    }
    assert!(road.of(1) <= 2);
}

fn three_senders_that_may_be_late(road: &Road) -> Vec<JoinHandle<()>> {
    let senders = (1..=2_u64).map(|number| {
        let sender = road.sender.clone();
        thread::spawn(move || (1..=2).for_each(|message| sender.send(message_of(number, message))))
    });
    senders.collect()
}

pub fn ticks_beside_messages() {
    // It is always time.
    let road = Road::new(false, Some(Duration::ZERO));
    let attends = road.attend();
    for sender in three_senders(&road, 2) {
        sender.join().unwrap();
    }
    while road.ticks.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    road.sender.send_and_handle(end());
    assert_eq!([1, 2, 3].map(|sender| road.of(sender)), [2; 3]);
    attends.join().unwrap();
}
