//! What is counted, and what is told of it.

use super::*;

#[test]
fn the_first_are_named_and_the_others_counted() {
    let quiet = Quiet::new(true);
    for _ in 0..NAMED {
        assert!(!quiet.count());
        quiet.name();
    }
    for _ in 0..1000 {
        assert!(quiet.count());
    }
    assert_eq!(quiet.take(), 1000);
    assert_eq!(quiet.take(), 0);
    assert!(!quiet.count(), "after something else they are named again");
}

#[test]
fn one_that_is_closed_counts_nothing() {
    let quiet = Quiet::new(false);
    for _ in 0..9 {
        quiet.name();
        assert!(!quiet.count());
    }
    assert_eq!(quiet.close(), 0);
    let quiet = ready();
    assert!(quiet.count());
    quiet.stop();
    assert!(!quiet.count());
    assert_eq!(quiet.close(), 1);
    assert_eq!(quiet.close(), 0);
}

#[test]
fn where_nothing_was_counted_it_is_nobodys_turn() {
    let quiet = Quiet::new(true);
    for next in [Next::Else, Next::Pass, Next::Else] {
        assert!(quiet.goes_on_freely(next));
    }
    for _ in 0..NAMED {
        assert!(!quiet.count());
        assert!(quiet.goes_on_freely(Next::Pass));
    }
    assert!(quiet.count());
    // From here on somebody may have a number in his hands, also when the word says nothing.
    assert!(!quiet.goes_on_freely(Next::Else));
    assert_eq!((quiet.go_on(Next::Else), quiet.go_on(Next::Else)), (1, 0));
    for next in [Next::Pass, Next::Else, Next::End] {
        assert!(!quiet.goes_on_freely(next));
    }
    let quiet = Quiet::new(true);
    assert!(quiet.goes_on_freely(Next::End));
    assert!(quiet.goes_on_freely(Next::Pass) && !quiet.count());
}

fn ready() -> Quiet {
    let quiet = Quiet::new(true);
    for _ in 0..NAMED {
        quiet.name();
    }
    quiet
}

#[test]
fn what_threads_count_apart_is_taken_with_the_rest() {
    let quiet = ready();
    assert!(quiet.count());
    quiet.spread();
    assert!(quiet.count() && quiet.count());
    let lanes = quiet.spread.get().unwrap();
    let apart = |Lane(lane): &Lane| lane.load(Ordering::Relaxed) & COUNT;
    assert_eq!(lanes.0.iter().map(apart).sum::<u64>(), 2);
    assert_eq!(quiet.take(), 3);
    for _ in 0..NAMED {
        assert!(!quiet.count(), "they are named again");
        quiet.name();
    }
    assert!(quiet.count());
    quiet.stop();
    assert!(!quiet.count() && !quiet.count_apart());
    assert_eq!(quiet.close(), 1);
    assert_eq!(quiet.take(), 0);
}

#[test]
fn nobody_counts_apart_while_it_is_somebodys_turn_or_when_nothing_is_counted() {
    let quiet = ready();
    let turn = quiet.turn();
    quiet.spread();
    assert!(quiet.spread.get().is_none());
    drop(turn);
    quiet.close();
    quiet.spread();
    assert!(quiet.spread.get().is_none());
}

#[test]
fn whatever_threads_do_at_once_each_pass_is_counted_once() {
    for apart in [false, true] {
        let quiet = &ready();
        if apart {
            quiet.spread();
        }
        let (sent, counted, taken) = (&AtomicU64::new(0), &AtomicU64::new(0), &AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                scope.spawn(move || {
                    for check in 0..20_000_u64 {
                        if quiet.count() {
                            counted.fetch_add(1, Ordering::Relaxed);
                        } else {
                            let _turn = quiet.turn();
                            quiet.name();
                            sent.fetch_add(1, Ordering::Relaxed);
                        }
                        if check % 97 == thread {
                            let _turn = quiet.turn();
                            taken.fetch_add(quiet.take(), Ordering::Relaxed);
                        }
                        if check == 19_000 && thread == 0 {
                            quiet.stop();
                        }
                    }
                });
            }
        });
        taken.fetch_add(quiet.close(), Ordering::Relaxed);
        assert_eq!(taken.load(Ordering::Relaxed), counted.load(Ordering::Relaxed));
        assert_eq!(sent.load(Ordering::Relaxed) + counted.load(Ordering::Relaxed), 80_000);
    }
}
