use super::*;

fn admitted(filters: &[&str], exact: bool, path: &[&str]) -> Option<bool> {
    let filters: Vec<Filter> = filters.iter().map(|text| Filter::new(*text, exact)).collect();
    let names = ["store::storage", "the storage"];
    let named = filters.iter().any(|filter| filter.names(&names));
    named.then(|| paths(&filters, &[], &names).admit(path))
}

#[test]
fn filters_reach_down_to_a_subtest() {
    // filters, exact, the path of a subtest, whether it runs; none for a suite that is not meant
    type Row<'a> = (&'a [&'a str], bool, &'a [&'a str], Option<bool>);
    let rows: &[Row<'_>] = &[
        (&["storage"], false, &["writes"], Some(true)),
        (&["storage"], true, &["writes"], None),
        (&["store::storage"], true, &["writes"], Some(true)),
        (&["the storage/writes"], true, &["writes"], Some(true)),
        (&["the storage/writes"], true, &["reads"], Some(false)),
        (&["the storage/writes"], true, &["writes", "first"], Some(true)),
        (&["the storage/writes/first"], true, &["writes"], Some(true)),
        (&["the storage/writes/first"], true, &["writes", "second"], Some(false)),
        (&["storage/wri"], false, &["writes"], Some(true)),
        (&["storage/wri"], true, &["writes"], None),
        (&["other", "storage/reads"], false, &["writes"], Some(false)),
        (&["storage/reads", "storage/writes"], false, &["writes"], Some(true)),
        (&["storage/reads", "storage"], false, &["writes"], Some(true)),
    ];
    for (filters, exact, path, expected) in rows {
        assert_eq!(
            admitted(filters, *exact, path),
            *expected,
            "{filters:?} {exact} {path:?}"
        );
    }
}

#[test]
fn what_is_skipped_is_left_out_with_all_that_is_in_it() {
    // filters, what is skipped, exact, the path of a subtest, whether it runs
    type Row<'a> = (&'a [&'a str], &'a [&'a str], bool, &'a [&'a str], bool);
    let rows: &[Row<'_>] = &[
        (&[], &["storage/writes"], false, &["writes"], false),
        (&[], &["storage/writes"], false, &["writes", "first"], false),
        (&[], &["storage/writes"], false, &["reads"], true),
        (&[], &["storage/wri"], false, &["rewrites"], false),
        (&[], &["the storage/writes"], true, &["writes"], false),
        (&[], &["the storage/wri"], true, &["writes"], true),
        (&[], &["storage/writes/first"], false, &["writes"], true),
        (&[], &["storage/writes/first"], false, &["writes", "first"], false),
        (&[], &["storage/writes/first"], false, &["writes", "second"], true),
        (&[], &["other/writes"], false, &["writes"], true),
        (
            &["storage/writes"],
            &["storage/writes/first"],
            false,
            &["writes", "first"],
            false,
        ),
        (
            &["storage/writes"],
            &["storage/writes/first"],
            false,
            &["writes", "second"],
            true,
        ),
        (&["storage/writes"], &["storage/writes/first"], false, &["reads"], false),
    ];
    for (filters, skip, exact, path, expected) in rows {
        let list = |texts: &[&str]| -> Vec<Filter> { texts.iter().map(|text| Filter::new(*text, *exact)).collect() };
        let paths = paths(&list(filters), &list(skip), &["store::storage", "the storage"]);
        assert_eq!(paths.admit(path), *expected, "{filters:?} {skip:?} {path:?}");
    }
    let whole = |text: &str| Filter::new(text, false).names_whole(&["store::storage"]);
    assert!(whole("storage") && !whole("storage/writes") && !whole("other"));
}

#[test]
fn a_part_is_found_wherever_it_is_in_a_name() {
    let texts = [
        "",
        "a",
        "b",
        "ab",
        "ba",
        "aab",
        "aba",
        "abab",
        "ß",
        "aßb",
        "\u{df}\u{9f}",
        "tests::aab",
    ];
    for name in texts {
        for part in texts {
            assert_eq!(fits(part, name, false), name.contains(part), "{part:?} in {name:?}");
            assert_eq!(fits(part, name, true), name == part, "{part:?} in {name:?}");
        }
    }
}

#[test]
fn any_name_can_be_a_part_of_a_path() {
    for (name, text) in [
        ("plain words", "plain words"),
        ("a/b", "a\\/b"),
        ("a\\/b", "a\\\\\\/b"),
        ("two\nlines\r\n\t", "two\\nlines\\r\\n\\t"),
        ("\u{1b}[31m\0\u{7f}", "\\u{1b}[31m\\u{0}\\u{7f}"),
        (" a b ", "\\u{20}a b\\u{20}"),
        ("\u{a0}", "\\u{a0}"),
        ("\\n", "\\\\n"),
        ("\\", "\\\\"),
        ("ü/ß", "ü\\/ß"),
        ("", ""),
        ("  ", "\\u{20}\\u{20}"),
    ] {
        assert_eq!(escaped(name), text, "{name:?}");
        assert_eq!(unescaped(text), name, "{text:?}");
        assert_eq!(parts(&format!("a/{text}/b")), ["a", name, "b"]);
        assert_eq!(text.trim(), text, "nothing is lost at the ends");
        assert_eq!(text.lines().count().max(1), 1, "it is one line");
        let exact = Filter::new(format!("storage/{text}/x"), true);
        let paths = paths(std::slice::from_ref(&exact), &[], &["storage"]);
        assert!(paths.admit(&[name]) && paths.admit(&[name, "x"]), "{name:?}");
        assert!(!paths.admit(&[name, "y"]) && !paths.admit(&["other"]), "{name:?}");
    }
    // What nobody wrote to be changed stays.
    for text in [
        "a\\b",
        "\\",
        "C:\\dir",
        "\\u",
        "\\u{",
        "\\u{}",
        "\\u{d800}",
        "\\u{110000}",
        "\\u{-1}",
    ] {
        assert_eq!(unescaped(text), text);
    }
}

#[test]
fn titles_with_slashes_are_found() {
    let names = ["io::both", "reads/writes"];
    for (text, below) in [
        ("reads/writes", Some(vec![])),
        ("reads\\/writes", Some(vec![])),
        ("reads/writes/a", Some(vec!["a"])),
        ("reads\\/writes/a\\/b/c", Some(vec!["a/b", "c"])),
        ("io::both/a", Some(vec!["a"])),
        ("reads/a", None),
    ] {
        let below: Option<Vec<String>> = below.map(|parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect());
        let seen = Filter::new(text, true).inside(&names).map(|it| it.parts);
        assert_eq!(seen, below, "{text}");
    }
}

#[test]
fn what_was_expected_beside_what() {
    let turned_up: Vec<Vec<String>> = [
        &["reads"] as &[&str],
        &["reads", "a/b"],
        &["writes"],
        &["writes", "first"],
        &["writes", "last"],
    ]
    .iter()
    .map(|path| path.iter().map(|&name| name.to_owned()).collect())
    .collect();
    for (text, names) in [
        ("storage/wrties", vec!["reads", "writes"]),
        ("storage/writes/frist", vec!["first", "last"]),
        ("storage/reads/deep", vec!["a\\/b"]),
        ("storage/writes/first/deep", vec![]),
    ] {
        let paths = paths(&[Filter::new(text, true)], &[], &["storage"]);
        assert_eq!(paths.wanted()[0].neighbours(&turned_up), names, "{text}");
    }
}
