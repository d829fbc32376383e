//! When the next of many may start: when what is ready to run does not have to wait for a thread.
//!
//! What waits leaves its thread to others, so the next one can start at once, and in the end all that wait do so together.
//! What computes keeps its thread, and the next one would only take turns with it. The queue of the runtime tells which
//! it is: whoever starts something goes to its end first, as any other task, and looks at how long it takes to get
//! through. An idle thread takes him at once.

use std::time::{Duration, Instant};

use crate::turn::give_way;

/// How long what is ready may have to wait. Ten milliseconds are no time for a test, and enough of what computes for
/// short times is under way then, so that no thread runs out of it.
const CROWDED: Duration = Duration::from_millis(10);

/// So many more may start at most without a turn of their own: to take one for each leaves the other threads, which help
/// themselves to half of what is ready, next to nothing.
const AHEAD: u32 = 15;

/// Waits until there is room for one more. The answer is how many more may start with it. Cancel safe.
pub(super) async fn turn() -> u32 {
    loop {
        let asked = Instant::now();
        give_way().await;
        let waited = asked.elapsed();
        if waited < CROWDED {
            return ahead(waited);
        }
    }
}

/// As many as are not too many even where what has just been waited for was one of them. The first suites of a run take
/// longer than the later ones, and have to come in company all the same.
fn ahead(waited: Duration) -> u32 {
    let half = CROWDED / 2;
    match half.as_nanos().checked_div(waited.as_nanos()) {
        Some(fit) => u32::try_from(fit).map_or(AHEAD, |fit| fit.min(AHEAD)),
        None => AHEAD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn the_longer_it_takes_the_fewer_start_ahead() {
        let waited = [0, 1, 300, 400, 1_000, 2_600, 5_001, 10_000];
        let ahead = waited.map(|micros| ahead(Duration::from_micros(micros)));
        assert_eq!(ahead, [15, 15, 15, 12, 5, 1, 0, 0]);
    }

    /// So many tasks that take turns, and the most of them that had begun when there was room for the last one.
    async fn most(tasks: usize, keeps: Duration, times: usize) -> usize {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut all = Vec::new();
        for _ in 0..tasks {
            turn().await;
            let (now, most) = (now.clone(), most.clone());
            all.push(tokio::spawn(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..times {
                    std::thread::sleep(keeps);
                    give_way().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        most.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn what_keeps_its_thread_runs_alone() {
        assert_eq!(most(5, 2 * CROWDED, 2).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_does_so_together() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut all = Vec::new();
        for _ in 0..500 {
            turn().await;
            let (now, most) = (now.clone(), most.clone());
            all.push(tokio::spawn(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        // The clock stands still while anything is ready.
        assert_eq!(most.load(Ordering::SeqCst), 500);
    }
}
