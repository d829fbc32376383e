// The getting-started sample of the documentation, letter by letter; what it needs is around it.

use async_test_suite::prelude::*;

use kv::{Store, StoreError};

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
