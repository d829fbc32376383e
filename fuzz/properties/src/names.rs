//! Filters that name anything, and expressions of tags.

use crate::runtime::filter::{Filter, escaped, paths};
use crate::runtime::tags::TagExpr;

/// The lines are names from a suite down. Their escaped path names just these.
pub fn filter(text: &str) {
    let names: Vec<&str> = text.split('\0').collect();
    let [top, below @ ..] = names.as_slice() else { return };
    // Any text is a filter.
    for exact in [false, true] {
        let any = Filter::new(text, exact);
        let named = any.names(names.as_slice());
        assert!(named || !any.names_whole(names.as_slice()));
        let _ = paths(&[any.clone()], &[any], &[top]).admit(below);
    }
    let path: Vec<_> = names.iter().map(|name| escaped(name)).collect();
    let path = path.join("/");
    assert!(!path.contains('\n'), "a path is one line: {path:?}");
    let filter = Filter::new(path.as_str(), true);
    assert!(filter.names(&[top]), "{path:?} names {top:?}");
    if !below.is_empty() {
        let chosen = paths(&[filter], &[], &[top]);
        assert!(chosen.admit(below), "{path:?} leaves {names:?}");
        let (last, above) = below.split_last().expect("it is not empty");
        // A name that is longer is another name.
        let longer = format!("{last}x");
        let other: Vec<&str> = above.iter().copied().chain([longer.as_str()]).collect();
        if !top.contains('/') && !names.iter().any(|name| name.contains(['/', '\\'])) {
            assert!(!chosen.admit(&other), "{path:?} leaves {other:?}");
        }
    }
}

pub fn tags(text: &str) {
    let parsed = match TagExpr::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.column), "{error:?}");
            assert!(!error.problem.is_empty());
            return;
        }
    };
    let names: Vec<String> = parsed.names().into_iter().map(str::to_owned).collect();
    let (Ok(not), Ok(twice), Ok(either)) = (
        TagExpr::parse(&format!("not ({text})")),
        TagExpr::parse(&format!("({text}) and ({text})")),
        TagExpr::parse(&format!("({text}) or not ({text})")),
    ) else {
        // Only the depth is limited.
        assert!(
            text.matches(['(', '!']).count() + text.matches("not").count() > 50,
            "{text:?}"
        );
        return;
    };
    for choice in 0..1_u32 << names.len().min(4) {
        let chosen = names
            .iter()
            .enumerate()
            .filter(|(at, _)| *at < 4 && choice >> at & 1 == 1);
        let chosen: Vec<&str> = chosen.map(|(_, name)| name.as_str()).collect();
        let matches = parsed.matches(&chosen);
        assert_eq!(not.matches(&chosen), !matches, "{text:?} {chosen:?}");
        assert_eq!(twice.matches(&chosen), matches, "{text:?} {chosen:?}");
        assert!(either.matches(&chosen), "{text:?} {chosen:?}");
    }
}
