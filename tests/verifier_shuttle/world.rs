//! What the verifier sees of the rest of the runtime: a suite that keeps what it is told, and a clock that goes off when
//! a scenario lets it.

pub(crate) mod suite {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use crate::cancel::{Cancel, Cause};
    use crate::claim::{Claim, Running};
    use crate::event::{EventKind, Telemetry};
    use crate::shims::crossroads;
    use crate::stage::Stage;

    pub(crate) trait Attachment: Send + Sync {
        fn end(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
        #[allow(dead_code, reason = "nobody asks")]
        fn running(&self) -> Option<Running>;
    }

    #[derive(Clone)]
    pub struct Suite(pub(crate) Arc<Shared>);

    pub(crate) struct Shared {
        pub(crate) cancel: Cancel,
        pub(crate) ending: AtomicBool,
        pub(crate) told: Mutex<Vec<Claim>>,
        began: Instant,
    }

    #[allow(clippy::unused_self, reason = "the shape of the suite")]
    impl Suite {
        pub(crate) fn new() -> Suite {
            Suite(Arc::new(Shared {
                cancel: Cancel::default(),
                ending: AtomicBool::new(false),
                told: Mutex::default(),
                began: Instant::now(),
            }))
        }

        pub(crate) fn path(&self) -> &str {
            "s"
        }

        /// Asked for under the lock of the book, so nothing is switched here.
        pub(crate) fn stage(&self) -> Stage {
            match self.0.ending.load(Ordering::SeqCst) {
                true => Stage::Finishing,
                false => Stage::InProgress,
            }
        }

        pub(crate) fn is_cancelled(&self) -> bool {
            self.0.cancel.cause().is_some()
        }

        pub(crate) fn cancel(&self, cause: Cause) {
            crossroads();
            self.0.cancel.cancel(cause);
        }

        pub(crate) fn touch(&self, _: u64) {
            crossroads();
        }

        pub(crate) fn detach(&self, _: u64) {
            crossroads();
        }

        pub(crate) fn activity(&self) -> u64 {
            0
        }

        pub(crate) fn activity_since(&self, _: u64) -> Vec<String> {
            Vec::new()
        }

        pub(crate) fn running(&self) -> Vec<Running> {
            crossroads();
            Vec::new()
        }

        pub(crate) fn telemetry(&self, _: Telemetry) {
            crossroads();
        }

        pub(crate) fn send_event(&self, event: EventKind) {
            crossroads();
            let EventKind::Test(claim) = event;
            self.0.told.lock().unwrap().push(claim);
        }

        pub(crate) fn rng(&self, _: &str) -> fastrand::Rng {
            fastrand::Rng::with_seed(0)
        }

        pub(crate) fn started_virtually(&self) -> Instant {
            self.0.began
        }

        pub(crate) fn started(&self) -> Instant {
            self.0.began
        }
    }
}

pub(crate) mod context {
    use crate::suite::Suite;

    pub(crate) fn scope<F: Future>(_: Suite, work: F) -> F {
        work
    }
}

pub(crate) mod report {
    pub(crate) fn time(time: std::time::Duration) -> String {
        format!("{time:?}")
    }
}

pub(crate) mod cancel {
    use std::sync::OnceLock;

    pub(crate) enum Cause {
        Abort,
        FailFast(String),
    }

    #[derive(Default)]
    pub(crate) struct Cancel(OnceLock<Cause>);

    impl Cancel {
        pub(crate) fn cancel(&self, cause: Cause) {
            let _ = self.0.set(cause);
        }

        pub(crate) fn cause(&self) -> Option<&Cause> {
            self.0.get()
        }
    }
}

pub(crate) mod event {
    use std::borrow::Cow;

    pub(crate) enum EventKind {
        Test(crate::claim::Claim),
    }

    #[allow(dead_code, reason = "nobody listens")]
    pub(crate) enum Telemetry {
        Rounds {
            verifier: Cow<'static, str>,
            rounds: u64,
            failed: u64,
            unknown: u64,
        },
    }
}

pub(crate) mod clock {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use crate::shims::{Sleep, sleep_for};

    /// Whether the patience of those who wait may run out.
    pub(crate) static RUNS_OUT: AtomicBool = AtomicBool::new(false);

    /// The action of a deadline that never comes.
    pub(crate) struct Deadline(Box<dyn FnOnce() + Send>);

    pub(crate) fn after(_: Duration, action: impl FnOnce() + Send + 'static) -> Deadline {
        Deadline(Box::new(action))
    }

    pub(crate) fn sleep_real(_: Duration) -> Sleep {
        let never = Duration::from_secs(3600);
        sleep_for(if RUNS_OUT.load(Ordering::SeqCst) {
            Duration::ZERO
        } else {
            never
        })
    }
}

pub(crate) mod panic {
    use std::any::Any;
    use std::future::{Future, poll_fn};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::pin;
    use std::task::Poll;

    use crate::claim::Panic;

    pub(crate) struct Caught {
        pub(crate) panic: Panic,
    }

    fn caught(payload: Box<dyn Any + Send>) -> Caught {
        let message = payload.downcast_ref::<&str>().copied().unwrap_or("?").to_owned();
        Caught {
            panic: Panic {
                message,
                at: None,
                thread: None,
                backtrace: None,
            },
        }
    }

    pub(crate) fn catch_sync<T>(body: impl FnOnce() -> T) -> Result<T, Caught> {
        catch_unwind(AssertUnwindSafe(body)).map_err(caught)
    }

    pub(crate) async fn catch<F: Future>(future: F) -> Result<F::Output, Panic> {
        let mut future = pin!(future);
        poll_fn(move |context| match catch_sync(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(caught) => Poll::Ready(Err(caught.panic)),
        })
        .await
    }
}
