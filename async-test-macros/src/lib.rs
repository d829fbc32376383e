//! The procedural macros of `async-test-suite`. Use that crate: it re-exports the attributes, and its `subtest!`, `plan!`
//! and `verify_loop!` are the doors to the function-like macros here.

mod args;
mod attrs;
mod body;
mod body_future;
mod condition;
mod door;
mod duration;
mod errors;
mod fallback;
#[cfg(test)]
mod golden;
mod inline;
mod item;
mod lists;
mod nearest;
mod plan;
mod plan_keys;
mod scan;
mod spans;
mod subtest;
mod suite;
mod suite_attrs;
mod suite_keys;
mod test_tool;
mod values;
mod verify_args;
mod verify_keys;
mod verify_loop;
mod verify_loop_inline;
mod verify_output;

/// Tests of the expansions in a crate of another edition, which only an example of the documentation can be.
#[cfg(doctest)]
#[doc = concat!("```rust,edition2021,standalone_crate\n", include_str!("../tests/edition/2021.rs"), "\n```")]
mod edition_2021 {}

use proc_macro::TokenStream;

/// Makes a test of a function: a suite, in which checks are counted and subtests run.
///
/// ```rust,standalone_crate
/// use async_test_suite::prelude::*;
/// # use std::io;
/// # struct Store;
/// # impl Store {
/// #     async fn open() -> io::Result<Store> { Ok(Store) }
/// #     async fn put(&self, _: &str, _: u64) -> io::Result<Option<u64>> { Ok(None) }
/// #     fn is_empty(&self) -> bool { true }
/// # }
///
/// #[suite(plan = 2, timeout = "10s", tags("disk"))]
/// async fn storage(t: Suite) -> io::Result<()> {
///     let store = Store::open().await?;
///     t.ok(store.is_empty(), "a new store is empty");
///     subtest!("writes", {
///         is!(store.put("k", 1).await?, None);
///     });
///     Ok(())
/// }
/// # fn main() -> std::process::ExitCode { async_test_suite::__rt::main() }
/// ```
///
/// The function is `async` or plain, takes nothing or the handle of its suite, and returns `()` or a `Result` whose `Err`
/// fails the suite. A plain `fn` runs on the blocking pool; `subtest!`, which awaits, is an error there. The function
/// cannot be generic, `const`, `unsafe`, `extern` or a method.
///
/// # Keys
///
/// | key | meaning |
/// |---|---|
/// | `plan = 3` | the number of tests (checks and subtests) that the suite runs; any other number fails it |
/// | `parallel` | subtests run side by side |
/// | `random` | subtests are put off to the end of the body, in an order that the seed decides |
/// | `todo = "why"` | the suite is not expected to pass yet |
/// | `skip_all = "why"` | nothing of the suite runs |
/// | `when = condition` | the suite runs only when the condition is met, see below |
/// | `test_jobs = 4` | the most subtests and jobs that run at once |
/// | `job_timeout = "30s"` | how long the suite waits for its jobs after its body |
/// | `timeout = "60s"` | how long the suite may take |
/// | `tags("net", "slow")` | words to select suites by |
/// | `keys(owner = "team")` | names and values for bundles, `Bundle::plan_key`; one that no bundle takes is a warning |
/// | `name = "storage"` | the title in reports, in place of the function's name |
/// | `retries = 2` | how often a failing suite is tried again; contradicts `repeat` |
/// | `repeat = 10` | how often the suite is run |
/// | `serial`, `serial = "database"` | suites of one group never overlap; without a name, of the unnamed group |
/// | `flavor = "current_thread"` | the runtime, as `#[tokio::test]` has it; or `"multi_thread"` |
/// | `worker_threads = 2` | of a `multi_thread` runtime |
/// | `start_paused = true` | the clock of a `current_thread` runtime starts paused |
/// | `stray_panics = "report"` | a panic in a task or thread that the suite has not started, and that nobody waits for, is told and fails nothing; or `"fail"` |
/// | `crate = my::path` | where `async-test-suite` is found, when it was renamed or is re-exported |
///
/// A duration is a string of numbers with units, `"5ms"`, `"1.5s"`, `"1m30s"`; the units are `ns`, `us`, `ms`, `s`, `m`
/// and `h`. In place of a literal there may be the path of a constant.
///
/// A condition is `mode("release")` (the variable `RELEASE_TESTING` is set), `env("NAME")`, `command("docker")` (a program
/// of that name is found), `cfg(..)`, `any(..)`, `all(..)`, `none(..)`, a list, which means any, or the path of a `static`
/// that implements `Condition`.
///
/// # The runtime
///
/// Under the built-in harness a suite has a runtime for itself, as with `#[tokio::test]`: when the suite ends, the tasks that
/// it has left there are dropped, and threads of the blocking pool are waited for at most a second. A `current_thread`
/// runtime that is left without a task, has never started a thread and whose clock was never paused is as good as new
/// and given to a later suite; what is spawned on a `Handle` that was kept beyond its suite may run beside that one.
/// Under `main!` suites share one runtime, except those that ask for one with `flavor = "current_thread"`,
/// `worker_threads` or `start_paused`.
///
/// # Other attributes
///
/// `#[ignore]`, `#[should_panic]`, `#[cfg]` and doc comments mean what they mean for `#[test]`. Lint levels hold for the
/// function as written. Every other attribute, such as `#[tracing::instrument]`, is applied to the function itself, not
/// to the test that calls it, so it works with `harness = false` too. A second attribute that makes a test is an error.
///
/// # Errors
///
/// An unknown, doubled or contradictory key, or a value of the wrong kind, is a compile error at its place; all of them
/// are reported at once, and the function itself is kept, so that an editor goes on working.
#[proc_macro_attribute]
pub fn suite(args: TokenStream, item: TokenStream) -> TokenStream {
    let (tokens, errors) = suite::expand(args.into(), item.into());
    errors.beside(tokens).into()
}

