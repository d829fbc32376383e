//! Suites in the order of their names, before anything runs.
//!
//! They come in no order at all, and ten thousand are sorted in a program that is not optimized, where to compare two texts
//! takes a hundred steps. So of each name the next eight bytes are a number, the suites are sorted by that, and those of
//! which it is the same by the eight bytes that follow. Many numbers are sorted byte by byte, which compares nothing.
//! For the same reason there are loops here where an iterator could be asked.

use crate::order;
use crate::spec::SuiteSpec;

/// So many numbers are sorted by comparing them: to go through all values of a byte takes longer.
const FEW: usize = 64;

/// Behind the last one of a queue.
const END: usize = usize::MAX;

/// All suites, in order.
#[derive(Debug)]
pub(crate) struct Sorted {
    pub(crate) suites: Vec<&'static SuiteSpec>,
    /// The first two that have the same name, if there are such.
    pub(crate) doubled: Option<[&'static SuiteSpec; 2]>,
}

#[derive(Clone, Copy)]
struct Numbered {
    /// The bytes of its name that it is sorted by.
    number: u64,
    /// The place of the one behind it.
    next: usize,
    spec: &'static SuiteSpec,
}

/// Sorted by test name and place.
pub(super) fn sorted(suites: impl IntoIterator<Item = &'static SuiteSpec>) -> Sorted {
    let mut all = Vec::new();
    for spec in suites {
        let (number, next) = (0, END);
        all.push(Numbered { number, next, spec });
    }
    let mut sorted = Sorted {
        suites: Vec::with_capacity(all.len()),
        doubled: None,
    };
    sorted.sort(&mut all, 0);
    for one in &all {
        sorted.suites.push(one.spec);
    }
    sorted
}

impl Sorted {
    /// Sorts some that have the first bytes of their names in common, up to here.
    fn sort(&mut self, some: &mut [Numbered], from: usize) {
        let (mut every, mut any) = (u64::MAX, 0);
        for one in &mut *some {
            one.number = one.spec.eight_bytes(from);
            every &= one.number;
            any |= one.number;
        }
        if some.len() <= FEW {
            by_comparing(some);
        } else {
            by_bytes(some, every ^ any);
        }
        let mut begin = 0;
        while begin < some.len() {
            let number = some[begin].number;
            let mut end = begin + 1;
            while end < some.len() && some[end].number == number {
                end += 1;
            }
            if end - begin > 1 {
                let alike = &mut some[begin..end];
                // Behind the end of a name there are zeros.
                match number & 0xff {
                    0 => self.sort_equal(alike),
                    _ => self.sort(alike, from + 8),
                }
            }
            begin = end;
        }
    }

