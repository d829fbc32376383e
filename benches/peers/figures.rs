//! Medians and ratios of what was measured.

use crate::run::{Measured, Sample};

/// The middle value.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    assert!(!values.is_empty(), "nothing was measured");
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 0 {
        (values[middle - 1] + values[middle]) / 2.0
    } else {
        values[middle]
    }
}

impl Measured {
    pub(crate) fn of(&self, name: &str) -> &[Sample] {
        let row = self.rows.iter().find(|(row, _)| row == name);
        &row.unwrap_or_else(|| panic!("no row `{name}`")).1
    }

    pub(crate) fn wall(&self, name: &str) -> f64 {
        median(self.of(name).iter().map(|sample| sample.wall))
    }

    pub(crate) fn cpu(&self, name: &str) -> f64 {
        median(self.of(name).iter().map(|sample| sample.cpu))
    }

    pub(crate) fn peak(&self, name: &str) -> f64 {
        median(self.of(name).iter().map(|sample| sample.peak))
    }

    /// The time of one in times of the other: the median over pairs that ran one after the other.
    pub(crate) fn ratio(&self, name: &str, to: &str) -> f64 {
        let (ours, theirs) = (self.of(name), self.of(to));
        // What took long ran once; it stands beside each of the others.
        let pairs = ours.len().max(theirs.len());
        let at = |samples: &[Sample], pair: usize| samples[pair.min(samples.len() - 1)].wall;
        median((0..pairs).map(|pair| at(ours, pair) / at(theirs, pair)))
    }
}

/// Three digits that count.
pub(crate) fn short(value: f64) -> String {
    let digits: usize = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// A count with commas.
pub(crate) fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
