//! How many suites and parallel subtests run at once under `main!`, from real runs of this very binary over `fixture`.

#[path = "formats/kit.rs"]
mod kit;

use async_test_suite::prelude::*;

use kit::Run;

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_test_suite::prelude::*;
    use tokio::sync::Barrier;

    /// How many have to meet before any of them goes on.
    static MEETING: LazyLock<Barrier> = LazyLock::new(|| {
        let size = std::env::var("ADMISSION").expect("the run says how many meet");
        Barrier::new(size.parse().expect("a number"))
    });
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    async fn meet() {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        MEETING.wait().await;
        // The limit is a number of suites, not of those that are ready.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        NOW.fetch_sub(1, Ordering::SeqCst);
    }

    macro_rules! suites {
        ($($name:ident)*) => {
            /// Twelve that wait for each other.
            mod suites {
                use super::*;
                $(
                    #[suite(timeout = "20s", when = env("ADMISSION"))]
                    async fn $name() {
                        meet().await;
                        if let Ok(limit) = std::env::var("ADMISSION_LIMIT") {
                            let limit: usize = limit.parse().expect("a number");
                            cmp_ok!(MOST.load(Ordering::SeqCst), <=, limit, "an explicit limit is exact");
                        }
                    }
                )*
            }
        };
    }

    suites!(a b c d e f g h i j k l);

    #[suite(parallel, timeout = "20s", when = env("ADMISSION"))]
    async fn subtests() {
        for n in 0..12 {
            subtest!("{n}", { meet().await });
        }
    }

    #[suite(parallel, test_jobs = 3, timeout = "20s", when = env("ADMISSION"))]
    async fn few_subtests() {
        for n in 0..12 {
            subtest!("{n}", {
                meet().await;
                cmp_ok!(MOST.load(Ordering::SeqCst), <=, 3);
            });
        }
    }
}

fn run(what: &str, meet: &str, vars: &[(&str, &str)], args: &[&str]) -> Run {
    kit::run(&[&[what][..], args].concat(), &[&[("ADMISSION", meet)], vars].concat())
}

#[suite]
fn suites_that_wait_for_each_other_meet() {
    let seen = run("fixture::suites", "12", &[], &[]);
    is!(seen.code, Some(0));
    like!(&seen.out, r"(?m)^test result: ok\. 12 passed; ");
    like!(&seen.out, r"; up to 12 suites at once; ", "the summary tells it");
}

#[suite]
fn a_limit_is_reached_and_never_passed() {
    let seen = run(
        "fixture::suites",
        "3",
        &[("ADMISSION_LIMIT", "3")],
        &["--test-jobs", "3"],
    );
    is!(seen.code, Some(0));
    like!(&seen.out, r"(?m)^test result: ok\. 12 passed; ");
    like!(&seen.out, r"; up to 3 suites at once; ");
}

#[suite]
fn one_at_a_time_is_one_after_the_other() {
    let seen = run(
        "fixture::suites",
        "1",
        &[("ADMISSION_LIMIT", "1")],
        &["--test-threads", "1", "--test-jobs", "1"],
    );
    is!(seen.code, Some(0));
    like!(&seen.out, r"(?m)^test result: ok\. 12 passed; ");
}

#[suite]
fn parallel_subtests_that_wait_for_each_other_meet() {
    let seen = run("fixture::subtests", "12", &[], &["--exact"]);
    is!(seen.code, Some(0));
    let seen = run("fixture::few_subtests", "3", &[], &["--exact"]);
    is!(seen.code, Some(0), "a limit of the suite is reached and never passed");
}
