//! Many processes, some at a time.

use std::sync::Mutex;
use std::thread;

/// Most of them sleep most of the time.
const AT_ONCE: usize = 7;

/// Does the work for each; the first panic of one is raised when all have ended.
pub(super) fn all<I: Sync, O: Send>(inputs: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let next = Mutex::new(0..inputs.len());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let Some(index) = next.lock().unwrap().next() else {
                            return;
                        };
                        let output = work(&inputs[index]);
                        done.lock().unwrap().push((index, output));
                    }
                })
            })
            .collect();
        for worker in workers {
            if let Err(payload) = worker.join() {
                std::panic::resume_unwind(payload);
            }
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, output)| output).collect()
}
