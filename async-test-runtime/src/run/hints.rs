//! What to say to somebody whose filters name nothing, or whose words could be filters.

use crate::filter::Filter;
use crate::options::{self, NextWord, Options, Warning};
use crate::run::select::names;
use crate::spec::SuiteSpec;

/// The word after an unknown option may be its value or a filter. One that is the whole name of a suite, or a path that
/// begins with one, is taken as a filter.
pub(super) fn take_names(options: &mut Options, warnings: &mut [Warning], suites: &[&'static SuiteSpec]) {
    for warning in warnings {
        let Warning::UnknownFlag { next, .. } = warning else {
            continue;
        };
        let NextWord::Dropped(word) = next else { continue };
        let filter = Filter::new(word.as_str(), true);
        if is_of_any(&filter, suites) {
            options.filters.push(word.clone());
            *next = NextWord::Filter(std::mem::take(word));
        }
    }
}

/// Whether a filter names one of these suites.
fn is_of_any(filter: &Filter, suites: &[&'static SuiteSpec]) -> bool {
    suites.iter().any(|spec| names(filter, spec))
}

/// A filter that looks like a pattern and names nothing was meant to name something.
pub(super) fn pattern(suites: &[&'static SuiteSpec], options: &Options) -> Option<String> {
    let given = |flag, list: &'_ [String], exact| -> Vec<(&str, String, bool)> {
        list.iter().map(|text| (flag, text.clone(), exact)).collect()
    };
    let all = [
        given("", &options.filters, options.exact),
        given("--skip ", &options.skip, options.exact),
        given("TESTBRIDGE_TEST_ONLY=", &options.bazel.only, false),
        given("TESTBRIDGE_TEST_ONLY=-", &options.bazel.except, false),
    ];
    let names_nothing = |text: &String, exact| !is_of_any(&Filter::new(text.as_str(), exact), suites);
    let (flag, text, _) = all
        .iter()
        .flatten()
        .find(|(_, text, exact)| text.contains('*') && names_nothing(text, *exact))?;
    Some(format!("`{flag}{text}` names no suite; {}", plain_text(text)))
}

/// The way out for somebody who wrote a pattern.
fn plain_text(pattern: &str) -> String {
    let longest = pattern.rsplit('*').max_by_key(|part| part.len()).unwrap_or_default();
    match longest {
        "" => "filters are plain text, not patterns: leave it out to run everything".to_owned(),
        part => format!("filters are plain text, not patterns: write a part of the name, for instance `{part}`"),
    }
}

/// The filters that name no suite at all, in whatever shard.
pub(super) fn unmatched<'a>(suites: &[&'static SuiteSpec], options: &'a Options) -> Vec<&'a String> {
    let names_one = |text: &String| is_of_any(&Filter::new(text.as_str(), options.exact), suites);
    options.filters.iter().filter(|filter| !names_one(filter)).collect()
}

/// The suite that a filter which matches nothing was probably meant for.
pub(super) fn nearest(filter: &str, suites: &[&'static SuiteSpec]) -> Option<&'static str> {
    let last = filter.rsplit("::").next().unwrap_or(filter);
    let meant = options::typo(last, suites.iter().map(|spec| spec.function()))?;
    suites
        .iter()
        .find(|spec| spec.function() == meant)
        .map(|spec| spec.test_name())
}

/// What to say of a tag that no suite has; none for one that a suite has.
pub(super) fn unknown_tag(name: &str, suites: &[&'static SuiteSpec]) -> Option<String> {
    let mut known: Vec<&str> = suites
        .iter()
        .flat_map(|spec| spec.keys().tags.iter().copied())
        .collect();
    known.sort();
    known.dedup();
    if known.contains(&name) {
        return None;
    }
    Some(match options::typo(name, known.iter().copied()) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None if known.is_empty() => "; none has any".to_owned(),
        None => format!("; there are {}", known.join(", ")),
    })
}

/// What to say of a filter that named no subtest.
pub(super) fn instead(filter: &str, beside: &[String]) -> String {
    if filter.contains('*') {
        return plain_text(filter);
    }
    let last = filter.rsplit('/').next().unwrap_or(filter);
    match options::typo(last, beside.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if beside.is_empty() => "there are none".to_owned(),
        None => format!("there are {}", beside.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::SuiteKeys;

    static PLAIN: SuiteSpec = SuiteSpec::of("kv::store::writes").with(&SuiteKeys {
        title: Some("all writes"),
        ..SuiteKeys::NONE
    });

    #[test]
    fn a_misspelt_filter_finds_its_neighbour() {
        assert_eq!(nearest("wirtes", &[&PLAIN]), Some("store::writes"));
        assert_eq!(nearest("zzzzzzzz", &[&PLAIN]), None);
    }

    #[test]
    fn a_filter_that_names_nothing_is_found_in_any_shard() {
        let mut options = Options::default();
        options.filters = ["writes", "wirtes", "writes/gone"].map(str::to_owned).into();
        assert_eq!(unmatched(&[&PLAIN], &options), ["wirtes"]);
    }

    #[test]
    fn a_word_after_an_unknown_option_is_a_filter_if_it_is_a_name() {
        for (word, is_name) in [
            ("store::writes", true),
            ("all writes", true),
            ("store::writes/first", true),
            ("writes", false),
            ("store", false),
            ("5", false),
            ("", false),
        ] {
            let mut options = Options::default();
            let mut warnings = [Warning::UnknownFlag {
                flag: "--later".to_owned(),
                next: NextWord::Dropped(word.to_owned()),
                nearest: None,
            }];
            take_names(&mut options, &mut warnings, &[&PLAIN]);
            assert_eq!(options.filters.contains(&word.to_owned()), is_name, "{word}");
            let told = warnings[0].to_string();
            assert_eq!(told.contains("is taken as a filter"), is_name, "{told}");
        }
    }
}
