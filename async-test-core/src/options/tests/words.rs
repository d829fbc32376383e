//! What is a flag, what is its value, what is a filter, and what is nothing that anybody knows.

use super::super::{NextWord, Options, Warning};
use super::{filtered, named, options, run, strings};

#[test]
fn words_are_told_from_flags_as_the_built_in_harness_does() {
    let skipping = |skip: &[&str], filters: &[&str]| Options {
        skip: strings(skip),
        ..filtered(filters)
    };
    let table: &[(&[&str], Options)] = &[
        (&["--skip", "--exact"], skipping(&["--exact"], &[])),
        (&["--skip", "--", "a"], skipping(&["--"], &["a"])),
        (&["--skip=", "--skip", ""], skipping(&["", ""], &[])),
        (&["--", "--exact", "-h"], filtered(&["--exact", "-h"])),
        (&["a", "--", "b", "--", "c"], filtered(&["a", "b", "--", "c"])),
        (&["-"], filtered(&["-"])),
        (&[""], filtered(&[""])),
        (&["-q", "--format", "pretty"], named("pretty")),
        (&["--format", "json", "-q"], named("json")),
        (&["-qZ", "unstable-options"], named("terse")),
        (&["-Zunstable-options", "-Z", "x", "-Z=y"], Options::default()),
        (&["-Z", "--exact"], Options::default()),
        (
            &["--test", "--bench"],
            Options {
                benches: true,
                ..Options::default()
            },
        ),
        (
            &["--nocapture", "--no-capture"],
            Options {
                no_capture: true,
                ..Options::default()
            },
        ),
        (
            &["--shuffle", "--shuffle-seed", "7"],
            Options {
                random: true,
                seed: Some(7),
                ..Options::default()
            },
        ),
        (&["--force-run-in-process"], Options::default()),
    ];
    for (line, expected) in table {
        assert_eq!(options(line, &[]), *expected, "{line:?}");
    }
}

#[test]
fn unknown_options_are_passed_over_with_a_warning() {
    let unknown = |flag: &str, next: NextWord, nearest| Warning::UnknownFlag {
        flag: flag.to_owned(),
        next,
        nearest,
    };
    let dropped = |word: &str| NextWord::Dropped(word.to_owned());
    let table: &[(&str, &[&str], Warning)] = &[
        ("a --later", &["a"], unknown("--later", NextWord::None, None)),
        ("--later=x a", &["a"], unknown("--later=x", NextWord::None, None)),
        ("--later= a", &["a"], unknown("--later=", NextWord::None, None)),
        ("--later 5 a", &["a"], unknown("--later", dropped("5"), None)),
        ("--later - a", &["a"], unknown("--later", dropped("-"), None)),
        (
            "--later a::b c",
            &["a::b", "c"],
            unknown("--later", NextWord::Filter("a::b".to_owned()), None),
        ),
        ("--later --quiet a", &["a"], unknown("--later", NextWord::None, None)),
        ("--later -- a", &["a"], unknown("--later", NextWord::None, None)),
        ("--part 1/3", &[], unknown("--part", dropped("1/3"), None)),
        (
            "--exakt a::b",
            &["a::b"],
            unknown("--exakt", NextWord::Filter("a::b".to_owned()), Some("--exact")),
        ),
        ("--exac", &[], unknown("--exac", NextWord::None, Some("--exact"))),
        ("-x a", &[], unknown("-x", dropped("a"), None)),
        ("-list a", &["a"], unknown("-list", NextWord::None, None)),
        ("-qx5 a", &["a"], unknown("-x5", NextWord::None, None)),
    ];
    for (line, filters, warning) in table {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (options, warnings) = run(&words, &[]);
        assert_eq!(options.filters, *filters, "{line}");
        assert_eq!(warnings, std::slice::from_ref(warning), "{line}");
    }
    let (options, warnings) = run(&["--later", "--sooner", "--list"], &[]);
    assert!(options.list);
    assert_eq!(warnings.len(), 2);
}

#[test]
fn warnings_in_words() {
    let table: &[(&[&str], &str)] = &[
        (&["--later=1"], "unknown option `--later=1` is ignored"),
        (
            &["--later", "x"],
            "unknown option `--later` is ignored, and `x` as its value \
             (if it is a filter, put it before the option or write `-- x`)",
        ),
        (
            &["--fromat", "a::b"],
            "unknown option `--fromat` is ignored; `a::b` is taken as a filter; did you mean `--format`?",
        ),
        (&["--logfile", "log"], "`--logfile` is deprecated; use `--report`"),
    ];
    for (line, text) in table {
        let (_, warnings) = run(line, &[]);
        assert_eq!(
            warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [*text],
            "{line:?}"
        );
    }
}
