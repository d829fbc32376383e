//! What has not been decided yet, and what has been and is to be told.
//!
//! A thread attends to it while there is something: the panic hook and the wakers of tasks, which run anywhere, only
//! change the lists.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::spot::Spot;
use super::trace::Trace;
use super::{Stray, lock, tell};
use crate::aside;
use crate::clock;

/// How long a task may take to end after its panic.
const UNWINDING: Duration = Duration::from_secs(2);

/// How long the thread that attends to it waits before it looks whether threads have become idle.
const LOOK: Duration = Duration::from_millis(2);

/// How long the end of a suite, or of the run, waits for what has not been decided.
const SETTLING: Duration = Duration::from_secs(5);

/// A panic that is a stray, if nobody waits for its task.
struct Undecided {
    spot: Spot,
    since: Instant,
    stray: Stray,
}

struct Desk {
    undecided: Vec<Undecided>,
    decided: VecDeque<Stray>,
    /// There is a thread that sees to it.
    is_attended: bool,
}

static DESK: Mutex<Desk> = Mutex::new(Desk {
    undecided: Vec::new(),
    decided: VecDeque::new(),
    is_attended: false,
});
/// Something has been decided.
static DECIDED: Condvar = Condvar::new();
/// How many are undecided: what is asked often looks only at this.
static UNDECIDED: AtomicUsize = AtomicUsize::new(0);
/// How many cases there are: being looked at, undecided, or to be told.
static CASES: AtomicUsize = AtomicUsize::new(0);

/// What is not settled before this is dropped.
pub(super) struct Case;

impl Case {
    pub(super) fn new() -> Case {
        CASES.fetch_add(1, Ordering::SeqCst);
        Case
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        CASES.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Desk {
    /// Some of what is undecided is a stray.
    fn decide(&mut self, which: impl Fn(&Undecided) -> bool) {
        for undecided in self.take(which) {
            self.decided.push_back(undecided.stray);
        }
    }

    fn take(&mut self, which: impl Fn(&Undecided) -> bool) -> Vec<Undecided> {
        let (taken, left): (Vec<_>, _) = std::mem::take(&mut self.undecided).into_iter().partition(which);
        self.undecided = left;
        UNDECIDED.store(self.undecided.len(), Ordering::SeqCst);
        taken
    }
}

/// The panic of a task: a stray unless somebody is woken by its end.
pub(super) fn suspect(stray: Stray, spot: Spot) {
    std::mem::forget(Case::new());
    {
        let mut desk = lock(&DESK);
        desk.undecided.push(Undecided {
            spot,
            since: Instant::now(),
            stray,
        });
        UNDECIDED.store(desk.undecided.len(), Ordering::SeqCst);
    }
    attend();
}

/// It is a stray.
pub(super) fn decided(stray: Stray) {
    std::mem::forget(Case::new());
    lock(&DESK).decided.push_back(stray);
    attend();
}

/// Whether anything is undecided.
pub(super) fn may_be_here() -> bool {
    UNDECIDED.load(Ordering::SeqCst) > 0
}

/// Whether something is undecided that happened on this thread.
pub(super) fn is_here() -> bool {
    let here = thread::current().id();
    lock(&DESK).undecided.iter().any(|it| it.spot.is_on(here))
}

/// Somebody of ours is woken on this thread, which has gone to sleep so often, from this stack.
pub(super) fn awaited(wakes: &Trace, sleeps: Option<u64>) {
    let here = thread::current().id();
    let awaited = lock(&DESK).take(|it| it.spot.is_on(here) && it.spot.ends_with(wakes, sleeps));
    CASES.fetch_sub(awaited.len(), Ordering::SeqCst);
}

/// This thread does something else by now: the tasks that panicked on it have ended, and nobody was woken.
pub(crate) fn passed_by() {
    if may_be_here() {
        let here = thread::current().id();
        lock(&DESK).decide(|it| it.spot.is_on(here));
        attend();
    }
}

/// Sees to it that what is decided is told: on a thread of its own, since this may be the panic hook, and the hub may
/// call reporters. Without a thread to spare the end of the suite sees to it.
fn attend() {
    let starts = {
        let mut desk = lock(&DESK);
        DECIDED.notify_one();
        !std::mem::replace(&mut desk.is_attended, true)
    };
    if starts && aside::start("async-test-stray", || work(true)).is_err() {
        lock(&DESK).is_attended = false;
    }
}

/// Tells what is decided. Also waits for what is not, where that is asked for.
fn work(waits: bool) {
    let mut desk = lock(&DESK);
    loop {
        desk.decide(|it| it.since.elapsed() >= UNWINDING || it.spot.is_idle());
        if let Some(stray) = desk.decided.pop_front() {
            drop(desk);
            tell::tell(stray);
            CASES.fetch_sub(1, Ordering::SeqCst);
            desk = lock(&DESK);
            continue;
        }
        if desk.undecided.is_empty() || !waits {
            desk.is_attended &= !waits;
            return;
        }
        desk = DECIDED
            .wait_timeout(desk, LOOK)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// Whether nothing is undecided, or decided and to be told.
pub(crate) fn is_settled() -> bool {
    CASES.load(Ordering::SeqCst) == 0
}

/// Where there was no thread for it.
fn catch_up() {
    if !lock(&DESK).is_attended {
        work(false);
    }
}

/// Waits for what is undecided; none where that is nothing, as nearly always. Cancel safe.
pub(crate) fn settle() -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
    if is_settled() {
        return None;
    }
    Some(Box::pin(settled()))
}

async fn settled() {
    let began = Instant::now();
    while !is_settled() && began.elapsed() < SETTLING {
        catch_up();
        clock::sleep_real(Duration::from_millis(1)).await;
    }
}

/// The same, where there is nothing else to do on this thread.
pub(crate) fn settle_here() {
    passed_by();
    let began = Instant::now();
    while !is_settled() && began.elapsed() < SETTLING {
        catch_up();
        thread::sleep(Duration::from_millis(1));
    }
}
