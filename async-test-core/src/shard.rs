//! Which suite runs in which shard, when a run is split over several machines.
//!
//! Every shard works this out by itself, so it follows from the names alone. Two things are wanted that pull apart: shards
//! of equal size, and suites that stay where they are when one is added, so that times and failures of a shard can be
//! compared over the history. Going round by position gives the first and moves everything; a hash alone gives the second
//! and leaves small programs with empty shards. Here the hash decides, and a shard that is full takes no more.

/// The shard of each of these suites, in their order, counted from 0. Sizes differ by one at most.
///
/// A suite goes to the shard that its name scores highest of those with room. Adding or removing a suite moves few of the
/// others. Where a program has fewer suites than there are shards, the name decides which shards are used, so that many
/// small programs do not all fill the first one. `count` is not zero.
///
/// The answer is the same on every platform and for every version of this crate.
pub fn assign<S: AsRef<str>>(names: &[S], count: usize) -> Vec<usize> {
    let mut order: Vec<(u64, &str, usize)> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (hash(name.as_ref()), name.as_ref(), index))
        .collect();
    order.sort_unstable();
    let size = names.len() / count;
    let mut larger_ones = names.len() % count;
    let mut sizes = vec![0; count];
    let mut shards = vec![0; names.len()];
    for (hash, _, index) in order {
        let has_room = |shard: &usize| sizes[*shard] < size || (sizes[*shard] == size && larger_ones > 0);
        let best = (0..count).filter(has_room).max_by_key(|shard| score(hash, *shard));
        // There are as many places as names.
        let shard = best.unwrap_or_default();
        larger_ones -= usize::from(sizes[shard] == size);
        sizes[shard] += 1;
        shards[index] = shard;
    }
    shards
}

/// FNV-1a: stable across versions and platforms, which `std`'s hashers do not promise.
fn hash(name: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// How much a name is for a shard: the steps of the generator SplitMix64, for neighbours among names and shards have
/// nothing in common then.
fn score(hash: u64, shard: usize) -> u64 {
    let mut mixed = hash.wrapping_add((shard as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Names as programs have them, of which the `salt` makes other ones.
    fn names(count: usize, salt: usize) -> Vec<String> {
        let name = |n: usize| format!("store::{}::case_{}", ["disk", "net", "clock"][n % 3], n * 7 + salt);
        (0..count).map(name).collect()
    }

    fn by_name(names: &[String], count: usize) -> BTreeMap<&str, usize> {
        names.iter().map(String::as_str).zip(assign(names, count)).collect()
    }

    #[test]
    fn every_suite_is_in_one_shard_and_the_sizes_differ_by_one_at_most() {
        for count in 1..=20 {
            for suites in [0, 1, 2, 3, 5, 8, 19, 20, 21, 40, 100, 333] {
                for salt in 0..5 {
                    let mut sizes = vec![0; count];
                    let shards = assign(&names(suites, salt), count);
                    assert_eq!(shards.len(), suites);
                    for shard in shards {
                        sizes[shard] += 1;
                    }
                    let (least, most) = (sizes.iter().min(), sizes.iter().max());
                    assert!(most.unwrap() - least.unwrap() <= 1, "{suites} in {count}: {sizes:?}");
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_names_does_not_matter() {
        let given = names(50, 1);
        let mut turned = given.clone();
        turned.reverse();
        turned.rotate_left(17);
        for count in 1..=20 {
            assert_eq!(by_name(&given, count), by_name(&turned, count));
        }
    }

    #[test]
    fn a_suite_that_is_added_moves_few_others() {
        for (suites, count, most) in [(8, 3, 1.0), (20, 4, 1.5), (100, 4, 2.0), (100, 10, 4.0), (500, 8, 4.0)] {
            let mut moved = 0;
            for salt in 0..40 {
                let before = names(suites, salt);
                let after: Vec<String> = [before.clone(), vec![format!("store::added_{salt}")]].concat();
                let (was, is) = (by_name(&before, count), by_name(&after, count));
                moved += was.iter().filter(|(name, shard)| is[*name] != **shard).count();
            }
            let mean = moved as f64 / 40.0;
            assert!(mean <= most, "{suites} in {count}: {mean} of {suites} on average");
        }
    }

    #[test]
    fn programs_with_one_suite_do_not_all_use_the_same_shard() {
        let mut sizes = vec![0; 4];
        for program in 0..100 {
            sizes[assign(&[format!("program_{program}::works")], 4)[0]] += 1;
        }
        assert!(sizes.iter().all(|size| *size >= 15), "{sizes:?}");
    }

    /// Machines that share a run may have been built apart, so a change here is a breaking one.
    #[test]
    fn the_assignment_is_for_ever() {
        let names = [
            "kv::reads",
            "kv::writes",
            "kv::compaction",
            "kv::net::joins",
            "kv::net::leaves",
        ];
        assert_eq!(assign(&names, 1), [0; 5]);
        assert_eq!(assign(&names, 2), [0, 0, 1, 1, 1]);
        assert_eq!(assign(&names, 3), [0, 1, 1, 2, 2]);
        assert_eq!(assign(&names, 8), [0, 3, 4, 1, 2]);
    }
}
