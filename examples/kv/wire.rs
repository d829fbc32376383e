//! Lines over TCP, for both sides.

use std::io::{ErrorKind, Result};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

#[derive(Debug)]
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    pub fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    pub async fn send(&mut self, line: &str) -> Result<()> {
        self.0.write_all(format!("{line}\n").as_bytes()).await
    }

    /// The next line; an error at the end of the stream, also if that comes in the middle of a line.
    pub async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let complete = line.strip_suffix('\n').map(str::to_owned);
        complete.ok_or(ErrorKind::UnexpectedEof.into())
    }
}
