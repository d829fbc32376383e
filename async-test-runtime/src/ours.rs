//! Which tasks of the shared runtime are ours: those of the run itself and of its `#[suite]`s. All others were started by
//! the tests.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Numbers of tasks.
#[derive(Default)]
struct Tasks {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

/// Of the shared runtime.
static SHARED: Tasks = Tasks {
    begun: AtomicUsize::new(0),
    ended: AtomicUsize::new(0),
};

/// A task of ours on the shared runtime. The task is to own it to its end, and `has_begun` has to follow when the task has
/// been started.
pub(crate) struct OwnTask(&'static Tasks);

impl OwnTask {
    pub(crate) fn new() -> OwnTask {
        OwnTask(&SHARED)
    }

    /// Told after the start, as the end is told before the end: there are never fewer tasks than are known as ours.
    pub(crate) fn has_begun() {
        SHARED.begun.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for OwnTask {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

/// Starts a task of ours on the shared runtime.
pub(crate) fn spawn<F>(shared: &Handle, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    SHARED.spawn(shared, future)
}

/// Whether the shared runtime has tasks that are not ours. It may be said without need, but not the other way round.
pub(crate) fn has_others(shared: &Handle) -> bool {
    SHARED.has_others(shared)
}

impl Tasks {
    fn spawn<F>(&'static self, runtime: &Handle, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = OwnTask(self);
        let handle = runtime.spawn(async move {
            let _task = task;
            future.await
        });
        self.begun.fetch_add(1, Ordering::SeqCst);
        handle
    }

    fn known(&self) -> (usize, usize) {
        (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
    }

    fn has_others(&self, runtime: &Handle) -> bool {
        let (begun, ended) = self.known();
        let alive = runtime.metrics().num_alive_tasks();
        fence(Ordering::SeqCst);
        // Where one begins or ends just now, nobody can tell.
        self.known() != (begun, ended) || ended.wrapping_add(alive) != begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[test]
    fn tasks_of_others_are_seen_beside_ours() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (handle, tasks) = (runtime.handle(), &*Box::leak(Box::<Tasks>::default()));
        let (end, may_end) = oneshot::channel::<()>();
        let ours = tasks.spawn(handle, may_end);
        // Nothing has run yet, and nothing else is counted here.
        assert!(!tasks.has_others(handle));
        let theirs = handle.spawn(async {});
        assert!(tasks.has_others(handle));
        runtime.block_on(theirs).unwrap();
        assert!(!tasks.has_others(handle));
        end.send(()).unwrap();
        runtime.block_on(ours).unwrap().unwrap();
        assert!(!tasks.has_others(handle));
        drop(handle.spawn(std::future::pending::<()>()));
        assert!(tasks.has_others(handle));
    }
}
