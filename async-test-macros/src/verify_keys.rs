//! The keys of a verifier and the descriptor they become: shared by the attribute and the inline form.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::{Args, Key};
use crate::errors::Errors;
use crate::values::{Count, field, some};

pub(crate) const KEYS: [Key; 22] = [
    ("every", "every = \"5ms\""),
    ("fixed_rate", "fixed_rate"),
    ("jitter", "jitter = 0.1"),
    ("initial_delay", "initial_delay = \"1s\""),
    ("round_timeout", "round_timeout = \"1s\""),
    ("history", "history = 4096"),
    ("fail_fast", "fail_fast"),
    ("keep_going", "keep_going"),
    ("after", "after = 3"),
    ("ratio", "ratio = 0.5"),
    ("min_rounds", "min_rounds = 10"),
    ("rounds", "rounds = 100"),
    ("max_gap", "max_gap = \"1s\""),
    ("gate", "gate"),
    ("last_round", "last_round = false"),
    ("name", "name = \"one leader\""),
    ("todo", "todo = \"why\""),
    ("clock", "clock = \"real\""),
    ("always", "always"),
    ("eventually", "eventually = \"5s\""),
    ("sometimes", "sometimes"),
    ("never", "never"),
];

pub(crate) const HINTS: [(&str, &str); 7] = [
    (
        "mode",
        "write the mode itself: `always`, `eventually = \"5s\"`, `sometimes` or `never`",
    ),
    ("interval", "write `every = \"5ms\"`, and `fixed_rate` for ticks"),
    (
        "timeout",
        "write `round_timeout = \"1s\"` for one round; a suite has its own `timeout`",
    ),
    (
        "delay",
        "write `every = \"5ms\"`, or `initial_delay` for the first round",
    ),
    ("clone", "the arguments are cloned for each round already"),
    (
        "crate",
        "a path is needed only where `#[verify_loop(crate = path)]` names it",
    ),
    ("plan", "a verifier is one test, whatever its number of rounds"),
];

const MODES: [&str; 4] = ["always", "eventually", "sometimes", "never"];

