//! Every random choice of a run comes from its one seed.

/// A generator for one purpose of one suite: it depends on the seed, the suite's path and the purpose, and on nothing
/// else, so that a filter does not change the values a suite sees.
pub fn rng(seed: u64, path: &str, purpose: &str) -> fastrand::Rng {
    let mut hash = seed ^ 0xcbf2_9ce4_8422_2325;
    // FNV-1a: stable across versions and platforms, which `std`'s hashers do not promise.
    for byte in path.bytes().chain([0]).chain(purpose.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    fastrand::Rng::with_seed(hash)
}

/// Shuffles in the order that belongs to the seed and the path.
pub fn shuffle<T>(items: &mut [T], seed: u64, path: &str) {
    rng(seed, path, "order").shuffle(items);
}

/// Sorts a list of a few, and leaves equals as they stand. What the standard library has for that is made for long lists:
/// 25 kB of code for each type.
pub fn few<T>(list: &mut [T], is_before: impl Fn(&T, &T) -> bool) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && is_before(&list[at], &list[at - 1]) {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_sorted_and_equals_stay_as_they_stand() {
        let mut list = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        few(&mut list, |one, other| one.0 < other.0);
        assert_eq!(list, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
        few::<u8>(&mut [], |one, other| one < other);
    }

    #[test]
    fn the_same_seed_gives_the_same_order_and_another_path_another() {
        let order = |seed, path| {
            let mut items: Vec<u32> = (0..20).collect();
            shuffle(&mut items, seed, path);
            items
        };
        assert_eq!(order(7, "a"), order(7, "a"));
        assert_ne!(order(7, "a"), order(8, "a"));
        assert_ne!(order(7, "a"), order(7, "b"));
    }
}
