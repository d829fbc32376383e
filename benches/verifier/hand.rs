//! The loop as one would write it: a spawned task, a watch channel, a `Vec`.

use std::future::Future;
use std::time::SystemTime;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// How it lets others run between two rounds.
#[derive(Clone, Copy)]
pub(crate) enum Pause {
    Yield,
    Budget,
}

pub(crate) struct Hand {
    stop: watch::Sender<bool>,
    task: JoinHandle<Vec<(u64, SystemTime)>>,
}

impl Hand {
    pub(crate) async fn start<F: Future<Output = Result<u64, String>> + Send>(
        round: impl Fn() -> F + Send + 'static,
        pause: Pause,
    ) -> Hand {
        let (stop, stopped) = watch::channel(false);
        let (begun, acknowledged) = oneshot::channel();
        let task = tokio::spawn(async move {
            let _ = begun.send(());
            let mut seen = Vec::new();
            loop {
                match round().await {
                    Ok(value) => seen.push((value, SystemTime::now())),
                    Err(_) => return seen,
                }
                if *stopped.borrow() {
                    return seen;
                }
                match pause {
                    Pause::Yield => tokio::task::yield_now().await,
                    Pause::Budget => tokio::task::consume_budget().await,
                }
            }
        });
        let _ = acknowledged.await;
        Hand { stop, task }
    }

    pub(crate) async fn stop(self) -> Vec<(u64, SystemTime)> {
        let _ = self.stop.send(true);
        self.task.await.unwrap_or_default()
    }
}
