//! The keys of `#[suite]`, and the fields of the descriptor they become.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::{Args, Table, Value};
use crate::errors::Errors;
use crate::plan_keys;
use crate::values::{field, some};

pub(crate) static TABLE: Table = Table {
    owner: "#[suite]",
    keys: &[
        &plan_keys::KEYS,
        &[
            ("name", "name = \"storage\""),
            ("retries", "retries = 2"),
            ("repeat", "repeat = 10"),
            ("serial", "serial = \"database\""),
            ("flavor", "flavor = \"current_thread\""),
            ("worker_threads", "worker_threads = 2"),
            ("start_paused", "start_paused = true"),
            ("stray_panics", "stray_panics = \"report\""),
            ("crate", "crate = my::path"),
        ],
    ],
    hints: &[
        ("ignore", "write `#[ignore]` or `#[ignore = \"why\"]` beside `#[suite]`"),
        (
            "should_panic",
            "write `#[should_panic]` or `#[should_panic(expected = \"…\")]` beside `#[suite]`",
        ),
        ("tests", "write `plan = 3`"),
        ("core_threads", "write `worker_threads = 2`"),
        ("multi_thread", "write `flavor = \"multi_thread\"`"),
        ("current_thread", "write `flavor = \"current_thread\"`"),
        (
            "unhandled_panic",
            "a panic that nobody waits for fails the suite already; write `stray_panics = \"report\"` where it is meant",
        ),
        ("spawned", "it belongs to a subtest; a suite runs by itself already"),
        (
            "instant",
            "it belongs to a subtest, in `subtest!(\"name\", instant, { … })`",
        ),
        (
            "hidden",
            "it belongs to a subtest, in `subtest!(\"name\", hidden, { … })`",
        ),
    ],
};

