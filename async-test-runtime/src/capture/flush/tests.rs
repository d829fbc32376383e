use super::*;
use std::pin::pin;
use std::task::Context;

/// One whose thread has nothing to do.
fn idle() -> Flusher {
    let flusher = Flusher::default();
    flusher
        .start(|leaving| leaving.drain(..).for_each(|it| (it.then)()))
        .unwrap();
    while !flusher.0.lock().is_asleep {
        std::thread::yield_now();
    }
    flusher
}

/// Polls once; on a busy machine it may be done then.
fn begin(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[tokio::test]
async fn all_who_ask_are_told() {
    let flusher = Arc::new(idle());
    let one = || {
        let flusher = flusher.clone();
        tokio::spawn(async move { flusher.flush().await })
    };
    for task in (0..1_000).map(|_| one()).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    flusher.flush_here();
}

type Ended = Arc<Mutex<Vec<u64>>>;

fn leave(flusher: &Flusher, ended: &Ended, id: u64) -> bool {
    let ended = ended.clone();
    let leaving = Leaving {
        suite: SuiteId(id),
        then: Box::new(move || ended.lock().unwrap().push(id)),
    };
    flusher.leave(leaving).is_none()
}

#[tokio::test]
async fn who_leaves_is_ended_in_order_and_waited_for() {
    let (flusher, ended) = (idle(), Ended::default());
    flusher.all_have_left().await;
    for round in 1..4 {
        for id in 0..100 {
            assert!(leave(&flusher, &ended, id));
        }
        flusher.all_have_left().await;
        assert_eq!(ended.lock().unwrap().len(), round * 100);
    }
    let expected: Vec<u64> = (0..3).flat_map(|_| 0..100).collect();
    assert_eq!(*ended.lock().unwrap(), expected);
}

#[test]
fn who_leaves_alone_needs_nobody_else() {
    let (flusher, ended) = (idle(), Ended::default());
    assert!(leave(&flusher, &ended, 1));
    while ended.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn where_a_flush_is_held_up_all_are_let_go() {
    // Nobody serves it.
    let (flusher, ended) = (Flusher::default(), Ended::default());
    let _ = flusher
        .0
        .end
        .set(Box::new(|leaving| leaving.drain(..).for_each(|it| (it.then)())));
    assert!(leave(&flusher, &ended, 1));
    {
        let mut orders = flusher.0.lock();
        orders.leaving_now = std::mem::take(&mut orders.leaving);
        orders.began = Instant::now().checked_sub(PATIENCE);
    }
    assert!(leave(&flusher, &ended, 2));
    flusher.0.look();
    flusher.all_have_left().await;
    assert_eq!(*ended.lock().unwrap(), [1, 2]);
    // From here on they have to end by themselves.
    assert!(!leave(&flusher, &ended, 3));
}

#[test]
fn in_a_hurry_nobody_is_waited_for() {
    let (flusher, ended) = (Flusher::default(), Ended::default());
    let _ = flusher
        .0
        .end
        .set(Box::new(|leaving| leaving.drain(..).for_each(|it| (it.then)())));
    assert!(leave(&flusher, &ended, 1) && leave(&flusher, &ended, 2));
    flusher.let_go();
    assert_eq!(*ended.lock().unwrap(), [1, 2]);
    assert_eq!(flusher.0.lock().left, 0);
}

#[tokio::test]
async fn the_first_one_may_be_dropped() {
    let flusher = idle();
    let mut first = Box::pin(flusher.flush());
    begin(first.as_mut());
    let mut second = pin!(flusher.flush());
    let is_done = begin(second.as_mut());
    drop(first);
    if !is_done {
        second.await;
    }
}

#[tokio::test]
async fn where_the_first_one_gets_no_turn_another_calls() {
    let flusher = idle();
    let mut first = pin!(flusher.flush());
    begin(first.as_mut());
    std::thread::sleep(2 * GATHERING);
    flusher.flush().await;
}

#[tokio::test]
async fn where_nobody_else_comes_the_clock_calls() {
    let flusher = idle();
    let (mut first, mut second) = (pin!(flusher.flush()), pin!(flusher.flush()));
    begin(first.as_mut());
    if !begin(second.as_mut()) {
        second.await;
    }
}
