//! What may be verified, and the inline form beside the attribute.

#![deny(warnings)]
#![allow(dead_code)]

use std::sync::Arc;

use async_test_suite::prelude::*;

#[derive(Debug)]
struct Split(u8);

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} leaders", self.0)
    }
}

#[derive(Clone)]
struct Cluster {
    leaders: u8,
}

/// Documented.
#[verify_loop(every = "5ms", round_timeout = "1s", fail_fast, history = 16)]
async fn one_leader(cluster: Arc<Cluster>) -> Result<u8, Split> {
    match cluster.leaders {
        1 => Ok(1),
        more => Err(Split(more)),
    }
}

#[verify_loop(eventually = "5s")]
fn is_led((cluster, least): (Cluster, u8)) -> bool {
    cluster.leaders >= least
}

#[verify_loop(sometimes, crate = async_test_suite)]
async fn count<T: Into<u64> + Clone + Send + Sync + 'static>(value: T, mut sum: u64) -> u64 {
    sum += value.into();
    sum
}

impl Cluster {
    #[verify_loop]
    async fn is_whole(&self, least: u8) -> bool {
        self.leaders >= least
    }

    #[verify_loop(every = "1s", fixed_rate, max_gap = "2s", gate, last_round = false)]
    async fn is_shared(self: Arc<Self>) {
        let _ = self.leaders;
    }
}

#[suite]
async fn watched() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = Arc::new(Cluster { leaders: 1 });
    let verifier: Verifier<u8, Split> = one_leader(cluster.clone());
    verifier.during(async {}).await?;
    let _ = is_led(((*cluster).clone(), 1));
    let _: Verifier<u64, std::convert::Infallible> = count(3u8, 4);
    let _ = cluster.is_whole(1);
    let _ = cluster.clone().is_shared();
    let _ = verify_loop!(every = "5ms", clone = [cluster], async {
        let number: u8 = "3".parse()?;
        Ok(cluster.leaders + number)
    });
    subtest!("child", {
        let _ = verify_loop!(never, clone = [cluster], { cluster.leaders > 1 });
    });
    Ok(())
}

async fn helper() {
    use async_test_suite::inline::verify_loop;
    let _ = verify_loop!(name = "helper", async { true });
}

fn main() {}
