//! What the library costs, beside the peers, on the same work in one run: `cargo bench --bench peers`.
//!
//! It generates packages under `target/peers`, builds and runs them, and writes `docs/performance.md`. `-- --only a,b`
//! measures some sections and leaves the others of the document as they are; `-- --quick` measures with fewer sizes and
//! repetitions, and does not write the document; `-- --rewrite` measures nothing and writes it anew from what it holds, with
//! the texts of today. Whatever fails ends the benchmark: no figure stands for a run that
//! did not do its work.

mod admission;
mod ancestor;
mod bounds;
mod build;
mod checks;
mod compile;
mod document;
mod figures;
mod generate;
mod machine;
mod run;
mod sources;
mod subtests;
mod suites;
mod table;
mod targets;
mod timings;
mod verifier;

use std::path::PathBuf;

use self::document::{Document, Section};

/// How much is measured.
#[derive(Clone, Copy)]
struct Scale {
    quick: bool,
}

impl Scale {
    /// Repetitions: these, or three.
    fn times(self, full: usize) -> usize {
        if self.quick { 3.min(full) } else { full }
    }

    /// Sizes: all of them, or the first.
    fn sizes<T>(self, all: &[T]) -> &[T] {
        if self.quick { &all[..1] } else { all }
    }
}

type Measure = fn(Scale) -> Section;

/// The sections by their letter, in the order of the document.
const SECTIONS: [(&str, Measure); 7] = [
    ("a", suites::trivial),
    ("b", suites::waiting),
    ("c", subtests::section),
    ("d", checks::section),
    ("e", compile::section),
    ("f", verifier::section),
    ("g", admission::section),
];

/// This checkout.
fn checkout() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where everything that is generated, built and measured goes.
fn workshop() -> PathBuf {
    checkout().join("target/peers")
}

/// One line of progress.
#[allow(clippy::print_stderr, reason = "a benchmark tells what it does")]
fn tell(text: &str) {
    eprintln!("peers: {text}");
}

#[allow(clippy::print_stdout, reason = "a benchmark prints")]
fn show(text: &str) {
    println!("{text}");
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    // `cargo test --all-targets` runs benchmarks with `--bench` missing: building them is all that is wanted then.
    let (mut bench, mut quick, mut only, mut rewrite) = (false, false, None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => bench = true,
            "--quick" => quick = true,
            "--rewrite" => rewrite = true,
            "--only" => only = Some(arguments.next().expect("--only needs sections, like --only a,b")),
            other => panic!("unknown option `{other}`: --only a,b,c,d,e,f,g, --quick and --rewrite are known"),
        }
    }
    if !bench {
        return;
    }
    let only: Option<Vec<&str>> = only.as_deref().map(|list| list.split(',').collect());
    for letter in only.iter().flatten() {
        assert!(
            SECTIONS.iter().any(|(known, _)| known == letter),
            "there is no section `{letter}`: a, b, c, d, e, f and g are there"
        );
    }
    let scale = Scale { quick };
    let mut document = Document::read();
    if rewrite {
        document.write();
        return;
    }
    for (letter, measure) in SECTIONS {
        if only.as_ref().is_none_or(|only| only.contains(&letter)) {
            tell(&format!("section ({letter})"));
            let section = measure(scale);
            show(&section.text());
            if !quick {
                document.put(letter, &section);
                // What has been measured stays, should a later section fail.
                document.write();
            }
        }
    }
}