/// Makes a verifier of a function that looks once: calling it gives a `Verifier`, whose rounds call the function.
///
/// ```rust,standalone_crate
/// use std::sync::Arc;
///
/// use async_test_suite::prelude::*;
/// # type Term = u64;
/// # #[derive(Debug)]
/// # struct SplitBrain;
/// # impl std::fmt::Display for SplitBrain {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("two leaders") }
/// # }
/// # impl std::error::Error for SplitBrain {}
/// # struct Cluster;
/// # impl Cluster {
/// #     fn start() -> Arc<Cluster> { Arc::new(Cluster) }
/// #     async fn leader(&self) -> Result<Term, SplitBrain> { Ok(1) }
/// #     async fn stop_leader(&self) {}
/// # }
///
/// #[verify_loop(every = "5ms", round_timeout = "1s", fail_fast)]
/// async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
///     cluster.leader().await
/// }
///
/// #[suite]
/// async fn failover() -> Result<(), Box<dyn std::error::Error>> {
///     let cluster = Cluster::start();
///     let verifier = one_leader(cluster.clone()); // Verifier<Term, SplitBrain>, idle, tied to the current suite
///     let seen = verifier.during(cluster.stop_leader()).await?;
///     isnt!(seen.len(), 0);
///     Ok(())
/// }
/// # fn main() -> std::process::ExitCode { async_test_suite::__rt::main() }
/// ```
///
/// The arguments are kept by the verifier and cloned for each round, so each is an owned value that is
/// `Clone + Send + Sync + 'static`, such as an `Arc`. A method works too: `self: Arc<Self>` and `self` are cloned like an
/// argument, and with `&self` each round borrows a clone of its own. A plain `fn` is called inside the round.
///
/// What the function returns says whether the round passed: a `Result`, a `bool`, `()` or a `Round`. A value of any other
/// type is what a passing round saw.
///
/// # Keys
///
/// | key | meaning |
/// |---|---|
/// | `every = "5ms"` | the time from the end of a round to the next one; `10ms` by default |
/// | `fixed_rate` | rounds begin on the ticks of a clock with the period `every`, late ticks are skipped |
/// | `jitter = 0.1` | spreads `every` at random by this share, 0.0 to 1.0 |
/// | `initial_delay = "1s"` | before the first round |
/// | `round_timeout = "1s"` | after this a round is dropped and fails; `60s` by default |
/// | `history = 4096` | how many observations are kept, the newest |
/// | `fail_fast` | a violation ends the suite's body at once |
/// | `keep_going` | the loop goes on after a violation; contradicts `fail_fast` |
/// | `after = 3` | so many failed rounds in a row are a violation; 1 by default |
/// | `ratio = 0.5` | this share of failed rounds is a violation, as soon as there were `min_rounds` |
/// | `min_rounds = 10` | fewer rounds than this fail; 1 by default |
/// | `rounds = 100` | the loop ends well after so many rounds |
/// | `max_gap = "1s"` | a longer time without a look fails |
/// | `gate` | starting waits for the first round to pass |
/// | `last_round = false` | no round after the body has ended |
/// | `name = "one leader"` | the name in reports; the function's by default |
/// | `todo = "why"` | the invariant is expected to break |
/// | `clock = "real"` | the wall clock, also where tokio's (`"tokio"`, the default) is paused |
/// | `always` | the mode by default: every round passes |
/// | `eventually = "5s"` | one round passes within this time |
/// | `sometimes` | one round passes by the end |
/// | `never` | no round passes |
/// | `crate = my::path` | where `async-test-suite` is found, when it was renamed or is re-exported |
///
/// # Errors
///
/// As for `#[suite]`, mistakes are compile errors at their place, all at once.
///
/// # `verify_loop!`
///
/// The inline form has the same name, which one module cannot give to two macros. In the body of a `#[suite]`, a
/// `subtest!` or a `#[verify_loop]` function it is there by itself; in any other function import it first:
/// `use async_test_suite::inline::verify_loop;`.
#[proc_macro_attribute]
pub fn verify_loop(args: TokenStream, item: TokenStream) -> TokenStream {
    let (tokens, errors) = verify_loop::expand(args.into(), item.into());
    errors.beside(tokens).into()
}