pub(crate) fn fields(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    args.contradiction("retries", "repeat", "a repeated suite has to pass every time", errors);
    let mut fields = field("title", args.text("name", errors).map(some));
    fields.extend(field(
        "tests",
        args.count("plan", 0, "u64", errors).map(|count| some(count.tokens)),
    ));
    for key in ["parallel", "random"] {
        fields.extend(field(key, args.switch(key, errors).map(|on| quote!(#on))));
    }
    for key in ["todo", "skip_all"] {
        fields.extend(field(key, args.text(key, errors).map(some)));
    }
    fields.extend(field("when", args.condition(krate, errors).map(some)));
    fields.extend(field(
        "test_jobs",
        args.count("test_jobs", 1, "usize", errors)
            .map(|count| some(count.tokens)),
    ));
    for key in ["job_timeout", "timeout"] {
        fields.extend(field(key, args.duration(key, false, errors).map(some)));
    }
    fields.extend(field(
        "retries",
        args.count("retries", 0, "u32", errors).map(|count| count.tokens),
    ));
    fields.extend(field(
        "repeat",
        args.count("repeat", 1, "u32", errors).map(|count| count.tokens),
    ));
    fields.extend(field("tags", args.strings("tags", errors)));
    let pairs = args.pairs("keys", errors).map(|pairs| {
        let pairs = pairs.iter().map(|(name, value)| quote!((#name, #value)));
        quote!(&[#(#pairs),*])
    });
    fields.extend(field("keys", pairs));
    fields.extend(field("serial", serial(args, errors).map(some)));
    fields.extend(flavor(args, krate, errors));
    fields.extend(stray_panics(args, krate, errors));
    fields
}

fn stray_panics(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let word = args.word("stray_panics", errors);
    let variant = match word.as_ref().map(|word| word.value()).as_deref() {
        Some("fail") => Some(quote!(Fail)),
        Some("report") => Some(quote!(Report)),
        Some(other) => {
            let text = format!("`stray_panics` is \"fail\" or \"report\", not {other:?}");
            errors.on(&word, text);
            None
        }
        None => None,
    };
    field(
        "stray_panics",
        variant.map(|variant| some(quote!(#krate::__rt::StrayPanics::#variant))),
    )
}

/// Bare `serial` is the one unnamed group.
fn serial(args: &Args, errors: &mut Errors) -> Option<TokenStream> {
    match args.get("serial")?.value {
        Value::Missing => Some(quote!("")),
        _ => args.text("serial", errors),
    }
}

fn flavor(args: &Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let word = args.word("flavor", errors);
    let name = word.as_ref().map(|word| word.value());
    let variant = match name.as_deref() {
        Some("current_thread") => Some(quote!(CurrentThread)),
        Some("multi_thread") => Some(quote!(MultiThread)),
        Some("local") => {
            errors.on(&word, "there is no flavor `local`: a suite that is not `Send` stays on one thread anyway, so write `flavor = \"current_thread\"`");
            None
        }
        Some(other) => {
            errors.on(
                &word,
                format!(
                    "there is no flavor `{other}`: write `flavor = \"current_thread\"` or `flavor = \"multi_thread\"`"
                ),
            );
            None
        }
        None => None,
    };
    let multi_thread = name.as_deref() == Some("multi_thread");
    if let (Some(span), false) = (args.span("worker_threads"), multi_thread) {
        errors.at(
            span,
            "`worker_threads` needs more than one thread: add `flavor = \"multi_thread\"`",
        );
    }
    let paused = args.switch("start_paused", errors);
    if let (Some(span), Some(true), true) = (args.span("start_paused"), paused, multi_thread) {
        errors.at(
            span,
            "`start_paused` contradicts `flavor = \"multi_thread\"`: only a `current_thread` clock can be paused",
        );
    }
    let mut fields = field(
        "flavor",
        variant.map(|variant| some(quote!(#krate::__rt::Flavor::#variant))),
    );
    fields.extend(field(
        "worker_threads",
        args.count("worker_threads", 1, "usize", errors)
            .map(|count| some(count.tokens)),
    ));
    fields.extend(field("start_paused", paused.map(|on| quote!(#on))));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (String, Vec<String>) {
        let mut errors = Errors::default();
        let args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
        let fields = fields(&args, &quote!(k), &mut errors);
        (fields.to_string(), errors.messages())
    }

    #[test]
    fn keys_of_bundles_are_constant_texts() {
        assert_eq!(
            read("keys(owner = \"team\", quarantine = 3)"),
            (
                "keys : & [(\"owner\" , \"team\") , (\"quarantine\" , \"3\")] ,".to_owned(),
                vec![]
            )
        );
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        for (source, expected) in [
            ("retries = 1, repeat = 2", &["`repeat` contradicts `retries`"][..]),
            ("worker_threads = 2", &["add `flavor = \"multi_thread\"`"]),
            (
                "worker_threads = 2, flavor = \"current_thread\"",
                &["add `flavor = \"multi_thread\"`"],
            ),
            (
                "flavor = \"multi_thread\", worker_threads = 0",
                &["`worker_threads` must be at least 1"],
            ),
            (
                "flavor = \"multi_thread\", start_paused = true",
                &["`start_paused` contradicts"],
            ),
            ("flavor = \"multi_thread\", start_paused = false", &[]),
            ("flavor = \"single\"", &["there is no flavor `single`"]),
            (
                "test_jobs = 0, timeout = \"0s\", repeat = 0",
                &["`test_jobs` must be", "`timeout` must be", "`repeat` must be"],
            ),
            ("plan = 0, retries = 0, skip_all = \"a\", todo = \"b\"", &[]),
            (
                "serial = 3",
                &["`serial` takes a string: write `serial = \"database\"`"],
            ),
            ("stray_panics = \"report\"", &[]),
            (
                "stray_panics = \"ignore\"",
                &["is \"fail\" or \"report\", not \"ignore\""],
            ),
            ("core_threads = 2", &["write `worker_threads = 2`"]),
        ] {
            let (_, messages) = read(source);
            assert_eq!(messages.len(), expected.len(), "{source}: {messages:?}");
            for (message, part) in messages.iter().zip(expected) {
                assert!(message.contains(part), "{source}: {message}");
            }
        }
    }
}
