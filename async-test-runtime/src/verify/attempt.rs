//! One round: the user's future under a limit, with its panic caught, never polled again once it is too late.

use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::fault::{Fault, describe};
use super::timing::{Alarm, Reading, Timing, nanos};
use crate::claim::Panic;
use crate::panic::catch_sync;
use crate::round::{Round, RoundOutcome};
use crate::settle::Ending;

/// What became of a round. Passing ones are to be cheap, so what the others have to say is kept apart.
#[derive(Debug)]
pub(crate) struct Attempt<T, E> {
    pub(crate) ending: Ending,
    pub(crate) value: Option<T>,
    pub(crate) rare: Option<Box<Rare<E>>>,
}

#[derive(Debug)]
pub(crate) struct Rare<E> {
    pub(crate) fault: Option<Fault<E>>,
    /// The words of a fault, or why it could not tell.
    pub(crate) text: Option<Arc<str>>,
    pub(crate) again: Option<Duration>,
}

impl<T, E> Attempt<T, E> {
    #[inline]
    fn passed(ending: Ending, value: T) -> Attempt<T, E> {
        Attempt {
            ending,
            value: Some(value),
            rare: None,
        }
    }

    pub(crate) fn faulty(ending: Ending, fault: Fault<E>, words: Option<String>) -> Attempt<T, E> {
        let text = words.or_else(|| fault.words()).map(Arc::from);
        Attempt {
            ending,
            value: None,
            rare: Some(Box::new(Rare {
                fault: Some(fault),
                text,
                again: None,
            })),
        }
    }

    fn unknown(why: Arc<str>) -> Attempt<T, E> {
        Attempt {
            ending: Ending::Unknown,
            value: None,
            rare: Some(Box::new(Rare {
                fault: None,
                text: Some(why),
                again: None,
            })),
        }
    }

    /// The delay that it asked for.
    pub(crate) fn again(&self) -> Option<Duration> {
        self.rare.as_ref().and_then(|rare| rare.again)
    }

    pub(crate) fn text(&self) -> Option<&Arc<str>> {
        self.rare.as_ref().and_then(|rare| rare.text.as_ref())
    }

    /// It passed where it should not.
    pub(crate) fn make_faulty(&mut self) {
        let again = self.again();
        let text = Fault::<E>::Passed.words().map(Arc::from);
        self.rare = Some(Box::new(Rare {
            fault: Some(Fault::Passed),
            text,
            again,
        }));
    }
}

/// What a round came to. It is handed through some frames in every round, so it is small.
pub(crate) enum Came<T, E> {
    Passed(T),
    Else(Box<Attempt<T, E>>),
}

impl<T, E: Debug + 'static> Came<T, E> {
    #[inline]
    fn of(round: Round<T, E>) -> Came<T, E> {
        match round {
            Round::Pass(value) => Came::Passed(value),
            round => Came::Else(Box::new(Attempt::of_any(round))),
        }
    }

    pub(crate) fn into_attempt(self) -> Attempt<T, E> {
        match self {
            Came::Passed(value) => Attempt::passed(Ending::Pass, value),
            Came::Else(attempt) => *attempt,
        }
    }

    #[cold]
    fn panicked(panic: Panic) -> Came<T, E> {
        Came::Else(Box::new(Attempt::faulty(Ending::Panic, Fault::Panicked(panic), None)))
    }
}

impl<T, E: Debug + 'static> Attempt<T, E> {
    fn of_any(round: Round<T, E>) -> Attempt<T, E> {
        let (round, again) = round.split();
        let mut attempt = match round {
            Round::Pass(value) => Attempt::passed(Ending::Pass, value),
            Round::Done(value) => Attempt::passed(Ending::Done, value),
            Round::Fail(error) => {
                let words = describe(&error);
                Attempt::faulty(Ending::Error, Fault::Error(error), Some(words))
            }
            Round::Unknown(why) => Attempt::unknown(why.into()),
            Round::Again(..) => Attempt::unknown("a delay without a round".into()),
        };
        if again.is_some() {
            let rare = attempt.rare.get_or_insert_with(|| {
                Box::new(Rare {
                    fault: None,
                    text: None,
                    again,
                })
            });
            rare.again = again;
        }
        attempt
    }
}

