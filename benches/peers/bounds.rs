//! What compiling costs at least: packages with nothing in them that a tool of this kind could leave out.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::generate::{self, Package, Target};
use crate::sources::{Door, Work, file};

pub(crate) const DEPENDENCIES: &str =
    "`#[tokio::test]`, with the crates that async-test-suite brings, and none of its own";
pub(crate) const BY_HAND: &str = "by hand: a `#[test]`, a descriptor and its `inventory::submit!` for each test";

/// Of the crates whose dependencies users compile. What the macros need, tokio's own need as well.
const MANIFESTS: [&str; 2] = [
    include_str!("../../async-test-core/Cargo.toml"),
    include_str!("../../async-test-runtime/Cargo.toml"),
];

/// A crate with one `#[tokio::test]` that depends on what ours depend on.
pub(crate) fn dependencies() -> Package {
    let target = target(file(Door::Tokio, Work::Trivial, 1));
    generate::package("compile-dependencies-1", &brought(&MANIFESTS), &[target])
}

/// The lines of manifests that name what is built by default and is neither ours nor tokio.
fn brought(manifests: &[&str]) -> String {
    let mut lines = BTreeMap::new();
    for manifest in manifests {
        let mut is_of_users = false;
        for line in manifest.lines() {
            if line.starts_with('[') {
                is_of_users =
                    line == "[dependencies]" || (line.starts_with("[target.") && line.ends_with(".dependencies]"));
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| is_of_users) {
                let is_other = name == "tokio" || line.contains("path = ") || line.contains("optional = true");
                if !is_other && !name.starts_with('#') {
                    lines.insert(name, line);
                }
            }
        }
    }
    assert!(!lines.is_empty(), "have the manifests another form?");
    lines.into_values().collect::<Vec<_>>().join("\n")
}

/// A file of so many tests, each of which a runner can find, and the built-in harness runs.
pub(crate) fn by_hand(tests: usize) -> Package {
    let mut source = r#"use std::future::Future;
use std::pin::Pin;

struct Spec {
    path: &'static str,
    line: u32,
    body: fn() -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

struct Entry(&'static Spec);

inventory::collect!(Entry);

fn run(spec: &'static Spec) {
    assert!(!spec.path.is_empty() && spec.line > 0);
    assert!(inventory::iter::<Entry>.into_iter().any(|entry| std::ptr::eq(entry.0, spec)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on((spec.body)());
}
"#
    .to_owned();
    for test in 0..tests {
        let _ = write!(
            source,
            r#"async fn t{test}() {{
    tokio::task::yield_now().await;
    assert!(std::hint::black_box(1) + 1 == 2);
}}
static S{test}: Spec = Spec {{
    path: concat!(module_path!(), "::t{test}"),
    line: line!(),
    body: || Box::pin(t{test}()),
}};
inventory::submit! {{ Entry(&S{test}) }}
#[test]
fn s{test}() {{
    run(&S{test});
}}
"#
        );
    }
    let name = format!("compile-by-hand-{tests}");
    generate::package(&name, "inventory = \"0.3\"", &[target(source)])
}

fn target(source: String) -> Target {
    Target {
        name: "some".to_owned(),
        harness: true,
        source,
    }
}
