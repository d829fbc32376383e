//! The sections of `docs/faults.md` that runs write. `BLESS=1` writes them anew.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Holds a text against what stands between `<!-- matrix: SECTION -->` and the next `<!-- end -->`.
pub(crate) fn compare(section: &str, text: &str) {
    // Two tests of one program may each write a section.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    let page = fs::read_to_string(&file).expect("the page can be read");
    let begin = format!("<!-- matrix: {section} -->\n\n");
    let (before, rest) = page.split_once(&begin).expect("the page has the section");
    let (there, after) = rest.split_once("\n<!-- end -->").expect("the section ends");
    if there == text {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let page = format!("{before}{begin}{text}\n<!-- end -->{after}");
        fs::write(&file, page).expect("the page can be written");
        return;
    }
    let is_new = |line: &&str| !there.lines().any(|it| it == *line);
    let news: Vec<&str> = text.lines().filter(is_new).collect();
    panic!(
        "docs/faults.md does not say what happens ({section}); BLESS=1 writes it anew\n{}",
        news.join("\n")
    );
}
