//! A small key-value store over TCP: a leader that keeps its data on disk, and followers that copy it.
//! Every change gets the next sequence number. `image` says what a change looks like, in a file as on the wire.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "used in parts")]

mod client;
mod image;
mod replica;
mod server;
mod store;
mod wire;

pub use client::Client;
pub use image::{Entry, Image};
pub use replica::Replica;
pub use server::Server;
pub use store::{MAX_LAG, Store, Variant};
