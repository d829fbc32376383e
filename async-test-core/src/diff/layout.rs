//! Long `Debug` output, broken into lines.

use super::debug_text::{Node, parse};

/// The text with one element on a line, as `{:#?}` would have printed it; `None` when it is no compound value.
///
/// Where lines are broken depends on the shape alone, never on lengths: equal parts of two values come out equal.
pub(super) fn layout(text: &str) -> Option<String> {
    let node = parse(text).filter(|node| node.group.is_some())?;
    let mut out = String::with_capacity(text.len() * 2);
    lay_out(&node, 0, &mut out);
    Some(out)
}

fn lay_out(node: &Node<'_>, depth: usize, out: &mut String) {
    let Some(group) = node
        .group
        .as_ref()
        .filter(|g| !g.entries.is_empty() && !g.is_wrapped_leaf())
    else {
        out.push_str(node.text);
        return;
    };
    out.push_str(group.name);
    if group.open == b'{' && !group.name.is_empty() {
        out.push(' ');
    }
    out.push(char::from(group.open));
    for entry in &group.entries {
        out.push('\n');
        indent(depth + 1, out);
        if let Some(key) = entry.key {
            out.push_str(key);
            out.push_str(": ");
        }
        lay_out(&entry.value, depth + 1, out);
        if entry.value.text != ".." {
            out.push(',');
        }
    }
    out.push('\n');
    indent(depth, out);
    out.push(match group.open {
        b'(' => ')',
        b'[' => ']',
        _ => '}',
    });
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("    ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_element_is_on_a_line() {
        let text = layout(r#"[User { name: "a, b", mail: Some(1), at: (1, 0.5), .. }, {}]"#).unwrap();
        let lines = [
            "[",
            "    User {",
            r#"        name: "a, b","#,
            "        mail: Some(1),",
            "        at: (",
            "            1,",
            "            0.5,",
            "        ),",
            "        ..",
            "    },",
            "    {},",
            "]",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), lines);
        assert_eq!(layout("1"), None);
    }

    #[test]
    fn any_text_at_all_is_survived() {
        let mut random = fastrand::Rng::with_seed(6);
        let pieces = ["{", "}", "[", "]", "(", ")", ",", ": ", "\"", "'", "a", "é", "..", "\\"];
        for _ in 0..20_000 {
            let text: String = (0..random.usize(0..12))
                .map(|_| pieces[random.usize(0..pieces.len())])
                .collect();
            let _ = layout(&format!("({text})"));
        }
    }
}
