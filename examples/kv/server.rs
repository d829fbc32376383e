//! The leader's TCP side. A line asks, a line answers: `OK …`, `NONE` or `ERR why`.
//!
//! `GET key` (`OK seq value`) · `PUT key value` and `DEL key` (`OK seq`) · `CAS key seq value` (`NONE` if another
//! change wrote the key last; 0 stands for absent) · `LEN` · `SEQ` · `FOLLOW` (a snapshot, then change by change; the
//! follower says `ACK` to each) · `EXPIRE key seconds` is not supported yet.

use super::{store::Store, wire::Wire};
use std::io::{Error, ErrorKind, Result};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A follower that is silent for so long loses its place, so that no writer waits for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves a store on a free port of 127.0.0.1; dropping it is a crash.
#[derive(Debug)]
pub struct Server {
    pub addr: SocketAddr,
    pub store: Arc<Store>,
    jobs: JoinSet<()>, // they end with it
}

impl Server {
    pub async fn start(store: Arc<Store>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let mut jobs = JoinSet::new();
        jobs.spawn(serve(listener, Arc::clone(&store)));
        Ok(Self { addr, store, jobs })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.store.crash();
    }
}

async fn serve(listener: TcpListener, store: Arc<Store>) {
    let mut talks = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((socket, _)) => drop(talks.spawn(converse(socket, Arc::clone(&store)))),
            Err(_) => sleep(Duration::from_millis(10)).await, // out of descriptors, most likely
        }
        while talks.try_join_next().is_some() {}
    }
}

async fn converse(socket: TcpStream, store: Arc<Store>) -> Result<()> {
    let mut peer = Wire::new(socket)?;
    loop {
        let request = peer.line().await?;
        if request == "FOLLOW" {
            let (image, mut changes) = store.follow()?;
            let mut text = image.snapshot();
            loop {
                timeout(PATIENCE, peer.send(&text)).await??;
                timeout(PATIENCE, peer.line()).await??;
                text = changes.recv().await.ok_or(ErrorKind::BrokenPipe)?;
            }
        }
        let reply = match answer(&store, &request).await {
            Ok(Some(answer)) => format!("OK {answer}"),
            Ok(None) => "NONE".to_owned(),
            Err(error) => format!("ERR {error}"),
        };
        peer.send(&reply).await?;
    }
}

async fn answer(store: &Arc<Store>, line: &str) -> Result<Option<String>> {
    let mut words = line.splitn(3, ' ');
    let number = match (words.next().unwrap_or(""), words.next(), words.next()) {
        ("GET", Some(key), None) => {
            let entry = store.read(|image| image.entries.get(key).cloned())?;
            return Ok(entry.map(|entry| format!("{} {}", entry.seq, entry.value)));
        }
        ("PUT", Some(key), Some(value)) => store.write(key, Some(value), None).await?,
        ("DEL", Some(key), None) => store.write(key, None, None).await?,
        ("CAS", Some(key), Some(rest)) => {
            let (seq, value) = rest.split_once(' ').unwrap_or((rest, ""));
            let seq = seq.parse().map_err(Error::other)?;
            store.write(key, Some(value), Some(seq)).await?
        }
        ("LEN", None, None) => Some(store.read(|image| image.entries.len() as u64)?),
        ("SEQ", None, None) => Some(store.read(|image| image.seq)?),
        ("EXPIRE", ..) => return Err(Error::other("not supported")),
        _ => return Err(Error::other("unknown request")),
    };
    Ok(number.map(|number| number.to_string()))
}
