//! Where `#[suite]` puts its descriptors, for the runs that find them by themselves (`main!`).

use crate::spec::SuiteSpec;

/// One registered suite. Made by the expansion of `#[suite]`.
#[derive(Debug)]
pub struct Registered(pub &'static SuiteSpec);

inventory::collect!(Registered);

/// Every suite that was linked in, sorted by test name and place: the order of linking is nobody's promise.
pub(crate) fn suites() -> Vec<&'static SuiteSpec> {
    let mut suites: Vec<&'static SuiteSpec> = inventory::iter::<Registered>.into_iter().map(|it| it.0).collect();
    suites.sort_by_cached_key(|spec| (spec.test_name(), spec.file, spec.line, spec.column));
    suites
}
