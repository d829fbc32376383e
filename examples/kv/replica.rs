//! A follower: copies a leader's entries, and shows them together with how far it has come.

use super::{image::Image, wire::Wire};
use std::{io::Result, net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, sync::watch, task::JoinSet, time::sleep};

/// Whenever its connection ends it makes a new one, and shows what it had until the new snapshot is complete.
/// Dropping it ends it.
#[derive(Debug)]
pub struct Replica {
    /// Whom it follows; send another address to change that.
    pub leader: watch::Sender<SocketAddr>,
    /// What it shows; its `seq` is the last change applied.
    pub image: watch::Receiver<Image>,
    job: JoinSet<()>, // ends with it
}

impl Replica {
    pub fn start(leader: SocketAddr) -> Self {
        let (leader, mut target) = watch::channel(leader);
        let (shown, image) = watch::channel(Image::default());
        let mut job = JoinSet::new();
        job.spawn(async move {
            loop {
                let leader = *target.borrow_and_update();
                tokio::select! {
                    _ = copy_from(leader, &shown) => sleep(Duration::from_millis(10)).await,
                    _ = target.changed() => {}
                }
            }
        });
        Self { leader, image, job }
    }

    /// Waits until it shows the change `seq`: for ever, if its leader has no such change.
    pub async fn caught_up(&self, seq: u64) {
        let mut image = self.image.clone();
        let _ = image.wait_for(|image| image.seq >= seq).await; // the task lives as long as `self`
    }
}

async fn copy_from(leader: SocketAddr, shown: &watch::Sender<Image>) -> Result<()> {
    let mut leader = Wire::new(TcpStream::connect(leader).await?)?;
    leader.send("FOLLOW").await?;
    let (mut snapshot, mut line) = (Image::default(), String::new());
    while !line.starts_with("END") {
        line = leader.line().await?;
        snapshot.apply(&line)?;
    }
    shown.send_replace(snapshot);
    loop {
        leader.send("ACK").await?;
        let line = leader.line().await?;
        let mut applied = Ok(());
        shown.send_modify(|image| applied = image.apply(&line));
        applied?;
    }
}
