//! The keys that make a plan, and the builder calls they become: shared by `subtest!` and `plan!`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::{Args, Key};
use crate::errors::Errors;

pub(crate) const KEYS: [Key; 11] = [
    ("plan", "plan = 3"),
    ("parallel", "parallel"),
    ("random", "random"),
    ("todo", "todo = \"why\""),
    ("skip_all", "skip_all = \"why\""),
    ("when", "when = env(\"NAME\")"),
    ("test_jobs", "test_jobs = 4"),
    ("job_timeout", "job_timeout = \"30s\""),
    ("timeout", "timeout = \"60s\""),
    ("tags", "tags(\"net\", \"slow\")"),
    ("keys", "keys(owner = \"team\")"),
];

const OF_SUITES: &str = "it belongs to a whole suite, in `#[suite(..)]`";

/// Keys of `#[suite]` that mean nothing for a part of one.
pub(crate) const HINTS: [(&str, &str); 10] = [
    ("retries", OF_SUITES),
    ("repeat", OF_SUITES),
    ("serial", OF_SUITES),
    ("flavor", OF_SUITES),
    ("worker_threads", OF_SUITES),
    ("start_paused", OF_SUITES),
    ("stray_panics", OF_SUITES),
    (
        "ignore",
        "write `#[ignore]` beside `#[suite]`, or `skip_all = \"why\"` here",
    ),
    (
        "name",
        "the name is the first argument of `subtest!`, or `name = \"…\"` in `#[suite(..)]`",
    ),
    ("crate", "a path is needed only where `#[suite(crate = path)]` names it"),
];

/// `krate::Plan::new()` and a call for each key that was given.
pub(crate) fn builder(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    if let Some((_, later)) = args.both("plan", "tests") {
        errors.on(later, "the number of tests is given twice: keep one of them");
    }
    let mut calls = TokenStream::new();
    for key in ["plan", "tests"] {
        if let Some(count) = args.count(key, 0, "u64", errors) {
            let count = count.tokens;
            calls.extend(quote!(.tests(#count)));
        }
    }
    if args.flag("parallel", errors) {
        calls.extend(quote!(.parallel()));
    }
    if args.flag("random", errors) {
        calls.extend(quote!(.random()));
    }
    if let Some(why) = args.text("todo", errors) {
        calls.extend(quote!(.todo(#why)));
    }
    if let Some(why) = args.text("skip_all", errors) {
        calls.extend(quote!(.skip_all(#why)));
    }
    if let Some(condition) = args.condition(krate, errors) {
        // Only in a `static` may a list of conditions, which is borrowed for ever, name another one.
        calls.extend(quote!(.when({ static __WHEN: #krate::__rt::When = #condition; __WHEN })));
    }
    if let Some(count) = args.count("test_jobs", 1, "usize", errors) {
        let count = count.tokens;
        calls.extend(quote!(.test_jobs(#count)));
    }
    if let Some(limit) = args.duration("job_timeout", false, errors) {
        calls.extend(quote!(.job_timeout(#limit)));
    }
    if let Some(limit) = args.duration("timeout", false, errors) {
        calls.extend(quote!(.timeout(#limit)));
    }
    if let Some(tags) = args.strings("tags", errors) {
        calls.extend(quote!(.tags(#tags)));
    }
    for (name, value) in args.pairs("keys", errors).unwrap_or_default() {
        calls.extend(quote!(.key(#name, #value)));
    }
    quote!(#krate::Plan::new()#calls)
}
