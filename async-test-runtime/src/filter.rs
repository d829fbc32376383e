//! Filters: which suites a text names, and which subtests in them.
//!
//! `storage` names a suite; `storage/writes` one of its subtests, `storage/writes/first` one inside of that. Without
//! `exact` every part is looked for inside of a name; with it every part is a whole name.

/// One filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Filter {
    text: String,
    exact: bool,
}

/// The subtests that may run in one suite: all, or those on the way to one of these paths and below them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Paths {
    paths: Vec<Vec<String>>,
    exact: bool,
}

impl Filter {
    pub(crate) fn new(text: impl Into<String>, exact: bool) -> Filter {
        let text = text.into();
        Filter { text, exact }
    }

    fn is_part(&self, part: &str, name: &str) -> bool {
        match self.exact {
            true => name == part,
            false => name.contains(part),
        }
    }

    /// The path below a suite that goes by several names, empty for the whole suite; none if it is not meant.
    fn below(&self, names: &[&str]) -> Option<Vec<String>> {
        if names.iter().any(|name| self.is_part(&self.text, name)) {
            return Some(Vec::new());
        }
        let (suite, path) = self.text.split_once('/')?;
        let meant = names.iter().any(|name| self.is_part(suite, name));
        meant.then(|| path.split('/').map(str::to_owned).collect())
    }

    /// Whether it means the suite or something in it.
    pub(crate) fn names(&self, names: &[&str]) -> bool {
        self.below(names).is_some()
    }
}

/// What the filters leave of the subtests of a suite. One that names the whole suite leaves all.
pub(crate) fn paths(filters: &[Filter], names: &[&str]) -> Paths {
    let paths: Vec<Vec<String>> = filters.iter().filter_map(|filter| filter.below(names)).collect();
    if paths.iter().any(Vec::is_empty) {
        return Paths::default();
    }
    let exact = filters.iter().any(|filter| filter.exact);
    Paths { paths, exact }
}

impl Paths {
    /// Whether nothing is left out.
    pub(crate) fn is_all(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether a subtest may run, by the names from its suite (exclusive) down to it.
    pub(crate) fn admit(&self, path: &[&str]) -> bool {
        let fits = |wanted: &Vec<String>| {
            wanted.iter().zip(path).all(|(part, name)| match self.exact {
                true => part == name,
                false => name.contains(part.as_str()),
            })
        };
        self.is_all() || self.paths.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(filters: &[&str], exact: bool, path: &[&str]) -> Option<bool> {
        let filters: Vec<Filter> = filters.iter().map(|text| Filter::new(*text, exact)).collect();
        let names = ["store::storage", "the storage"];
        let named = filters.iter().any(|filter| filter.names(&names));
        named.then(|| paths(&filters, &names).admit(path))
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
}
