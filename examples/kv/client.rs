//! A client of the leader: one connection, one request at a time.

use super::image::{Entry, check};
use super::wire::Wire;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// After a request that was dropped before its reply came, the client cannot be used any more.
#[derive(Debug)]
pub struct Client(Wire);

impl Client {
    pub async fn connect(leader: SocketAddr) -> Result<Self> {
        TcpStream::connect(leader).await.and_then(Wire::new).map(Self)
    }

    pub async fn get(&mut self, key: &str) -> Result<Option<Entry>> {
        check(key, "")?;
        let Some(reply) = self.ask(&format!("GET {key}")).await? else {
            return Ok(None);
        };
        let (seq, value) = reply.split_once(' ').ok_or(ErrorKind::InvalidData)?;
        let (seq, value) = (seq.parse().map_err(Error::other)?, value.to_owned());
        Ok(Some(Entry { seq, value }))
    }

    /// Returns the number of the change, which from now on survives a crash of the leader.
    pub async fn put(&mut self, key: &str, value: &str) -> Result<u64> {
        check(key, value)?;
        let seq = self.number(&format!("PUT {key} {value}")).await?;
        seq.ok_or(ErrorKind::InvalidData.into())
    }

    /// `None` if the key is not there.
    pub async fn delete(&mut self, key: &str) -> Result<Option<u64>> {
        check(key, "")?;
        self.number(&format!("DEL {key}")).await
    }

    /// `None` if it was not the change `seq` that last wrote the key (0: the key is absent).
    pub async fn cas(&mut self, key: &str, seq: u64, value: &str) -> Result<Option<u64>> {
        check(key, value)?;
        self.number(&format!("CAS {key} {seq} {value}")).await
    }

    /// Sends any line whose answer is a number, such as `LEN` or `SEQ`.
    pub async fn number(&mut self, request: &str) -> Result<Option<u64>> {
        let number = self.ask(request).await?.map(|text| text.parse());
        number.transpose().map_err(Error::other)
    }

    /// Sends any line; the answer after `OK`, none for `NONE`, an error with what came after `ERR`.
    pub async fn ask(&mut self, request: &str) -> Result<Option<String>> {
        self.0.send(request).await?;
        let reply = self.0.line().await?;
        match reply.split_once(' ').unwrap_or((&reply, "")) {
            ("OK", answer) => Ok(Some(answer.to_owned())),
            ("NONE", _) => Ok(None),
            (_, why) => Err(Error::other(why)),
        }
    }
}