    /// Sorts those of one name. No compiler lets that be many.
    fn sort_equal(&mut self, some: &mut [Numbered]) {
        let place = |it: &Numbered| (it.spec.source.file, it.spec.line, it.spec.column);
        order::few(some, |one, other| place(one) < place(other));
        self.doubled.get_or_insert([some[0].spec, some[1].spec]);
    }
}

fn by_comparing(list: &mut [Numbered]) {
    for end in 1..list.len() {
        let one = list[end];
        let mut at = end;
        while at > 0 && one.number < list[at - 1].number {
            list[at] = list[at - 1];
            at -= 1;
        }
        list[at] = one;
    }
}

/// Sorts by the last byte of the numbers, then by the one before it, and so on, as far as they differ in these bits.
fn by_bytes(list: &mut [Numbered], bits: u64) {
    let (mut first, mut next) = (0, 0);
    for one in &mut *list {
        next += 1;
        one.next = next;
    }
    list[next - 1].next = END;
    for shift in [0, 8, 16, 24, 32, 40, 48, 56] {
        if bits >> shift & 0xff != 0 {
            first = by_byte(list, first, shift);
        }
    }
    let queue: Box<[Numbered]> = Box::from(&*list);
    for place in list {
        *place = queue[first];
        first = place.next;
    }
}

/// Takes a queue apart into one for each value of a byte, and joins these. Returns the place of the first one.
fn by_byte(list: &mut [Numbered], first: usize, shift: u32) -> usize {
    let (mut firsts, mut lasts) = ([END; 256], [END; 256]);
    let mut at = first;
    while at != END {
        let one = &mut list[at];
        let byte = (one.number >> shift & 0xff) as usize;
        let next = one.next;
        match lasts[byte] {
            END => firsts[byte] = at,
            last => list[last].next = at,
        }
        lasts[byte] = at;
        at = next;
    }
    let (mut first, mut byte) = (END, 256);
    while byte > 0 {
        byte -= 1;
        if firsts[byte] != END {
            list[lasts[byte]].next = first;
            first = firsts[byte];
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Source;

    fn suite(path: String, file: &'static str, line: u32) -> &'static SuiteSpec {
        let source = Box::leak(Box::new(Source { file, package: None }));
        Box::leak(Box::new(SuiteSpec::of(path.leak()).at(source, line, 0)))
    }

    fn key(spec: &SuiteSpec) -> (&str, &str, u32, u32) {
        (spec.test_name(), spec.source.file, spec.line, spec.column)
    }

    /// Holds the result against what the standard library makes of the same list, to the very suite.
    fn check(suites: &[&'static SuiteSpec]) {
        let mut expected = suites.to_vec();
        expected.sort_by_key(|spec| key(spec));
        let sorted = sorted(suites.iter().copied());
        let seen: Vec<_> = sorted.suites.iter().map(|spec| key(spec)).collect();
        assert_eq!(seen, expected.iter().map(|spec| key(spec)).collect::<Vec<_>>());
        let is_same = |(one, other): (&&SuiteSpec, &&SuiteSpec)| std::ptr::eq(*one, *other);
        assert!(
            sorted.suites.iter().zip(&expected).all(is_same),
            "equals have changed places"
        );
        let doubled = expected
            .windows(2)
            .find(|pair| pair[0].test_name() == pair[1].test_name());
        assert_eq!(
            sorted.doubled.map(|pair| pair.map(std::ptr::from_ref)),
            doubled.map(|pair| [std::ptr::from_ref(pair[0]), std::ptr::from_ref(pair[1])])
        );
    }

    #[test]
    fn the_order_is_that_of_names_and_places() {
        let mut random = fastrand::Rng::with_seed(7);
        for prefix in ["", "a::", "tests::of_something::äö"] {
            for count in [0, 1, 2, 3, 7, FEW, FEW + 1, 513] {
                let mut suites = Vec::new();
                for _ in 0..count {
                    // Few letters, so that many begin alike, some are the begin of others, and some are equal.
                    let length = random.usize(1..12);
                    let end: String = (0..length).map(|_| ['a', 'b', '_', 'ß'][random.usize(..4)]).collect();
                    let name = ["k", "kv", "storage"][random.usize(..3)];
                    let file = ["a.rs", "b.rs"][random.usize(..2)];
                    suites.push(suite(format!("{name}::{prefix}{end}"), file, random.u32(..3)));
                }
                check(&suites);
            }
        }
    }

    #[test]
    fn names_that_differ_late_and_those_that_do_not_are_told_apart() {
        let mut random = fastrand::Rng::with_seed(8);
        // Of two letters and long, so that many are equal for more than one number.
        let mut suites = Vec::new();
        for line in 0..2000 {
            let length = random.usize(20..40);
            let name: String = (0..length).map(|_| ["a", "a", "a", "b"][random.usize(..4)]).collect();
            suites.push(suite(format!("kv::{name}"), "", line));
        }
        check(&suites);
        let same: Vec<_> = (0..100)
            .rev()
            .map(|line| suite("kv::same".to_owned(), "", line))
            .collect();
        check(&same);
        suites.extend(same);
        check(&suites);
    }

    #[test]
    fn the_first_two_of_one_name_are_told() {
        let doubled = |names: &[&str]| {
            let suites = (0..)
                .zip(names)
                .map(|(line, name)| suite(format!("kv::{name}"), "", line));
            sorted(suites)
                .doubled
                .map(|pair| pair.map(|spec| (spec.test_name(), spec.line)))
        };
        assert_eq!(doubled(&["b", "a", "a::b", "b_"]), None);
        assert_eq!(doubled(&["b", "a", "b"]), Some([("b", 0), ("b", 2)]));
        assert_eq!(doubled(&["b", "a", "b", "a", "a"]), Some([("a", 1), ("a", 3)]));
        // Of eight bytes, of which none is behind the end.
        let eight = "eight_of";
        assert_eq!(doubled(&[eight, "eight_off", eight]), Some([(eight, 0), (eight, 2)]));
    }
}
