//! The samples of the documentation, held against runs of the program that stands there.
//!
//! In the Markdown files of `docs/` a comment `<!-- source -->` stands before the program, and `<!-- sample: ARGUMENTS -->`
//! before what it prints; `| 1-3 7` behind the arguments keeps these lines of it. Times are not compared. `BLESS=1` writes
//! the samples anew.

#[path = "samples/markdown.rs"]
mod markdown;
#[path = "samples/package.rs"]
mod package;
#[path = "samples/times.rs"]
mod times;

use std::fs;
use std::path::Path;

use markdown::Document;
use times::without_times;

#[test]
fn the_samples_are_what_the_program_prints() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let read = |name: &str| fs::read_to_string(docs.join(name)).expect("the page can be read");
    let source = |name: &str| Document::new(&read(name)).source().expect("the page has a program");
    let (store, output) = (source("formats.md"), source("output.md"));
    let [store, output] = package::build([("store", &store), ("output", &output)]);
    let mut wrong = Vec::new();
    let mut samples = 0;
    for (name, program) in [("formats.md", &store), ("tap.md", &store), ("output.md", &output)] {
        let text = read(name);
        let mut document = Document::new(&text);
        for sample in document.samples() {
            samples += 1;
            let printed = package::run(program, &sample.arguments);
            let printed = sample.kept(&printed);
            if without_times(&sample.text) != without_times(&printed) {
                wrong.push(format!("{name}: {}\n{printed}", sample.arguments.join(" ")));
                document.replace(&sample, &printed);
            }
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(docs.join(name), document.text()).expect("the page can be written");
        }
    }
    assert!(samples >= 12, "{samples} samples");
    if std::env::var_os("BLESS").is_none() {
        assert!(
            wrong.is_empty(),
            "run again with BLESS=1 to accept:\n\n{}",
            wrong.join("\n")
        );
    }
}
