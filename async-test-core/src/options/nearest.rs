//! Which of the known names was probably meant.

/// How many characters have to be added, removed or replaced to get from one name to the other, if no more than so many.
fn distance(from: &[char], to: &str, most: usize) -> Option<usize> {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    let steps: &mut [usize] = &mut row;
    for (above, c) in to.chars().enumerate() {
        let mut diagonal = steps[0];
        steps[0] = above + 1;
        let mut least = steps[0];
        for (left, other) in from.iter().enumerate() {
            let mut fewest = diagonal + usize::from(c != *other);
            diagonal = steps[left + 1];
            fewest = fewest.min(steps[left] + 1).min(diagonal + 1);
            steps[left + 1] = fewest;
            least = least.min(fewest);
        }
        // From here on there is no way with less than the least so far.
        if least > most {
            return None;
        }
    }
    let distance = steps[from.len()];
    (distance <= most).then_some(distance)
}

/// The names, the most similar one first; equally similar ones keep their order.
pub(super) fn sorted<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    let name: Vec<char> = name.chars().collect();
    let mut sorted = known.to_vec();
    sorted.sort_by_cached_key(|known| distance(&name, known, usize::MAX));
    sorted
}

/// The most similar name, if it is similar enough to be a slip of the pen. Of ten thousand nearly all are out of reach
/// for the characters they are made of, or because one is known that is as near as they could be.
#[doc(hidden)]
pub fn typo<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = Letters::of(name);
    let name: Vec<char> = name.chars().collect();
    let mut nearest = None;
    let mut too_far = usize::MAX;
    for known in known {
        let length = known.chars().count();
        let least = length.abs_diff(name.len());
        if least > length / 3 || least >= too_far {
            continue;
        }
        let most = (length / 3).min(too_far - 1);
        if letters.least(known) > most {
            continue;
        }
        if let Some(distance) = distance(&name, known, most) {
            nearest = Some(known);
            too_far = distance;
        }
    }
    nearest
}

/// How often a name has each character; some share a number.
struct Letters([i32; 64]);

impl Letters {
    fn of(name: &str) -> Letters {
        let mut counts = [0; 64];
        for c in name.chars() {
            counts[c as usize % 64] += 1;
        }
        Letters(counts)
    }

    /// How many steps it takes at least to the other name: one adds a character, takes one away, or does both.
    fn least(&self, other: &str) -> usize {
        let mut counts = self.0;
        for c in other.chars() {
            counts[c as usize % 64] -= 1;
        }
        let (mut more, mut less) = (0, 0);
        for count in counts {
            match count {
                0 => {}
                1.. => more += count,
                _ => less -= count,
            }
        }
        more.max(less) as usize
    }
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
            let from: Vec<char> = from.chars().collect();
            assert_eq!(distance(&from, to, usize::MAX), Some(steps), "{from:?} {to}");
            assert_eq!(distance(&from, to, steps), Some(steps), "{from:?} {to}");
            if steps > 0 {
                assert_eq!(distance(&from, to, steps - 1), None, "{from:?} {to}");
            }
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

    /// What is left out beforehand must not have been the nearest one.
    #[test]
    fn the_nearest_of_many_is_the_first_of_those_that_no_other_is_nearer_than() {
        let mut random = fastrand::Rng::with_seed(9);
        let word = |random: &mut fastrand::Rng| -> String {
            let length = random.usize(..12);
            (0..length).map(|_| ['a', 'ß'][random.usize(..2)]).collect()
        };
        let mut found = 0;
        for _ in 0..300 {
            let name: Vec<char> = word(&mut random).chars().collect();
            let known: Vec<String> = (0..random.usize(..9)).map(|_| word(&mut random)).collect();
            let near = known.iter().filter_map(|known| {
                let distance = distance(&name, known, usize::MAX)?;
                (distance <= known.chars().count() / 3).then_some((distance, known.as_str()))
            });
            let expected = near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known);
            let name: String = name.iter().collect();
            assert_eq!(
                typo(&name, known.iter().map(String::as_str)),
                expected,
                "{name} of {known:?}"
            );
            found += usize::from(expected.is_some());
        }
        assert!((50..250).contains(&found), "{found}");
    }
}
