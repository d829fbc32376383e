//! Which suites a command line means.

use crate::boot;
use crate::filter::Filter;
use crate::options::{Ignored, Options};
use crate::registry;
use crate::spec::SuiteSpec;
use crate::tags::TagExpr;

/// What is to be done with the suites of a binary.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// To be run.
    pub(super) run: Vec<&'static SuiteSpec>,
    /// Named by no filter against them, and ignored.
    pub(super) ignored: Vec<&'static SuiteSpec>,
    /// How many the filters leave out, or are in another shard.
    pub(super) filtered_out: usize,
}

impl Selection {
    /// The names of all that is chosen, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let mut names: Vec<&str> = self
            .run
            .iter()
            .chain(&self.ignored)
            .map(|spec| spec.test_name())
            .collect();
        names.sort();
        names.into_iter()
    }
}

/// Applies filters, `--skip`, `--exact`, `--tag` and the flags about ignored tests as the built-in harness does, and takes
/// one shard of what they leave. What nobody has asked for is not asked of ten thousand suites.
pub(super) fn select(suites: Vec<&'static SuiteSpec>, options: &Options, tag: Option<&TagExpr>) -> Selection {
    let all = suites.len();
    let mut chosen = suites;
    if options.shard.is_some() {
        let mut in_shard = registry::in_shard(&chosen, options.shard).into_iter();
        chosen.retain(|_| in_shard.next() == Some(true));
    }
    if !options.filters.is_empty() {
        let filters = made(&options.filters, options.exact);
        chosen.retain(|spec| is_named(spec, &filters));
    }
    if !options.skip.is_empty() {
        let skip = made(&options.skip, options.exact);
        chosen.retain(|spec| !is_skipped(spec, &skip));
    }
    if let Some(tag) = tag {
        chosen.retain(|spec| tag.matches(spec.keys().tags));
    }
    if let Some(wants) = boot::bazel_wants(&options.bazel) {
        chosen.retain(|spec| wants(spec));
    }
    if options.exclude_should_panic {
        chosen.retain(|spec| spec.keys().should_panic.is_none());
    }
    if options.ignored == Ignored::Only {
        chosen.retain(|spec| spec.keys().ignore.is_some());
    }
    let mut selection = Selection {
        run: Vec::with_capacity(chosen.len()),
        ignored: Vec::new(),
        filtered_out: all - chosen.len(),
    };
    let skips_ignored = options.ignored == Ignored::Skip;
    for spec in chosen {
        // Where only benchmarks are asked for, there are none.
        if !options.tests || (skips_ignored && spec.keys().ignore.is_some()) {
            selection.ignored.push(spec);
        } else {
            selection.run.push(spec);
        }
    }
    selection
}

fn made(texts: &[String], exact: bool) -> Vec<Filter> {
    texts.iter().map(|text| Filter::new(text.as_str(), exact)).collect()
}

/// Whether one of the filters names a suite: by its test name, its title, or a path to something in it.
fn is_named(spec: &SuiteSpec, filters: &[Filter]) -> bool {
    filters.iter().any(|filter| names(filter, spec))
}

/// The test name and the title are both names of a suite; a path names it and something in it.
pub(super) fn names(filter: &Filter, spec: &SuiteSpec) -> bool {
    match spec.keys().title {
        None => filter.names(&[spec.test_name()]),
        Some(title) => filter.names(&[spec.test_name(), title]),
    }
}

/// A path leaves out a subtest only, which is not for the run to do.
fn is_skipped(spec: &SuiteSpec, skip: &[Filter]) -> bool {
    let names = &[spec.test_name(), spec.title()];
    skip.iter().any(|filter| filter.names_whole(names))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::options::Shard;
    use crate::spec::SuiteKeys;

    static PLAIN: SuiteSpec = SuiteSpec::of("kv::store::writes");
    static IGNORED: SuiteSpec = SuiteSpec::of("kv::store::crash").with(&SuiteKeys {
        ignore: Some("slow"),
        ..SuiteKeys::NONE
    });

    fn names(options: &Options) -> (Vec<&'static str>, Vec<&'static str>, usize) {
        let selection = select(vec![&PLAIN, &IGNORED], options, None);
        let functions = |specs: &[&'static SuiteSpec]| specs.iter().map(|spec| spec.function()).collect();
        (
            functions(&selection.run),
            functions(&selection.ignored),
            selection.filtered_out,
        )
    }

    #[test]
    fn filters_and_flags_choose_as_the_built_in_harness_does() {
        let options = |change: &dyn Fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            names(&options)
        };
        assert_eq!(options(&|_| {}), (vec!["writes"], vec!["crash"], 0));
        assert_eq!(options(&|o| o.ignored = Ignored::Only), (vec!["crash"], vec![], 1));
        assert_eq!(
            options(&|o| o.ignored = Ignored::Include),
            (vec!["writes", "crash"], vec![], 0)
        );
        assert_eq!(
            options(&|o| o.filters = vec!["writ".into()]),
            (vec!["writes"], vec![], 1)
        );
        assert_eq!(options(&|o| o.skip = vec!["store".into()]), (vec![], vec![], 2));
        assert_eq!(
            options(&|o| o.skip = vec!["writes/first".into()]),
            (vec!["writes"], vec!["crash"], 0)
        );
        assert_eq!(options(&|o| o.tests = false), (vec![], vec!["writes", "crash"], 0));
        let exact = |name: &'static str| {
            options(&move |o| {
                o.filters = vec![name.into()];
                o.exact = true;
            })
        };
        assert_eq!(exact("store::writes"), (vec!["writes"], vec![], 1));
        assert_eq!(exact("writes"), (vec![], vec![], 2));
    }

    #[test]
    fn a_shard_takes_its_part_whatever_the_filters_are() {
        let own = |number, filter: &str| {
            let mut options = Options::default();
            options.shard = Shard::read(&format!("{number}/2"));
            options.filters = vec![filter.to_owned()];
            names(&options)
        };
        let [first, second] = [1, 2].map(|number| own(number, ""));
        assert_eq!((first.2, second.2), (1, 1));
        assert_eq!(first.0.len() + second.0.len(), 1, "{first:?} {second:?}");
        assert_eq!(first.1.len() + second.1.len(), 1);
        let home = if first.0.is_empty() { 2 } else { 1 };
        assert_eq!(own(home, "writes"), (vec!["writes"], vec![], 1));
        assert_eq!(own(3 - home, "writes"), (vec![], vec![], 2));
    }
}
