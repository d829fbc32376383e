//! How long rounds took, in a histogram of fixed size: its memory does not grow with the rounds.

use std::time::Duration;

/// Each power of two is cut into this many buckets, so a percentile is off by at most a sixteenth.
const PARTS: u64 = 16;
const PARTS_LOG: u32 = PARTS.trailing_zeros();
const BUCKETS: usize = ((64 - PARTS_LOG + 1) as usize) * PARTS as usize;

/// How long the rounds of a verifier took, on its clock. All zero when there was none.
///
/// `min`, `mean` and `max` are exact, the percentiles are off by at most 6 %.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Latency {
    /// The shortest.
    pub min: Duration,
    /// The arithmetic mean.
    pub mean: Duration,
    /// Half of the rounds took no longer.
    pub p50: Duration,
    /// 90 % of the rounds took no longer.
    pub p90: Duration,
    /// 99 % of the rounds took no longer.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram {
            counts: Box::new([0; BUCKETS]),
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

#[inline]
fn bucket(nanos: u64) -> usize {
    if nanos < PARTS {
        return nanos as usize;
    }
    let shift = nanos.ilog2() - PARTS_LOG;
    let part = (nanos >> shift) - PARTS;
    ((u64::from(shift) + 1) * PARTS + part) as usize
}

/// The largest value that falls into a bucket.
fn top(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return bucket;
    }
    let shift = bucket / PARTS - 1;
    let next = u128::from(PARTS + bucket % PARTS + 1) << shift;
    u64::try_from(next - 1).unwrap_or(u64::MAX)
}

impl Histogram {
    #[inline]
    pub(crate) fn add(&mut self, took: Duration) {
        let seconds = took.as_secs().saturating_mul(1_000_000_000);
        self.add_nanos(seconds.saturating_add(u64::from(took.subsec_nanos())));
    }

    #[inline]
    pub(crate) fn add_nanos(&mut self, nanos: u64) {
        self.counts[bucket(nanos)] += 1;
        self.count += 1;
        self.sum += u128::from(nanos);
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
    }

    pub(crate) fn latency(&self) -> Latency {
        if self.count == 0 {
            return Latency::default();
        }
        Latency {
            min: Duration::from_nanos(self.min),
            mean: Duration::from_nanos(u64::try_from(self.sum / u128::from(self.count)).unwrap_or(u64::MAX)),
            p50: self.percentile(50),
            p90: self.percentile(90),
            p99: self.percentile(99),
            max: Duration::from_nanos(self.max),
        }
    }

    fn percentile(&self, percent: u64) -> Duration {
        let wanted = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        let mut below = 0_u128;
        for (bucket, count) in self.counts.iter().enumerate() {
            below += u128::from(*count);
            if below >= wanted {
                return Duration::from_nanos(top(bucket).clamp(self.min, self.max));
            }
        }
        Duration::from_nanos(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_gap_or_overlap() {
        let mut last = 0;
        for index in 1..BUCKETS {
            let first = top(index - 1) + 1;
            assert_eq!(bucket(first), index, "first of {index}");
            assert_eq!(bucket(top(index)), index, "last of {index}");
            assert!(first > last);
            last = first;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(top(BUCKETS - 1), u64::MAX);
        assert_eq!(bucket(0), 0);
    }

    #[test]
    fn percentiles_are_within_a_sixteenth() {
        let mut histogram = Histogram::default();
        for micros in 1..=1000 {
            histogram.add(Duration::from_micros(micros));
        }
        let latency = histogram.latency();
        assert_eq!(latency.min, Duration::from_micros(1));
        assert_eq!(latency.max, Duration::from_micros(1000));
        assert_eq!(latency.mean, Duration::from_nanos(500_500));
        for (got, exact) in [(latency.p50, 500_u32), (latency.p90, 900), (latency.p99, 990)] {
            let exact = Duration::from_micros(u64::from(exact));
            assert!(got >= exact && got <= exact + exact / 16, "{got:?} for {exact:?}");
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.latency(), Latency::default());
        histogram.add(Duration::MAX);
        histogram.add(Duration::MAX);
        assert_eq!(histogram.latency().mean, Duration::from_nanos(u64::MAX));
        assert_eq!(histogram.latency().p50, Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn one_round_is_every_percentile() {
        let mut histogram = Histogram::default();
        histogram.add(Duration::from_micros(77));
        let latency = histogram.latency();
        let all = [
            latency.min,
            latency.mean,
            latency.p50,
            latency.p90,
            latency.p99,
            latency.max,
        ];
        assert_eq!(all, [Duration::from_micros(77); 6]);
    }
}
