//! The committed counts: a table for each compiler, a line for each kind of work.

use std::collections::BTreeMap;
use std::path::PathBuf;

const HEAD: &str = "\
# Instructions of one passing check and of one round of a verifier, in release, by the compiler. The guard compares them:
# cargo run --profile counts -p instructions
# and this writes those of the compiler at hand anew:
# cargo run --profile counts -p instructions -- --renew
";

/// The counts by compiler and work.
#[derive(Debug)]
pub(crate) struct Numbers(BTreeMap<String, BTreeMap<String, f64>>);

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("counts.toml")
}

impl Numbers {
    pub(crate) fn read() -> Numbers {
        let text = std::fs::read_to_string(path()).unwrap_or_else(|error| panic!("{}: {error}", path().display()));
        let mut all = BTreeMap::<_, BTreeMap<_, _>>::new();
        let mut compiler = None;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix("[\"").and_then(|line| line.strip_suffix("\"]")) {
                compiler = Some(name.to_owned());
                continue;
            }
            let count = line
                .split_once(" = ")
                .and_then(|(work, count)| Some((work, count.parse().ok()?)));
            let (Some((work, count)), Some(compiler)) = (count, &compiler) else {
                panic!("{}: what is `{line}`?", path().display())
            };
            all.entry(compiler.clone()).or_default().insert(work.to_owned(), count);
        }
        Numbers(all)
    }

    pub(crate) fn get(&self, compiler: &str, work: &str) -> Option<f64> {
        self.0.get(compiler)?.get(work).copied()
    }

    pub(crate) fn put(&mut self, compiler: &str, work: &str, count: f64) {
        self.0
            .entry(compiler.to_owned())
            .or_default()
            .insert(work.to_owned(), count);
    }

    pub(crate) fn write(&self) {
        let mut text = HEAD.to_owned();
        for (compiler, counts) in &self.0 {
            text.push_str(&format!("\n[\"{compiler}\"]\n"));
            for (work, count) in counts {
                text.push_str(&format!("{work} = {count:.1}\n"));
            }
        }
        std::fs::write(path(), text).expect("counts.toml can be written");
    }
}
