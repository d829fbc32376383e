//! Packages under `target/peers`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sources::Door;
use crate::{checkout, machine, workshop};

/// The features of tokio that every package asks for.
const TOKIO: &str = r#"{ version = "1", features = ["rt-multi-thread", "macros", "time", "sync"] }"#;

/// The end of the names of packages that have the runtime optimized in the dev profile.
pub(crate) const OPTIMIZED: &str = "-optimized";
/// What such a package says in its manifest, as the README advises.
const OPTIMIZES: &str = "async-test-core.opt-level = 2\nasync-test-runtime.opt-level = 2\n";
/// What every package says in its manifest: ours are compiled as they would be if they came from a registry.
const PROFILE: &str = "\n[profile.dev.package]\n\"*\".incremental = false\n";

/// A package of one contender.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

/// A test target: its name, whether the built-in harness runs it, and its source.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) harness: bool,
    pub(crate) source: String,
}

/// What a package depends on beside tokio, as a line of its manifest.
pub(crate) fn dependency(door: Door) -> String {
    match door {
        Door::Suite | Door::Main => format!("async-test-suite = {{ path = {:?} }}", checkout()),
        Door::Rstest => r#"rstest = "*""#.to_owned(),
        Door::TestR => r#"test-r = "*""#.to_owned(),
        Door::Mimic | Door::MimicEach => r#"libtest-mimic = "*""#.to_owned(),
        Door::Hand => r#"rustix = { version = "1", features = ["pipe", "stdio"] }"#.to_owned(),
        Door::Tokio | Door::Floor | Door::FloorEach => String::new(),
    }
}

/// Writes only what differs, so that nothing is built again in vain.
pub(crate) fn put(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    let folder = path.parent().expect("it is in the workshop");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// A package with these targets, beside those that other sections gave it.
pub(crate) fn package(name: &str, dependency: &str, targets: &[Target]) -> Package {
    let folder = workshop().join("packages").join(name);
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\nautotests = false\n\n\
         [workspace]\n\n[dependencies]\n{dependency}\ntokio = {TOKIO}\n"
    );
    for Target { name, harness, source } in targets {
        manifest.push_str(&format!("\n[[test]]\nname = \"{name}\"\nharness = {harness}\n"));
        put(&folder.join("tests").join(format!("{name}.rs")), source);
    }
    manifest.push_str(PROFILE);
    if name.ends_with(OPTIMIZED) {
        manifest.push_str(OPTIMIZES);
    }
    put(&folder.join("src/lib.rs"), "");
    put(&folder.join("Cargo.toml"), &manifest);
    Package {
        name: name.to_owned(),
        folder,
    }
}

impl Package {
    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }

    /// The version of a crate that was resolved for it.
    pub(crate) fn version(&self, name: &str) -> String {
        machine::version(&self.folder.join("Cargo.lock"), name)
    }
}