/// Makes a check of the user's own of a function: a test tool, which counts as one test and reports the line of its
/// caller.
///
/// ```rust,standalone_crate
/// use async_test_suite::prelude::*;
///
/// #[test_tool]
/// fn is_even(number: u64) -> bool {
///     number % 2 == 0
/// }
///
/// #[test_tool(anchor)]
/// async fn is_answered(port: u16, question: &str) -> bool {
///     let answer = ask(port, question).await;
///     nok!(answer.is_empty(), "{question} has an answer") && like!(answer, "^[a-z ]+$")
/// }
/// # async fn ask(_: u16, _: &str) -> String { "yes".to_owned() }
///
/// #[suite(plan = 2)]
/// async fn numbers() {
///     is_even(2);
///     is_answered(80, "why").await;
/// }
/// # fn main() -> std::process::ExitCode { async_test_suite::__rt::main() }
/// ```
///
/// The function is `async` or plain, free or a method of an `impl`, generic or not, and returns `bool` or nothing. Its
/// body may hold checks, other tools, and whatever else a function holds:
///
/// - Without a check in it, its `bool` is the check, under the name of the function; without a `bool` too, it is silent.
/// - One check in it is reported as it is, at the line of the caller.
/// - Several are reported as one hidden subtest with the name of the function.
/// - A method of a handle (`t.ok(…)`) is such a check where the handle is that of the suite or subtest that calls the tool;
///   that of another suite is a check there.
///
/// What it returns is handed to the caller as it is. After `skip_remaining!` its body is not run and it returns `true`.
///
/// # Keys
///
/// | key | meaning |
/// |---|---|
/// | `skippable = false` | it is run after `skip_remaining!` too |
/// | `readify = false` | a call is not yet a test for the plan: `plan!` may follow it, as long as it makes no check |
/// | `anchor` | all checks in it report the line of the caller in place of their own |
/// | `crate = my::path` | where `async-test-suite` is found, when it was renamed or is re-exported |
///
/// # Other attributes
///
/// They stay on the function. An `async fn` becomes a plain one that returns `impl Future`, since only then is the line
/// of the call known; its future borrows what the arguments do and owns the rest.
///
/// # Errors
///
/// As for `#[suite]`, mistakes are compile errors at their place, all at once.
///
/// # Panics
///
/// The tool, when it is called outside of any suite. An `async` one does so at the call, not when it is awaited.
///
/// # Cancel safety
///
/// An `async` tool is cancel safe if its body is; one that is dropped before its end reports nothing.
#[proc_macro_attribute]
pub fn test_tool(args: TokenStream, item: TokenStream) -> TokenStream {
    let (tokens, errors) = test_tool::expand(args.into(), item.into());
    errors.beside(tokens).into()
}

/// Behind the door `subtest!`, which puts `[$crate]` first.
#[doc(hidden)]
#[proc_macro]
pub fn subtest_impl(input: TokenStream) -> TokenStream {
    let (tokens, errors) = subtest::expand(input.into());
    errors.within(tokens).into()
}

/// Behind the door `plan!`, which puts `[$crate]` first.
#[doc(hidden)]
#[proc_macro]
pub fn plan_impl(input: TokenStream) -> TokenStream {
    let (tokens, errors) = plan::expand(input.into());
    errors.within(tokens).into()
}

/// Behind the door `verify_loop!`, which puts `[$crate]` first.
#[doc(hidden)]
#[proc_macro]
pub fn verify_loop_impl(input: TokenStream) -> TokenStream {
    let (tokens, errors) = verify_loop_inline::expand(input.into());
    errors.within(tokens).into()
}