/// `krate::__rt::VerifySpec { name: …, the keys that were given, ..BASE }`
pub(crate) fn spec(args: &Args, default_name: TokenStream, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    refuse_contradictions(args, errors);
    let name = args.text("name", errors).unwrap_or(default_name);
    let mut fields = quote!(name: #name,);
    for (key, zero_allowed) in [
        ("every", !args.has("fixed_rate")),
        ("initial_delay", true),
        ("round_timeout", false),
    ] {
        fields.extend(field(key, args.duration(key, zero_allowed, errors)));
    }
    fields.extend(field("max_gap", args.duration("max_gap", false, errors).map(some)));
    for key in ["fixed_rate", "fail_fast", "keep_going", "gate", "last_round"] {
        fields.extend(field(key, args.switch(key, errors).map(|on| quote!(#on))));
    }
    fields.extend(field("jitter", args.fraction("jitter", true, errors)));
    fields.extend(field("ratio", args.fraction("ratio", false, errors).map(some)));
    let history = args.count("history", 1, "usize", errors);
    let after = args.count("after", 1, "u64", errors);
    let min_rounds = args.count("min_rounds", 0, "u64", errors);
    let rounds = args.count("rounds", 1, "u64", errors);
    if let (Some((least, tokens)), Some((most, _))) = (literal(&min_rounds), literal(&rounds)) {
        if least > most {
            errors.on(
                tokens,
                format!("`min_rounds` is more than `rounds`: lower it to {most} at most"),
            );
        }
    }
    fields.extend(field("history", history.map(|count| count.tokens)));
    fields.extend(field("after", after.map(|count| count.tokens)));
    fields.extend(field("min_rounds", min_rounds.map(|count| count.tokens)));
    fields.extend(field("rounds", rounds.map(|count| some(count.tokens))));
    fields.extend(field("todo", args.text("todo", errors).map(some)));
    fields.extend(field("real_clock", real_clock(args, errors)));
    fields.extend(field("mode", mode(args, krate, errors)));
    quote!(#krate::__rt::VerifySpec { #fields ..#krate::__rt::VerifySpec::BASE })
}

fn literal(count: &Option<Count>) -> Option<(u64, &TokenStream)> {
    count.as_ref().and_then(|count| Some((count.literal?, &count.tokens)))
}

fn refuse_contradictions(args: &Args, errors: &mut Errors) {
    args.contradiction(
        "fail_fast",
        "keep_going",
        "the first ends the suite at a violation, the second counts on",
        errors,
    );
    for (at, one) in MODES.iter().enumerate() {
        for other in &MODES[at + 1..] {
            args.contradiction(one, other, "a verifier has one mode", errors);
        }
    }
    if let (Some(span), false) = (args.span("fixed_rate"), args.has("every")) {
        errors.at(span, "`fixed_rate` needs the time between ticks: add `every = \"5ms\"`");
    }
}

fn real_clock(args: &Args, errors: &mut Errors) -> Option<TokenStream> {
    let word = args.word("clock", errors)?;
    match word.value().as_str() {
        "real" => Some(quote!(true)),
        "tokio" => Some(quote!(false)),
        other => {
            errors.on(
                word,
                format!("there is no clock `{other}`: write `clock = \"tokio\"` (can be paused) or `clock = \"real\"`"),
            );
            None
        }
    }
}

fn mode(args: &Args, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    if args.has("eventually") {
        let limit = args.duration("eventually", false, errors)?;
        return Some(quote!(#krate::__rt::Mode::Eventually(#limit)));
    }
    for (key, variant) in [
        ("always", quote!(Always)),
        ("sometimes", quote!(Sometimes)),
        ("never", quote!(Never)),
    ] {
        if args.flag(key, errors) {
            return Some(quote!(#krate::__rt::Mode::#variant));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Table;

    static TABLE: Table = Table {
        owner: "#[verify_loop]",
        keys: &[&KEYS],
        hints: &HINTS,
    };

    fn read(source: &str) -> (String, Vec<String>) {
        let mut errors = Errors::default();
        let args = Args::of_attribute(&TABLE, source.parse().unwrap(), &mut errors);
        let tokens = spec(&args, quote!("n"), &quote!(k), &mut errors);
        (tokens.to_string().replace(' ', ""), errors.messages())
    }

    #[test]
    fn each_key_is_one_field() {
        for (source, fields) in [
            ("", ""),
            (
                "every = \"5ms\", fixed_rate",
                "every:::core::time::Duration::new(0,5000000),fixed_rate:true,",
            ),
            ("every = \"0s\"", "every:::core::time::Duration::new(0,0),"),
            (
                "jitter = 0.25, ratio = 1",
                "jitter:0.25,ratio:::core::option::Option::Some(1.0),",
            ),
            (
                "history = 16, after = 2, min_rounds = 3, rounds = 3",
                "history:16,after:2,min_rounds:3,rounds:::core::option::Option::Some(3),",
            ),
            (
                "fail_fast, gate, last_round = false",
                "fail_fast:true,gate:true,last_round:false,",
            ),
            (
                "max_gap = \"1s\"",
                "max_gap:::core::option::Option::Some(::core::time::Duration::new(1,0)),",
            ),
            (
                "todo = \"why\", clock = \"real\"",
                "todo:::core::option::Option::Some(\"why\"),real_clock:true,",
            ),
            (
                "eventually = \"5s\"",
                "mode:k::__rt::Mode::Eventually(::core::time::Duration::new(5,0)),",
            ),
            ("never", "mode:k::__rt::Mode::Never,"),
        ] {
            let expected = format!("k::__rt::VerifySpec{{name:\"n\",{fields}..k::__rt::VerifySpec::BASE}}");
            assert_eq!(read(source), (expected, vec![]), "{source}");
        }
        assert!(read("name = \"one leader\"").0.contains("name:\"oneleader\""));
    }

    #[test]
    fn mistakes_say_the_way_out() {
        for (source, expected) in [
            ("fail_fast, keep_going", &["`keep_going` contradicts `fail_fast`"][..]),
            (
                "sometimes, always, never",
                &[
                    "`always` contradicts `sometimes`",
                    "`never` contradicts `always`",
                    "`never` contradicts `sometimes`",
                ],
            ),
            ("fixed_rate", &["`fixed_rate` needs the time between ticks"]),
            ("fixed_rate, every = \"0s\"", &["`every` must be longer than zero"]),
            (
                "min_rounds = 5, rounds = 3",
                &["`min_rounds` is more than `rounds`: lower it to 3 at most"],
            ),
            ("history = 0", &["`history` must be at least 1"]),
            ("ratio = 0", &["`ratio` must be above zero"]),
            ("clock = \"wall\"", &["there is no clock `wall`"]),
            ("mode = \"always\"", &["write the mode itself: `always`"]),
            (
                "eventually",
                &["`eventually` takes a duration in a string: write `eventually = \"5s\"`"],
            ),
            ("evry = \"5ms\"", &["did you mean `every`?"]),
        ] {
            let (_, errors) = read(source);
            assert_eq!(errors.len(), expected.len(), "{source}: {errors:?}");
            for (error, part) in errors.iter().zip(expected) {
                assert!(error.contains(part), "{source}: {error}");
            }
        }
    }
}
