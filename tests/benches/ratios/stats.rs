//! Medians and ratios.

/// A ratio of medians, and the lowest and highest ratio within a round.
pub(crate) struct Spread {
    pub(crate) ratio: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The middle one, or the mean of the two in the middle. There is at least one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// Both are in the order of the rounds.
pub(crate) fn spread(ours: &[f64], theirs: &[f64]) -> Spread {
    let rounds = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs);
    let low = rounds.clone().fold(f64::INFINITY, f64::min);
    let high = rounds.fold(0.0, f64::max);
    Spread { ratio: median(ours) / median(theirs), low, high }
}
