//! Suites in the order of their names, before anything runs.
//!
//! Ten thousand are sorted in a program that is not optimized, where to compare two texts takes a hundred steps. So each
//! name is a number for as long as that tells it apart, the next bytes behind what all names begin with, and numbers are
//! sorted byte by byte, which compares nothing.

use std::cmp::Ordering;

use crate::order;
use crate::spec::SuiteSpec;

/// So many are sorted by comparing them.
const FEW: usize = 12;

/// A suite by its place in the list, and the number that it is sorted by.
type Numbered = (u64, usize);

struct Sort<'a> {
    suites: &'a [&'static SuiteSpec],
    names: Vec<&'static str>,
}

/// Sorted by test name and place.
pub(super) fn sorted(suites: &[&'static SuiteSpec]) -> Vec<&'static SuiteSpec> {
    let mut names: Vec<&'static str> = Vec::with_capacity(suites.len());
    let mut all: Vec<usize> = Vec::with_capacity(suites.len());
    for spec in suites {
        all.push(names.len());
        names.push(spec.test_name());
    }
    Sort { suites, names }.sort(&mut all);
    let mut sorted = Vec::with_capacity(suites.len());
    for index in all {
        sorted.push(suites[index]);
    }
    sorted
}

impl Sort<'_> {
    /// Sorts some of them.
    fn sort(&self, some: &mut [usize]) {
        if some.len() <= FEW {
            return self.compare_all(some);
        }
        let same = self.common(some);
        let mut numbered: Vec<Numbered> = Vec::with_capacity(some.len());
        for index in &*some {
            numbered.push((number(&self.names[*index].as_bytes()[same..]), *index));
        }
        let numbered = by_number(numbered);
        let mut begin = 0;
        while begin < numbered.len() {
            some[begin] = numbered[begin].1;
            let mut end = begin + 1;
            while end < numbered.len() && numbered[end].0 == numbered[begin].0 {
                some[end] = numbered[end].1;
                end += 1;
            }
            match end - begin {
                1 => {}
                // All of one name, as good as: no compiler lets that be many.
                length if length == some.len() => self.compare_all(some),
                _ => self.sort(&mut some[begin..end]),
            }
            begin = end;
        }
    }

    fn compare_all(&self, some: &mut [usize]) {
        order::few(some, |one, other| self.compare(*one, *other) == Ordering::Less);
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

    /// How many bytes the names of all of these begin with.
    fn common(&self, some: &[usize]) -> usize {
        let mut same = self.names[some[0]].as_bytes();
        for index in some {
            let name = self.names[*index].as_bytes();
            while !name.starts_with(same) {
                same = &same[..same.len() - 1];
            }
        }
        same.len()
    }
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

/// Sorted by the last byte of the numbers, then by the one before it, and so on. Those that are the same in all of them
/// have no say.
fn by_number(list: Vec<Numbered>) -> Vec<Numbered> {
    let (mut every, mut any) = (u64::MAX, 0);
    for (number, _) in &list {
        every &= number;
        any |= number;
    }
    let mut from = list;
    let mut to = from.clone();
    for shift in [0, 8, 16, 24, 32, 40, 48, 56] {
        if (every ^ any) >> shift & 0xff == 0 {
            continue;
        }
        let mut places = [0; 256];
        for one in &from {
            places[(one.0 >> shift & 0xff) as usize] += 1;
        }
        let mut before = 0;
        for place in &mut places {
            let count = *place;
            *place = before;
            before += count;
        }
        let room = to.as_mut_slice();
        for one in &from {
            let place = &mut places[(one.0 >> shift & 0xff) as usize];
            room[*place] = *one;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    from
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

    #[test]
    fn names_that_differ_late_and_those_that_do_not_are_told_apart() {
        let mut random = fastrand::Rng::with_seed(8);
        // Of two letters and long, so that many are equal for more than one number.
        let long = |random: &mut fastrand::Rng| -> String {
            let length = random.usize(20..40);
            (0..length).map(|_| ["a", "a", "a", "b"][random.usize(..4)]).collect()
        };
        let mut suites: Vec<_> = (0..2000).map(|line| suite(&long(&mut random), line)).collect();
        suites.extend((0..100).rev().map(|line| suite("same", line)));
        for only_same in [false, true] {
            let some: Vec<_> = suites.iter().copied().skip(if only_same { 2000 } else { 0 }).collect();
            let mut expected: Vec<_> = some.iter().map(|spec| (spec.test_name(), spec.line)).collect();
            expected.sort_unstable();
            let seen: Vec<_> = sorted(&some).iter().map(|spec| (spec.test_name(), spec.line)).collect();
            assert_eq!(seen, expected);
        }
    }
}
