//! Whose code the hub's thread is in: bundles and reporters are guests there, and one that does not return holds up
//! everybody.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::aside;
use crate::clock::{self, Deadline};

/// What is known from outside about who is called.
#[derive(Default)]
pub(crate) struct Guests {
    names: Mutex<Vec<String>>,
    /// The number of the call under way; 0 when there is none.
    call: AtomicU64,
    calls: AtomicU64,
    who: AtomicUsize,
    next_look: Mutex<Option<Deadline>>,
}

/// A call under way, until it is dropped.
pub(crate) struct Call<'a>(&'a Guests);

impl Call<'_> {
    /// The guest has returned and is called once more.
    pub(crate) fn once_more(&self) {
        self.0.begin_call();
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.call.store(0, Ordering::Relaxed);
    }
}

impl Guests {
    /// Makes a guest known.
    pub(crate) fn add(&self, name: String) -> usize {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.push(name);
        names.len() - 1
    }

    /// The hub's thread calls this guest.
    pub(crate) fn call(&self, who: usize) -> Call<'_> {
        self.who.store(who, Ordering::Relaxed);
        self.begin_call();
        Call(self)
    }

    fn begin_call(&self) {
        // Nobody else writes.
        let number = self.calls.load(Ordering::Relaxed) + 1;
        self.calls.store(number, Ordering::Relaxed);
        self.call.store(number, Ordering::Relaxed);
    }

    fn name(&self) -> String {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(self.who.load(Ordering::Relaxed)).cloned().unwrap_or_default()
    }

    /// Calls back once, on a thread of its own, when one guest has held the hub for so long; with its name.
    pub(crate) fn watch(self: &Arc<Self>, limit: Duration, held: impl FnOnce(String) + Send + 'static) {
        self.look_again(limit, 0, Instant::now(), Box::new(held));
    }

    fn look_again(self: &Arc<Self>, limit: Duration, call: u64, since: Instant, held: Box<dyn FnOnce(String) + Send>) {
        let me = Arc::downgrade(self);
        let next = clock::after(limit / 10, move || {
            let Some(me) = me.upgrade() else { return };
            let now = me.call.load(Ordering::Relaxed);
            if now == 0 || now != call {
                me.look_again(limit, now, Instant::now(), held);
            } else if since.elapsed() < limit {
                me.look_again(limit, call, since, held);
            } else {
                let _ = aside::start("async-test-guest", move || held(me.name()));
            }
        });
        let before = self
            .next_look
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(next);
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_guest_that_does_not_return_is_named() {
        let guests = Arc::new(Guests::default());
        let (quick, slow) = (guests.add("quick".to_owned()), guests.add("slow".to_owned()));
        drop(guests.call(quick));
        let (named, name) = mpsc::channel();
        guests.watch(Duration::from_millis(20), move |who| named.send(who).unwrap());
        let call = guests.call(slow);
        assert_eq!(name.recv().unwrap(), "slow");
        drop(call);
    }
}
