// The samples of the documentation, letter by letter; what they need is around them.

use std::error::Error;
use std::sync::Arc;

use async_test_suite::prelude::*;

use kv::{Store, StoreError};
use raft::{Cluster, SplitBrain, Term};

#[suite(plan = 3, parallel)]
async fn storage(t: Suite) -> Result<(), StoreError> {      // no argument, `()` and any `Result` are fine too
    let store = Store::open().await?;                        // an `Err` fails the suite, with its Debug and source chain

    subtest!("reads", { ok!(true); });                       // `{ … }` is an async block that moves its captures
    subtest!("writes", plan = 2, async |t| {                 // async closures and async blocks work too
        is!(store.put("k", 1).await?, None, "first write of {}", "k");
        t.ok(store.len() == 1, "one key");
    });
    subtest!("compaction", todo = "not built yet", { flunk!("no compactor"); });
    Ok(())
}

#[verify_loop(every = "5ms", round_timeout = "1s", fail_fast)]
async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
    cluster.leader()
}

#[suite]
async fn election() -> Result<(), Box<dyn Error + Send + Sync>> {
    let cluster = Arc::new(Cluster::new());

    let v = one_leader(cluster.clone());   // Verifier<Term, SplitBrain>, idle, tied to the current suite
    v.start_job().await?;                  // acknowledged
    eventually!("looked at before the election", { v.report().rounds > 0 });
    cluster.elect(1);
    let seen: Vec<Observation<Term>> = v.stop_job().await?;
    v.finish().await;                      // drop does it too
    is!(seen[0].data, Term(0));

    Ok(())
}

#[suite]
async fn election_during() -> Result<(), Box<dyn Error + Send + Sync>> {
    let cluster = Arc::new(Cluster::new());
    let seen = one_leader(cluster.clone()).during(async {
        cluster.elect(1);
        let looks = cluster.looks();
        eventually!("looked at after the election", { cluster.looks() > looks + 2 });
    }).await?;
    is!(seen.last().map(|last| last.data), Some(Term(1)));
    Ok(())
}

#[suite]
async fn election_inline() -> Result<(), Box<dyn Error + Send + Sync>> {
    let cluster = Arc::new(Cluster::new());
    let v = verify_loop!(every = "5ms", clone = [cluster], async {
        let value = cluster.leader()?;
        Ok(value)
    });
    v.start_job().await?;
    is!(v.stop_job().await?[0].data, Term(0));

    let v = Verifier::new(move || { let c = cluster.clone(); async move { c.leader() } });     // the same by hand
    v.start_job().await?;
    is!(v.stop_job().await?[0].data, Term(0));
    Ok(())
}

mod kv {
    use std::collections::BTreeMap;
    use std::fmt;
    use std::sync::{Mutex, PoisonError};

    #[derive(Debug)]
    pub struct StoreError;

    impl fmt::Display for StoreError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an empty key")
        }
    }

    impl std::error::Error for StoreError {}

    /// In memory.
    #[derive(Debug)]
    pub struct Store(Mutex<BTreeMap<String, u64>>);

    impl Store {
        pub async fn open() -> Result<Self, StoreError> {
            Ok(Store(Mutex::default()))
        }

        /// The value that was there before.
        pub async fn put(&self, key: &str, value: u64) -> Result<Option<u64>, StoreError> {
            if key.is_empty() {
                return Err(StoreError);
            }
            let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(map.insert(key.to_owned(), value))
        }

        pub fn len(&self) -> usize {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
        }
    }
}

mod raft {
    use std::fmt;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Clone, Copy, PartialEq, Debug)]
    pub struct Term(pub u64);

    #[derive(Debug)]
    pub struct SplitBrain;

    impl fmt::Display for SplitBrain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("two nodes lead")
        }
    }

    impl std::error::Error for SplitBrain {}

    /// Three nodes, each with the term that it leads, if any.
    #[derive(Debug)]
    pub struct Cluster {
        nodes: [AtomicU64; 3],
        looks: AtomicU64,
    }

    const FOLLOWS: u64 = u64::MAX;

    impl Cluster {
        /// The first node leads term 0.
        pub fn new() -> Self {
            Cluster {
                nodes: [0, FOLLOWS, FOLLOWS].map(AtomicU64::new),
                looks: AtomicU64::new(0),
            }
        }

        pub fn leader(&self) -> Result<Term, SplitBrain> {
            self.looks.fetch_add(1, Ordering::SeqCst);
            let mut leading = self.nodes.iter().map(|node| node.load(Ordering::SeqCst)).filter(|term| *term != FOLLOWS);
            match (leading.next(), leading.next()) {
                (Some(term), None) => Ok(Term(term)),
                _ => Err(SplitBrain),
            }
        }

        /// Makes the first node lead this term.
        pub fn elect(&self, term: u64) {
            self.nodes[0].store(term, Ordering::SeqCst);
        }

        /// How often somebody asked for the leader.
        pub fn looks(&self) -> u64 {
            self.looks.load(Ordering::SeqCst)
        }
    }
}
