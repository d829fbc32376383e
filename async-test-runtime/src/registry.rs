//! Where suites, bundles and reporters are registered, for the runs that find them by themselves.
//!
//! The order of linking is nobody's promise, so everything is sorted before it is used.

mod sorted;

pub(crate) use self::sorted::Sorted;
use crate::hook::Bundle;
use crate::options::Shard;
use crate::order;
use crate::report::{Reporter, Style};
use crate::shard::assign;
use crate::spec::SuiteSpec;

/// One registered bundle. Made by `register_bundle!`.
#[derive(Debug)]
pub struct RegisteredBundle(pub fn() -> Box<dyn Bundle>);

/// One registered reporter. Made by `register_reporter!`.
#[derive(Debug)]
pub struct RegisteredReporter {
    /// The name of its format.
    pub name: &'static str,
    /// Makes one for a run.
    pub make: fn(&Style) -> Box<dyn Reporter>,
}

inventory::collect!(SuiteSpec);
inventory::collect!(RegisteredBundle);
inventory::collect!(RegisteredReporter);

/// Registers a type that is `Bundle + Default` as an extension of the hub: `register_bundle!(Quarantine);`. It works from
/// any crate that is linked into the test binary; one that is named nowhere else needs a `use quarantine as _;`.
#[macro_export]
macro_rules! register_bundle {
    ($type:ty) => {
        $crate::__rt::inventory::submit! {
            $crate::__rt::RegisteredBundle(|| ::std::boxed::Box::new(<$type as ::core::default::Default>::default()))
        }
    };
}

/// Registers a type that is `Reporter + Default` as a format: `register_reporter!("ctrf", Ctrf);`. Then `--format ctrf`,
/// `--report ctrf=FILE` and `ASYNC_TEST_FORMAT=ctrf` know it.
#[macro_export]
macro_rules! register_reporter {
    ($name:expr, $type:ty) => {
        $crate::__rt::inventory::submit! {
            $crate::__rt::RegisteredReporter {
                name: $name,
                make: |_| ::std::boxed::Box::new(<$type as ::core::default::Default>::default()),
            }
        }
    };
}

/// Every suite that was linked in, sorted by test name and place.
pub(crate) fn suites() -> Vec<&'static SuiteSpec> {
    sorted().suites
}

/// The same, and whether two have the same name.
pub(crate) fn sorted() -> Sorted {
    sorted::sorted(inventory::iter::<SuiteSpec>)
}

/// Whether each of these suites, which are all of the binary, belongs to a shard.
///
/// Filters have no say in it: wherever and however a suite is asked for, it belongs to the same shard.
pub(crate) fn in_shard(suites: &[&'static SuiteSpec], shard: Option<Shard>) -> Vec<bool> {
    let Some(shard) = shard else {
        return vec![true; suites.len()];
    };
    let names: Vec<&str> = suites.iter().map(|spec| spec.full_name()).collect();
    let own = shard.number.get() - 1;
    assign(&names, shard.of.get()).into_iter().map(|it| it == own).collect()
}

/// Whether there are any bundles.
pub(crate) fn has_bundles() -> bool {
    inventory::iter::<RegisteredBundle>.into_iter().next().is_some()
}

/// One of each bundle.
pub(crate) fn bundles() -> Vec<Box<dyn Bundle>> {
    inventory::iter::<RegisteredBundle>
        .into_iter()
        .map(|it| (it.0)())
        .collect()
}

/// Every registered reporter, sorted by name.
pub(crate) fn reporters() -> Vec<&'static RegisteredReporter> {
    let mut reporters: Vec<&'static RegisteredReporter> = inventory::iter::<RegisteredReporter>.into_iter().collect();
    order::few(&mut reporters, |one, other| one.name < other.name);
    reporters
}
