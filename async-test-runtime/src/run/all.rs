//! All suites of a run: their admission, and the end of a run whose threads are all blocked.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::run::pass::Pass;
use crate::run::rescue::Watch;
use crate::spec::SuiteSpec;
use crate::suite::Suite;

/// How many suites that need a thread of their own run at once.
const OWN_THREADS: usize = 64;

/// Starts every suite, as many at once as the limit says, and waits for all of them.
pub(super) async fn all(suites: &[&'static SuiteSpec], limit: usize, fail_fast: bool, seed: u64, watch: &Watch) {
    let top = Suite::top();
    top.table().set_limit(limit);
    top.table().has_own_tasks();
    top.table().run_on(Handle::current());
    let pass = Arc::new(Pass::new(top.clone(), seed, OWN_THREADS, fail_fast));
    watch.begins(&pass);
    let is_in_order = start(&top, suites, &pass, watch).await
        && tokio::select! {
            biased;
            () = top.table().idle() => true,
            () = watch.no_thread_is_left() => false,
        };
    if !is_in_order {
        pass.fail_unstarted(suites);
    }
    // Their tasks have ended, and they may be about to.
    if let Some(capture) = &top.0.hub.capture {
        capture.all_have_left().await;
    }
}

/// Starts them, until all have been started or the run ends. False where there is no thread left to do so.
async fn start(top: &Suite, suites: &[&'static SuiteSpec], pass: &Arc<Pass>, watch: &Watch) -> bool {
    let mut start = pin!(start_each(top, suites, pass));
    let mut end = pin!(async {
        tokio::select! {
            biased;
            _ = top.cancelled() => true,
            () = watch.no_thread_is_left() => false,
        }
    });
    let mut has_waker = false;
    poll_fn(|context| {
        if start.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        // One that takes its turn is back as soon as it has gone through the queue.
        let is_soon_back = top.table().takes_its_turn() && !top.is_cancelled();
        if std::mem::replace(&mut has_waker, true) && is_soon_back {
            return Poll::Pending;
        }
        end.as_mut().poll(context)
    })
    .await
}

/// Cancel safe: what has not been started is not.
async fn start_each(top: &Suite, suites: &[&'static SuiteSpec], pass: &Arc<Pass>) {
    let jobs = top.table();
    let mut groups: HashMap<&'static str, Arc<Semaphore>> = HashMap::new();
    for spec in suites {
        if top.is_cancelled() || pass.is_stopped.load(Ordering::Relaxed) {
            break;
        }
        let turn = spec.keys().serial.map(|group| {
            groups
                .entry(group)
                .or_insert_with(|| Arc::new(Semaphore::new(1)))
                .clone()
        });
        let one = pass.next(spec, turn);
        jobs.run(spec.title(), spec.place(), one).await;
    }
}
