//! Suites in the order of their names, before anything runs.
//!
//! Ten thousand are sorted in a program that is not optimized, where a generic sort that compares texts takes longer than
//! it takes to let the suites in. So what is compared is mostly a number: the next bytes behind what all names begin with.

use std::cmp::Ordering;

use crate::spec::SuiteSpec;

/// A suite by its place in the list, and the number that it is sorted by.
type Numbered = (u64, usize);

struct Sort<'a> {
    suites: &'a [&'static SuiteSpec],
    names: Vec<&'static str>,
}

/// Sorted by test name and place.
pub(super) fn sorted(suites: &[&'static SuiteSpec]) -> Vec<&'static SuiteSpec> {
    let mut names: Vec<&'static str> = Vec::with_capacity(suites.len());
    for spec in suites {
        names.push(spec.test_name());
    }
    let same = common(&names);
    let mut from: Vec<Numbered> = Vec::with_capacity(suites.len());
    for (index, name) in names.iter().enumerate() {
        from.push((number(&name.as_bytes()[same..]), index));
    }
    let sort = Sort { suites, names };
    let mut to = from.clone();
    let mut width = 1;
    while width < from.len() {
        sort.merge_all(&from, &mut to, width);
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    let mut sorted = Vec::with_capacity(suites.len());
    for (_, index) in from {
        sorted.push(suites[index]);
    }
    sorted
}

/// How many bytes all of them begin with.
fn common(names: &[&str]) -> usize {
    let mut same = names.first().copied().unwrap_or_default().as_bytes();
    for name in names {
        while !name.as_bytes().starts_with(same) {
            same = &same[..same.len() - 1];
        }
    }
    same.len()
}

/// The first eight bytes as a number that is greater where these are.
fn number(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut first = [0; 8];
            first[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(first)
        }
    }
}

impl Sort<'_> {
    /// Merges neighbours, each of them sorted and so long.
    fn merge_all(&self, from: &[Numbered], to: &mut [Numbered], width: usize) {
        let mut begin = 0;
        while begin < from.len() {
            let middle = (begin + width).min(from.len());
            let end = (middle + width).min(from.len());
            self.merge(&from[begin..middle], &from[middle..end], &mut to[begin..end]);
            begin = end;
        }
    }

    fn merge(&self, one: &[Numbered], other: &[Numbered], to: &mut [Numbered]) {
        let (mut a, mut b, mut at) = (0, 0, 0);
        while a < one.len() && b < other.len() {
            if self.is_before(other[b], one[a]) {
                to[at] = other[b];
                b += 1;
            } else {
                to[at] = one[a];
                a += 1;
            }
            at += 1;
        }
        let left = if a < one.len() { &one[a..] } else { &other[b..] };
        to[at..].copy_from_slice(left);
    }

    fn is_before(&self, one: Numbered, other: Numbered) -> bool {
        if one.0 != other.0 {
            return one.0 < other.0;
        }
        self.compare(one.1, other.1) == Ordering::Less
    }

    /// Names are hardly ever equal, so what else tells them apart is seldom looked at.
    fn compare(&self, one: usize, other: usize) -> Ordering {
        match self.names[one].cmp(self.names[other]) {
            Ordering::Equal => {
                let (one, other) = (self.suites[one], self.suites[other]);
                (one.source.file, one.line, one.column).cmp(&(other.source.file, other.line, other.column))
            }
            order => order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(name: &str, line: u32) -> &'static SuiteSpec {
        let spec = SuiteSpec::of(format!("kv::{name}").leak());
        let spec = spec.at(spec.source, line, 0);
        Box::leak(Box::new(spec))
    }

    #[test]
    fn the_order_is_that_of_names_and_places() {
        let mut random = fastrand::Rng::with_seed(7);
        for prefix in ["", "a::", "tests::of_something::äö"] {
            for count in [0, 1, 2, 3, 7, 100, 513] {
                let mut suites = Vec::new();
                for _ in 0..count {
                    // Few letters, so that many begin alike, some are the begin of others, and some are equal.
                    let length = random.usize(1..12);
                    let end: String = (0..length).map(|_| ['a', 'b', '_', 'ß'][random.usize(..4)]).collect();
                    suites.push(suite(&format!("{prefix}{end}"), random.u32(..9)));
                }
                let ordered = |suites: &[&'static SuiteSpec]| -> Vec<(&str, u32)> {
                    suites.iter().map(|spec| (spec.test_name(), spec.line)).collect()
                };
                let mut expected = ordered(&suites);
                expected.sort_unstable();
                assert_eq!(ordered(&sorted(&suites)), expected);
            }
        }
    }
}