/// A time limit that is set only when a round has to wait, and moved only when it has gone off.
pub(crate) struct Limit {
    alarm: Alarm,
    /// When the alarm goes off, on the clock of the loop, and whom it wakes.
    armed: Option<(Duration, Waker)>,
}

impl Limit {
    pub(crate) fn new(timing: &Timing) -> Limit {
        Limit {
            alarm: timing.alarm(),
            armed: None,
        }
    }

    /// Ready when the deadline has passed. Rounds come and go with a deadline a little later each, so the alarm is
    /// set only when there is none, and polled only when it may have gone off or would wake somebody else.
    fn poll(&mut self, context: &mut Context<'_>, timing: &Timing, mut now: Duration, deadline: Duration) -> Poll<()> {
        loop {
            if now >= deadline {
                return Poll::Ready(());
            }
            match &self.armed {
                Some((at, waker)) if now < *at && waker.will_wake(context.waker()) => return Poll::Pending,
                Some((at, _)) if *at <= deadline => {}
                _ => {
                    self.alarm.set(deadline - now);
                    self.armed = Some((deadline, context.waker().clone()));
                }
            }
            if self.alarm.poll(context).is_pending() {
                if let Some((_, waker)) = &mut self.armed {
                    waker.clone_from(context.waker());
                }
                return Poll::Pending;
            }
            self.armed = None;
            now = timing.now().at();
        }
    }
}

/// Makes one round and says when it ended. `polling` is true while the user's code holds the thread; `waits` is called
/// before the round waits for the first time, so that others run.
#[inline]
pub(crate) async fn attempt<F, R>(
    make: impl FnOnce() -> F,
    began: Reading,
    timing: &Timing,
    limit: Duration,
    watch: &mut Limit,
    polling: &AtomicBool,
    waits: impl FnOnce(),
) -> (Came<R::Value, R::Error>, Reading)
where
    F: Future<Output = R>,
    R: RoundOutcome,
{
    let (mut make, mut waits) = (Some(make), Some(waits));
    let mut work = pin!(None);
    let mut polled = began.real;
    let mut longest = 0;
    let came = poll_fn(|context| {
        if make.is_none() {
            polled = timing.real();
        }
        polling.store(true, Ordering::Relaxed);
        // What the error prints, and what is dropped, is the user's code as well: all of it is caught.
        let came = catch_sync(|| {
            if let Some(make) = make.take() {
                work.set(Some(make()));
            }
            let Some(future) = work.as_mut().as_pin_mut() else {
                return Poll::Ready(None);
            };
            future.poll(context).map(|outcome| {
                let came = Came::of(outcome.into_round());
                work.set(None);
                Some(came)
            })
        });
        polling.store(false, Ordering::Relaxed);
        match came {
            Ok(Poll::Pending) => {
                if let Some(waits) = waits.take() {
                    waits();
                }
                let now = timing.now_after_a_wait();
                longest = longest.max(now.real.saturating_sub(polled));
                let deadline = began.at().saturating_add(limit);
                watch.poll(context, timing, now.at(), deadline).map(|()| None)
            }
            Ok(came) => came,
            Err(caught) => Poll::Ready(Some(Came::panicked(caught.panic))),
        }
    })
    .await;
    let waited = waits.is_none();
    let end = if waited {
        timing.now_after_a_wait()
    } else {
        timing.now()
    };
    if came.is_some() {
        longest = longest.max(end.real.saturating_sub(polled));
    }
    match came {
        Some(Came::Passed(value)) if longest <= nanos(limit) => (Came::Passed(value), end),
        came => {
            // Of a second panic nothing is told.
            let _ = catch_sync(|| work.set(None));
            (gone_wrong(came, Duration::from_nanos(longest), limit), end)
        }
    }
}

/// What became of a round that did not simply pass in time.
#[cold]
fn gone_wrong<T, E>(came: Option<Came<T, E>>, longest: Duration, limit: Duration) -> Came<T, E> {
    let fault = match came {
        _ if longest > limit => Fault::Blocked {
            limit,
            held: longest,
            still: false,
        },
        Some(came) => return came,
        None => Fault::TimedOut { limit },
    };
    Came::Else(Box::new(Attempt::faulty(Ending::Hung, fault, None)))
}
