//! As much of an XML reader as a report needs.

/// The names of the elements, with the attributes; panics where the tags do not match.
pub(crate) fn elements(text: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut elements = Vec::new();
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let text = without_instructions(body.expect("an XML declaration"));
    for part in text.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("no end: {part}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{text}");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        elements.push(tag.trim_end_matches('/').to_owned());
    }
    assert!(open.is_empty(), "{open:?} in {text}");
    elements
}

/// Instructions are for programs that know them, and whatever they hold is no part of the document.
fn without_instructions(mut text: &str) -> String {
    let mut visible = String::new();
    while let Some((before, instruction)) = text.split_once("<?") {
        visible.push_str(before);
        let (_, after) = instruction
            .split_once("?>")
            .unwrap_or_else(|| panic!("no end: {instruction}"));
        text = after;
    }
    visible + text
}
