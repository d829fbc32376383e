//! Which of the known names was probably meant.

/// How many characters have to be added, removed or replaced to get from one name to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, c) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (left, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *other);
            diagonal = row[left + 1];
            row[left + 1] = replaced.min(row[left] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// The names, the most similar one first; equally similar ones keep their order.
pub(super) fn sorted<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    let mut sorted = known.to_vec();
    sorted.sort_by_cached_key(|known| distance(name, known));
    sorted
}

/// The most similar name, if it is similar enough to be a slip of the pen.
#[doc(hidden)]
pub fn typo<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .filter_map(|known| {
            let known_length = known.chars().count();
            let most = known_length / 3;
            // Each character that one of them has more is a step. Most names are out of reach for that alone.
            let distance = (length.abs_diff(known_length) <= most).then(|| distance(name, known));
            distance.filter(|distance| *distance <= most).map(|it| (it, known))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, steps) in [
            ("", "", 0),
            ("", "tap", 3),
            ("tap", "", 3),
            ("tap", "tap", 0),
            ("tapp", "tap", 1),
            ("jsn", "json", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), steps, "{from} {to}");
        }
    }

    #[test]
    fn the_nearest_name_comes_first_and_the_order_is_stable() {
        assert_eq!(sorted("taps", &["pretty", "terse", "tap"]), ["tap", "terse", "pretty"]);
        assert_eq!(sorted("", &["bb", "aa", "c"]), ["c", "bb", "aa"]);
    }

    #[test]
    fn a_name_too_far_away_is_no_slip() {
        let known = ["--format", "--exact", "--seed"];
        assert_eq!(typo("--fromat", known.into_iter()), Some("--format"));
        assert_eq!(typo("--exakt", known.into_iter()), Some("--exact"));
        assert_eq!(typo("--shard", known.into_iter()), None);
    }
}
